"""Least squares on a few columns, and the F test of what more columns explain."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Numbers: TypeAlias = NDArray[np.float64]


def fitted(values: Numbers, terms: Numbers) -> tuple[Numbers, Numbers]:
    """(k,) coefficients and (n,) remainder of the least-squares fit of (n,) values by the columns of (n, k) terms.

    Columns may depend on one another: the coefficients are the smallest then.

    >>> coefficients, remainder = fitted(np.array([1.0, 2.0, 6.0]), np.ones((3, 1)))
    >>> coefficients.round(9).tolist(), remainder.round(9).tolist()
    ([3.0], [-2.0, -1.0, 3.0])
    """
    coefficients = np.asarray(np.linalg.lstsq(terms, values)[0], dtype=np.float64)
    return coefficients, np.asarray(values - terms @ coefficients)


def residual(values: Numbers, terms: Numbers) -> Numbers:
    """(n,): the remainder that fitted leaves."""
    return fitted(values, terms)[1]


def f_tail(ratio: float, gained: int, free: float) -> float:
    """How often an F variable exceeds a ratio.

    Args:
        ratio: variance explained per column over the variance of the remainder, at least 0.
        gained: degrees of freedom of the numerator: columns that were added.
        free: of the denominator.

    >>> round(f_tail(1.0, gained=5, free=5), 9)
    0.5
    """
    from scipy.special import fdtrc

    return float(fdtrc(gained, free, ratio))
