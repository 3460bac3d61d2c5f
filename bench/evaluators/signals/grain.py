"""How noisy a single picture is: what is left of its even parts by a filter that sees neither slopes nor edges."""

from __future__ import annotations

import math

import numpy as np

from bench.types import Plane

_FILTER = ((1, -2, 1), (-2, 4, -2), (1, -2, 1))
"""The difference of two Laplacians: the sum of its squares is 36."""

EVEN = 50
"""Percentile of the gradient below which a place is even. In noise the gradient says nothing about the filter, since
one is odd and the other even: this choice does not lower the estimate."""


def noise_level(gray: Plane) -> float:
    """Standard deviation of noise in the evener half of an (H, W) uint8 plane, gray levels.

    Source: Immerkær 1996; without edges, as by Tai & Yang 2008. Fine texture counts as noise.

    >>> noise = np.random.default_rng(0).normal(128, 4, (96, 128)).round().astype(np.uint8)
    >>> round(noise_level(noise), 1), noise_level(np.full((8, 8), 9, np.uint8))
    (4.0, 0.0)
    """
    import cv2

    levels = gray.astype(np.float32)
    left = np.abs(cv2.filter2D(levels, cv2.CV_32F, np.array(_FILTER, np.float32)))
    across, down = cv2.Sobel(levels, cv2.CV_32F, 1, 0), cv2.Sobel(levels, cv2.CV_32F, 0, 1)
    gradient = np.abs(across) + np.abs(down)
    is_even = gradient <= np.percentile(gradient, EVEN)
    return float(math.sqrt(math.pi / 2) / 6 * left[is_even].mean(dtype=np.float64))
