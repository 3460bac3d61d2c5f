"""Series of many clips as one band: the mean over cases and the range of the middle 80 % of them, along the clip.

P: points; C: cases; N: values of a series. Clips of one length are taken point by point. Clips of different lengths are
brought to percentages of the clip, from its first value to its last: cutting all at the shortest would throw away the
ends, where clips drift. A shorter series is stretched linearly to the longest one's length; no band has more than
MAX_POINTS, and longer series give the means of that many stretches of equal length.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from bench.statistics.arrays import Vector

MAX_POINTS = 240
"""More points than this cannot be told apart in a plot."""

LOW, HIGH = 0.1, 0.9


@dataclass(frozen=True)
class Band:
    """The course of a metric along the clips of one run.

    Attributes:
        places_P: position of each point: the number of its value (from 0), or, by share, 0 to 100 % of the clip.
        mean_P: over cases.
        low_P, high_P: the 10 % and the 90 % quantile over cases; for one case, its own series.
        cases: how many.
        is_by_share: whether the clips differ in length, or are longer than MAX_POINTS.
    """

    places_P: Vector
    mean_P: Vector
    low_P: Vector
    high_P: Vector
    cases: int
    is_by_share: bool


def band(series: Mapping[str, Sequence[Sequence[float]]]) -> Band | None:
    """The band of a metric.

    Args:
        series: case -> the series of its seeds, which are averaged first. Empty series are ignored.

    Returns:
        None where there is no series.

    >>> band({"a": [[0.0, 2.0]], "b": [[2.0, 4.0]]}).mean_P.tolist()
    [1.0, 3.0]
    """
    found = {case: [each for each in seeds if len(each)] for case, seeds in series.items()}
    lengths = {len(each) for seeds in found.values() for each in seeds}
    if not lengths:
        return None
    points = min(max(lengths), MAX_POINTS)
    values_CP = np.array(
        [np.mean([resampled(each, points) for each in seeds], axis=0) for seeds in found.values() if seeds]
    )
    low_P, high_P = np.quantile(values_CP, [LOW, HIGH], axis=0)
    is_by_share = lengths != {points}
    places_P = np.linspace(0, 100, points) if is_by_share else np.arange(points, dtype=np.float64)
    return Band(places_P, values_CP.mean(axis=0), low_P, high_P, len(values_CP), is_by_share)


def resampled(values: Sequence[float], points: int) -> Vector:
    """A series as (points,): stretched linearly, or averaged over stretches of equal length.

    >>> resampled([0.0, 1.0, 2.0, 5.0], 2).tolist()
    [0.5, 3.5]
    """
    values_N = np.asarray(values, dtype=np.float64)
    if len(values_N) <= points:
        return np.interp(np.linspace(0, len(values_N) - 1, points), np.arange(len(values_N)), values_N)
    edges = np.linspace(0, len(values_N), points + 1)
    # linear between frames: a stretch may end inside one
    whole = np.concatenate([[0.0], np.cumsum(values_N)])
    sums = np.diff(np.interp(edges, np.arange(len(values_N) + 1), whole))
    return np.asarray(sums / np.diff(edges))
