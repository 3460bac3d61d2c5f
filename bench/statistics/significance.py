"""The level of every verdict, and Holm's correction where several tests are read together."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

ALPHA = 0.05
"""Probability of a false alarm, over all tests that are read together."""


def holm(ps: Sequence[float]) -> list[float]:
    """p of each of several tests, raised so that any at or below α is a false alarm with probability α at most.

    Source: Holm 1979: the k-th smallest of m is multiplied by m − k + 1, and none is below a smaller one's.

    >>> holm([0.03, 0.01, 0.8])
    [0.06, 0.03, 0.8]
    """
    order = np.argsort(ps, kind="stable")
    raised = np.minimum(np.maximum.accumulate(np.array(ps)[order] * np.arange(len(ps), 0, -1)), 1.0)
    adjusted = np.empty(len(ps))
    adjusted[order] = raised
    return [float(p) for p in adjusted]
