"""Planes averaged over a coarse grid of cells."""

from __future__ import annotations

from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

Levels = TypeVar("Levels", NDArray[np.uint8], NDArray[np.float32])


def cell_means(plane: Levels, cells: int) -> Levels:
    """(h, w): the mean of each cell of a grid over an (H, W) plane, rounded for uint8; h and w are at most cells.

    An (H, W, C) array gives (h, w, C).

    Averages areas (cv2.INTER_AREA), so that cells may share a pixel.

    >>> cell_means(np.array([[0, 2, 8, 8], [4, 2, 8, 8]], np.float32), cells=2)
    array([[1., 8.],
           [3., 8.]], dtype=float32)
    """
    import cv2

    height, width = plane.shape[:2]
    size = (min(cells, width), min(cells, height))
    return np.asarray(cv2.resize(plane, size, interpolation=cv2.INTER_AREA), plane.dtype)
