"""What the differences of two models on the same cases say: rounding, effect size and power.

N: cases. A difference belongs to one case, after the mean over its seeds: cases are the independent draws.
"""

from __future__ import annotations

import math

import numpy as np

from bench.statistics.arrays import Vector
from bench.statistics.significance import ALPHA

POWER = 0.8

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


def least_p(cases: int) -> float:
    """The smallest p that the signs of so many differences can give, when all are equal: 2 of 2^N choices of signs.

    >>> least_p(5) > ALPHA > least_p(6)
    True
    """
    return min(1.0, 2.0 ** (1 - cases))


def effect(differences_N: Vector) -> float | None:
    """Mean over standard deviation (ddof 1) of the differences; None where they do not vary.

    Source: Cohen 1988, d_z for paired samples; 0.2 is called small, 0.5 medium, 0.8 large.

    >>> effect(np.array([1.0, 2.0, 3.0]))
    2.0
    """
    spread = float(np.std(differences_N, ddof=1)) if len(differences_N) > 1 else 0.0
    return float(np.mean(differences_N)) / spread if spread > 0 else None


def detectable(spread: float, cases: int, alpha: float = ALPHA) -> float | None:
    """The true difference that a paired t test finds with 80 % power; None for fewer than two cases.

    Args:
        spread: standard deviation (ddof 1) of the differences.
        cases: how many there are.
        alpha: level of the test.

    Source: the noncentral t distribution, solved for its centre; the far tail, under 1e-4, is left out.

    >>> round(detectable(spread=1.0, cases=34), 2)  # half a deviation takes 34 cases
    0.5
    """
    if cases < 2:
        return None
    from scipy.special import nctdtrinc, stdtrit

    critical = float(stdtrit(cases - 1, 1 - alpha / 2))
    return float(nctdtrinc(cases - 1, 1 - POWER, critical)) * spread / math.sqrt(cases)
