"""A number with its 95 % interval, and what intervals are built from: the jackknife and Student's t."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bench.statistics.arrays import Matrix, Vector
from bench.statistics.mean_test import MeanTest


@dataclass(frozen=True)
class Estimate:
    """A number and its 95 % interval; None where the data give no honest one."""

    value: float
    low: float | None
    high: float | None


def jackknife(value: float, without_each: Vector) -> MeanTest:
    """The test of a number and its interval, from the numbers without each group of cases in turn.

    Args:
        value: of all cases.
        without_each: (G,), G >= 2: the number without each of G groups of equal size, or nearly so.

    Source: Shao and Tu 1995, The Jackknife and Bootstrap, §2.3 (delete-a-group), with Student's t of G − 1 degrees.

    >>> values = np.array([1.0, 2.0, 3.0])
    >>> without_each = np.array([np.delete(values, place).mean() for place in range(3)])
    >>> [round(end, 3) for end in jackknife(2.0, without_each).interval()]  # the t interval of a mean
    [-0.484, 4.484]
    """
    return MeanTest(value, float(jackknife_error(without_each)), len(without_each) - 1)


def jackknife_error(without_each: Matrix) -> Vector:
    """(…): standard errors of numbers, from (…, G): the numbers without each group in turn. See jackknife."""
    groups = without_each.shape[-1]
    deviations = without_each - without_each.mean(axis=-1, keepdims=True)
    return np.asarray(np.sqrt((groups - 1) / groups * np.square(deviations).sum(axis=-1)))


def t_quantile(freedom: int) -> float:
    """0.975 quantile of Student's t: Cornish-Fisher expansion, within 0.4 % from 5 degrees of freedom on.

    Stored intervals of set metrics are made with it; SciPy's would change them.

    >>> round(t_quantile(15), 3)  # exactly 2.131
    2.131
    """
    z = 1.959963984540054
    return z + (z**3 + z) / (4 * freedom) + (5 * z**5 + 16 * z**3 + 3 * z) / (96 * freedom**2)
