"""Where a picture has texture that motion can be found by."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from bench.types import Plane

LEAST_GRADIENT = 1.0
"""Gray levels per pixel, RMS, along the direction in which a place varies least: below it there is only noise, and a
flow that continues its surroundings."""

BLOCK = 5
"""Side of the square over which a corner's gradients are summed, pixels."""

LEAST_STRENGTH = BLOCK**2 * (LEAST_GRADIENT * 2 / (255 * BLOCK)) ** 2
"""LEAST_GRADIENT in the unit of corner_strength: 3 x 3 Sobel (gain 8) over 4 x 5 x 255, squared, summed."""


def corner_strength(plane: Plane) -> NDArray[np.float32]:
    """(H, W): the smaller eigenvalue of the structure tensor over 5 x 5 pixels (Shi & Tomasi 1994, by OpenCV).

    >>> ramp = np.arange(0, 90, 10, dtype=np.uint8)[None].repeat(9, axis=0)  # varies across only
    >>> corner = np.zeros((9, 9), np.uint8)
    >>> corner[4:, 4:] = 90
    >>> [bool(corner_strength(plane)[4, 4] > LEAST_STRENGTH) for plane in (ramp, corner)]
    [False, True]
    """
    import cv2

    return np.asarray(cv2.cornerMinEigenVal(plane, BLOCK, ksize=3))
