"""Which metrics say the same: Spearman's rank correlation over the cases of all runs of a suite.

Pooled over runs and cases: two metrics correlate if they separate the same models, or the same pictures, or both. The
correlation does not say which of them is right.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from bench.statistics import quantiles

if TYPE_CHECKING:
    import pandas as pd

MIN_PAIRS = 8
"""With fewer pairs a correlation is mostly chance: with 8, unrelated metrics reach ±0.74 in 5 % of trials."""

MAX_ROWS = 20_000
"""A larger table is sampled down to this many rows, always the same: the standard error is then below 0.01."""


@dataclass(frozen=True)
class Correlation:
    """How a metric correlates with another.

    Attributes:
        metric: name of the other.
        spearman: in [−1, 1]; −1: the one falls wherever the other grows.
        pairs: cases, of all runs together, that have both.
    """

    metric: str
    spearman: float
    pairs: int


def table(case_means: pd.DataFrame) -> pd.DataFrame:
    """One row per run and case, one column per metric; NaN where there is no value.

    Args:
        case_means: run, case, metric, metric_version, value: see summary.case_means. For a metric in several versions,
            only the version with most values counts.
    """
    usual = quantiles.of_usual_versions(case_means)
    values: pd.DataFrame = usual.set_index(["run", "case", "metric"])["value"].unstack("metric")
    return values


def strongest(values: pd.DataFrame, metric: str, count: int = 5) -> list[Correlation]:
    """The metrics that correlate most with one, in either direction; the strongest first.

    Args:
        values: see table.
        metric: which one.
        count: how many at most.

    Returns:
        Empty if the metric has no column; without metrics that share fewer than MIN_PAIRS cases with it or do not vary.
    """
    if metric not in values:
        return []
    if len(values) > MAX_ROWS:
        values = values.sample(MAX_ROWS, random_state=0)
    own_N = values[metric].to_numpy(dtype=np.float64)
    others = ((str(other), values[other].to_numpy(dtype=np.float64)) for other in values if other != metric)
    found = [_correlation(own_N, other, other_N) for other, other_N in others]
    known = [each for each in found if each is not None]
    return sorted(known, key=lambda each: (-abs(each.spearman), each.metric))[:count]


def spearman(a_N: np.ndarray, b_N: np.ndarray) -> float | None:
    """The correlation of ranks, ties given their mean rank, in [−1, 1]; None where one does not vary.

    >>> round(spearman(np.array([1.0, 2.0, 3.0]), np.array([1.0, 8.0, 27.0])), 9)
    1.0
    """
    import pandas as pd

    # pandas ranks as scipy.stats does, whose import takes two seconds
    ranks = [pd.Series(values).rank().to_numpy() - (len(values) + 1) / 2 for values in (a_N, b_N)]
    sizes = [float(np.sqrt(each @ each)) for each in ranks]
    if min(sizes) == 0:
        return None
    return float(np.clip(ranks[0] @ ranks[1] / (sizes[0] * sizes[1]), -1, 1))


def _correlation(own_N: np.ndarray, other: str, other_N: np.ndarray) -> Correlation | None:
    has_both_N = ~(np.isnan(own_N) | np.isnan(other_N))
    pairs = int(has_both_N.sum())
    if pairs < MIN_PAIRS:
        return None
    found = spearman(own_N[has_both_N], other_N[has_both_N])
    return None if found is None else Correlation(other, found, pairs)
