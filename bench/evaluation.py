"""Clips × evaluators -> measurements, only what is missing.

Each clip is decoded once and shown to every evaluator that has not yet answered for it. What is missing is decided by
the digests of clip and case, the metric's name and version, and the digest of the weights it looks through.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from bench import digests, video
from bench.distances import Distances
from bench.errors import BadClip
from bench.evaluators import ClipEvaluator, Evaluator, Sample, SetEvaluator
from bench.progress import Progress
from bench.rows import Answers, all_failed, clip_inputs, clip_rows, metric_name, metric_version
from bench.runs import RunFolder
from bench.types import Case, Clip, ClipRecord, Measurement, Run, Suite


@dataclass(frozen=True)
class Evaluated:
    """What a call of evaluate did.

    Attributes:
        measured: rows that are new.
        kept: rows that were there and hold.
        failed: of measured, how many have a reason instead of a value.
    """

    measured: int
    kept: int
    failed: int


class Known:
    """The rows that a run has already.

    Args:
        rows: one a (case, seed, metric).
    """

    def __init__(self, rows: Iterable[Measurement]) -> None:
        self._rows = {(row.case, row.seed, row.metric): row for row in rows}

    def __len__(self) -> int:
        return len(self._rows)

    def __contains__(self, row: Measurement) -> bool:
        return (row.case, row.seed, row.metric) in self._rows

    def answers(self, evaluator: Evaluator, case: str | None, seed: int | None, inputs: str) -> bool:
        """Whether every metric of the evaluator has a row of this version about these inputs."""
        for card in evaluator.cards:
            row = self._rows.get((case, seed, metric_name(card, evaluator)))
            if row is None or (row.inputs, row.metric_version) != (inputs, metric_version(card, evaluator)):
                return False
        return True


class Evaluation:
    """Brings the rows of one run up to date.

    Args:
        run: whose rows.
        suite: whose cases and reference clips.
        folder: of the run, in the hands of this process.
        evaluators: not yet loaded; each is loaded when the first clip needs it.
        progress: hears of clips.
    """

    def __init__(
        self, run: Run, suite: Suite, folder: RunFolder, evaluators: Sequence[Evaluator], progress: Progress
    ) -> None:
        self.run, self.folder, self.evaluators, self.progress = run, folder, evaluators, progress
        self.cases = {case.id: case for case in suite.cases}
        self.distances = Distances(run, suite, folder, progress)
        self._known = Known(())

    def evaluate(self, retry_failed: bool = False) -> Evaluated:
        """Measures every clip of the run, then the set of them; each clip's rows are stored before the next.

        Args:
            retry_failed: asks again what failed before.
        """
        before, _ = self.folder.rows.read()
        self._known = Known(row for row in before if not (retry_failed and row.error is not None))
        set_evaluators = [evaluator for evaluator in self.evaluators if isinstance(evaluator, SetEvaluator)]
        if retry_failed:
            self.distances.forget_failures(set_evaluators)
        records = [record for record in self.folder.records() if record.case in self.cases]
        new = self._measure_clips(records)
        for evaluator in set_evaluators:
            new += self._store(self.distances.rows(evaluator, records, self._known.answers))
        failed = sum(row.error is not None for row in new)
        return Evaluated(len(new), len(self._known) - sum(row in self._known for row in new), failed)

    def _measure_clips(self, records: Sequence[ClipRecord]) -> list[Measurement]:
        pending = [(record, todo) for record in records if (todo := self._todo(record))]
        new: list[Measurement] = []
        if not pending:
            return new
        with self.progress.bar(f"evaluate {self.run.label}", len(pending)) as bar:
            for record, todo in pending:
                new += self._store(list(self._clip_rows(record, todo)))
                bar.advance()
        return new

    def _store(self, rows: list[Measurement]) -> list[Measurement]:
        self.folder.rows.add(rows)
        return rows

    def _todo(self, record: ClipRecord) -> list[Evaluator]:
        """The evaluators that mean something for this clip and have not answered."""
        return [
            evaluator
            for evaluator in self.evaluators
            if evaluator.applies(record) and not self._is_answered(evaluator, record)
        ]

    def _is_answered(self, evaluator: Evaluator, record: ClipRecord) -> bool:
        if isinstance(evaluator, SetEvaluator):
            return bool(record.error) or self.distances.has_seen(evaluator, record.sha256)
        inputs = clip_inputs(self.cases[record.case], record)
        return self._known.answers(evaluator, record.case, record.seed, inputs)

    def _clip_rows(self, record: ClipRecord, todo: Sequence[Evaluator]) -> Iterator[Measurement]:
        case, clip = self.cases[record.case], self._clip(record)
        for evaluator in todo:
            if isinstance(evaluator, SetEvaluator):
                self.distances.see(evaluator, record.sha256, clip)
            else:
                assert isinstance(evaluator, ClipEvaluator)
                answers = _answers(evaluator, case, record, clip)
                yield from clip_rows(self.run, case, record, evaluator, answers, clip)

    def _clip(self, record: ClipRecord) -> Clip | BadClip:
        if record.error:
            return BadClip(f"no clip: {record.error}")
        path = self.folder.locate(record)
        try:
            if digests.clip_digest(path) != record.sha256:
                return BadClip(f"clip {path} has changed since it was made")
            return video.read_clip(path)
        except BadClip as error:
            return error


def _answers(evaluator: ClipEvaluator, case: Case, record: ClipRecord, clip: Clip | BadClip) -> Answers:
    """What the evaluator says; whatever goes wrong inside it costs its own metrics and no others."""
    if isinstance(clip, BadClip):
        return all_failed(evaluator, clip)
    try:
        evaluator.ready(clip)
        return evaluator.evaluate(Sample(case, clip, record))
    except Exception as error:
        return all_failed(evaluator, error)
