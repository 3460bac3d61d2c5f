"""How alike two pictures are: SSIM, MS-SSIM and PSNR.

SSIM is that of scikit-image's default `structural_similarity` on uint8: uniform 7 x 7 window, data range 255, sample
covariance, windows that lie wholly inside.
"""

from __future__ import annotations

import math

import numpy as np

from bench.errors import NotMeasurable
from bench.evaluators.signals import ssim_kernels
from bench.evaluators.signals.ssim_kernels import WINDOW, Floats
from bench.types import Image, Plane

SSIM_SIDE = WINDOW
"""Least side for SSIM, pixels: its window must fit."""

MAX_PSNR = 100.0
"""dB, also for equal frames, whose PSNR is infinite. One byte in 190 000 wrong by one is 101 dB: above lies only
noise."""

SSIM_IS = "BT.601 gray, 7 x 7 uniform window, sample covariance"
PSNR_IS = "10 log10(255² / mean squared difference)"
"""What cards say about ssim and psnr."""

SCALES = (0.0448, 0.2856, 0.3001, 0.2363, 0.1333)
"""Exponents of MS-SSIM, from the full size down to a sixteenth."""

MS_SIDE = 11 * 2 ** (len(SCALES) - 1)
"""Least side for MS-SSIM, pixels: its 11 x 11 window must fit into the smallest scale."""


def ssim(a: Plane, b: Plane) -> float:
    """Structural similarity of two (H, W) uint8 planes: in [-1, 1], exactly 1 for equal planes and only for them.

    Raises:
        NotMeasurable: a side is below 7 pixels.

    Source: Wang et al. 2004, eq. 13, with scikit-image's defaults; its values within 1e-12.

    >>> gray, light = np.full((7, 7), 100, np.uint8), np.full((7, 7), 200, np.uint8)
    >>> ssim(gray, gray)
    1.0
    >>> round(ssim(gray, light), 4)  # 2 · 100 · 200 over 100² + 200²: flat planes have no structure
    0.8
    """
    _refuse(a, SSIM_SIDE, "SSIM")
    return float(ssim_kernels.ssim()(np.ascontiguousarray(a), np.ascontiguousarray(b)))


def ms_ssim(a: Plane, b: Plane) -> float:
    """Multi-scale structural similarity of two (H, W) uint8 planes: in [0, 1], exactly 1 for equal planes.

    Five scales, each half the one before (means of 2 x 2 pixels; an odd last row or column is dropped). The mean
    contrast-and-structure term of the upper four and the mean SSIM of the last, each with a Gaussian window of
    11 x 11 and sigma 1.5 that lies wholly inside, each at least 0, to the power of its SCALES; and their product.

    Raises:
        NotMeasurable: a side is below 176 pixels.

    Source: Wang, Simoncelli & Bovik 2003, eq. 7 and 8, with contrast and structure in one fraction as in their code.
        torchmetrics lets the last scale's windows reach over a reflected edge, and so differs: on neighbouring frames
        of ten real clips by 0.001 to 0.002 in the median and up to 0.044, on frames far apart by up to 0.107, at 256
        as at 480 pixels, on a picture and its mirror image by 0.28, and by less than 0.002 under noise. With windows
        inside, its values are these within 1e-6.

    >>> ramp = np.arange(176, dtype=np.uint8)[None].repeat(176, axis=0)
    >>> ms_ssim(ramp, ramp), ms_ssim(ramp, 175 - ramp)  # a ramp the other way has the opposite structure
    (1.0, 0.0)
    """
    _refuse(a, MS_SIDE, "MS-SSIM")
    similarity, halved = ssim_kernels.ms_ssim()
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


def mean_square(a: Plane | Image, b: Plane | Image) -> float:
    """Mean squared difference of two uint8 arrays of one shape: in [0, 255²].

    >>> mean_square(np.array([[0, 10]], np.uint8), np.array([[0, 6]], np.uint8))
    8.0
    """
    import cv2

    return float(cv2.norm(a, b, cv2.NORM_L2SQR)) / a.size


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
    """A mean of terms in [0, 1]: at most 1 by Cauchy and Schwarz, but float32 gives 1.00003 on flat pictures."""
    return min(max(mean, 0.0), 1.0)


def _refuse(plane: Plane, side: int, name: str) -> None:
    height, width = plane.shape
    if min(height, width) < side:
        raise NotMeasurable(
            f"frames are {width} x {height} pixels, {name} needs {side} x {side}: use larger frames"
        )
