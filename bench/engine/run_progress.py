"""How far a run is: what was asked for, what is made, failed, measured and under way, at what rate, until when.

The rate is that of all processes together, whichever machines they run on: it comes from when each record was written.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

from bench.engine.units import Shard
from bench.runs import RunFolder, leases, requested, row_tables
from bench.types import ClipRecord

LAST = 50
"""Clips that the present rate and the end are told by: a run may have paused before them."""

WIDE = 1.96
"""Standard deviations that 95 % lie within."""

COLUMNS = ("run", "case", "seed", "metric", "view", "clip_sha256")


@dataclass(frozen=True)
class RunProgress:
    """How far a run is.

    Attributes:
        run: its id.
        asked: clips that it was asked for.
        made, failed: of these, those with a clip, and those with a failure instead.
        measured: of the clips made, those that have rows; None where the run was not to be measured.
        under_way: unit -> who works on it, as 'host pid'.
        makers: who made how many of the clips, as 'host pid', the most busy first.
        rate, rate_of_all: clips per hour, of the last ones and of all; None where too few are known.
        hours: until the last clip is made, with the ends of a 95 % interval; None where that cannot be said.
    """

    run: str
    asked: int
    made: int
    failed: int
    measured: int | None
    under_way: dict[str, str]
    makers: dict[str, int]
    rate: float | None
    rate_of_all: float | None
    hours: tuple[float, float, float] | None

    @property
    def missing(self) -> int:
        """Clips that are yet to be made."""
        return self.asked - self.made - self.failed

    @property
    def is_done(self) -> bool:
        """Whether nothing is left to do."""
        return self.missing == 0 and self.measured in (None, self.made)

    def ends(self, now: datetime) -> tuple[datetime, datetime, datetime] | None:
        """When the last clip will be made: expected, at the earliest, at the latest."""
        if self.hours is None:
            return None
        expected, low, high = (now + timedelta(hours=each) for each in self.hours)
        return expected, low, high

    def as_json(self) -> dict[str, Any]:
        """For machines."""
        return {**vars(self), "missing": self.missing, "is_done": self.is_done}


def of_run(folder: RunFolder, shard: Shard | None = None) -> RunProgress:
    """How far a run is.

    Args:
        folder: of the run.
        shard: only what falls to it; None for all.

    Raises:
        BadResults: a file that says what the run is, or was asked for, is broken.
    """
    run, records = folder.run, folder.records()
    asked = requested.clips(folder.path) or frozenset((each.case, each.seed) for each in records)
    if shard:
        asked = shard.clips(run, asked)
    ours = [each for each in records if (each.case, each.seed) in asked]
    made = [each for each in ours if not each.error]
    times = sorted(filter(None, map(_made_at, ours)))
    missing = len(asked) - len(ours)
    return RunProgress(
        run.id,
        len(asked),
        len(made),
        len(ours) - len(made),
        _measured(folder, made),
        leases.holders(folder.path),
        dict(Counter(each.made_by for each in ours if each.made_by).most_common()),
        _rate(times[-LAST:]),
        _rate(times),
        _hours(times[-LAST:], missing),
    )


def _measured(folder: RunFolder, made: Sequence[ClipRecord]) -> int | None:
    """How many of these clips have rows about what they hold now."""
    if not folder.rows.are_wanted():
        return None
    table, _ = folder.rows.table(COLUMNS)
    have = row_tables.unique(table, ("case", "seed", "clip_sha256"))
    return sum((each.case, each.seed, each.sha256) in have for each in made)


def _made_at(record: ClipRecord) -> datetime | None:
    try:
        return datetime.fromisoformat(record.made_at).astimezone(UTC)
    except ValueError:
        return None  # of an earlier version


def _rate(times: Sequence[datetime]) -> float | None:
    """Clips per hour."""
    seconds = (times[-1] - times[0]).total_seconds() if times else 0.0
    return (len(times) - 1) * 3600 / seconds if seconds else None


def _hours(times: Sequence[datetime], missing: int) -> tuple[float, float, float] | None:
    """Until so many more clips are made, if gaps between clips stay as they are; the mean of few gaps is uncertain."""
    gaps = [(late - early).total_seconds() / 3600 for early, late in pairwise(times)]
    if not missing:
        return 0.0, 0.0, 0.0
    if len(gaps) < 2 or not sum(gaps):
        return None
    mean = sum(gaps) / len(gaps)
    variance = sum((gap - mean) ** 2 for gap in gaps) / (len(gaps) - 1)
    expected = missing * mean
    spread = WIDE * math.sqrt(variance * (missing + missing**2 / len(gaps)))
    return expected, max(0.0, expected - spread), expected + spread
