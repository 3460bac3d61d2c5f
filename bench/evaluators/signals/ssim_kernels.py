"""Kernels of SSIM and MS-SSIM, compiled by numba when first called.

One pass over the rows keeps the window's column sums and needs no plane of its own, which NumPy and OpenCV cannot do:
832 x 480 takes 1.1 ms on a core where scikit-image takes 65 (54 to 60 times as much) and OpenCV in strips of rows 6.
The price is a second to import numba and load a kernel from its cache, and some seconds to compile it the first time on
a machine. Nothing is reordered or fused, so the bits are the same on all processors.

Kernels are plain Python until numba compiles them: each number has its type, and each inner loop is of the kind that a
compiler vectorises, over neighbouring elements without a condition.
"""

from __future__ import annotations

from functools import cache
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from bench.base.compiled import compiled, readonly
from bench.types import Plane

WINDOW = 7
"""Side of the SSIM window, pixels; no plane may be smaller."""

_AREA = WINDOW * WINDOW
_COVARIANCE = _AREA * (_AREA - 1)
_C1 = (0.01 * 255) ** 2
_C2 = (0.03 * 255) ** 2
"""Wang et al.'s stabilising constants, K1 = 0.01 and K2 = 0.03."""

_SUMS_C1 = _C1 * _AREA**2
_SUMS_C2 = _C2 * _COVARIANCE
"""The same in the units of window sums."""

Floats: TypeAlias = NDArray[np.float32]


def _ssim_kernel(a: Plane, b: Plane) -> float:
    """Mean SSIM of contiguous planes.

    float32 holds every window sum exactly: 49 * 2 * 255² is below 2^24. With a equal to b, numerator and denominator
    are the same number in every window. Windows are divided two at a time, n / d + m / e = (n e + m d) / (d e), since
    division takes most of the time; two equal fractions still give exactly 2.
    """
    height, width = a.shape
    windows = width - WINDOW + 1
    half = (windows + 1) // 2
    # sums over 7 rows of each column of a, of b, of a² + b² and of a b: one array, four names
    column = np.zeros(4 * width, np.float32)
    of_a, of_b = column[:width], column[width : 2 * width]
    of_squares, of_products = column[2 * width : 3 * width], column[3 * width :]
    sums = np.zeros(4 * width, np.float32)
    upper, lower = np.zeros(2 * half), np.ones(2 * half)  # 0 / 1 fills up an odd number of windows
    totals = np.zeros(half)
    for y in range(height):
        for x in range(width):
            p, q = np.float32(a[y, x]), np.float32(b[y, x])
            of_a[x] += p
            of_b[x] += q
            of_squares[x] += p * p + q * q
            of_products[x] += p * q
        if y < WINDOW - 1:
            continue
        for x in range(4 * width - WINDOW + 1):
            sums[x] = (
                (column[x] + column[x + 1] + column[x + 2] + column[x + 3])
                + (column[x + 4] + column[x + 5] + column[x + 6])
            )  # fmt: skip
        for x in range(windows):
            s, t = np.float64(sums[x]), np.float64(sums[width + x])
            cross, own = 2 * s * t, s * s + t * t
            upper[x] = (cross + _SUMS_C1) * (2 * _AREA * np.float64(sums[3 * width + x]) - cross + _SUMS_C2)
            lower[x] = (own + _SUMS_C1) * (_AREA * np.float64(sums[2 * width + x]) - own + _SUMS_C2)
        for x in range(half):
            both = upper[x] * lower[half + x] + upper[half + x] * lower[x]
            totals[x] += both / (lower[x] * lower[half + x])
        top = y - WINDOW + 1
        for x in range(width):
            p, q = np.float32(a[top, x]), np.float32(b[top, x])
            of_a[x] -= p
            of_b[x] -= q
            of_squares[x] -= p * p + q * q
            of_products[x] -= p * q
    return totals.sum() / (windows * (height - WINDOW + 1))  # type: ignore[no-any-return]


