"""Sheets: photographs as continuous functions, cubic splines through their pixels, sampled at exact positions.

cv2.remap would not do: it rounds positions to 1/32 pixel.
"""

from __future__ import annotations

from pathlib import Path
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from bench.media import pictures

Points: TypeAlias = NDArray[np.float64]


def sheet(photograph: Path, size: tuple[int, int], blur: float) -> Points:
    """A photograph as one continuous function.

    Args:
        photograph: the file.
        size: (width, height) that it is cut and scaled to.
        blur: sigma of a Gaussian over it, pixels; 0 for none.

    Returns:
        (H, W, 3) float64: cubic spline coefficients.

    Raises:
        BadImage: it cannot be read.
    """
    from scipy import ndimage

    pixels = pictures.fit(pictures.read(photograph), *size, "cover").astype(np.float64)
    if blur:
        pixels = ndimage.gaussian_filter(pixels, (blur, blur, 0), mode="nearest")
    return np.stack([ndimage.spline_filter(pixels[..., c], order=3, mode="mirror") for c in range(3)], axis=2)


def sample(coefficients: Points, points: Points) -> Points:
    """(…, 3): the spline at points (…, 2), x first, all of them on the sheet."""
    from scipy import ndimage

    # rounding may put a point an ulp past the edge
    y, x = (
        np.clip(points[..., 1], 0, coefficients.shape[0] - 1),
        np.clip(points[..., 0], 0, coefficients.shape[1] - 1),
    )
    channels = [
        ndimage.map_coordinates(coefficients[..., c], [y, x], order=3, mode="mirror", prefilter=False)
        for c in range(3)
    ]
    return np.stack(channels, axis=-1)
