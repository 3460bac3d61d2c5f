"""Which metrics say the same: Spearman's rank correlation over the cases of all runs of a suite. Pure.

Pooled over runs and cases, so two metrics are alike that tell apart the same models, or the same pictures, or both. It
says nothing of which of them is right.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from bench.statistics import quantiles

if TYPE_CHECKING:
    import pandas as pd

MIN_PAIRS = 8
"""Of fewer, a correlation is mostly chance: that of two unrelated metrics reaches ±0.74 in 5 % of trials of 8 pairs."""

MAX_LINES = 20_000
"""Of more lines, so many are drawn, always the same: the standard error is then below 0.01."""


@dataclass(frozen=True)
class Alike:
    """A metric and how it goes with another.

    Attributes:
        metric: its name.
        spearman: in [−1, 1]; −1: the one falls wherever the other grows.
        pairs: cases, of all runs together, that have both.
    """

    metric: str
    spearman: float
    pairs: int


def table(case_means: pd.DataFrame) -> pd.DataFrame:
    """One line a run and case, one column a metric; NaN where there is no value.

    Args:
        case_means: run, case, metric, metric_version, value: see summary.case_means. Of a metric in several versions,
            only that counts which most values are of.
    """
    usual = quantiles.of_usual_versions(case_means)
    values: pd.DataFrame = usual.set_index(["run", "case", "metric"])["value"].unstack("metric")
    return values


def alike(values: pd.DataFrame, metric: str, count: int = 5) -> list[Alike]:
    """The metrics that go most with one, or against it; the strongest first.

    Args:
        values: see table.
        metric: which; none where it has no column.
        count: how many at most.
    """
    if metric not in values:
        return []
    if len(values) > MAX_LINES:
        values = values.sample(MAX_LINES, random_state=0)
    found = [_alike(values, metric, str(other)) for other in values if other != metric]
    known = [each for each in found if each is not None]
    return sorted(known, key=lambda each: (-abs(each.spearman), each.metric))[:count]


def spearman(a_N: np.ndarray, b_N: np.ndarray) -> float | None:
    """The correlation of ranks, ties given their mean rank; None where one does not vary."""
    import pandas as pd

    # pandas ranks as scipy.stats does, whose import takes two seconds
    ranks = [pd.Series(values).rank().to_numpy() - (len(values) + 1) / 2 for values in (a_N, b_N)]
    sizes = [float(np.sqrt(each @ each)) for each in ranks]
    if min(sizes) == 0:
        return None
    return float(np.clip(ranks[0] @ ranks[1] / (sizes[0] * sizes[1]), -1, 1))


def _alike(values: pd.DataFrame, metric: str, other: str) -> Alike | None:
    both = values[[metric, other]].dropna()
    if len(both) < MIN_PAIRS:
        return None
    found = spearman(both[metric].to_numpy(), both[other].to_numpy())
    return None if found is None else Alike(other, found, len(both))
