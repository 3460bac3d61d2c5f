"""Does a series rise or fall, how fast, and is that more than noise.

Neighbouring frames resemble each other, so do their scores, and a test that takes them for independent finds a trend
in every third steady clip. The test here discounts for that, and a verdict wants two things: a trend that noise does
not make, and a change that matters.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bench.errors import NotMeasurable

MIN_SLOPE_VALUES = 3
"""Two values always lie on a line."""

MIN_VALUES = 10
"""Of a series whose trend is tested: with eight not even a straight line reaches SIGNIFICANT, with nine only just."""

SIGNIFICANT = 0.01
"""p-value that a verdict needs."""

_ROUNDING = 9
"""Decimals beyond which values are equal: sums of many float64 differ there between machines."""

_SMALL = 0.1
"""Wiggles below a tenth of the trend's own change are shape, not noise: an exponential decay without any noise leaves
a smooth remainder too."""

_MOST_MEMORY = 0.95
"""Above it, noise with memory and a trend are the same thing at the length of a clip."""

Series = NDArray[np.float64]


@dataclass(frozen=True)
class Trend:
    """A series' drift.

    Attributes:
        slope: of one step of the series, in its unit.
        p_value: how often noise with the series' own memory drifts so clearly, either way.
        change: slope times the steps from first to last.
    """

    slope: float
    p_value: float
    change: float

    def verdict(self, least_change: float) -> int:
        """-1 falling, 1 rising, 0 steady: p_value below 0.01 and a change of at least least_change, or steady."""
        if self.p_value >= SIGNIFICANT or abs(self.change) < least_change:
            return 0
        return 1 if self.change > 0 else -1


def slope(series: Series) -> float:
    """Theil-Sen: the median of the slopes of all pairs, a step; up to 29 % of the values may be anything.

    Raises:
        NotMeasurable: fewer than 3 values.
    """
    if len(series) < MIN_SLOPE_VALUES:
        raise NotMeasurable(
            f"a slope needs {MIN_SLOPE_VALUES} values, the series has {len(series)}: use a longer clip"
        )
    before, after = np.triu_indices(len(series), 1)
    return float(np.median((series[after] - series[before]) / (after - before)))


def trend(series: Series) -> Trend:
    """Slope, and the Mann-Kendall test of it with allowances for ties, memory and the memory's own uncertainty.

    Kendall's S counts pairs that rise less pairs that fall. Its variance is that of independent values, corrected for
    ties, times Hamed and Rao's factor for an AR(1) memory, which is estimated from what a parabola leaves. As the
    memory is an estimate, S / sd is judged by Student's t with the number of values over that factor, less two.

    Args:
        series: (n,), n >= 10; values that differ below 1e-9 are equal.

    Raises:
        NotMeasurable: fewer values.

    Source: Mann 1945, Kendall 1970, Hamed & Rao 1998 (eq. 15 to 17). There the memory is read off the ranks at every
        lag and the normal distribution used; on clips of 14 to 50 frames that calls a third of steady AR(1) series
        with memory 0.8 a trend, this one in ten, at a nominal 5 %.
    """
    count = len(series)
    if count < MIN_VALUES:
        raise NotMeasurable(f"a trend needs {MIN_VALUES} values, the series has {count}: use a longer clip")
    rounded = np.round(series, _ROUNDING)
    step = slope(rounded)
    change = step * (count - 1)
    factor = _inflation(count, _memory(rounded, change))
    variance = _variance(rounded) * factor
    if variance == 0:
        return Trend(slope=0.0, p_value=1.0, change=0.0)
    score = max(abs(_kendall(rounded)) - 1, 0) / math.sqrt(variance)
    return Trend(step, _two_sided(score, max(count / factor - 2, 1.0)), change)


def _kendall(series: Series) -> int:
    before, after = np.triu_indices(len(series), 1)
    return int(np.sign(series[after] - series[before]).sum())


def _variance(series: Series) -> float:
    """Of Kendall's S for independent values with these ties; 0 where all are equal."""
    ties = np.unique(series, return_counts=True)[1].astype(np.float64)
    return float(_pairs_variance(np.float64(len(series))) - _pairs_variance(ties).sum())


def _pairs_variance(count: Series | np.float64) -> Series:
    return np.asarray(count * (count - 1) * (2 * count + 5) / 18)


def _memory(series: Series, change: float) -> float:
    """Correlation of neighbours in [0, 0.95], of what a parabola leaves, with two corrections.

    Fitting a polynomial of degree d makes a remainder forget: to first order it lowers the estimate by
    (d + 1 + (d + 3) r) / n. And a remainder that is small beside the trend is discounted, as _SMALL says.
    """
    count, degree = len(series), 2
    terms = np.vander(np.linspace(-1, 1, count), degree + 1)
    remainder = series - terms @ np.linalg.lstsq(terms, series)[0]
    power, ignored = float(remainder @ remainder) / count, (_SMALL * change) ** 2
    if power + ignored <= 10.0 ** (-2 * _ROUNDING):
        return 0.0
    raw = float(remainder[1:] @ remainder[:-1]) / (count * power)
    mended = (count * raw + degree + 1) / (count - degree - 3)
    return min(max(mended, 0.0), _MOST_MEMORY) * power / (power + ignored)


def _inflation(count: int, memory: float) -> float:
    """How much wider S spreads than for independent values: Hamed & Rao's sum over lags, for AR(1)."""
    lags = np.arange(1, count)
    of_ranks = 6 / np.pi * np.arcsin(memory**lags / 2)
    weights = (count - lags) * (count - lags - 1) * (count - lags - 2)
    return float(1 + 2 / (count * (count - 1) * (count - 2)) * (weights * of_ranks).sum())


def _two_sided(score: float, free: float) -> float:
    from scipy.special import stdtr

    return float(2 * stdtr(free, -score))
