"""Model × cases × seeds -> clips on disk, only what is missing."""

from __future__ import annotations

import random
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from bench.base.progress import Bar, Progress
from bench.engine import first_frames
from bench.engine.clip_maker import ClipMaker
from bench.errors import BenchError, UsageError
from bench.models import Model
from bench.runs import RunFolder, buckets
from bench.runs.leases import Leases
from bench.types import Case, ClipRecord


@dataclass(frozen=True)
class Generated:
    """What became of the clips that a run lacked.

    Attributes:
        made: clips that are new.
        kept: clips that were there, or whose failure was already on record.
        failed: how many of the new ones have a failure instead of a clip.
        unpaid: clips that were not begun, since they would have exceeded the limit of cost.
        spent: US dollars that the run has cost up to now, in this call and before; 0 if nothing is paid.
        elsewhere: clips that another process is making.
    """

    made: int = 0
    kept: int = 0
    failed: int = 0
    unpaid: int = 0
    spent: float = 0.0
    elsewhere: int = 0


@dataclass(frozen=True)
class MissingClip:
    """A clip that is to be made, and the record that it had before: of a failure, or of a file that changed."""

    case: Case
    seed: int
    before: ClipRecord | None

    @property
    def unit(self) -> str:
        return f"make-{self.case.id}-{self.seed}"

    def __str__(self) -> str:
        return f"{self.case.id}, seed {self.seed}"

    def is_made(self, folder: RunFolder) -> bool:
        """Whether another process has made it since."""
        return folder.record(self.case.id, self.seed) not in (None, self.before)


class Generation:
    """The clips that a run lacks, and what becomes of them.

    Args:
        model: that makes them.
        samples: cases and seeds.
        folder: of the run; other processes may make other clips of it meanwhile.
        progress: is told about clips.
        retry_failed: tries again what failed before.
        max_cost: US dollars for this run, including what it has cost before. None for no limit.
    """

    def __init__(
        self,
        model: Model,
        samples: Sequence[tuple[Case, int]],
        folder: RunFolder,
        progress: Progress,
        retry_failed: bool = False,
        max_cost: float | None = None,
    ) -> None:
        self.model, self.folder, self.progress = model, folder, progress
        self.missing = {each.unit: each for each in _missing(samples, folder, progress, retry_failed)}
        self._samples, self._max_cost = samples, max_cost
        self._kept, self._elsewhere = len(samples) - len(self.missing), 0
        self._made: list[ClipRecord] = []
        model.ledger = folder.ledger

    def records(self) -> list[ClipRecord]:
        """Of the clips asked for that are there now, or have failed and are not tried again."""
        found = (self.folder.record(case.id, seed) for case, seed in self._samples)
        made = {(record.case, record.seed) for record in self._made}
        missing = {(each.case.id, each.seed) for each in self.missing.values()} - made
        return [each for each in found if each is not None and (each.case, each.seed) not in missing]

    @contextmanager
    def begun(self, clips: Collection[MissingClip]) -> Iterator[tuple[Leases, Bar]]:
        """Around the making of clips: leases that keep other processes from them, and a bar."""
        progress = self.progress if clips else Progress()
        with (
            Leases(self.folder.path) as leases,
            progress.bar(f"generate {self.model.label}", len(clips)) as bar,
        ):
            yield leases, bar
            self._elsewhere += len(leases.elsewhere)

    def expected(self, leases: Leases) -> list[MissingClip]:
        """The clips that the model is to expect; held from now on if it makes them ahead."""
        held = [
            each for each in self.missing.values() if not self.model.makes_ahead or leases.take(each.unit)
        ]
        self._elsewhere += len(self.missing) - len(held)
        return held

    def in_turn(self, clips: Iterable[MissingClip], leases: Leases, bar: Bar) -> Iterator[MissingClip]:
        """The clips that no other process has made or is making, until the limit of cost; each is held.

        Args:
            clips: of those missing.
            leases, bar: of begun.
        """
        for unit, each in leases.in_turn({each.unit: each for each in clips}):
            if each.is_made(self.folder):
                self._kept += 1
                leases.give_back(unit)
                bar.advance()
            elif objection := _objection(self.model, each, self.folder, self._max_cost):
                self.progress.say(f"{objection}; {len(self.missing) - len(self._made)} clips are not made")
                return
            else:
                yield each

    def note(self, each: MissingClip, record: ClipRecord, leases: Leases, bar: Bar) -> None:
        """Takes note of a clip that is made, or of its failure.

        Args:
            each: as it was missing.
            record: that is now stored.
            leases, bar: of begun.
        """
        self._made.append(record)
        if record.error:
            self.progress.say(f"{each}: {record.error}")
        leases.give_back(each.unit)
        bar.advance()

    def done(self) -> Generated:
        """What was made, and what it has cost; says what first frames show."""
        for line in first_frames.remarks(self._made):
            self.progress.say(line)
        failed = sum(bool(record.error) for record in self._made)
        unpaid = len(self._samples) - self._kept - len(self._made) - self._elsewhere
        spent = self.folder.spent() if self.model.is_paid else 0.0  # reads every record
        return Generated(len(self._made), self._kept, failed, unpaid, spent, self._elsewhere)


