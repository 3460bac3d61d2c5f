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

_AT_ONCE = 2000
"""Values of a series whose two million slopes are in memory together; of a longer one they would fill it."""

_ROUNDING = 9
"""Decimals beyond which values are equal: sums of many float64 differ there between machines."""

_SMALL = 0.1
"""Wiggles below a tenth of the trend's own change are shape, not noise: an exponential decay without any noise leaves
a smooth remainder too."""

_MOST_MEMORY = 0.95
"""Above it, noise with memory and a trend are the same thing at the length of a clip."""

_SHORTEST = 0.5
"""Steps: of faster decays a series has the first value only, and a fall to a level by one value is a jump."""

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
    if len(series) > _AT_ONCE:
        return _slope_by_lags(series)
    return float(np.median(_slopes(series)))


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


@dataclass(frozen=True)
class Decay:
    """The exponential that a falling series follows: level + drop * 2^(-t / half_life), t counted from 0.

    Attributes:
        half_life: steps in which what lies above the level halves.
        level: what the series falls to.
        drop: how far above it the series starts, over 0.
    """

    half_life: float
    level: float
    drop: float


def half_life(series: Series) -> Decay:
    """How fast a series decays, and to what: the exponential with the least squares.

    Args:
        series: (n,), n >= 10; values that differ below 1e-9 are equal.

    Raises:
        NotMeasurable: fewer values; no significant fall (F test against a constant, p >= 0.01); or a fall whose
            half-life they do not tell: too fast, nearly straight or curved the other way, or in so much noise that
            its 95 % interval is wider than a factor of two either way. By simulation of 10 to 80 values, under 1 %
            of steady AR(1) series with memory 0 to 0.9 get a half-life.

    Source: own. For each half-life level and drop are linear (variable projection); errors are those of the linearised
        fit, widened by the remainder's AR(1) memory as a mean's would be.
    """
    count = len(series)
    if count < MIN_VALUES:
        raise NotMeasurable(
            f"a half-life needs {MIN_VALUES} values, the series has {count}: use a longer clip"
        )
    rounded = np.round(series, _ROUNDING)
    steps = _best_half_life(rounded)
    curve = 2.0 ** (-np.arange(count) / steps)
    (level, drop), remainder = _fitted(np.stack([np.ones(count), curve], axis=1), rounded)
    memory = _mended_memory(remainder)
    factor = (1 + memory) / (1 - memory)
    free = max(count / factor - 3, 1.0)
    noise = float(remainder @ remainder) / (count - 3) * factor + 10.0 ** (-2 * _ROUNDING)
    explained = float(np.square(rounded - rounded.mean()).sum() - remainder @ remainder)
    if drop <= 0 or _f_tail(explained / 2 / noise, free) >= SIGNIFICANT:
        raise NotMeasurable("the series does not fall as a decay does: it has no half-life")
    slopes = np.stack([np.ones(count), curve, drop * curve * np.arange(count) * math.log(2) / steps], axis=1)
    if _uncertainty(slopes, noise, free) > math.log(2) or not _SHORTEST * 1.01 < steps < (count - 1) / 1.01:
        raise NotMeasurable(
            f"the series falls, but its {count} values do not tell the half-life: use a longer clip"
        )
    return Decay(steps, float(level), float(drop))


def _best_half_life(series: Series) -> float:
    """The half-life, from _SHORTEST to the series' length, whose exponential leaves the least: a grid, thrice finer."""
    time, centred = np.arange(len(series)), series - series.mean()
    low, high = math.log(_SHORTEST), math.log(len(series) - 1)
    for _ in range(3):
        tries = np.linspace(low, high, 65)
        curves = 2.0 ** (-time / np.exp(tries)[:, None])
        curves -= curves.mean(axis=1, keepdims=True)
        along = np.maximum(curves @ centred, 0)  # rises fit nothing
        best = int(np.argmax(along**2 / np.square(curves).sum(axis=1)))
        low, high = tries[max(best - 1, 0)], tries[min(best + 1, 64)]
    return float(np.exp(tries[best]))


def _fitted(terms: Series, series: Series) -> tuple[Series, Series]:
    """Coefficients of least squares on the columns of terms, and what they leave."""
    coefficients = np.asarray(np.linalg.lstsq(terms, series)[0], dtype=np.float64)
    return coefficients, series - terms @ coefficients


