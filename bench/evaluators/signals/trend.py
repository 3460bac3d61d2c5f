"""Whether a series rises or falls, and whether that is more than noise.

Neighbouring frames resemble each other, and so do their scores: a test that takes them for independent finds a trend
in every third steady clip. The test here corrects for that, and a verdict needs two things: a trend that noise does not
make, and a change that matters.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from bench.errors import NotMeasurable
from bench.evaluators.signals import least_squares
from bench.evaluators.signals.theil_sen import Series, slope

MIN_VALUES = 10
"""Fewest values of a series that is tested: with eight not even a straight line reaches SIGNIFICANT, with nine only
just."""

SIGNIFICANT = 0.01
"""p-value that a verdict needs."""

ROUNDING = 9
"""Decimals that count: beyond them, sums of many float64 differ between machines."""

_SMALL = 0.1
"""Deviations below this share of the trend's own change are shape, not noise: an exponential decay without any noise
also leaves a smooth remainder."""

_MOST_MEMORY = 0.95
"""Above it, noise with memory and a trend cannot be told apart in a series as short as a clip."""


@dataclass(frozen=True)
class Trend:
    """A series' drift.

    Attributes:
        slope: change per step of the series, in its unit.
        p_value: how often noise with the series' own memory drifts so clearly, up or down.
        change: slope times the steps from first to last.
    """

    slope: float
    p_value: float
    change: float

    def verdict(self, least_change: float) -> int:
        """-1 falling or 1 rising: p_value below 0.01 and a change of at least least_change; else 0, steady."""
        if self.p_value >= SIGNIFICANT or abs(self.change) < least_change:
            return 0
        return 1 if self.change > 0 else -1


def trend(series: Series) -> Trend:
    """Slope, and its Mann-Kendall test with corrections for ties, memory and the memory's own uncertainty.

    Kendall's S counts pairs that rise less pairs that fall. Its variance is that of independent values, corrected for
    ties, times Hamed and Rao's factor for an AR(1) memory, which is estimated from the remainder of a parabola. As the
    memory is an estimate, S / sd is tested by Student's t, whose degrees of freedom are the number of values over that
    factor, less two.

    Args:
        series: (n,), n >= 10; values that differ below 1e-9 are equal.

    Raises:
        NotMeasurable: fewer values.

    Source: Mann 1945, Kendall 1970, Hamed & Rao 1998 (eq. 15 to 17). Their memory is that of the ranks at every lag,
        and their distribution the normal one; on clips of 14 to 50 frames that calls a third of steady AR(1) series
        with memory 0.8 a trend, this test one in ten, at a nominal 5 %.

    >>> found = trend(1 - 0.02 * np.arange(20))
    >>> round(found.slope, 9), round(found.change, 9), found.verdict(least_change=0.02)
    (-0.02, -0.38, -1)
    """
    count = len(series)
    if count < MIN_VALUES:
        raise NotMeasurable(f"a trend needs {MIN_VALUES} values, the series has {count}: use a longer clip")
    rounded = np.round(series, ROUNDING)
    step = slope(rounded)
    change = step * (count - 1)
    factor = _inflation(count, _memory(rounded, change))
    variance = _variance(rounded) * factor
    if variance == 0:
        return Trend(slope=0.0, p_value=1.0, change=0.0)
    score = max(abs(_kendall(rounded)) - 1, 0) / math.sqrt(variance)
    return Trend(step, _two_sided(score, max(count / factor - 2, 1.0)), change)


def _kendall(series: Series) -> int:
    return sum(int(np.sign(series[lag:] - series[:-lag]).sum()) for lag in range(1, len(series)))


def _variance(series: Series) -> float:
    """Variance of Kendall's S for independent values with these ties; 0 where all are equal."""
    ties = np.unique(series, return_counts=True)[1].astype(np.float64)
    return float(_pairs_variance(np.float64(len(series))) - _pairs_variance(ties).sum())


def _pairs_variance(count: Series | np.float64) -> Series:
    return np.asarray(count * (count - 1) * (2 * count + 5) / 18)


def _memory(series: Series, change: float) -> float:
    """Correlation of neighbours in [0, 0.95], in the remainder of a parabola, with two corrections.

    Fitting a polynomial of degree d lowers the estimate by (d + 1 + (d + 3) r) / n, to first order. And a remainder
    that is small beside the trend is discounted: see _SMALL.
    """
    remainder = least_squares.residual(series, np.vander(np.linspace(-1, 1, len(series)), 3))
    power, ignored = float(remainder @ remainder) / len(series), (_SMALL * change) ** 2
    if power + ignored <= 10.0 ** (-2 * ROUNDING):
        return 0.0
    return ar1_memory(remainder) * power / (power + ignored)


def ar1_memory(remainder: Series) -> float:
    """Correlation of neighbours in [0, 0.95], in the (n,) remainder of a fit of three parameters; 0 if it is empty."""
    count, squares, degree = len(remainder), float(remainder @ remainder), 2
    if squares <= 10.0 ** (-2 * ROUNDING):
        return 0.0
    raw = float(remainder[1:] @ remainder[:-1]) / squares
    return min(max((count * raw + degree + 1) / (count - degree - 3), 0.0), _MOST_MEMORY)


def _inflation(count: int, memory: float) -> float:
    """Variance of S over that for independent values: Hamed & Rao's sum over lags, for AR(1)."""
    lags = np.arange(1, count)
    of_ranks = 6 / np.pi * np.arcsin(memory**lags / 2)
    weights = (count - lags) * (count - lags - 1) * (count - lags - 2)
    return float(1 + 2 / (count * (count - 1) * (count - 2)) * (weights * of_ranks).sum())


def _two_sided(score: float, free: float) -> float:
    from scipy.special import stdtr

    return float(2 * stdtr(free, -score))
