"""Ranks no finer than the data: the best and the worst place that a run may have, and groups that are not told apart.

R: runs; N: cases. Two runs are compared on the cases that both have. Where the data allow every place from 3rd to 12th,
the rank is 3–12: a table that says 7th would invite readers to explain noise.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from bench.statistics import mean_test, paired
from bench.statistics.arrays import Indices, Mask, Matrix, Vector
from bench.statistics.estimate import jackknife_error
from bench.statistics.significance import ALPHA, holm

if TYPE_CHECKING:
    import pandas as pd

CANCELLED = 1e-8
"""Relative to two runs' sums of squares, raw and around the cases' levels: if the sum of squares of the differences is
smaller, matrix products have lost digits of the sum of cubes, and the differences are computed one by one."""


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

    Every two runs are compared by the test of mean_test, on the differences of the cases that both have, and Holm's
    correction over all pairs keeps the chance of any false verdict at 5 %. A run's best place is 1 + the number of runs
    found better, its worst the number of runs less those found worse. Where no verdict is false (that is, in 95 % of
    suites like this one), each run found better is truly better, so no true place lies outside its interval, and runs
    that are truly equal have all the places that they share inside theirs. Simulated for 5 to 8 runs and 10 to 50 cases
    (tests/statistics/test_ranking.py), normal and heavy-tailed, it holds in 95 % or more; docs/ranking.md has more.

    Pairs with too few common cases, or too many equal differences (see mean_test), are never told apart, and do not
    count as tests. Differences that are only rounding are 0. Differences that are all the same and not 0 are told apart
    from mean_test.MANY cases on, however small.

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


@dataclass(frozen=True)
class SetScore:
    """A number about a whole set of clips.

    Attributes:
        value: of the set; NaN for none.
        low, high: ends of its 95 % interval; NaN where there is none.
        n: how many clips it stands on.
        without_each: the number without each group of cases in turn, the same groups in every run; () where unknown.
    """

    value: float
    low: float = math.nan
    high: float = math.nan
    n: int = 0
    without_each: tuple[float, ...] = ()


def of_sets(scores: Mapping[str, SetScore], sign: int) -> dict[str, Rank]:
    """Rank intervals from one number per run about its whole set of clips.

    Two runs of as many clips that were measured without the same groups of cases are compared by the jackknife of the
    difference, as bench compare does it, with Holm's correction over these pairs. Any other two are told apart where
    their intervals do not touch: that is stricter than a test of the difference (5 % become about 0.6 % for intervals
    of one width), without a correction for the number of pairs. A run without interval is told apart from none by it.

    Args:
        scores: by run.
        sign: 1 where higher is better, -1 where lower is.

    Returns:
        Run -> rank, for each run that has a value; others are not counted.

    >>> found = of_sets(
    ...     {
    ...         "a": SetScore(10.0, 8.0, 12.0),
    ...         "b": SetScore(14.0, 11.0, 17.0),
    ...         "c": SetScore(30.0, 25.0, 35.0),
    ...     },
    ...     sign=-1,
    ... )
    >>> {run: str(rank) for run, rank in found.items()}
    {'a': '1–2', 'b': '1–2', 'c': '3'}
    """
    found = {run: score for run, score in scores.items() if math.isfinite(score.value)}
    own = list(found.values())
    table = np.array([(each.value, each.low, each.high) for each in own]).reshape(-1, 3) * sign
    lows, highs = table[:, 1:].min(axis=1), table[:, 1:].max(axis=1)
    first, second, ps = by_jackknife(own)
    is_better = lows[:, None] > highs  # NaN is above nothing
    is_better[first, second] = is_better[second, first] = False
    told = np.array(holm(ps.tolist())) <= ALPHA
    above = table[first, 0] > table[second, 0]
    is_better[first[told & above], second[told & above]] = True
    is_better[second[told & ~above], first[told & ~above]] = True
    return _ranks(list(found), table[:, 0], is_better)


def by_jackknife(scores: Sequence[SetScore]) -> tuple[Indices, Indices, Vector]:
    """The pairs that were measured without the same groups, first and second, and the p of each."""
    alike: dict[tuple[int, int], list[int]] = {}
    for place, score in enumerate(scores):
        if len(score.without_each) > 1 and np.isfinite(score.without_each).all():
            alike.setdefault((score.n, len(score.without_each)), []).append(place)
    pairs, ps = [np.empty((2, 0), dtype=np.intp)], [np.empty(0)]
    for (_, groups), places in alike.items():
        values = np.array([scores[place].value for place in places])
        parts = np.array([scores[place].without_each for place in places])
        i, j = np.triu_indices(len(places), 1)
        errors, freedom = jackknife_error(parts[i] - parts[j]), np.full(len(i), groups - 1)
        ps.append(mean_test.two_sided_p(values[i] - values[j], errors, freedom, np.zeros(len(i))))
        pairs.append(np.array(places)[np.stack([i, j])])
    first, second = np.concatenate(pairs, axis=1)
    return first, second, np.concatenate(ps)


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
    better = np.zeros((runs, runs), dtype=bool)
    if runs < 2:
        return better
    # the square of 1e300 is infinite: no gap is told from that
    with np.errstate(over="ignore", invalid="ignore"):
        gaps, squares, cubes, counts = _moments(x_NR)
        own = _own_differences(x_NR, counts)
    first, second = np.nonzero(np.triu(own >= mean_test.FEWEST, 1))
    gap, count = gaps[first, second], counts[first, second]
    error, skewness = mean_test.error_and_skewness(squares[first, second], cubes[first, second], count)
    ps = np.maximum(mean_test.two_sided_p(gap, error, count - 1, skewness), 2.0 ** (1 - own[first, second]))
    found = np.array(holm(np.nan_to_num(ps, nan=1.0).tolist())) <= ALPHA
    better[first[found], second[found]] = gap[found] > 0
    better[second[found], first[found]] = gap[found] < 0
    return better


def _own_differences(x_NR: Matrix, counts: Matrix) -> Matrix:
    """(R, R), above the diagonal: mean_test.own_differences of two runs; from MANY cases on, all common cases."""
    own = np.where(counts >= mean_test.MANY, counts, 0.0)
    is_few = np.triu((counts >= mean_test.FEWEST) & (counts < mean_test.MANY), 1)
    for row in np.flatnonzero(is_few.any(axis=1)):
        columns = np.flatnonzero(is_few[row])
        own[row, columns] = mean_test.own_differences(paired.differences(x_NR[:, [row]], x_NR[:, columns]))
    return own


def _moments(x_NR: Matrix) -> tuple[Matrix, Matrix, Matrix, Matrix]:
    """Mean difference of each two runs, row minus column; sums of squares and of cubes around it; number of cases.

    All (R, R). By matrix products: 200 runs of 1,000 cases are 20,000 pairs, and a page ranks a dozen metrics.
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
    raw_squares = own + own.T - 2 * centred_NR.T @ centred_NR
    squares = raw_squares - counts * np.square(gaps)
    own_cubes, crossed = (centred_NR**3).T @ mask_NR, np.square(centred_NR).T @ centred_NR
    raw_cubes = own_cubes - own_cubes.T - 3 * (crossed - crossed.T)
    cubes = raw_cubes - 3 * gaps * raw_squares + 2 * counts * gaps**3
    size = np.square(raw_NR).T @ mask_NR + own
    is_lost = np.triu(~(squares > CANCELLED * (size + size.T)), 1)  # NaN is lost, too
    for row in np.flatnonzero(is_lost.any(axis=1)):
        columns = np.flatnonzero(is_lost[row])
        gap, square, cube = _exact_moments(x_NR[:, [row]], x_NR[:, columns])
        gaps[row, columns], squares[row, columns], cubes[row, columns] = gap, square, cube
    return gaps, squares, cubes, counts


def _exact_moments(a_N1: Matrix, b_NR: Matrix) -> tuple[Matrix, Matrix, Matrix]:
    """(R,) means of a minus b, sums of squares and of cubes around them, where rounding is no difference."""
    gaps = paired.differences(b_NR, a_N1)
    is_common = ~np.isnan(gaps)
    counts = np.maximum(is_common.sum(axis=0), 1)
    means = np.where(is_common, gaps, 0.0).sum(axis=0) / counts
    around = np.where(is_common, gaps - means, 0.0)
    squares = np.square(around).sum(axis=0)
    is_rounding = np.sqrt(squares / counts) <= paired.ROUNDING * np.abs(means)
    return means, np.where(is_rounding, 0.0, squares), np.where(is_rounding, 0.0, (around**3).sum(axis=0))
