"""Dense motion between two frames: optical flow both ways, what is occluded, and one frame warped onto the other.

The flow is DIS (Kroeger et al. 2016, as in OpenCV, preset medium with 2 refinements instead of 5), found at a working
size whose longer side is at most 416 pixels, and brought up to the frame's size bilinearly. Mean end point error in
pixels on rendered scenes of known motion, 8 pixels from the edge; gray levels that warping by the flow leaves on 30
pairs of real clips (no flow: 11.8); and time on one core for one flow at 832 x 480:

                       motion suite   832 x 480, pan 2 to 24   zoom 2 %, roll 1°   real clips     ms
    Farneback                 0.286             0.39 to 5.49         1.21, 1.09         7.49     84
    DIS medium                0.083                     0.00         0.08, 0.08         6.60     45
    DIS fast                  0.173             0.00 to 0.09         0.20, 0.21         7.68     10
    DIS medium at 384         0.083             0.09 to 0.12         0.19, 0.22         6.81     13
    this                      0.086             0.00 to 0.12         0.19, 0.22         6.70     10

Both ways take 20 ms, visibility 7, warping 4. Steps that are large for the frame get lost: a pan of 24 pixels at
320 x 192 is missed by 4 on average, by every setting of DIS (Farneback: by 22).
"""

from __future__ import annotations

import math
from functools import cached_property
from typing import TypeAlias, TypeVar, cast

import numpy as np
from numpy.typing import NDArray

from bench.errors import NotMeasurable
from bench.types import Image, Plane

Flow: TypeAlias = NDArray[np.float32]
"""(H, W, 2) float32: how far each pixel's content moves; pixels, x first."""

Levels = TypeVar("Levels", NDArray[np.uint8], NDArray[np.float32])

Field: TypeAlias = NDArray[np.float32]
"""(H, W) float32: one number a pixel."""

WORKING_SIDE = 416
"""Pixels: the longer side of the planes that flow is found on; larger frames are scaled down to it."""

REFINEMENTS = 2
"""Of the flow on each level of the pyramid; OpenCV's preset has 5, which takes 1.3 times the time, for 0 to 20 % less
error on rendered scenes and 1 % more on real clips."""

MIN_SIDE = 16
"""Pixels: of smaller frames no flow is found. DIS compares patches of 8 x 8 on a plane of half the size."""

Points: TypeAlias = NDArray[np.complex128]
"""(n,): x + iy, pixels. A similarity is multiplication by one complex number, and addition of another."""

_PAIRS, _GOLDEN, _SILVER = 32, 0.6180339887498949, 0.41421356237309515
"""Where the camera's part is 55 %, all of 32 pairs miss it once in 70 000. Multiples of two irrational numbers spread
the pairs over the frame, the same ones on every machine."""

_STRIP = 32
"""Rows at a time: the dozen temporaries of `visible` stay in the processor's cache, in a third of the time."""


class MotionField:
    """How the content of one frame moves to the next; every part is computed when first asked for.

    Args:
        before, after: (H, W, 3) uint8 sRGB.
        before_gray, after_gray: (H, W) uint8.
    """

    def __init__(self, before: Image, after: Image, before_gray: Plane, after_gray: Plane) -> None:
        self.before, self.after, self.before_gray, self.after_gray = before, after, before_gray, after_gray

    @cached_property
    def forward(self) -> Flow:
        """(H, W, 2): where each pixel of `before` is in `after`, minus where it was.

        Raises:
            NotMeasurable: the frames are too small.
        """
        return _enlarged(optical_flow(*self._working), self.before_gray.shape)

    @cached_property
    def backward(self) -> Flow:
        """(H, W, 2): where each pixel of `after` was in `before`, minus where it is.

        Raises:
            NotMeasurable: the frames are too small.
        """
        return _enlarged(optical_flow(*self._working[::-1]), self.before_gray.shape)

    @cached_property
    def visible(self) -> NDArray[np.bool_]:
        """(H, W): the pixels of `before` that are still seen in `after`: neither occluded nor on a motion boundary.

        Raises:
            NotMeasurable: the frames are too small.
        """
        return visible(self.forward, self.backward)

    @cached_property
    def warped(self) -> Image:
        """(H, W, 3) uint8: `after` brought back onto `before` by the forward flow.

        Bilinear, levels rounded; what would come from beyond the frame repeats its edge.

        Raises:
            NotMeasurable: the frames are too small.
        """
        return warped(self.after, self.forward)

    @cached_property
    def _working(self) -> tuple[Plane, Plane]:
        return working_plane(self.before_gray), working_plane(self.after_gray)


