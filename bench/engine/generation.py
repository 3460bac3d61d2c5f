"""Model × cases × seeds -> clips on disk, only what is missing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from bench.base import packages
from bench.base.progress import Bar, Progress
from bench.engine import first_frames
from bench.engine.clip_maker import ClipMaker
from bench.errors import BenchError, UsageError, no_exit
from bench.models import Model
from bench.runs import RunFolder
from bench.runs.leases import Leases
from bench.types import Case, ClipRecord


@dataclass(frozen=True)
class Generated:
    """What a call of generate did.

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
class _Missing:
    """A clip that is to be made, and the record that it had before: of a failure, or of a file that changed."""

    case: Case
    seed: int
    before: ClipRecord | None

    @property
    def unit(self) -> str:
        return f"make-{self.case.id}-{self.seed}"

    def is_made(self, folder: RunFolder) -> bool:
        """Whether another process has made it since."""
        return folder.record(self.case.id, self.seed) not in (None, self.before)


def generate(
    model: Model,
    samples: Sequence[tuple[Case, int]],
    folder: RunFolder,
    progress: Progress,
    retry_failed: bool = False,
    max_cost: float | None = None,
) -> Generated:
    """Makes the clips that the folder lacks, one at a time, each stored before the next begins.

    A clip that cannot be made is a record with the reason. Clips that another process is making are left to it.

    Args:
        model: not yet loaded; it is loaded if something is missing.
        samples: cases and seeds.
        folder: of the run; other processes may make other clips of it meanwhile.
        progress: is told about clips and steps within one.
        retry_failed: tries again what failed before.
        max_cost: US dollars for this run, including what it has cost before: it stops before the first clip whose
            estimate exceeds them. None for no limit.

    Returns:
        What was made, and what it has cost.

    Raises:
        UsageError: there is a limit, and the model's price is unknown.
        Unavailable: the model cannot be loaded; StorageFailed, which is one of these, if the disk failed.
        Cancelled: the generation was asked to stop; finished clips stay.
    """
    missing = {each.unit: each for each in _missing(samples, folder, progress, retry_failed)}
    kept = len(samples) - len(missing)
    if not missing:
        return Generated(kept=kept, spent=folder.spent())
    model.ledger = folder.ledger
    with no_exit(f"model '{model.label}'"), packages.explained():
        model.load()
    made: list[ClipRecord] = []
    try:
        with Leases(folder.path) as leases, progress.bar(f"generate {model.label}", len(missing)) as bar:
            ours = {unit: missing[unit] for unit in missing if not model.makes_ahead or leases.take(unit)}
            model.expect([(each.case, each.seed) for each in ours.values()])
            elsewhere = len(missing) - len(ours)
            for unit, each in leases.in_turn(ours):
                if each.is_made(folder):
                    kept += 1
                elif objection := _objection(model, each, folder, max_cost):
                    progress.say(f"{objection}; {len(missing) - len(made)} clips are not made")
                    break
                else:
                    made.append(_make(ClipMaker(model, folder), each, progress, bar))
                leases.give_back(unit)
                bar.advance()
            elsewhere += len(leases.elsewhere)
    finally:
        model.unload()
    for line in first_frames.remarks(made):
        progress.say(line)
    failed = sum(bool(record.error) for record in made)
    unpaid = len(samples) - kept - len(made) - elsewhere
    return Generated(len(made), kept, failed, unpaid, folder.spent(), elsewhere)


def _make(maker: ClipMaker, each: _Missing, progress: Progress, bar: Bar) -> ClipRecord:
    record = maker.make(each.case, each.seed, bar.step)
    if record.error:
        progress.say(f"{each.case.id}, seed {each.seed}: {record.error}")
    return record


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
) -> Iterator[_Missing]:
    """The samples without a clip, those whose file is no longer the one that was made, and failures to be retried."""
    for case, seed in samples:
        record = folder.record(case.id, seed)
        is_changed = record is not None and folder.is_changed(record)
        if is_changed:
            progress.say(f"{case.id}, seed {seed}: the clip is not the one that was made, and is made anew")
        if record is None or is_changed or (retry_failed and record.error):
            yield _Missing(case, seed, record)


def _objection(model: Model, each: _Missing, folder: RunFolder, max_cost: float | None) -> str:
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
