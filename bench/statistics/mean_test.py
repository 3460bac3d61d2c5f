"""Whether a mean difference is 0: one test, and the interval that is its inversion.

Student's t promises 5 % false alarms for normal differences and keeps to it for heavy tails, but gives 10 % for the
exponential distribution at ten cases. Hall's t, corrected for skewness, keeps to 5 % there and errs with heavy tails. A
difference is shown where both say so; the interval is the hull of both.

N: cases.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from bench.statistics import paired
from bench.statistics.arrays import Matrix, Vector
from bench.statistics.significance import ALPHA

FEWEST = 6
"""Cases that differ: fewer show nothing, whatever their differences."""

MANY = 50
"""Cases from which a difference that is the same in nearly all of them is believed: what happens in a tenth of cases or
more has then shown itself with 99.5 % probability, which is enough for ten tests at once."""

STRAIGHT = 1e-6
"""Skewness below which Hall's t is Student's, and its inverse would only be rounding."""


@dataclass(frozen=True)
class MeanTest:
    """A mean, and what its test and interval need.

    Attributes:
        value: the mean.
        error: its standard error.
        freedom: degrees of freedom, at least 1.
        skewness: of the differences, 0 if unknown: then the test is Student's.
        least_p: p is never smaller: what equal signs alone would give.
    """

    value: float
    error: float
    freedom: int
    skewness: float = 0.0
    least_p: float = 0.0

    @property
    def p(self) -> float:
        """How often chance alone gives such a mean or a larger one, in [0, 1]."""
        found = two_sided_p(*map(np.array, (self.value, self.error, self.freedom, self.skewness)))
        return max(float(found), self.least_p)

    def interval(self, alpha: float = ALPHA) -> tuple[float, float]:
        """The means that the test does not reject at α; it reaches 0 where least_p is above α.

        >>> low, high = MeanTest(2.0, 1.0, freedom=9).interval()  # 2 ± 2.262
        >>> round(low, 3), round(high, 3)
        (-0.262, 4.262)
        """
        from scipy.special import stdtrit

        quantile = float(stdtrit(self.freedom, 1 - alpha / 2))
        ends = [
            self.value - self.error * each for t in (-quantile, quantile) for each in self._studentised(t)
        ]
        if self.least_p > alpha or self.value == 0:
            ends.append(0.0)
        return min(ends), max(ends)

    def _studentised(self, t: float) -> Iterable[float]:
        """The values of (mean - truth) / error at which Student's and Hall's statistic are t."""
        yield t
        if abs(self.skewness) > STRAIGHT:
            root = math.sqrt(self.freedom + 1)
            bent = 1 + self.skewness / root * (t - self.skewness / (6 * root))
            yield 3 * root / self.skewness * (float(np.cbrt(bent)) - 1)


def mean_test(differences_N: Vector) -> MeanTest | None:
    """The test of the mean of differences; None for too few cases.

    There must be FEWEST cases. Below MANY cases there must be as many differences of their own: see own_differences. If
    that is because nearly all are 0, the test stands, but p is at least what the signs of the rest could give.

    Args:
        differences_N: (N,), finite, exactly 0 where nothing differs: see paired.differences.

    >>> mean_test(np.array([0.1, 0.2, 0.3, 0.4, 0.5, 0.9])).p < 0.05
    True
    >>> mean_test(
    ...     np.full(9, 0.1)
    ... ) is None  # a failure in a tenth of cases would be missed in 39 % of such samples
    True
    """
    cases = len(differences_N)
    untied = int((differences_N != 0).sum())
    own = cases if cases >= MANY else int(own_differences(differences_N[:, None])[0])
    if cases < FEWEST or own < FEWEST <= untied:
        return None
    error, skewness = (
        float(each[0]) for each in error_and_skewness(*_sums(differences_N), np.array([cases]))
    )
    return MeanTest(float(differences_N.mean()), error, cases - 1, skewness, paired.least_p(own))


def two_sided_p(value: Vector, error: Vector, freedom: Vector, skewness: Vector) -> Vector:
    """The larger p of Student's and of Hall's t; 1 for a value of 0, and 0 for any other without error.

    Args:
        value: means.
        error: their standard errors.
        freedom: their degrees of freedom.
        skewness: of what was averaged, G1.

    Source: Hall 1992 (Journal of the Royal Statistical Society B 54), the cubic transformation, monotone and hence
    invertible; with quantiles of Student's t in place of the normal ones, and the adjusted Fisher-Pearson skewness G1.
    """
    from scipy.special import stdtr

    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        student = value / error
        count = freedom + 1
        scaled = skewness * student / np.sqrt(count)
        hall = student * (1 + scaled / 3 + scaled**2 / 27) + skewness / (6 * np.sqrt(count))
        ps = 2 * stdtr(freedom, -np.minimum(np.abs(student), np.abs(hall)))
    return np.asarray(np.where(value == 0, 1.0, np.where(error == 0, 0.0, ps)))


def error_and_skewness(squares: Any, cubes: Any, counts: Any) -> tuple[Any, Any]:
    """Standard errors of means and skewness G1 of what was averaged, from sums of powers around the means.

    Args:
        squares, cubes: sums of squares and of cubes around the means.
        counts: how many were summed; skewness is 0 below three, or where nothing varies.

    Source: Joanes and Gill 1998 (The Statistician 47), G1.
    """
    squares, cubes, counts = (np.asarray(each, dtype=np.float64) for each in (squares, cubes, counts))
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        spread = np.sqrt(squares / (counts - 1))
        skewness = cubes / spread**3 * counts / ((counts - 1) * (counts - 2))
        return spread / np.sqrt(counts), np.where(np.isfinite(skewness), skewness, 0.0)


def own_differences(differences_NP: Matrix) -> Vector:
    """(P,): the number of differences in each column that are not 0; where most are equal, these count once.

    Equal differences say nothing of how much others may vary. NaN does not count; rounding makes no difference.

    >>> own_differences(np.array([[0.1, 0.0], [0.1, 0.0], [0.2, np.nan]])).tolist()
    [2.0, 0.0]
    """
    found = np.where(differences_NP == 0, np.nan, differences_NP)
    ordered = np.sort(found, axis=0)  # NaN is sorted last
    run = np.zeros(ordered.shape[1])
    longest, before = run, np.full_like(run, -np.inf)
    for each in ordered:
        run = np.where(
            np.isnan(each), 0.0, np.where(each - before <= paired.ROUNDING * np.abs(each), run, 0.0) + 1
        )
        longest, before = np.maximum(longest, run), each
    untied = (~np.isnan(found)).sum(axis=0)
    return np.asarray(np.where(longest > untied / 2, untied - longest + 1, untied), dtype=np.float64)


def _sums(differences_N: Vector) -> tuple[Vector, Vector]:
    around = differences_N - differences_N.mean()
    is_rounding = np.abs(around).max() <= paired.ROUNDING * abs(differences_N.mean())
    around = np.zeros_like(around) if is_rounding else around
    return np.array([np.square(around).sum()]), np.array([(around**3).sum()])
