"""Ranks no finer than the data: the best and the worst place that a run may have, and groups that are not told apart.

R: runs; N: cases. Two runs are compared on the cases that both have. Where the data allow every place from 3rd to 12th,
the rank is 3–12: a table that says 7th would invite readers to explain noise.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from bench.statistics import paired
from bench.statistics.arrays import Mask, Matrix, Vector
from bench.statistics.significance import ALPHA, holm

if TYPE_CHECKING:
    import pandas as pd

CANCELLED = 1e-10
"""Relative to two runs' sums of squares, raw and around the cases' levels: if the sum of squares of the differences is
smaller, matrix products have lost its digits, and the differences are computed one by one."""


@dataclass(frozen=True)
class Rank:
    """A place among runs, 1 for the best.

    Attributes:
        low: the best place that the data allow.
        high: the worst.
        group: counted from 1; runs that are not told apart from the best run of the group.
    """

    low: int
    high: int
    group: int

    def __str__(self) -> str:
        return str(self.low) if self.low == self.high else f"{self.low}–{self.high}"


def of_cases(values: pd.DataFrame, sign: int) -> dict[str, Rank]:
    """Rank intervals of runs that were measured case by case; with 95 % confidence all of them hold at once.

    Every two runs are compared by Student's t on the differences of the cases that both have, and Holm's correction
    over all pairs keeps the chance of any false verdict at 5 %. A run's best place is 1 + the number of runs found
    better, its worst the number of runs less those found worse. Where no verdict is false (that is, in 95 % of suites
    like this one), each run found better is truly better, so no true place lies outside its interval, and runs that are
    truly equal have all the places that they share inside theirs. Simulated (tests/statistics/test_ranking.py) for 5 to
    8 runs and 10 to 50 cases, normal and heavy-tailed: it holds in 95 % or more.

    Pairs with so few common cases that not even equal signs could be significant (fewer than 6: paired.least_p) are
    never told apart, and do not count as tests. Differences that are only rounding are 0. Differences that are all the
    same and not 0 are told apart, however small.

    Groups are for reading: in the order of means, a new one begins at the first run that is found worse than the best
    of the group so far. Members may still differ among themselves, and runs of neighbouring groups need not.

    Args:
        values: one row per case, one column per run, NaN where there is no value; infinity counts as none.
        sign: 1 where higher is better, -1 where lower is.

    Returns:
        Run -> rank, for each run that has a value; others are not counted.

    Source: Al Mohamad, van Zwet, Solari and Goeman 2021 (Electronic Journal of Statistics 15) for intervals of ranks
    from all pairs; Holm in place of Tukey, since the differences of runs on the same cases vary differently.
    """
    x_NR = values.to_numpy(dtype=np.float64) * sign
    x_NR = np.where(np.isfinite(x_NR), x_NR, np.nan)
    is_there = ~np.isnan(x_NR).all(axis=0)
    x_NR = x_NR[:, is_there]
    runs = [str(run) for run, there in zip(values.columns, is_there, strict=True) if there]
    return _ranks(runs, np.nanmean(x_NR, axis=0), _told_by_cases(x_NR))


def of_intervals(scores: Mapping[str, tuple[float, float, float]], sign: int) -> dict[str, Rank]:
    """Rank intervals from one number per run with its 95 % interval: for numbers about whole sets of clips.

    Two runs are told apart where their intervals do not touch. That is stricter than a test of the difference (5 %
    become about 0.6 % for intervals of one width), but there is no correction for the number of pairs.

    Args:
        scores: run -> mean, low, high; NaN for low and high where there is no interval: such a run is told apart from
            none, and may have every place.
        sign: 1 where higher is better, -1 where lower is.

    Returns:
        Run -> rank, for each run that has a mean; others are not counted.

    >>> found = of_intervals(
    ...     {"a": (10.0, 8.0, 12.0), "b": (14.0, 11.0, 17.0), "c": (30.0, 25.0, 35.0)}, sign=-1
    ... )
    >>> {run: str(rank) for run, rank in found.items()}
    {'a': '1–2', 'b': '1–2', 'c': '3'}
    """
    found = {run: score for run, score in scores.items() if math.isfinite(score[0])}
    table = np.array(list(found.values()), dtype=np.float64).reshape(-1, 3) * sign
    lows, highs = table[:, 1:].min(axis=1), table[:, 1:].max(axis=1)
    return _ranks(list(found), table[:, 0], lows[:, None] > highs)  # NaN is above nothing


def _ranks(runs: list[str], means: Vector, is_better_RR: Mask) -> dict[str, Rank]:
    lows, highs = 1 + is_better_RR.sum(axis=0), len(runs) - is_better_RR.sum(axis=1)
    groups = _groups(runs, means, is_better_RR)
    return {run: Rank(int(lows[i]), int(highs[i]), groups[i]) for i, run in enumerate(runs)}


def _groups(runs: list[str], means: Vector, is_better_RR: Mask) -> dict[int, int]:
    """Index of a run -> its group. Runs of one mean are ordered by their names, not by the columns."""
    groups: dict[int, int] = {}
    best, group = -1, 0
    for each in sorted(range(len(runs)), key=lambda place: (-means[place], runs[place])):
        if best < 0 or is_better_RR[best, each]:
            best, group = each, group + 1
        groups[each] = group
    return groups


def _told_by_cases(x_NR: Matrix) -> Mask:
    """(R, R): whether the row's run is found better than the column's, at 5 % false alarms over all pairs.

    Args:
        x_NR: higher is better.
    """
    runs = x_NR.shape[1]
    if runs < 2:
        return np.zeros((runs, runs), dtype=bool)
    # the square of 1e300 is infinite: no gap is told from that
    with np.errstate(over="ignore", invalid="ignore"):
        gaps, squares, counts = _moments(x_NR)
    first, second = np.triu_indices(runs, 1)
    is_test = counts[first, second] >= _fewest()
    first, second = first[is_test], second[is_test]
    ps = _t_test(gaps[first, second], squares[first, second], counts[first, second])
    found = np.array(holm(ps.tolist())) <= ALPHA
    better = np.zeros((runs, runs), dtype=bool)
    better[first[found], second[found]] = gaps[first[found], second[found]] > 0
    better[second[found], first[found]] = gaps[first[found], second[found]] < 0
    return better


def _fewest() -> int:
    """The fewest cases whose differences could be significant if all had one sign."""
    return next(count for count in range(1, paired.EXACT) if paired.least_p(count) <= ALPHA)


def _t_test(gaps: Vector, squares: Vector, counts: Vector) -> Vector:
    """p of mean differences, from the sums of squares around them; 1 for a mean of 0."""
    from scipy.special import stdtr

    errors = np.sqrt(squares / (counts * (counts - 1)))
    with np.errstate(divide="ignore", invalid="ignore"):
        ps = 2 * stdtr(counts - 1, -np.abs(gaps) / errors)
    return np.asarray(np.where(gaps == 0, 1.0, ps))


def _moments(x_NR: Matrix) -> tuple[Matrix, Matrix, Matrix]:
    """Mean difference of each two runs, row minus column; sum of squares around it; number of common cases. All (R, R).

    By matrix products: 200 runs of 1,000 cases are 20,000 pairs, and a page ranks a dozen metrics.
    """
    has_NR = ~np.isnan(x_NR)
    mask_NR = has_NR.astype(np.float64)
    raw_NR = np.where(has_NR, x_NR, 0.0)
    # a case's own level cancels in differences, but its square would drown theirs; the median resists one huge value
    middle_N1 = (has_NR.sum(axis=1, keepdims=True) - 1) // 2
    level_N1 = np.take_along_axis(np.sort(x_NR, axis=1), middle_N1, axis=1)  # NaN is sorted last
    centred_NR = np.where(has_NR, x_NR - level_N1, 0.0)
    counts = mask_NR.T @ mask_NR
    sums = centred_NR.T @ mask_NR
    own = np.square(centred_NR).T @ mask_NR
    gaps = (sums - sums.T) / np.maximum(counts, 1.0)
    squares = own + own.T - 2 * centred_NR.T @ centred_NR - counts * np.square(gaps)
    size = np.square(raw_NR).T @ mask_NR + own
    is_lost = np.triu(~(squares > CANCELLED * (size + size.T)), 1)  # NaN is lost, too
    for row in np.flatnonzero(is_lost.any(axis=1)):
        columns = np.flatnonzero(is_lost[row])
        gap, square = _exact_moments(x_NR[:, [row]], x_NR[:, columns])
        gaps[row, columns], gaps[columns, row] = gap, -gap
        squares[row, columns] = squares[columns, row] = square
    return gaps, squares, counts


def _exact_moments(a_N1: Matrix, b_NR: Matrix) -> tuple[Matrix, Matrix]:
    """(R,) means of a minus b and sums of squares around them, where rounding is no difference."""
    gaps = paired.differences(b_NR, a_N1)
    is_common = ~np.isnan(gaps)
    counts = np.maximum(is_common.sum(axis=0), 1)
    means = np.where(is_common, gaps, 0.0).sum(axis=0) / counts
    around = np.where(is_common, gaps - means, 0.0)
    squares = np.square(around).sum(axis=0)
    is_rounding = np.sqrt(squares / counts) <= paired.ROUNDING * np.abs(means)
    return means, np.where(is_rounding, 0.0, squares)
