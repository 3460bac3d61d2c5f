"""A number with its 95 % interval, and what intervals are built from: the jackknife and Student's t."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from bench.statistics.arrays import Vector
from bench.statistics.significance import ALPHA


@dataclass(frozen=True)
class Estimate:
    """A number and its 95 % interval; None where the data give no honest one."""

    value: float
    low: float | None
    high: float | None


def jackknife(value: float, without_each: Vector) -> tuple[float, float, float]:
    """95 % interval of a number and p of its being 0, from the numbers without each group of cases in turn.

    Args:
        value: of all cases.
        without_each: (G,), G >= 2: the number without each of G groups of equal size, or nearly so.

    Returns:
        Low, high, and p in [0, 1]; p is 1 for a value of 0, and 0 for any other value that no group moves.

    Source: Shao and Tu 1995, The Jackknife and Bootstrap, §2.3 (delete-a-group), with Student's t of G − 1 degrees.

    >>> values = np.array([1.0, 2.0, 3.0])
    >>> without_each = np.array([np.delete(values, place).mean() for place in range(3)])
    >>> [round(number, 3) for number in jackknife(2.0, without_each)]  # the t interval of a mean
    [-0.484, 4.484, 0.074]
    """
    from scipy.special import stdtr, stdtrit

    groups = len(without_each)
    error = math.sqrt((groups - 1) / groups * float(np.square(without_each - without_each.mean()).sum()))
    half = float(stdtrit(groups - 1, 1 - ALPHA / 2)) * error
    p = 1.0 if value == 0 else 2 * float(stdtr(groups - 1, -abs(value) / error)) if error > 0 else 0.0
    return value - half, value + half, p


def t_quantile(freedom: int) -> float:
    """0.975 quantile of Student's t: Cornish-Fisher expansion, within 0.4 % from 5 degrees of freedom on.

    Stored intervals of set metrics are made with it; SciPy's would change them.

    >>> round(t_quantile(15), 3)  # exactly 2.131
    2.131
    """
    z = 1.959963984540054
    return z + (z**3 + z) / (4 * freedom) + (5 * z**5 + 16 * z**3 + 3 * z) / (96 * freedom**2)