def working_plane(gray: Plane, side: int = WORKING_SIDE) -> Plane:
    """(h, w) uint8: a gray plane, averaged down (INTER_AREA) to a longer side of `side` pixels where it is larger.

    Raises:
        NotMeasurable: a side is below 16 pixels, here or once it is scaled down.
    """
    import cv2

    height, width = gray.shape
    scale = min(1.0, side / max(height, width))
    size = (round(width * scale), round(height * scale))
    if min(size) < MIN_SIDE:
        raise NotMeasurable(
            f"frames are {width} x {height} pixels, optical flow needs {MIN_SIDE} x {MIN_SIDE} once the longer side "
            f"is at most {side}: use larger frames"
        )
    return gray if scale == 1 else np.asarray(cv2.resize(gray, size, interpolation=cv2.INTER_AREA), np.uint8)


def optical_flow(before: Plane, after: Plane) -> Flow:
    """(H, W, 2): DIS flow at the size of two (H, W) uint8 planes, each side at least 16; zero for equal planes."""
    import cv2

    if np.array_equal(before, after):  # also where there is no texture that could tell
        return np.zeros((*before.shape, 2), dtype=np.float32)
    # one object a call: calc writes the scales that it chose for this size into the object
    finder = cv2.DISOpticalFlow_create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)  # type: ignore[attr-defined]
    finder.setVariationalRefinementIterations(REFINEMENTS)
    return np.asarray(finder.calc(before, after, None), dtype=np.float32)


def visible(forward: Flow, backward: Flow) -> NDArray[np.bool_]:
    """(H, W): where content of the first frame is seen in the second one.

    Not seen: what goes out of the frame; what is occluded, |f + b|² > 0.01 (|f|² + |b|²) + 0.5 with the backward
    flow b at the place that the forward flow f leads to; and motion boundaries, |∇u|² + |∇v|² > 0.01 |f|² + 0.002
    by forward differences.

    Args:
        forward, backward: (H, W, 2), pixels.

    Source: Sundaram et al. 2010, as Lai et al. 2018 (arXiv 1808.00449) use it. Their code counts what goes out of the
        frame by the flow at the frame's edge; here it is never seen.
    """
    seen = np.empty(forward.shape[:2], dtype=np.bool_)
    for top in range(0, len(seen), _STRIP):
        rows = slice(top, top + _STRIP)
        x, y = _targets(forward, rows)
        back_u, back_v = _sampled(backward[..., 0], x, y), _sampled(backward[..., 1], x, y)
        seen[rows] = _is_inside(x, y, forward.shape)
        seen[rows] &= _agree(forward[rows, :, 0], forward[rows, :, 1], back_u, back_v)
        seen[rows] &= _is_smooth(forward, rows)
    return seen


def warped(image: Levels, flow: Flow) -> Levels:
    """(H, W, C): an image at the place that each pixel's flow leads to, bilinear; beyond its edge, the edge.

    Args:
        image: (H, W, C) uint8, whose levels are rounded, or float32.
        flow: (H, W, 2), pixels.
    """
    return _sampled(image, *_targets(flow))