def _gaussian_kernel(a: Plane | Floats, b: Plane | Floats, has_luminance: bool) -> float:
    """Mean contrast-and-structure term of two contiguous planes, or with has_luminance their mean SSIM.

    Each row is blurred along itself once and kept for the eleven windows that contain it. Levels are counted from the
    middle of their range: less cancels, so that float32 is within 1e-7 of float64 (flat pictures: 1e-4).
    """
    height, width = a.shape
    windows, middle, two = width - 10, np.float32(128), np.float32(2)
    c1, c2 = np.float32(_C1), np.float32(_C2)
    g0, g1, g2, g3, g4, g5 = _GAUSSIAN
    # a row of a, of b, of a² + b² and of 2 a b: one array, four names
    row = np.zeros(4 * width, np.float32)
    of_a, of_b = row[:width], row[width : 2 * width]
    of_squares, of_products = row[2 * width : 3 * width], row[3 * width :]
    blurred = np.zeros((11, 4 * width), np.float32)
    mean = np.zeros(4 * width, np.float32)
    totals = np.zeros(windows)
    for y in range(height):
        for x in range(width):
            p, q = np.float32(a[y, x]) - middle, np.float32(b[y, x]) - middle
            of_a[x] = p
            of_b[x] = q
            of_squares[x] = p * p + q * q
            of_products[x] = two * p * q
        r10 = blurred[y % 11]
        for x in range(4 * width - 10):
            r10[x] = (
                g5 * row[x + 5] + g4 * (row[x + 4] + row[x + 6]) + g3 * (row[x + 3] + row[x + 7])
                + g2 * (row[x + 2] + row[x + 8]) + g1 * (row[x + 1] + row[x + 9]) + g0 * (row[x] + row[x + 10])
            )  # fmt: skip
        if y < 10:
            continue
        r0, r1, r2, r3 = (
            blurred[(y + 1) % 11],
            blurred[(y + 2) % 11],
            blurred[(y + 3) % 11],
            blurred[(y + 4) % 11],
        )
        r4, r5, r6 = blurred[(y + 5) % 11], blurred[(y + 6) % 11], blurred[(y + 7) % 11]
        r7, r8, r9 = blurred[(y + 8) % 11], blurred[(y + 9) % 11], blurred[(y + 10) % 11]
        for x in range(4 * width - 10):
            mean[x] = (
                g5 * r5[x] + g4 * (r4[x] + r6[x]) + g3 * (r3[x] + r7[x])
                + g2 * (r2[x] + r8[x]) + g1 * (r1[x] + r9[x]) + g0 * (r0[x] + r10[x])
            )  # fmt: skip
        for x in range(windows):
            p, q = mean[x], mean[width + x]
            term = (mean[3 * width + x] - two * p * q + c2) / (mean[2 * width + x] - (p * p + q * q) + c2)
            if has_luminance:
                p, q = p + middle, q + middle
                term *= (two * p * q + c1) / (p * p + q * q + c1)
            totals[x] += term
    return totals.sum() / (windows * (height - 10))  # type: ignore[no-any-return]


def _halving_kernel(plane: Plane | Floats) -> Floats:
    """Means of 2 x 2 pixels: half the size, an odd last row or column dropped."""
    height, width = plane.shape[0] // 2, plane.shape[1] // 2
    half = np.empty((height, width), np.float32)
    for y in range(height):
        for x in range(width):
            upper = np.float32(plane[2 * y, 2 * x]) + np.float32(plane[2 * y, 2 * x + 1])
            lower = np.float32(plane[2 * y + 1, 2 * x]) + np.float32(plane[2 * y + 1, 2 * x + 1])
            half[y, x] = np.float32(0.25) * (upper + lower)
    return half


def _gaussian() -> tuple[np.float32, ...]:
    """The first six of the eleven weights of the window along one axis; the others mirror them.

    Rounded so that float32 holds them and all eleven sum to exactly 1: otherwise flat areas would seem to vary.
    """
    weights = np.exp(-0.5 * ((np.arange(11) - 5) / 1.5) ** 2)
    five = np.round((weights / weights.sum())[:5] * 2**22) / 2**22
    return tuple(np.array([*five, 1 - 2 * five.sum()], np.float32))


_GAUSSIAN = _gaussian()


@cache
def ssim() -> Any:
    """The compiled kernel: two contiguous (H, W) uint8 planes -> their mean SSIM."""
    from numba import float64, uint8

    plane = readonly(uint8, 2)
    return compiled(_ssim_kernel, [float64(plane, plane)])


@cache
def ms_ssim() -> tuple[Any, Any]:
    """The compiled kernels for Gaussian windows and for halving, each for bytes and for the halves of bytes.

    Bytes could be turned into float32 first, but allocating memory for that takes longer than the arithmetic.
    """
    from numba import boolean, float32, float64, uint8

    planes = [readonly(uint8, 2), readonly(float32, 2)]
    similarity = compiled(_gaussian_kernel, [float64(plane, plane, boolean) for plane in planes])
    return similarity, compiled(_halving_kernel, [float32[:, ::1](plane) for plane in planes])
