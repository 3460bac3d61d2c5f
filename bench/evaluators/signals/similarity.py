"""How alike two pictures are: SSIM, MS-SSIM and PSNR.

SSIM is that of scikit-image's default `structural_similarity` on uint8: uniform 7 x 7 window, data range 255, sample
covariance, windows that lie wholly inside. One pass over the rows keeps the window's column sums and needs no plane
of its own, which NumPy and OpenCV cannot do. So the kernels are compiled, by numba, when first called: 832 x 480 takes
1.1 ms on a core where scikit-image takes 65 (54 to 60 times as much) and OpenCV in strips of rows 6. The price is a
second to import numba and load a kernel from its cache, and some seconds to compile it the first time on a machine.
Nothing is reordered or fused, so the bits are the same on all processors.
"""

from __future__ import annotations

import math
from functools import cache
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from bench.base.compiled import compiled, readonly
from bench.errors import NotMeasurable
from bench.types import Image, Plane

WINDOW = 7
"""Side of the SSIM window, in pixels; no plane may be smaller."""

MAX_PSNR = 100.0
"""dB, for equal frames too, whose PSNR is infinite. One byte wrong by one in 190 000 is 101 dB: above it lies noise."""

SSIM_IS = "BT.601 gray, 7 x 7 uniform window, sample covariance"
PSNR_IS = "10 log10(255² / mean squared difference)"
"""What cards say about ssim and psnr."""

SCALES = (0.0448, 0.2856, 0.3001, 0.2363, 0.1333)
"""Exponents of MS-SSIM, from the full size down to a sixteenth."""

MS_SIDE = 11 * 2 ** (len(SCALES) - 1)
"""Smallest side for MS-SSIM: its 11 x 11 window must fit into the smallest scale."""

_AREA = WINDOW * WINDOW
_COVARIANCE = _AREA * (_AREA - 1)
_C1 = (0.01 * 255) ** 2
_C2 = (0.03 * 255) ** 2
"""Wang et al.'s stabilising constants, K1 = 0.01 and K2 = 0.03."""

_SUMS_C1 = _C1 * _AREA**2
_SUMS_C2 = _C2 * _COVARIANCE
"""The same in the units of window sums."""

Floats: TypeAlias = NDArray[np.float32]


def ssim(a: Plane, b: Plane) -> float:
    """Structural similarity of two (H, W) uint8 planes: in [-1, 1], exactly 1 for equal planes and only for them.

    Raises:
        NotMeasurable: a side is below 7 pixels.

    Source: Wang et al. 2004, eq. 13, with scikit-image's defaults; its values within 1e-12.
    """
    _refuse(a, WINDOW, "SSIM")
    return float(_compiled_ssim()(np.ascontiguousarray(a), np.ascontiguousarray(b)))


def ms_ssim(a: Plane, b: Plane) -> float:
    """Multi-scale structural similarity of two (H, W) uint8 planes: in [0, 1], exactly 1 for equal planes.

    Five scales, each half the one before (means of 2 x 2 pixels; an odd last row or column is dropped). The mean
    contrast-and-structure term of the upper four and the mean SSIM of the last, each with a Gaussian window of
    11 x 11 and sigma 1.5 that lies wholly inside, each at least 0, to the power of its SCALES, multiplied.

    Raises:
        NotMeasurable: a side is below 176 pixels.

    Source: Wang, Simoncelli & Bovik 2003, eq. 7 and 8, with contrast and structure in one fraction as their code has
        it. torchmetrics lets the last scale's windows reach over a reflected edge, and so differs by some 1e-4; with
        windows inside its values are these within 1e-6.
    """
    _refuse(a, MS_SIDE, "MS-SSIM")
    similarity, halved = _compiled_ms_ssim()
    product = 1.0
    p: Plane | Floats = np.ascontiguousarray(a)
    q: Plane | Floats = np.ascontiguousarray(b)
    for exponent in SCALES[:-1]:
        product *= _share(similarity(p, q, False)) ** exponent
        p, q = halved(p), halved(q)
    return float(product * _share(similarity(p, q, True)) ** SCALES[-1])


def psnr(a: Plane | Image, b: Plane | Image) -> float:
    """Peak signal-to-noise ratio of two uint8 arrays of one shape, in dB: see decibels.

    >>> black, white = np.zeros((2, 2), np.uint8), np.full((2, 2), 255, np.uint8)
    >>> psnr(black, white), psnr(white, white)
    (0.0, 100.0)
    """
    import cv2

    return decibels(cv2.norm(a, b, cv2.NORM_L2SQR), a.size)


def decibels(squares: float, count: int = 1) -> float:
    """10 log10(255² / mean squared difference) of bytes: in [0, 100], 100 for none and for whatever lies above.

    Args:
        squares: sum of squared differences, at most 255² * count.
        count: how many differences.

    >>> decibels(25.5**2)  # a tenth of the range, root mean square
    20.0
    """
    return min(MAX_PSNR, 10 * math.log10(255**2 * count / squares)) if squares else MAX_PSNR


def _share(mean: float) -> float:
    """A mean of terms in [0, 1]: it has no more by Cauchy and Schwarz, but float32 leaves 1.00003 on flat pictures."""
    return min(max(mean, 0.0), 1.0)


def _refuse(plane: Plane, side: int, name: str) -> None:
    height, width = plane.shape
    if min(height, width) < side:
        raise NotMeasurable(
            f"frames are {width} x {height} pixels, {name} needs {side} x {side}: use larger frames"
        )


# Kernels: plain Python until numba compiles them, so each number has its type and each inner loop is of the kind that
# a compiler vectorises: over neighbouring elements, without a condition


def _ssim_kernel(a: Plane, b: Plane) -> float:
    """ssim of contiguous planes.

    float32 holds every window sum exactly: 49 * 2 * 255² is below 2^24. With a equal to b numerator and denominator
    are the same number in every window. Windows are divided two at a time, n / d + m / e = (n e + m d) / (d e), since
    division is what costs; two equal fractions still give exactly 2.
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

    Each row is blurred along itself once and kept for the eleven windows that it lies in. Levels are taken from the
    middle of their range: less cancels, so that float32 is within 1e-7 of float64 here (flat pictures: 1e-4).
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

    Rounded so that float32 holds them and all eleven sum to exactly 1, or flat parts would seem to vary.
    """
    weights = np.exp(-0.5 * ((np.arange(11) - 5) / 1.5) ** 2)
    five = np.round((weights / weights.sum())[:5] * 2**22) / 2**22
    return tuple(np.array([*five, 1 - 2 * five.sum()], np.float32))


_GAUSSIAN = _gaussian()


@cache
def _compiled_ssim() -> Any:
    from numba import float64, uint8

    plane = readonly(uint8, 2)
    return compiled(_ssim_kernel, [float64(plane, plane)])


@cache
def _compiled_ms_ssim() -> tuple[Any, Any]:
    """The kernels for Gaussian windows and for halving, each for bytes and for the halves of bytes.

    Bytes could be turned to float32 first, but handing out memory for that takes longer than the arithmetic.
    """
    from numba import boolean, float32, float64, uint8

    planes = [readonly(uint8, 2), readonly(float32, 2)]
    similarity = compiled(_gaussian_kernel, [float64(plane, plane, boolean) for plane in planes])
    return similarity, compiled(_halving_kernel, [float32[:, ::1](plane) for plane in planes])
