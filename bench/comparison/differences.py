"""What tells two runs apart: the nouns of a comparison, Holm's correction, and the cases that differ most. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal, TypeAlias

import numpy as np

from bench.statistics import paired
from bench.statistics.significance import ALPHA, holm
from bench.statistics.variance_components import VarianceComponents
from bench.types import SIGNS, Direction

Basis: TypeAlias = Literal["cases", "set"]
"""What a difference is of: means over cases, or one number about each set of clips."""


Verdict: TypeAlias = Literal["better", "worse", "differs", "no difference shown", "too few cases"]


@dataclass(frozen=True)
class Entry:
    """One side of a comparison.

    Attributes:
        run: id of the run.
        name: what tables call it.
        clips: case -> the clip of its first seed.
    """

    run: str
    name: str
    clips: Mapping[str, Path] = field(default_factory=dict)


@dataclass(frozen=True)
class CaseDifference:
    """One case under one metric: the means over the seeds of each side, and B minus A."""

    case: str
    a: float
    b: float
    difference: float


@dataclass(frozen=True)
class Difference:
    """What one metric says.

    Attributes:
        metric, version, direction, unit: of which.
        basis: what it is the difference of.
        cases: how many both have.
        a, b: the two scores, over these cases.
        difference: b minus a.
        low, high: its 95 % interval; None for too few cases.
        p: of no difference, by sign flips; for a set by the jackknife's t. None for too few cases.
        p_holm: p, raised for the number of metrics that were compared.
        effect: mean over standard deviation of the cases' differences; None where they do not vary.
        won, lost, tied: cases where B is better, worse, equal; of a metric without a direction, higher and lower.
        detectable: the true difference that so many cases would show with 80 % power; None where nobody knows.
        components: how the values vary; None where a side has one seed.
        seeds_worth: seeds after which another narrows the interval little; None where nobody knows.
        by_case: from the case that B loses most to the one that it wins most.
    """

    metric: str
    version: str
    direction: Direction
    unit: str
    basis: Basis
    cases: int
    a: float
    b: float
    difference: float
    low: float | None
    high: float | None
    p: float | None
    p_holm: float | None = None
    effect: float | None = None
    won: int = 0
    lost: int = 0
    tied: int = 0
    detectable: float | None = None
    components: VarianceComponents | None = None
    seeds_worth: int | None = None
    by_case: tuple[CaseDifference, ...] = ()

    @property
    def verdict(self) -> Verdict:
        """What may be said of B, at 5 % false alarms over all metrics that were compared."""
        if self.p_holm is None:
            return "too few cases"
        if self.p_holm > ALPHA:
            return "no difference shown"
        if self.direction == "none":
            return "differs"
        return "better" if self.difference * SIGNS[self.direction] > 0 else "worse"

    @property
    def could_tell(self) -> bool:
        """Whether any signs of the differences would make p small enough: too few cases that differ never do."""
        return self.basis == "set" or paired.least_p(self.won + self.lost) <= ALPHA

    @property
    def half(self) -> float | None:
        """Half the width of the interval."""
        return None if self.low is None or self.high is None else (self.high - self.low) / 2


@dataclass(frozen=True)
class Skipped:
    """A metric that is not compared, and why."""

    metric: str
    reason: str


@dataclass(frozen=True)
class Hole:
    """Cases that only one side has a value of, under these metrics."""

    has: str
    lacks: str
    cases: tuple[str, ...]
    metrics: tuple[str, ...]


@dataclass(frozen=True)
class Pair:
    """One run against the baseline.

    Attributes:
        a: the baseline.
        b: the other.
        differences: one a metric.
        skipped: the metrics that are not compared.
        holes: what is left out of those that are.
        seeds: of either side.
    """

    a: Entry
    b: Entry
    differences: tuple[Difference, ...]
    skipped: tuple[Skipped, ...]
    holes: tuple[Hole, ...]
    seeds: tuple[tuple[int, ...], tuple[int, ...]]


@dataclass(frozen=True)
class Extreme:
    """A case and how much B gains on it over A: the mean over metrics of gain / root mean square of the gains."""

    case: str
    gain: float
    metrics: int


def corrected(pair: Pair) -> Pair:
    """The pair with Holm's p over all its differences; they and the skipped ones sorted by metric.

    A metric that could not tell the runs apart, whatever the signs, is no test, and does not raise the others' p.

    Source: Tarone 1990 (Biometrics 46): a test whose least p is above α cannot give a false alarm.
    """
    tested = {each.metric: each.p for each in pair.differences if each.p is not None and each.could_tell}
    raised = dict(zip(tested, holm(list(tested.values())), strict=True))
    found = [replace(each, p_holm=raised.get(each.metric, each.p)) for each in pair.differences]
    return replace(
        pair,
        differences=tuple(sorted(found, key=lambda each: each.metric)),
        skipped=tuple(sorted(pair.skipped, key=lambda each: each.metric)),
    )


def extremes(pair: Pair) -> list[Extreme]:
    """The cases from the one that B loses most to the one that it wins most, over all metrics with a direction."""
    gains: dict[str, list[float]] = {}
    for each in pair.differences:
        for case, gain in zip(each.by_case, _usual(each), strict=False):
            gains.setdefault(case.case, []).append(gain * SIGNS[each.direction])
    found = [Extreme(case, float(np.mean(values)), len(values)) for case, values in gains.items()]
    return sorted(found, key=lambda extreme: (extreme.gain, extreme.case))


def _usual(each: Difference) -> list[float]:
    """The cases' differences over their root mean square; none where that says nothing.

    Divided by the largest first: squares of what strangers measured may be too large for a number.
    """
    differences_N = np.array([case.difference for case in each.by_case])
    largest = float(np.abs(differences_N).max(initial=0.0))
    if each.direction == "none" or not 0.0 < largest < np.inf:
        return []
    shares_N = differences_N / largest
    return list(map(float, shares_N / np.sqrt(np.mean(shares_N**2))))
