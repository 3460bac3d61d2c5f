"""Paired statistics: what the differences of two models on the same cases say. Pure NumPy, tested by simulation.

N, C: cases; S: seeds. A difference is one case's, after the mean over its seeds: cases are the independent draws.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Vector: TypeAlias = NDArray[np.float64]
Matrix: TypeAlias = NDArray[np.float64]

ALPHA = 0.05
POWER = 0.8

EXACT = 14
"""Cases up to which all 2^N signs are tried; more are sampled."""

FLIPS = 10_000
"""Sampled signs: the standard error of a p of 0.05 is 0.002."""

ROUNDING = 1e-9
"""Of the larger value: two values nearer than this are the same number, computed in another order."""

SLACK = 0.1
"""How much wider than with endless seeds an interval may be, before another seed is worth its clips."""


@dataclass(frozen=True)
class Components:
    """How values vary, as variances: none is negative.

    Attributes:
        case: between cases, the same whatever the seed.
        seed: between seeds, the same whatever the case.
        rest: what only this seed on this case did.
    """

    case: float
    seed: float
    rest: float

    @property
    def shares(self) -> tuple[float, float, float] | None:
        """Of the whole, in [0, 1], by case, seed and rest; None where nothing varies."""
        whole = self.case + self.seed + self.rest
        return (self.case / whole, self.seed / whole, self.rest / whole) if whole > 0 else None


def differences(a_N: Vector, b_N: Vector) -> Vector:
    """B minus A, exactly 0 where only rounding tells them apart: signs of rounding errors are no evidence."""
    gaps = b_N - a_N
    return np.where(np.abs(gaps) <= ROUNDING * np.maximum(np.abs(a_N), np.abs(b_N)), 0.0, gaps)


def sign_flip_p(differences_N: Vector) -> float:
    """How often random signs bring the mean as far from 0 as it is, in [0, 1]; 1 where no case differs.

    Exact up to EXACT cases that differ, then FLIPS samples of a fixed seed, with the observed signs among them. Holds
    for any distribution of differences that is symmetric around 0 where the models are alike.

    Source: Fisher 1935, The Design of Experiments, §21; (1 + hits) / (1 + flips) of Phipson and Smyth 2010.
    """
    moved = differences_N[differences_N != 0]
    if not len(moved):
        return 1.0
    reach = abs(float(moved.sum())) * (1 - 1e-12)  # the observed signs count, whatever the order of the sum
    if len(moved) <= EXACT:
        return float(np.mean(np.abs(_all_signs(len(moved)) @ moved) >= reach))
    hits = sum(int((np.abs(signs @ moved) >= reach).sum()) for signs in _sampled_signs(len(moved)))
    return (1 + hits) / (1 + FLIPS)


@lru_cache(maxsize=2)
def _sampled_signs(cases: int) -> tuple[NDArray[np.int8], ...]:
    """FLIPS rows of signs in ten parts, the same at each call: a comparison asks once a metric for the same cases."""
    rng = np.random.default_rng(0)
    return tuple(rng.integers(0, 2, (FLIPS // 10, cases), dtype=np.int8) * 2 - 1 for _ in range(10))


def least_p(cases: int) -> float:
    """The smallest p that so many cases can give, when all differ in one direction."""
    return 2.0 ** (1 - cases) if cases <= EXACT else max(2.0 ** (1 - cases), 1 / (1 + FLIPS))


def effect(differences_N: Vector) -> float | None:
    """Mean over standard deviation (ddof 1) of the differences; None where they do not vary.

    Source: Cohen 1988, d_z for paired samples; 0.2 is called small, 0.5 medium, 0.8 large.
    """
    spread = float(np.std(differences_N, ddof=1)) if len(differences_N) > 1 else 0.0
    return float(np.mean(differences_N)) / spread if spread > 0 else None


def holm(ps: Sequence[float]) -> list[float]:
    """p of each of several tests, raised so that any at or below α is a false alarm with probability α at most.

    Source: Holm 1979: the k-th smallest of m is multiplied by m − k + 1, and none is below a smaller one's.
    """
    order = np.argsort(ps, kind="stable")
    raised = np.minimum(np.maximum.accumulate(np.array(ps)[order] * np.arange(len(ps), 0, -1)), 1.0)
    adjusted = np.empty(len(ps))
    adjusted[order] = raised
    return [float(p) for p in adjusted]


def detectable(spread: float, cases: int) -> float | None:
    """The true difference that a paired t test at α = 0.05 finds with 80 % power; None for fewer than two cases.

    Args:
        spread: standard deviation (ddof 1) of the differences.
        cases: how many there are.

    Source: the noncentral t distribution, solved for its centre; the far tail, under 1e-4, is left out.
    """
    if cases < 2:
        return None
    from scipy.special import nctdtrinc, stdtrit

    critical = float(stdtrit(cases - 1, 1 - ALPHA / 2))
    return float(nctdtrinc(cases - 1, 1 - POWER, critical)) * spread / math.sqrt(cases)


def components(tables: Sequence[Matrix]) -> Components | None:
    """Variance by case, seed and rest, the mean over tables; None where no table has two cases and two seeds.

    Args:
        tables: (C, S) each, one value a case and seed, none missing.

    Source: method of moments of the two-way random model without replication (Searle, Casella and McCulloch 1992,
    §4.3): mean squares equated with their expectations. An estimate below 0 is 0.
    """
    found = [_moments(table_CS) for table_CS in tables if min(table_CS.shape) > 1]
    return Components(*np.maximum(np.mean(found, axis=0), 0.0).tolist()) if found else None


def seeds_worth(found: Components, cases: int) -> int | None:
    """The fewest seeds with which an interval is at most SLACK wider than with endless seeds.

    The variance of a mean over C cases and S seeds is case / C + seed / S + rest / (C S); only the first is left with
    endless seeds.

    Args:
        found: of the differences of two models, or of one model's values.
        cases: how many there are.

    Returns:
        At least 1; None where cases do not vary, and every further seed narrows the interval as much as a case.
    """
    if found.case <= 0:
        return None if found.seed + found.rest > 0 else 1
    return max(1, math.ceil((found.seed * cases + found.rest) / (((1 + SLACK) ** 2 - 1) * found.case)))


def jackknife(value: float, without_each: Vector) -> tuple[float, float, float]:
    """95 % interval of a value, and p of its being 0, from the values without each group of cases in turn.

    Args:
        value: of all cases.
        without_each: (G,) without each of G groups of equal size, or nearly so.

    Source: Shao and Tu 1995, The Jackknife and Bootstrap, §2.3 (delete-a-group), with Student's t of G − 1 degrees.
    """
    from scipy.special import stdtr, stdtrit

    groups = len(without_each)
    error = math.sqrt((groups - 1) / groups * float(np.square(without_each - without_each.mean()).sum()))
    half = float(stdtrit(groups - 1, 1 - ALPHA / 2)) * error
    p = 1.0 if value == 0 else 2 * float(stdtr(groups - 1, -abs(value) / error)) if error > 0 else 0.0
    return value - half, value + half, p


def _all_signs(cases: int) -> Matrix:
    """(2^(N − 1), N): every choice of signs up to that of the whole, which leaves distances from 0 as they are."""
    bits = np.arange(2 ** (cases - 1))[:, None] >> np.arange(cases) & 1
    return np.asarray(bits * 2.0 - 1.0, dtype=np.float64)


def _moments(values_CS: Matrix) -> tuple[float, float, float]:
    cases, seeds = values_CS.shape
    by_case, by_seed, mean = values_CS.mean(axis=1), values_CS.mean(axis=0), values_CS.mean()
    left = values_CS - by_case[:, None] - by_seed + mean
    rest = float(np.square(left).sum()) / ((cases - 1) * (seeds - 1))
    case, seed = float(np.var(by_case, ddof=1)), float(np.var(by_seed, ddof=1))
    return case - rest / seeds, seed - rest / cases, rest