def beyond_camera(flow: Flow, points: int) -> NDArray[np.float64]:
    """(n,): how far content moves beyond the camera, pixels, at points on a grid over the frame.

    The camera pans, tilts, zooms and rolls: its motion is a similarity. Of those through 32 pairs of points the one
    with the least median residue is taken, and fitted twice to the points within 2.5 times 1.4826 times that median,
    or 0.0001 of the diagonal. Right while the camera's part is clearly more than half of the points.

    Args:
        flow: (H, W, 2).
        points: along the longer side, or all its pixels where it has fewer.

    Source: least median of squares, Rousseeuw 1984. Cauchy's weights from the plain fit on were tried: a thing that
        fills a quarter of the frame in its corner drags them along.
    """
    height, width = flow.shape[:2]
    apart = -(-max(height, width) // points)
    y, x = np.mgrid[apart // 2 : height : apart, apart // 2 : width : apart].reshape(2, -1)
    places, moved = x + 1j * y, flow[y, x, 0] + 1j * flow[y, x, 1].astype(np.complex128)
    residues = _least_median(places, moved)
    for _ in range(2):
        near = residues <= 2.5 * max(1.4826 * float(np.median(residues)), 1e-4 * math.hypot(height, width))
        residues = np.abs(moved - _similarity(places, moved, near))
    return np.asarray(residues)


def _least_median(places: Points, moved: Points) -> NDArray[np.float64]:
    """(n,): residues of the similarity through two of the points whose median residue is the least of 32 such."""
    turn = np.arange(1, _PAIRS + 1)
    first, second = ((len(places) * (turn * share % 1)).astype(np.intp) for share in (_GOLDEN, _SILVER))
    differ = first != second
    first, second = first[differ], second[differ]
    slopes = (moved[first] - moved[second]) / (places[first] - places[second])
    offsets = moved[first] - slopes * places[first]
    residues = np.abs(moved - offsets[:, None] - slopes[:, None] * places)
    return np.asarray(residues[np.median(residues, axis=1).argmin()])


def _similarity(places: Points, moved: Points, of: NDArray[np.bool_]) -> Points:
    """(n,): where the similarity that fits some of the points best moves all of them."""
    centre, mean = places[of].mean(), moved[of].mean()
    spread = places[of] - centre
    power = np.vdot(spread, spread).real
    slope = np.vdot(spread, moved[of]) / power if power else 0.0
    return np.asarray(mean + slope * (places - centre))


def _enlarged(flow: Flow, shape: tuple[int, ...]) -> Flow:
    """A flow at another size, bilinearly, its vectors in pixels of that size.

    Laid out as one plane after the other: arithmetic on u and v alone, which is all there is, takes a third of the
    time.
    """
    import cv2

    height, width = shape
    planes = np.empty((2, height, width), dtype=np.float32)
    for plane, part, scale in zip(
        planes, np.moveaxis(flow, 2, 0), (width / flow.shape[1], height / flow.shape[0]), strict=True
    ):
        cv2.resize(part * np.float32(scale), (width, height), dst=plane, interpolation=cv2.INTER_LINEAR)
    return np.moveaxis(planes, 0, 2)


def _targets(flow: Flow, rows: slice = slice(None)) -> tuple[Field, Field]:
    """x and y, each (h, W), for some rows: the place that each pixel's flow leads to."""
    height, width = flow.shape[:2]
    x, y = np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32)[rows, None]
    return np.ascontiguousarray(flow[rows, :, 0] + x), np.ascontiguousarray(flow[rows, :, 1] + y)


def _sampled(image: Levels, x: Field, y: Field) -> Levels:
    """(H, W) or (H, W, C): image at places (x, y), bilinear; beyond its edge, the edge."""
    import cv2

    return cast("Levels", cv2.remap(image, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE))


def _is_inside(x: Field, y: Field, shape: tuple[int, ...]) -> NDArray[np.bool_]:
    return np.asarray((x >= 0) & (x <= shape[1] - 1) & (y >= 0) & (y <= shape[0] - 1))


def _agree(u: Field, v: Field, back_u: Field, back_v: Field) -> NDArray[np.bool_]:
    """Where the flow there and back leads to where it came from."""
    return _square(u + back_u, v + back_v) <= 0.01 * (_square(u, v) + _square(back_u, back_v)) + 0.5


def _is_smooth(flow: Flow, rows: slice) -> NDArray[np.bool_]:
    """Where there is no motion boundary; differences across the last column and the last row are 0."""
    part = flow[rows.start : rows.stop + 1]  # the row below belongs to the last one's difference
    u, v = part[..., 0], part[..., 1]
    rough = np.zeros(u.shape, dtype=np.float32)
    rough[:, :-1] += _square(u[:, 1:] - u[:, :-1], v[:, 1:] - v[:, :-1])
    rough[:-1] += _square(u[1:] - u[:-1], v[1:] - v[:-1])
    smooth = rough <= 0.01 * _square(u, v) + 0.002
    return np.asarray(smooth[: rows.stop - rows.start])


def _square(u: Field, v: Field) -> Field:
    """The squared length of each vector."""
    return np.asarray(u * u + v * v)
