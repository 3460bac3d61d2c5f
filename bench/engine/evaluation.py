"""Clips × views × evaluators -> measurements, only what is missing.

Each clip is decoded once and shown, in every view at once, to every evaluator that has not yet answered for it. What is
missing is decided by the digests of clip and case, the view, the metric's name and version, and the digest of the
weights it looks through.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import TypeAlias

from bench.base import reading, workers
from bench.base.progress import Bar, Progress
from bench.engine.backends import Backend
from bench.engine.clip_worker import ClipWorker, PendingClip
from bench.engine.pull import Done, Pool, pull
from bench.engine.rows import KnownRows, cards_in, withheld_from
from bench.engine.run_metrics import ClipMetrics, RunMetrics
from bench.engine.set_metrics import SetMetrics
from bench.errors import WorkerDied, no_exit
from bench.evaluators import Evaluator
from bench.media import decoders
from bench.media.clip_view import ClipView
from bench.models.card_facts import card_of
from bench.runs import RunFolder
from bench.runs.cards import Cards
from bench.runs.features import FeatureStore
from bench.runs.leases import Leases
from bench.runs.new_rows import NewRows
from bench.types import NATIVE, ClipRecord, Measurement, Run, Suite

Start: TypeAlias = Callable[
    [Callable[[], ClipWorker], Callable[[ClipWorker, PendingClip], list[Measurement]]],
    Backend[PendingClip, list[Measurement]],
]
"""What gives a backend, such as `Engine.measuring`."""


@dataclass(frozen=True)
class Evaluated:
    """What a call of evaluate did.

    Attributes:
        measured: rows that are new.
        kept: rows that were there and hold.
        failed: how many of the new rows have a reason instead of a value.
        of_part: where only a part of the run's clips was asked for, the rows about the set of these. They are not
            stored: the stored ones are about all clips of the run. None where all were asked for.
        elsewhere: clips that another process is measuring.
    """

    measured: int
    kept: int
    failed: int
    of_part: tuple[Measurement, ...] | None = None
    elsewhere: int = 0


class Evaluation:
    """Brings the rows of one run up to date.

    Args:
        run: whose rows.
        suite: whose cases and reference clips.
        folder: of the run; other processes may measure other clips of it meanwhile.
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
        self._known, self._rows = KnownRows(), NewRows(folder.rows, KnownRows.COLUMNS)
        self._with_failures, self._has_begun = True, False
        self._new: list[Measurement] = []

    def evaluate(
        self,
        retry_failed: bool = False,
        samples: Collection[tuple[str, int]] | None = None,
        workers: int = 1,
        whole: Collection[tuple[str, int]] | None = None,
    ) -> Evaluated:
        """Measures clips of the run, then the set of them; each clip's rows are stored before the next.

        Args:
            retry_failed: tries again what failed before.
            samples: the cases and seeds asked for; None for all clips of the run.
            workers: processes that measure clips side by side; the numbers are the same for any number of them.
            whole: where several processes share the work, the cases and seeds of all of them: the set is measured by
                the process that finds all of these looked at. None if the samples are all there is.
        """
        self.begin(retry_failed)
        records = self._records()
        asked = [each for each in records if samples is None or (each.case, each.seed) in samples]
        elsewhere = self._measure_clips(asked, workers)
        of_part, new = None, self._new
        if elsewhere and whole is None:
            whole = ()
        if whole is None and len(asked) < len(records):
            of_part = tuple(self._conclude(asked, KnownRows()))
        elif whole is None or self._is_looked_at(records := self._records(), whole):
            new += self._store(self._conclude(records, self._known))
        kept = len(self._known) - sum(row in self._known for row in new)
        return Evaluated(len(new), kept, _failed(new), of_part, elsewhere)

    def begin(self, retry_failed: bool = False) -> None:
        """Reads which rows there are; evaluate does it, unless it was done before.

        Args:
            retry_failed: passes over those of failures.
        """
        if self._has_begun:
            return
        self._has_begun, self._with_failures = True, not retry_failed
        evaluators = dict.fromkeys(each.evaluator for each in self.metrics)
        cards = tuple(card for evaluator in evaluators for card in evaluator.cards)
        self.folder.rows.describe(Cards(cards, (card_of(self.run.model),)))
        self._read_new_rows()
        if retry_failed:
            for each in self.metrics:
                each.forget_failures()

    @contextmanager
    def measuring(
        self, records: Sequence[ClipRecord], start: Start, expected: int = 0
    ) -> Iterator[MeasuredClips]:
        """Clips that workers measure while the block runs.

        Args:
            records: of clips that are there.
            start: gives the workers' backend, of what initialises one and of what it does.
            expected: how many clips will be added.
        """
        pending = {
            _unit(each): PendingClip(each, missing) for each in records if (missing := self.missing(each))
        }
        total = len(pending) + expected
        progress = self.progress if total else Progress()
        worker = partial(ClipWorker, self.cases, self.folder, self.metrics)
        with (
            progress.bar(f"evaluate {self.run.label}", total) as bar,
            Leases(self.folder.path) as leases,
            Pool(start(worker, ClipWorker.measure), self._taken(pending, leases)) as pool,
        ):
            yield MeasuredClips(self, pool, leases, bar)

    def note(self, clip: PendingClip, outcome: list[Measurement] | Exception) -> None:
        """Stores the rows about a clip, of what came back from its worker.

        Args:
            clip: that was measured.
            outcome: its rows, or what went wrong.

        Raises:
            Exception: anything but the worker's death ends the job.
        """
        if isinstance(outcome, WorkerDied):
            outcome = ClipWorker(self.cases, self.folder, self.metrics).failures(*clip, outcome)
        if isinstance(outcome, Exception):
            raise outcome
        self._new += self._store(outcome)
        self._known.add_new(outcome)

    def _read_new_rows(self) -> bool:
        """Takes note of the rows that other processes have stored since; whether there are any."""
        found = self._rows.read()
        self._known.add(found, self._with_failures)
        return len(found) > 0

    def _records(self) -> list[ClipRecord]:
        return [record for record in self.folder.records() if record.case in self.cases]

    def _is_looked_at(self, records: Sequence[ClipRecord], whole: Collection[tuple[str, int]]) -> bool:
        """Whether all clips of the whole are there, and all metrics of sets have seen all clips.

        Of processes that share a run, the last one finds it so: each asks after it has stored what it has done.
        """
        there = {(record.case, record.seed) for record in records}
        return there.issuperset(whole) and all(each.has_looked_at(records) for each in self.metrics)

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

    def _measure_clips(self, records: Sequence[ClipRecord], processes: int) -> int:
        """Measures what is missing; how many clips another process is measuring."""
        count = min(processes, sum(bool(self.missing(each)) for each in records))
        if count == 0:
            return 0
        if count == 1:
            decoders.start()  # while the evaluators are loaded
        with self.measuring(records, partial(workers.local, count)) as clips:
            for done in pull(clips.pool, say=self.progress.say):
                clips.note(done)
        return clips.elsewhere

    def _taken(self, pending: Mapping[str, PendingClip], leases: Leases) -> Iterator[PendingClip]:
        """The clips that no other process is measuring, with what is still missing of each."""
        for unit, (record, before) in leases.in_turn(pending):
            missing = self.missing(record) if self._read_new_rows() else before
            if missing:
                yield PendingClip(record, missing)
            else:
                leases.give_back(unit)

    def _store(self, rows: list[Measurement]) -> list[Measurement]:
        if part := self.folder.rows.add(rows):
            self._rows.pass_over(part)
        return rows

    def missing(self, record: ClipRecord) -> list[int]:
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


def _unit(record: ClipRecord) -> str:
    return f"measure-{record.case}-{record.seed}"


class MeasuredClips:
    """Clips of a run that workers are measuring.

    Attributes:
        pool: the workers; what is pulled from it is to be noted.

    Args:
        evaluation: stores the rows.
        pool, leases, bar: of these clips.
    """

    def __init__(
        self,
        evaluation: Evaluation,
        pool: Pool[PendingClip, list[Measurement]],
        leases: Leases,
        bar: Bar,
    ) -> None:
        self.pool = pool
        self._evaluation, self._leases, self._bar = evaluation, leases, bar

    @property
    def elsewhere(self) -> int:
        """How many clips another process is measuring."""
        return len(self._leases.elsewhere)

    def add(self, record: ClipRecord) -> None:
        """A clip that has just been made."""
        missing = self._evaluation.missing(record)
        if missing and self._leases.take(_unit(record)):
            self.pool.add(PendingClip(record, missing))
        else:
            self._bar.advance()

    def note(self, done: Done[PendingClip, list[Measurement]]) -> None:
        """Stores what a worker gave."""
        self._evaluation.note(done.unit, done.result)
        self._leases.give_back(_unit(done.unit[0]))
        self._bar.advance()
