"""Paths of points: where pictures.fit puts points of an image, and a path in another number of frames."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from bench.types import Fit

Points: TypeAlias = NDArray[np.float64]


def fitted(points: Points, size: tuple[int, int], to_size: tuple[int, int], how: Fit) -> Points:
    """Points of an image, where pictures.fit puts them.

    Args:
        points: (N, 2), pixels of the image; (0, 0) is the centre of its first pixel.
        size: (width, height) of the image.
        to_size: (width, height) that it is brought to.
        how: see pictures.fit.

    Returns:
        (N, 2), pixels of the result; beyond it for points that 'cover' cuts off.
    """
    old, new = np.array(size, dtype=np.float64), np.array(to_size, dtype=np.float64)
    if how == "stretch":
        return np.asarray((points + 0.5) * new / old - 0.5)
    if how == "cover":
        scale = float((new / old).max())
        return np.asarray((points + 0.5 - (old - new / scale) / 2) * scale - 0.5)
    inner = np.maximum(
        1, np.round(old * (new / old).min())
    )  # pictures.fit works on whole pixels, and so does this
    return np.asarray((points + 0.5) * inner / old - 0.5 + (new - inner) // 2)


def resampled(points: Points, count: int) -> Points:
    """(count, 2): a path of N points in another number of frames: first to first, last to last, linear between."""
    time = np.linspace(0, len(points) - 1, count)
    return np.stack([np.interp(time, np.arange(len(points)), axis) for axis in points.T], axis=1)
