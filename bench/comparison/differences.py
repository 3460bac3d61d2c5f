"""The nouns of a comparison: two sides, what each metric says of them, and what is left out."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, TypeAlias

from bench.comparison.coverage import Missing, Tried, missing
from bench.statistics.hodges_lehmann import MedianDifference
from bench.statistics.mean_test import MeanTest
from bench.statistics.significance import ALPHA
from bench.statistics.variance_components import VarianceComponents
from bench.types import NATIVE, MetricCard

Basis: TypeAlias = Literal["cases", "set"]
"""What is compared: means over cases, or one number about each set of clips."""

Verdict: TypeAlias = Literal[
    "better", "worse", "differs", "no difference shown", "too few cases", "not comparable"
]
"""What may be said of B. 'not comparable': the clips differ in something that the metric depends on."""

Colour: TypeAlias = Literal["", "better", "worse"]
"""What the colour of a verdict says."""

SkipKind: TypeAlias = Literal[
    "no value", "other versions", "no common case", "whole set", "not measurable", "unavailable"
]
"""Why a metric is not compared. 'whole set': it is one number per set of clips, which by_set compares by features."""


@dataclass(frozen=True)
class Side:
    """One side of a comparison.

    Attributes:
        run: id of the run.
        name: its name in tables.
        clips: case -> the clip of its first seed.
    """

    run: str
    name: str
    clips: Mapping[str, Path] = field(default_factory=dict)


@dataclass(frozen=True)
class Contrast:
    """One thing in which the clips of two runs differ, besides what they show.

    Attributes:
        what: 'frame rate'.
        a, b: the values of each side as text, the most frequent first.
        unit: of both; '' for none.
        cases: how many of the common cases differ in it; None for all of them.
    """

    what: str
    a: str
    b: str
    unit: str = ""
    cases: int | None = None

    def __str__(self) -> str:
        """'frame rate 8 vs 4 fps', or 'size 64×48 vs 32×24 on 2 cases'."""
        text = f"{self.what} {self.a} vs {self.b} {self.unit}".rstrip()
        return text if self.cases is None else f"{text} on {self.cases} case{'s' * (self.cases != 1)}"


@dataclass(frozen=True)
class CaseDifference:
    """One case under one metric: the means over the seeds of each side, and B minus A."""

    case: str
    a: float
    b: float
    difference: float


@dataclass(frozen=True)
class Difference:
    """The difference of two runs under one metric. A new statistic is a field here and a column in columns.py.

    Attributes:
        metric, version: its name, with settings if any, and its version.
        card: its direction and unit.
        basis: what is compared.
        cases: how many both have.
        a, b: the two scores, over these cases.
        difference: b minus a.
        low, high: its interval, the differences that its test does not reject; None for too few cases.
        median: of the differences of the cases, with its interval; None for sets.
        p: of no difference; None for too few cases.
        test: what p and intervals of any level come from; likewise.
        level: of the interval: see verdicts.decided.
        p_adjusted: p, times the number of metrics that share 5 %.
        verdict: what may be said of B: whether the interval excludes 0, and on which side.
        effect: mean over standard deviation of the cases' differences; None where they do not vary.
        won, lost, tied: cases where B is better, worse, equal; for a metric without a direction, higher and lower.
        detectable: the true difference that this many cases would show with 80 % power; None if unknown.
        components: variance components of the values; None where a side has one seed.
        seeds_worth: seeds after which another narrows the interval little; None if unknown.
        by_case: from the case that B loses most to the one that it wins most.
        obstacles: in what the clips differ that the metric depends on, which leaves no verdict: see guard.guarded.
    """

    metric: str
    version: str
    card: MetricCard
    basis: Basis
    cases: int
    a: float
    b: float
    difference: float
    low: float | None
    high: float | None
    p: float | None
    test: MeanTest | None = None
    level: float = 1 - ALPHA
    p_adjusted: float | None = None
    verdict: Verdict = "too few cases"
    median: MedianDifference | None = None
    effect: float | None = None
    won: int = 0
    lost: int = 0
    tied: int = 0
    detectable: float | None = None
    components: VarianceComponents | None = None
    seeds_worth: int | None = None
    by_case: tuple[CaseDifference, ...] = ()
    obstacles: tuple[Contrast, ...] = ()

    @property
    def verdict_text(self) -> str:
        """The verdict, with what is in its way: 'not comparable: frame rate 8 vs 4 fps'."""
        return ": ".join([self.verdict, *(["; ".join(map(str, self.obstacles))] if self.obstacles else [])])

    @property
    def colour(self) -> Colour:
        """The verdict where it takes a side, which tables and plots show in a colour; '' for none."""
        return self.verdict if self.verdict in ("better", "worse") else ""

    @property
    def tells_direction(self) -> bool:
        """Whether a case's difference says on which side it is better."""
        return bool(self.card.sign) and not self.obstacles

    @property
    def cases_needed(self) -> int | None:
        """Cases that would show a true difference of this size with 80 % power, where these do not; None if unknown.

        What n cases can show shrinks with the square root of n.
        """
        if self.verdict != "no difference shown" or self.basis != "cases":
            return None
        if not (self.detectable and self.difference):
            return None
        share = self.detectable / self.difference
        needed = self.cases * share * share
        return max(self.cases + 1, math.ceil(needed)) if math.isfinite(needed) else None

    @property
    def can_be_significant(self) -> bool:
        """Whether significance is attainable at all: on clips that compare, with this many untied cases."""
        return not self.obstacles and self.test is not None and self.test.least_p <= ALPHA


@dataclass(frozen=True)
class Skipped:
    """A metric that is not compared.

    Attributes:
        metric: its name.
        reason: why, for people.
        kind: why, for programs.
    """

    metric: str
    reason: str
    kind: SkipKind


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
        b: the other run.
        differences: one per metric.
        skipped: the metrics that are not compared.
        holes: cases that are left out of the compared ones.
        seeds: of each side.
        coverage: metric -> the clips of each side, with a value and without.
        contrasts: in what the clips of both differ besides what they show.
    """

    a: Side
    b: Side
    differences: tuple[Difference, ...]
    skipped: tuple[Skipped, ...]
    holes: tuple[Hole, ...]
    seeds: tuple[tuple[int, ...], tuple[int, ...]]
    coverage: Mapping[str, tuple[Tried, Tried]] = field(default_factory=dict)
    contrasts: tuple[Contrast, ...] = ()

    @property
    def missing(self) -> tuple[Missing, ...]:
        """The clips of each side that have no value under compared metrics."""
        sides = ((self.a, 0), (self.b, 1))
        return tuple(
            each
            for side, place in sides
            for each in missing(side.name, {metric: both[place] for metric, both in self.coverage.items()})
        )


@dataclass(frozen=True)
class Comparison:
    """Runs on one version of one suite.

    Attributes:
        suite: name@version.
        pairs: each run but the first, against the first.
        problems: files of rows that had to be set aside.
        view: in which they are compared, as headings name it.
        view_notes: why that is native though the default view was asked for.
    """

    suite: str
    pairs: tuple[Pair, ...]
    problems: tuple[str, ...] = ()
    view: str = NATIVE
    view_notes: tuple[str, ...] = ()
