"""How much fine detail a picture has: the variance of its Laplacian, by a kernel that needs no plane for it."""

from __future__ import annotations

import math
from functools import cache
from typing import Any

import numpy as np

from bench.base.compiled import compiled, readonly
from bench.types import Plane

FLAT = 5 / 3
"""Variance of the Laplacian that counts as none: what rounding to bytes alone leaves, 20 (sum of squared weights) /
12."""


def laplacian_variance(gray: Plane) -> float:
    """Variance over the pixels of the Laplacian (4 neighbours) of an (H, W) uint8 plane, mirrored at its edges.

    >>> dot = np.zeros((3, 3), np.uint8)
    >>> dot[1, 1] = 1  # -4 there, 1 beside it (2 where a mirror shows it twice), 0 in the corners
    >>> bool(np.isclose(laplacian_variance(dot), np.var([0, 2, 0, 2, -4, 2, 0, 2, 0]), rtol=1e-12))
    True
    """
    sums, squares = _sums()(np.ascontiguousarray(gray))
    scale = 1 / gray.size
    return math.sqrt(max(squares * scale - (sums * scale) ** 2, 0.0)) ** 2  # as OpenCV's deviation, squared


def octaves(variance: float) -> float:
    """log2 of a variance of the Laplacian, of at least FLAT: one less is half the energy of fine detail.

    >>> octaves(8.0) - octaves(2.0), octaves(0.0) == octaves(FLAT)
    (2.0, True)
    """
    return math.log2(max(variance, FLAT))


def _kernel(gray: Plane) -> tuple[float, float]:
    """Sums of the Laplacian and of its squares: whole numbers, so that their order does not matter."""
    height, width = gray.shape
    sums, squares, row = np.zeros(width), np.zeros(width), np.empty(width, np.float32)
    four = np.float32(4)
    for y in range(height):
        above, below = gray[abs(y - 1) if height > 1 else 0], gray[y + 1 if y + 1 < height else max(y - 1, 0)]
        here = gray[y]
        for x in range(width):
            row[x] = np.float32(above[x]) + np.float32(below[x]) - four * np.float32(here[x])
        for x in range(1, width - 1):
            row[x] += np.float32(here[x - 1]) + np.float32(here[x + 1])
        row[0] += np.float32(2) * np.float32(here[min(1, width - 1)])
        if width > 1:
            row[width - 1] += np.float32(2) * np.float32(here[width - 2])
        for x in range(width):
            sums[x] += np.float64(row[x])
            squares[x] += np.float64(row[x] * row[x])
    return sums.sum(), squares.sum()


@cache
def _sums() -> Any:
    from numba import float64, types, uint8

    pair: Any = types.UniTuple(float64, 2)  # type: ignore[no-untyped-call]
    return compiled(_kernel, [pair(readonly(uint8, 2))])
