"""Clips × evaluators -> measurements, only what is missing.

Each clip is decoded once and shown to every evaluator that has not yet answered for it. What is missing is decided by
the digests of clip and case, the metric's name and version, and the digest of the weights it looks through.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TypeAlias

from bench.base.progress import Progress
from bench.base.workers import Workers
from bench.engine.one_pass import OnePass, show_file
from bench.engine.rows import clip_inputs, clip_rows
from bench.engine.set_metrics import SetMetrics
from bench.errors import BadClip, BenchError, WorkerDied
from bench.evaluators import ClipEvaluator, Evaluator, SetEvaluator, all_failed
from bench.evaluators.catalogue import full_name, full_version
from bench.media import digests
from bench.models.card_facts import card_of
from bench.runs import RunFolder
from bench.runs.cards import Cards
from bench.runs.features import FeatureStore
from bench.types import Case, ClipRecord, Measurement, Run, Suite


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
            row = self._rows.get((case, seed, full_name(card, evaluator)))
            if row is None or (row.inputs, row.metric_version) != (inputs, full_version(card, evaluator)):
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
        workers: processes that measure clips side by side; the numbers are the same for any number of them.
    """

    def __init__(
        self,
        run: Run,
        suite: Suite,
        folder: RunFolder,
        evaluators: Sequence[Evaluator],
        progress: Progress,
        workers: int = 1,
    ) -> None:
        self.run, self.folder, self.evaluators, self.progress = run, folder, evaluators, progress
        self.workers = workers
        self.cases = {case.id: case for case in suite.cases}
        self.distances = SetMetrics(run, suite, folder, progress)
        self._known = Known(())

    def evaluate(self, retry_failed: bool = False) -> Evaluated:
        """Measures every clip of the run, then the set of them; each clip's rows are stored before the next.

        Args:
            retry_failed: asks again what failed before.
        """
        metrics = tuple(card for evaluator in self.evaluators for card in evaluator.cards)
        self.folder.rows.describe(Cards(metrics, (card_of(self.run.model),)))
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
        booth = partial(ClipWorker, self.run, self.cases, self.folder, tuple(self.evaluators))
        count = min(self.workers, len(pending))
        with (
            self.progress.bar(f"evaluate {self.run.label}", len(pending)) as bar,
            Workers(count, booth) as pool,
        ):
            for task, outcome in pool.map(ClipWorker.measure, pending):
                if isinstance(outcome, WorkerDied):
                    new += self._store(booth().failures(*task, outcome))
                elif isinstance(outcome, Exception):
                    raise outcome
                else:
                    new += self._store(outcome)
                bar.advance()
        return new

    def _store(self, rows: list[Measurement]) -> list[Measurement]:
        self.folder.rows.add(rows)
        return rows

    def _todo(self, record: ClipRecord) -> list[int]:
        """Which evaluators mean something for this clip and have not answered."""
        return [
            number
            for number, evaluator in enumerate(self.evaluators)
            if evaluator.applies(self.cases[record.case], record) and not self._is_answered(evaluator, record)
        ]

    def _is_answered(self, evaluator: Evaluator, record: ClipRecord) -> bool:
        if isinstance(evaluator, SetEvaluator):
            return bool(record.error) or self.distances.has_seen(evaluator, record.sha256)
        inputs = clip_inputs(self.cases[record.case], record)
        return self._known.answers(evaluator, record.case, record.seed, inputs)


Task: TypeAlias = tuple[ClipRecord, Sequence[int]]
"""A clip, and the numbers of the evaluators that are to see it."""


@dataclass(frozen=True)
class ClipWorker:
    """What measures clips of a run: shows each to evaluators, keeps their features on disk, and gives their rows.

    Attributes:
        run: whose clips.
        cases: of the suite, by id.
        folder: of the run; clips are read there, features written.
        evaluators: loaded when first needed.
    """

    run: Run
    cases: Mapping[str, Case]
    folder: RunFolder
    evaluators: tuple[Evaluator, ...]

    def measure(self, task: Task) -> list[Measurement]:
        """The rows about one clip of some evaluators; a clip that cannot be read fails them all."""
        record, wanted = task
        todo = [self.evaluators[number] for number in wanted]
        try:
            return list(self._rows(record, todo, self._screening(record, todo)))
        except BadClip as error:
            return self.failures(record, wanted, error)

    def failures(self, record: ClipRecord, wanted: Sequence[int], error: BenchError) -> list[Measurement]:
        """The rows about one clip that say why these evaluators have none; what is kept of it says so, too."""
        case, rows = self.cases[record.case], list[Measurement]()
        for evaluator in (self.evaluators[number] for number in wanted):
            if isinstance(evaluator, SetEvaluator):
                self._store(evaluator).fail(record.sha256, error)
            else:
                answers = all_failed(evaluator, error)
                rows += clip_rows(self.run, case, record, evaluator, answers, None)
        return rows

    def _screening(self, record: ClipRecord, todo: Sequence[Evaluator]) -> OnePass:
        if record.error:
            raise BadClip(f"no clip: {record.error}")
        path = self.folder.locate(record)
        if digests.clip_digest(path) != record.sha256:
            raise BadClip(f"clip {path} has changed since it was made")
        return show_file(path, todo, self.cases[record.case], record)

    def _rows(self, record: ClipRecord, todo: Sequence[Evaluator], seen: OnePass) -> Iterator[Measurement]:
        case = self.cases[record.case]
        for evaluator in todo:
            if isinstance(evaluator, SetEvaluator):
                self._store(evaluator).keep(record.sha256, partial(seen.features, evaluator))
            elif isinstance(evaluator, ClipEvaluator):
                answers = seen.answers(evaluator)
                yield from clip_rows(self.run, case, record, evaluator, answers, seen.sample)

    def _store(self, evaluator: SetEvaluator) -> FeatureStore:
        return FeatureStore(self.folder.path / "features", evaluator)