def generate(work: Generation) -> Generated:
    """Makes the clips that a run lacks in this process, one at a time, each stored before the next begins.

    A clip that cannot be made is a record with the reason. Clips that another process is making are left to it.

    Returns:
        What was made, and what it has cost.

    Raises:
        UsageError: there is a limit of cost, and the model's price is unknown.
        Unavailable: the model cannot be loaded; StorageFailed, which is one of these, if the disk failed.
        Cancelled: the generation was asked to stop; finished clips stay.
    """
    if not work.missing:
        return work.done()
    maker = ClipMaker(work.model, work.folder)
    maker.load()
    try:
        with work.begun(work.missing.values()) as (leases, bar):
            expected = work.expected(leases)
            work.model.expect([(each.case, each.seed) for each in expected])
            for each in work.in_turn(expected, leases, bar):
                work.note(each, maker.make(each.case, each.seed, bar.step), leases, bar)
    finally:
        work.model.unload()
    return work.done()


def lacks_clips(folder: RunFolder, samples: Sequence[tuple[Case, int]], retry_failed: bool) -> bool:
    """Whether generate would have something to make, as far as the records of a run tell.

    Args:
        folder: of the run; it need not exist.
        samples: cases and seeds.
        retry_failed: whether what failed before is tried again.
    """
    records = (folder.record(case.id, seed) for case, seed in samples)
    return any(record is None or (retry_failed and record.error) for record in records)


def _missing(
    samples: Sequence[tuple[Case, int]], folder: RunFolder, progress: Progress, retry_failed: bool
) -> Iterator[MissingClip]:
    """The samples without a clip, those whose file is no longer the one that was made, and failures to be retried."""
    for case, seed in _in_own_order(samples, folder):
        record = folder.record(case.id, seed)
        is_changed = record is not None and folder.is_changed(record)
        if is_changed:
            progress.say(f"{case.id}, seed {seed}: the clip is not the one that was made, and is made anew")
        if record is None or is_changed or (retry_failed and record.error):
            yield MissingClip(case, seed, record)


def _in_own_order(samples: Sequence[tuple[Case, int]], folder: RunFolder) -> Sequence[tuple[Case, int]]:
    """The samples as given; of a run in a bucket, which has no leases, in an order of this process's own.

    Machines that begin at the same time would otherwise make the same clips, one after the other.
    """
    if not buckets.is_mirror(folder.path.parent):
        return samples
    return random.SystemRandom().sample(samples, len(samples))  # leaves a caller's random numbers as they are


def _objection(model: Model, each: MissingClip, folder: RunFolder, max_cost: float | None) -> str:
    """Why a clip is not paid for; '' if it may be made."""
    if max_cost is None or folder.ledger.pending(each.case.id, each.seed):
        return ""  # its cost is among the sum already
    cost, spent = _estimate(model, each.case), folder.spent()
    if spent + cost <= max_cost + 1e-9:
        return ""
    return (
        f"stopped before case {each.case.id}, seed {each.seed}: it is estimated at ${cost:.2f}, and ${spent:.2f} of"
        f" ${max_cost:.2f} are spent"
    )


def _estimate(model: Model, case: Case) -> float:
    try:
        cost = model.plan(case).cost
    except BenchError:
        return 0.0  # generate raises the same, before any request
    if cost is None and model.is_paid:
        raise UsageError(
            f"the price of model '{model.card.name}' with these settings is unknown, so that no limit of cost can"
            " be kept; name a file with its price in BENCH_PRICES, or leave --max-cost out"
        )
    return cost or 0.0
