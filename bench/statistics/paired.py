"""What the differences of two models on the same cases say: the test, the effect size and the power.

N: cases. A difference belongs to one case, after the mean over its seeds: cases are the independent draws.
"""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from bench.statistics.arrays import Matrix, Vector
from bench.statistics.significance import ALPHA

POWER = 0.8

EXACT = 14
"""Number of cases up to which all 2^N signs are tried; beyond it they are sampled."""

FLIPS = 10_000
"""Sampled signs: the standard error of a p of 0.05 is 0.002."""

ROUNDING = 1e-9
"""Relative to the larger value: two values nearer than this are the same number, computed in another order."""


def differences(a_N: Vector, b_N: Vector) -> Vector:
    """B minus A, exactly 0 where only rounding tells them apart: signs of rounding errors are no evidence.

    Args:
        a_N, b_N: values of the same cases; any shapes that broadcast. NaN stays NaN.

    >>> differences(np.array([0.1 + 0.2, 1.0]), np.array([0.3, 3.0])).tolist()
    [0.0, 2.0]
    """
    gaps = b_N - a_N
    return np.where(np.abs(gaps) <= ROUNDING * np.maximum(np.abs(a_N), np.abs(b_N)), 0.0, gaps)


def sign_flip_p(differences_N: Vector) -> float:
    """How often random signs bring the mean as far from 0 as it is, in [0, 1]; 1 where no case differs.

    Exact up to EXACT cases that differ, then FLIPS samples of a fixed seed, with the observed signs among them. Holds
    for any distribution of differences that is symmetric around 0 where the models are alike.

    Source: Fisher 1935, The Design of Experiments, §21; (1 + hits) / (1 + flips) of Phipson and Smyth 2010.

    >>> sign_flip_p(np.array([1.0, 2.0, 3.0, 4.0, 5.0, 6.0]))  # 2 of 2⁶ choices of signs are as far from 0
    0.03125
    """
    moved = differences_N[differences_N != 0]
    if not len(moved):
        return 1.0
    reach = abs(float(moved.sum())) * (1 - 1e-12)  # the observed signs count, whatever the order of the sum
    if len(moved) <= EXACT:
        return float(np.mean(np.abs(_all_signs(len(moved)) @ moved) >= reach))
    hits = sum(int((np.abs(signs @ moved) >= reach).sum()) for signs in _sampled_signs(len(moved)))
    return (1 + hits) / (1 + FLIPS)


def least_p(cases: int) -> float:
    """The smallest p that this many cases can give, when all differ in one direction.

    >>> least_p(5) > ALPHA > least_p(6)
    True
    """
    return 2.0 ** (1 - cases) if cases <= EXACT else max(2.0 ** (1 - cases), 1 / (1 + FLIPS))


def effect(differences_N: Vector) -> float | None:
    """Mean over standard deviation (ddof 1) of the differences; None where they do not vary.

    Source: Cohen 1988, d_z for paired samples; 0.2 is called small, 0.5 medium, 0.8 large.

    >>> effect(np.array([1.0, 2.0, 3.0]))
    2.0
    """
    spread = float(np.std(differences_N, ddof=1)) if len(differences_N) > 1 else 0.0
    return float(np.mean(differences_N)) / spread if spread > 0 else None


def detectable(spread: float, cases: int) -> float | None:
    """The true difference that a paired t test at α = 0.05 finds with 80 % power; None for fewer than two cases.

    Args:
        spread: standard deviation (ddof 1) of the differences.
        cases: how many there are.

    Source: the noncentral t distribution, solved for its centre; the far tail, under 1e-4, is left out.

    >>> round(detectable(spread=1.0, cases=34), 2)  # half a deviation takes 34 cases
    0.5
    """
    if cases < 2:
        return None
    from scipy.special import nctdtrinc, stdtrit

    critical = float(stdtrit(cases - 1, 1 - ALPHA / 2))
    return float(nctdtrinc(cases - 1, 1 - POWER, critical)) * spread / math.sqrt(cases)


def _all_signs(cases: int) -> Matrix:
    """(2^(N − 1), N): every choice of signs up to that of the whole, which leaves distances from 0 as they are."""
    bits = np.arange(2 ** (cases - 1))[:, None] >> np.arange(cases) & 1
    return np.asarray(bits * 2.0 - 1.0, dtype=np.float64)


@lru_cache(maxsize=2)
def _sampled_signs(cases: int) -> tuple[NDArray[np.int8], ...]:
    """FLIPS rows of signs in ten parts, the same at each call: a comparison asks once per metric for the same cases."""
    rng = np.random.default_rng(0)
    return tuple(rng.integers(0, 2, (FLIPS // 10, cases), dtype=np.int8) * 2 - 1 for _ in range(10))
