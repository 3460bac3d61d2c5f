"""How alike two gray planes are: SSIM and PSNR, with scikit-image's values at a tenth of its time.

SSIM is that of scikit-image's default `structural_similarity` on uint8: uniform 7 x 7 window, data range 255, sample
covariance, windows that lie wholly inside. Window sums of bytes and of their products are exact integers, so nothing
cancels and equal frames give exactly 1; strips of rows stay in the processor's cache, and a frame's own sums serve
both pairs that it belongs to.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bench.errors import NotMeasurable
from bench.types import Image, Plane

WINDOW = 7
"""Side of the SSIM window, in pixels; no plane may be smaller."""

MAX_PSNR = 100.0
"""dB, for equal frames too, whose PSNR is infinite. One byte wrong by one in 190 000 is 101 dB: above it lies noise."""

_AREA = WINDOW * WINDOW
_COVARIANCE = _AREA * (_AREA - 1)
_C1 = (0.01 * 255) ** 2 * _AREA**2
_C2 = (0.03 * 255) ** 2 * _COVARIANCE
"""Wang et al.'s stabilising constants, K1 = 0.01 and K2 = 0.03, in the units of the integer sums below."""

_STRIP = 40
"""Rows of windows at a time: about 1 MB of temporaries at width 832; 24 to 64 rows take the same time within noise."""


def ssim(a: Plane, b: Plane) -> float:
    """Structural similarity of two (H, W) uint8 planes: in [-1, 1], 1 only for equal planes.

    Source: Wang et al. 2004, eq. 13, with scikit-image's defaults; its values within 1e-12.

    Raises:
        NotMeasurable: a side is below 7 pixels.
    """
    return float(ssim_against(a, b[None])[0])


def ssim_series(gray: Plane) -> NDArray[np.float64]:
    """(T - 1,) float64: ssim of each frame of a (T, H, W) uint8 plane with the next.

    Raises:
        NotMeasurable: a side is below 7 pixels.
    """
    totals = np.zeros(len(gray) - 1)
    for strip in _strips(gray):
        before = _sums(strip[0])
        for t, plane in enumerate(strip[1:]):
            after = _sums(plane)
            totals[t] += _ssim_total(before, after)
            before = after
    return totals / _windows(gray)


def ssim_against(reference: Plane, gray: Plane) -> NDArray[np.float64]:
    """(T,) float64: ssim of one (H, W) uint8 plane with each frame of a (T, H, W) uint8 plane.

    Raises:
        NotMeasurable: a side is below 7 pixels.
    """
    totals = np.zeros(len(gray))
    for still, strip in zip(_strips(reference[None]), _strips(gray), strict=True):
        sums = _sums(still[0])
        for t, plane in enumerate(strip):
            totals[t] += _ssim_total(sums, _sums(plane))
    return totals / _windows(gray)


def psnr(a: Plane | Image, b: Plane | Image) -> float:
    """Peak signal-to-noise ratio in dB of two uint8 arrays of one shape: 10 log10(255² / mean squared difference).

    In [0, 100]: 100 for equal arrays and for whatever lies above.
    """
    import cv2

    squares = cv2.norm(a, b, cv2.NORM_L2SQR)
    return min(MAX_PSNR, 10 * math.log10(255**2 * a.size / squares)) if squares else MAX_PSNR


@dataclass(frozen=True)
class _Sums:
    """What SSIM needs to know of one plane, for every window inside it: (h, w) int32.

    Attributes:
        pixels: the (h + 6, w + 6) uint8 plane itself.
        sum: of the window's pixels, at most 49 * 255.
        square: sum squared.
        spread: 49 * 48 times the window's sample variance, at most 255² * 49² / 4: every term fits int32.
    """

    pixels: Plane
    sum: NDArray[np.int32]
    square: NDArray[np.int32]
    spread: NDArray[np.int32]


def _sums(plane: Plane) -> _Sums:
    total = _box(plane)
    square = total * total
    return _Sums(plane, total, square, _AREA * _box_of_product(plane, plane) - square)


def _ssim_total(a: _Sums, b: _Sums) -> float:
    """The sum of SSIM over the windows of one strip; numerator and denominator are equal, bit for bit, where a is b."""
    product = a.sum * b.sum
    covariance = _AREA * _box_of_product(a.pixels, b.pixels) - product
    ratio = (2 * product + _C1) * (2 * covariance + _C2)
    ratio /= (a.square + b.square + _C1) * (a.spread + b.spread + _C2)
    return float(ratio.sum())


def _box(plane: NDArray[np.generic]) -> NDArray[np.int32]:
    """Sums over the windows that lie wholly inside the plane."""
    import cv2

    sums: NDArray[np.int32] = cv2.boxFilter(plane, cv2.CV_32S, (WINDOW, WINDOW), normalize=False)
    edge = WINDOW // 2
    return np.ascontiguousarray(sums[edge:-edge, edge:-edge])


def _box_of_product(a: Plane, b: Plane) -> NDArray[np.int32]:
    import cv2

    return _box(cv2.multiply(a, b, dtype=cv2.CV_16U))


def _strips(gray: Plane) -> list[Plane]:
    """Views of (T, at most 46, W), whose windows are those of the whole plane, each once."""
    height, width = gray.shape[1:]
    if min(height, width) < WINDOW:
        raise NotMeasurable(
            f"frames are {width} x {height} pixels, SSIM needs {WINDOW} x {WINDOW}: use larger frames"
        )
    edges = WINDOW - 1
    return [gray[:, top : top + _STRIP + edges] for top in range(0, height - edges, _STRIP)]


def _windows(gray: Plane) -> int:
    return int((gray.shape[1] - WINDOW + 1) * (gray.shape[2] - WINDOW + 1))
