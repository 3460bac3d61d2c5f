"""Clips × views × evaluators -> measurements, only what is missing.

Each clip is decoded once and shown, in every view at once, to every evaluator that has not yet answered for it. What is
missing is decided by the digests of clip and case, the view, the metric's name and version, and the digest of the
weights it looks through.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TypeAlias

from bench.base import reading, workers
from bench.base.progress import Progress
from bench.engine.one_pass import Passes, show_file_in_views
from bench.engine.pull import Pool, pull
from bench.engine.rows import KnownRows, cards_in, withheld_from
from bench.engine.run_metrics import ClipMetrics, RunMetrics
from bench.engine.set_metrics import SetMetrics
from bench.errors import BadClip, WorkerDied, no_exit
from bench.evaluators import Evaluator
from bench.media import decoders
from bench.media.clip_view import ClipView
from bench.models.card_facts import card_of
from bench.runs import RunFolder, is_external
from bench.runs.cards import Cards
from bench.runs.features import FeatureStore
from bench.types import NATIVE, Case, ClipRecord, Measurement, Run, Suite


@dataclass(frozen=True)
class Evaluated:
    """What a call of evaluate did.

    Attributes:
        measured: rows that are new.
        kept: rows that were there and hold.
        failed: how many of the new rows have a reason instead of a value.
        of_part: where only a part of the run's clips was asked for, the rows about the set of these. They are not
            stored: the stored ones are about all clips of the run. None where all were asked for.
    """

    measured: int
    kept: int
    failed: int
    of_part: tuple[Measurement, ...] | None = None


class Evaluation:
    """Brings the rows of one run up to date.

    Args:
        run: whose rows.
        suite: whose cases and reference clips.
        folder: of the run; no other process works in it.
        evaluators: not yet loaded; each is loaded when the first clip needs it.
        progress: is told about clips.
        views: in which clips are measured, None for clips as they are; an evaluator of which every metric is measured
            natively only measures natively in any case.
    """

    def __init__(
        self,
        run: Run,
        suite: Suite,
        folder: RunFolder,
        evaluators: Sequence[Evaluator],
        progress: Progress,
        views: Sequence[ClipView | None] = (None,),
    ) -> None:
        self.run, self.folder, self.progress = run, folder, progress
        self.cases = {case.id: case for case in suite.cases}
        self._withheld = withheld_from(suite.cases)
        self.metrics = tuple(each for evaluator in evaluators for each in self._metrics(evaluator, views))
        self._known = KnownRows({})

    def evaluate(
        self,
        retry_failed: bool = False,
        samples: Collection[tuple[str, int]] | None = None,
        workers: int = 1,
    ) -> Evaluated:
        """Measures clips of the run, then the set of them; each clip's rows are stored before the next.

        Args:
            retry_failed: tries again what failed before.
            samples: the cases and seeds asked for; None for all clips of the run.
            workers: processes that measure clips side by side; the numbers are the same for any number of them.
        """
        evaluators = dict.fromkeys(each.evaluator for each in self.metrics)
        cards = tuple(card for evaluator in evaluators for card in evaluator.cards)
        self.folder.rows.describe(Cards(cards, (card_of(self.run.model),)))
        before, _ = self.folder.rows.table(KnownRows.COLUMNS)
        self._known = KnownRows.of(before, with_failures=not retry_failed)
        if retry_failed:
            for each in self.metrics:
                each.forget_failures()
        records = [record for record in self.folder.records() if record.case in self.cases]
        asked = [each for each in records if samples is None or (each.case, each.seed) in samples]
        new = self._measure_clips(asked, workers)
        kept = len(self._known) - sum(row in self._known for row in new)
        if len(asked) < len(records):
            of_part = tuple(self._conclude(asked, KnownRows({})))
            return Evaluated(len(new), kept, _failed(new), of_part)
        of_set = self._store(self._conclude(records, self._known))
        kept -= sum(row in self._known for row in of_set)
        return Evaluated(len(new + of_set), kept, _failed(new + of_set))

    def _conclude(self, records: Sequence[ClipRecord], known: KnownRows) -> list[Measurement]:
        """The rows about the set of these clips that are new."""
        return [row for each in self.metrics for row in each.conclude(records, known, self.progress)]

    def _metrics(self, evaluator: Evaluator, views: Sequence[ClipView | None]) -> list[RunMetrics]:
        return evaluator.by_level(
            of_clips=lambda found: [
                ClipMetrics(found, self.run, self.cases, view, self._withheld)
                for view in [each for each in views if cards_in(found, str(each or NATIVE))] or [None]
            ],
            of_sets=lambda found: [
                SetMetrics(found, self.run, self.cases, FeatureStore.of_run(self.folder.path, found))
            ],
        )

    def _measure_clips(self, records: Sequence[ClipRecord], processes: int) -> list[Measurement]:
        pending = [(record, missing) for record in records if (missing := self._missing(record))]
        new: list[Measurement] = []
        if not pending:
            return new
        worker = partial(ClipWorker, self.cases, self.folder, self.metrics)
        count = min(processes, len(pending))
        if count == 1:
            decoders.start()  # while the evaluators are loaded
        with (
            self.progress.bar(f"evaluate {self.run.label}", len(pending)) as bar,
            Pool(workers.local(count, worker, ClipWorker.measure), pending) as pool,
        ):
            for done in pull(pool, say=self.progress.say):
                if isinstance(done.result, WorkerDied):
                    new += self._store(worker().failures(*done.unit, done.result))
                elif isinstance(done.result, Exception):
                    raise done.result
                else:
                    new += self._store(done.result)
                bar.advance()
        return new

    def _store(self, rows: list[Measurement]) -> list[Measurement]:
        self.folder.rows.add(rows)
        return rows

    def _missing(self, record: ClipRecord) -> list[int]:
        """Numbers of the metrics that mean something for this clip and have not answered."""
        return [
            number
            for number, each in enumerate(self.metrics)
            if not each.is_answered(record, self._known) and self._applies(each, record)
        ]

    def _applies(self, each: RunMetrics, record: ClipRecord) -> bool:
        """Whether the metrics mean anything for the clip; why that cannot be said is stored as their failure."""
        try:
            with no_exit(each.evaluator.name):
                return each.evaluator.applies(self.cases[record.case], record)
        except Exception as error:
            reading.refuse(error)
            self._store(each.fail(record, error))
            return False


def _failed(rows: Sequence[Measurement]) -> int:
    return sum(row.error is not None for row in rows)


class _OtherClip(BadClip):
    """The file of a clip has other content, whose digest is sha256."""

    def __init__(self, path: Path, sha256: str) -> None:
        super().__init__(f"clip {path} has changed since it was made; the command that made it makes it anew")
        self.sha256 = sha256


PendingClip: TypeAlias = tuple[ClipRecord, Sequence[int]]
"""A clip, and the numbers of the metrics, as places in the evaluation's, that have yet to see it."""


