"""How much of the variance is the case, how much the seed, and how many seeds are therefore worth their clips.

C: cases; S: seeds.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from bench.statistics.arrays import Matrix

SLACK = 0.1
"""An extra seed is worthwhile while the interval is over 10 % wider than with infinitely many seeds."""


@dataclass(frozen=True)
class VarianceComponents:
    """How values vary, as variances: none is negative.

    Attributes:
        case: between cases, the same whatever the seed.
        seed: between seeds, the same whatever the case.
        rest: specific to one seed on one case.
    """

    case: float
    seed: float
    rest: float

    @property
    def shares(self) -> tuple[float, float, float] | None:
        """Fractions of the total in [0, 1], by case, seed and rest; None where nothing varies."""
        whole = self.case + self.seed + self.rest
        return (self.case / whole, self.seed / whole, self.rest / whole) if whole > 0 else None


def components(tables: Sequence[Matrix]) -> VarianceComponents | None:
    """Variance by case, seed and rest, the mean over tables; None where no table has two cases and two seeds.

    Args:
        tables: (C, S) each, one value per case and seed, none missing.

    Source: method of moments of the two-way random model without replication (Searle, Casella and McCulloch 1992,
    §4.3): mean squares equated with their expectations. An estimate below 0 is 0.

    >>> components([np.array([[1.0, -1.0], [3.0, 5.0]])])  # case means 0 and 4, residuals ±1
    VarianceComponents(case=6.0, seed=0.0, rest=4.0)
    """
    found = [_moments(table_CS) for table_CS in tables if min(table_CS.shape) > 1]
    return VarianceComponents(*np.maximum(np.mean(found, axis=0), 0.0).tolist()) if found else None


def seeds_worth(found: VarianceComponents, cases: int) -> int | None:
    """The fewest seeds with which an interval is at most SLACK wider than with infinitely many seeds.

    The variance of a mean over C cases and S seeds is case / C + seed / S + rest / (C S); only the first term is left
    with infinitely many seeds.

    Args:
        found: of the differences of two models, or of one model's values.
        cases: how many there are.

    Returns:
        At least 1; None where cases do not vary: there every further seed narrows the interval as much as a case.

    >>> seeds_worth(VarianceComponents(case=1.0, seed=0.0, rest=1.0), cases=10)  # 1 + 1 / S ≤ 1.21
    5
    """
    if found.case <= 0:
        return None if found.seed + found.rest > 0 else 1
    return max(1, math.ceil((found.seed * cases + found.rest) / (((1 + SLACK) ** 2 - 1) * found.case)))


def _moments(values_CS: Matrix) -> tuple[float, float, float]:
    cases, seeds = values_CS.shape
    by_case, by_seed, mean = values_CS.mean(axis=1), values_CS.mean(axis=0), values_CS.mean()
    residuals_CS = values_CS - by_case[:, None] - by_seed + mean
    rest = float(np.square(residuals_CS).sum()) / ((cases - 1) * (seeds - 1))
    case, seed = float(np.var(by_case, ddof=1)), float(np.var(by_seed, ddof=1))
    return case - rest / seeds, seed - rest / cases, rest
