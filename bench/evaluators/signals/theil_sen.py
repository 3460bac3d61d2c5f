"""The Theil-Sen slope of a series: the median of the slopes between any two of its values."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from bench.errors import NotMeasurable

Series: TypeAlias = NDArray[np.float64]

MIN_VALUES = 3
"""Fewest values of a series: two always lie on a line."""

_AT_ONCE = 2000
"""Values of the longest series whose slopes, two million, are in memory together; those of longer ones would fill
it."""


def slope(series: Series) -> float:
    """The median of the slopes between any two of (n,) values, per step; up to 29 % of the values may be anything.

    Raises:
        NotMeasurable: fewer than 3 values.

    >>> slope(np.array([0.0, 1.0, 2.0, 99.0, 4.0]))
    1.0
    """
    if len(series) < MIN_VALUES:
        raise NotMeasurable(
            f"a slope needs {MIN_VALUES} values, the series has {len(series)}: use a longer clip"
        )
    if len(series) > _AT_ONCE:
        return _slope_by_lags(series)
    return float(np.median(_slopes(series)))


def _slopes(series: Series) -> Series:
    before, after = np.triu_indices(len(series), 1)
    return np.asarray((series[after] - series[before]) / (after - before))


def _slope_by_lags(series: Series) -> float:
    """The median of the same slopes, to the bit, with few of them in memory at a time: 36 000 values have 650 million.

    Evenly spread values give bounds that the median most likely lies between; only slopes between them are sorted.
    """
    pairs = len(series) * (len(series) - 1) // 2
    middle = ((pairs - 1) // 2, pairs // 2)
    some, margin = _slopes(series[:: -(-len(series) // _AT_ONCE)]), 0.01
    while margin < 0.5:
        ranked = _Ranked(series, *np.quantile(some, [0.5 - margin, 0.5 + margin]))
        if all(rank in ranked for rank in middle):
            return float(np.mean([ranked[rank] for rank in middle]))
        margin *= 3  # those values were not like all
    return float(np.median(_slopes(series)))


class _Ranked:
    """The slopes between two bounds, by their rank among all; those that equal a bound are counted, not kept."""

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