@dataclass(frozen=True)
class ClipWorker:
    """Measures clips of a run, in this process or another: shows each to evaluators, stores features, gives the rows.

    Attributes:
        cases: of the suite, by id.
        folder: of the run; clips are read there, features written.
        metrics: all of the evaluation's.
    """

    cases: Mapping[str, Case]
    folder: RunFolder
    metrics: tuple[RunMetrics, ...]

    def measure(self, pending: PendingClip) -> list[Measurement]:
        """The rows about one clip of some evaluators; a clip that cannot be decoded fails them all.

        Raises:
            StorageFailed: the disk failed, which says nothing about the clip.
        """
        record, missing = pending
        try:
            seen = self._show_again(record, missing)
        except _OtherClip as other:  # these rows are about the other content: stale once the clip is back
            return self.failures(replace(record, sha256=other.sha256), missing, other)
        except BadClip as error:
            reading.refuse(error)
            return self.failures(record, missing, error)
        metrics = [self.metrics[number] for number in missing]
        return [row for each in metrics for row in each.store(record, seen[each.view])]

    def failures(self, record: ClipRecord, missing: Sequence[int], error: Exception) -> list[Measurement]:
        """The rows about one clip that say why these metrics have no value for it.

        Args:
            record: of the clip.
            missing: numbers of metrics, as places in `metrics`.
            error: what went wrong; metrics of sets store it instead of a row.
        """
        return [row for number in missing for row in self.metrics[number].fail(record, error)]

    def _show_again(self, record: ClipRecord, missing: Sequence[int]) -> Passes:
        """As _show, tried twice before the clip is called bad: libav takes a failed read for the end of the file."""
        try:
            return self._show(record, missing)
        except BadClip as error:
            reading.refuse(error)
            return self._show(record, missing)

    def _show(self, record: ClipRecord, missing: Sequence[int]) -> Passes:
        if record.error:
            raise BadClip(f"no clip: {record.error}")
        path, digest = self.folder.locate(record), self.folder.digest(record)
        if digest != record.sha256:
            if not is_external(record):
                self.folder.doubt(record)
            raise _OtherClip(path, digest)
        wanted: dict[ClipView | None, list[Evaluator]] = {}
        for number in missing:
            wanted.setdefault(self.metrics[number].view, []).append(self.metrics[number].evaluator)
        return show_file_in_views(path, wanted, self.cases[record.case], record)