def _uncertainty(slopes: Series, noise: float, free: float) -> float:
    """Half the 95 % interval of the last parameter; slopes (n, k) are the fit's derivatives by its k parameters."""
    from scipy.special import stdtrit

    # by QR and not by the inverse of a product: a nearly straight fall makes two columns all but equal
    last = np.linalg.qr(slopes)[1][-1, -1]
    return float(stdtrit(free, 0.975) * math.sqrt(noise) / max(abs(last), 1e-12))


def _f_tail(ratio: float, free: float) -> float:
    from scipy.special import fdtrc

    return float(fdtrc(2, free, max(ratio, 0.0)))


def _slopes(series: Series) -> Series:
    before, after = np.triu_indices(len(series), 1)
    return np.asarray((series[after] - series[before]) / (after - before))


def _slope_by_lags(series: Series) -> float:
    """The median of the same slopes to the bit, of which few are in memory at a time: 36 000 values have 650 million.

    A spread-out part of the values says where the median lies, nearly; only slopes between those bounds are sorted.
    """
    pairs = len(series) * (len(series) - 1) // 2
    middle = ((pairs - 1) // 2, pairs // 2)
    some, margin = _slopes(series[:: -(-len(series) // _AT_ONCE)]), 0.01
    while margin < 0.5:
        ranked = _Ranked(series, *np.quantile(some, [0.5 - margin, 0.5 + margin]))
        if all(rank in ranked for rank in middle):
            return float(np.mean([ranked[rank] for rank in middle]))
        margin *= 3  # the part was not like the whole
    return float(np.median(_slopes(series)))


class _Ranked:
    """The slopes from low to high, by their rank among all; those that equal a bound are counted, not kept."""

    def __init__(self, series: Series, low: float, high: float) -> None:
        self._low, self._high, self._below, self._at_low, self._at_high = low, high, 0, 0, 0
        inside: list[Series] = []
        for lag in range(1, len(series)):
            slopes = (series[lag:] - series[:-lag]) / lag
            self._below += int(np.count_nonzero(slopes < low))
            self._at_low += int(np.count_nonzero(slopes == low))
            self._at_high += int(np.count_nonzero(slopes == high)) if high > low else 0
            inside.append(slopes[(slopes > low) & (slopes < high)])
        self._inside = np.sort(np.concatenate(inside))

    def __contains__(self, rank: int) -> bool:
        return 0 <= rank - self._below < self._at_low + len(self._inside) + self._at_high

    def __getitem__(self, rank: int) -> float:
        place = rank - self._below - self._at_low
        if 0 <= place < len(self._inside):
            return float(self._inside[place])
        return self._low if place < 0 else self._high


def _kendall(series: Series) -> int:
    return sum(int(np.sign(series[lag:] - series[:-lag]).sum()) for lag in range(1, len(series)))


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
    _, remainder = _fitted(np.vander(np.linspace(-1, 1, len(series)), 3), series)
    power, ignored = float(remainder @ remainder) / len(series), (_SMALL * change) ** 2
    if power + ignored <= 10.0 ** (-2 * _ROUNDING):
        return 0.0
    return _mended_memory(remainder) * power / (power + ignored)


def _mended_memory(remainder: Series) -> float:
    """Correlation of neighbours in [0, 0.95], of what a fit of three parameters leaves; 0 where it leaves nothing."""
    count, squares, degree = len(remainder), float(remainder @ remainder), 2
    if squares <= 10.0 ** (-2 * _ROUNDING):
        return 0.0
    raw = float(remainder[1:] @ remainder[:-1]) / squares
    return min(max((count * raw + degree + 1) / (count - degree - 3), 0.0), _MOST_MEMORY)


def _inflation(count: int, memory: float) -> float:
    """How much wider S spreads than for independent values: Hamed & Rao's sum over lags, for AR(1)."""
    lags = np.arange(1, count)
    of_ranks = 6 / np.pi * np.arcsin(memory**lags / 2)
    weights = (count - lags) * (count - lags - 1) * (count - lags - 2)
    return float(1 + 2 / (count * (count - 1) * (count - 2)) * (weights * of_ranks).sum())


def _two_sided(score: float, free: float) -> float:
    from scipy.special import stdtr

    return float(2 * stdtr(free, -score))
