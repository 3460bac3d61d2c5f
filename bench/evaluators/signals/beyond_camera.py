"""How far content moves beyond the camera: what the similarity of least median of squares leaves of a flow."""

from __future__ import annotations

import math
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from bench.evaluators.signals.optical_flow import Flow

Points: TypeAlias = NDArray[np.complex128]
"""(n,): x + iy, pixels. A similarity multiplies by one complex number and adds another."""

_PAIRS, _GOLDEN, _SILVER = 32, 0.6180339887498949, 0.41421356237309515
"""Where the camera moves 55 % of the points, all of 32 pairs miss it once in 70 000. Multiples of two irrational
numbers spread the pairs over the frame, the same ones on every machine."""


def beyond_camera(flow: Flow, points: int) -> NDArray[np.float64]:
    """(n,): how far content moves beyond the camera, pixels, at points on a grid over the frame.

    The camera pans, tilts, zooms and rolls: its motion is a similarity. Among the similarities through 32 pairs of
    points, the one with the least median residual is taken and then fitted twice to the points within 2.5 times 1.4826
    times that median, or 0.0001 of the diagonal. Right while the camera clearly moves more than half of the points.

    Args:
        flow: (H, W, 2), pixels.
        points: along the longer side; all its pixels where it has fewer.

    Source: least median of squares, Rousseeuw 1984. Cauchy's weights, starting from the plain fit, were tried: a thing
        that fills a quarter of the frame in its corner pulls them along.

    >>> flow = np.zeros((16, 16, 2), np.float32)
    >>> flow[..., 0] = 3  # the camera pans
    >>> flow[:4, :4, 1] = 5  # a thing in a sixteenth of the frame moves down besides
    >>> np.unique(beyond_camera(flow, points=16).round(6), return_counts=True)
    (array([0., 5.]), array([240,  16]))
    """
    height, width = flow.shape[:2]
    apart = -(-max(height, width) // points)
    y, x = np.mgrid[apart // 2 : height : apart, apart // 2 : width : apart].reshape(2, -1)
    places, moved = x + 1j * y, flow[y, x, 0] + 1j * flow[y, x, 1].astype(np.complex128)
    residuals = _least_median(places, moved)
    for _ in range(2):
        near = residuals <= 2.5 * max(1.4826 * float(np.median(residuals)), 1e-4 * math.hypot(height, width))
        residuals = np.abs(moved - _similarity(places, moved, near))
    return np.asarray(residuals)


def _least_median(places: Points, moved: Points) -> NDArray[np.float64]:
    """(n,): residuals of the similarity, among those through 32 pairs of the points, with the least median residual."""
    turn = np.arange(1, _PAIRS + 1)
    first, second = ((len(places) * (turn * share % 1)).astype(np.intp) for share in (_GOLDEN, _SILVER))
    differ = first != second
    first, second = first[differ], second[differ]
    slopes = (moved[first] - moved[second]) / (places[first] - places[second])
    offsets = moved[first] - slopes * places[first]
    residuals = np.abs(moved - offsets[:, None] - slopes[:, None] * places)
    return np.asarray(residuals[np.median(residuals, axis=1).argmin()])


def _similarity(places: Points, moved: Points, of: NDArray[np.bool_]) -> Points:
    """(n,): how the similarity that fits some of the points best moves all of them."""
    centre, mean = places[of].mean(), moved[of].mean()
    spread = places[of] - centre
    power = np.vdot(spread, spread).real
    slope = np.vdot(spread, moved[of]) / power if power else 0.0
    return np.asarray(mean + slope * (places - centre))
