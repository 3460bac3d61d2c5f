"""Dense motion between two frames: optical flow both ways, what is occluded, and one frame warped onto the other.

The flow is DIS (Kroeger et al. 2016, as in OpenCV, preset medium with 2 refinements instead of 5), found at a working
size whose longer side is at most 416 pixels, and enlarged to the frame's size bilinearly. Mean end point error in
pixels on rendered scenes of known motion, 8 pixels from the edge; gray levels of difference that warping by the flow
leaves on 30 pairs of real clips (no flow: 11.8); and time on one core for one flow at 832 x 480:

                       motion suite   832 x 480, pan 2 to 24   zoom 2 %, roll 1°   real clips     ms
    Farneback                 0.286             0.39 to 5.49         1.21, 1.09         7.49     84
    DIS medium                0.083                     0.00         0.08, 0.08         6.60     45
    DIS fast                  0.173             0.00 to 0.09         0.20, 0.21         7.68     10
    DIS medium at 384         0.083             0.09 to 0.12         0.19, 0.22         6.81     13
    this                      0.086             0.00 to 0.12         0.19, 0.22         6.70     10

Both ways take 20 ms, visibility 4, warping and what it leaves 3. Steps that are large for the frame are not found: a
pan of 24 pixels at 320 x 192 is missed by 4 on average, by every setting of DIS (Farneback: by 22).
"""

from __future__ import annotations

from functools import cached_property
from typing import TypeAlias, TypeVar, cast

import numpy as np
from numpy.typing import NDArray

from bench.errors import NotMeasurable
from bench.evaluators.signals import warping_kernels
from bench.types import Image, Plane

Flow: TypeAlias = NDArray[np.float32]
"""(H, W, 2) float32: how far each pixel's content moves; pixels, x first."""

Levels = TypeVar("Levels", NDArray[np.uint8], NDArray[np.float32])

Field: TypeAlias = NDArray[np.float32]
"""(H, W) float32: one number per pixel."""

WORKING_SIDE = 416
"""Pixels: the longer side of the planes that flow is found on; larger frames are scaled down to it."""

REFINEMENTS = 2
"""Refinements of the flow on each level of the pyramid. OpenCV's preset has 5, which takes 1.3 times the time, for 0 to
20 % less error on rendered scenes and 1 % more on real clips."""

MIN_SIDE = 16
"""Pixels: least side for a flow. DIS compares patches of 8 x 8 on a plane of half the size."""

_BLUR = 1.5
"""Pixels: standard deviation of the Gaussian before a plane is halved. It leaves a fifth of fresh noise."""


class MotionField:
    """How the content of one frame moves to the next; every part is computed when it is first used.

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
        """(H, W): the pixels of `before` that are visible in `after`: neither occluded nor on a motion boundary.

        Raises:
            NotMeasurable: the frames are too small.
        """
        return visible(self.forward, self.backward)

    @cached_property
    def warped(self) -> Image:
        """(H, W, 3) uint8: `after` brought back onto `before` by the forward flow.

        Bilinear, levels rounded; pixels from beyond the frame repeat its edge.

        Raises:
            NotMeasurable: the frames are too small.
        """
        return warping_kernels.unpacked(self._warping[0])

    @property
    def left(self) -> Field:
        """(H, W): squared difference of `before` and `warped`, the levels unrounded, summed over channels; levels².

        Raises:
            NotMeasurable: the frames are too small.
        """
        return self._warping[1]

    @cached_property
    def _warping(self) -> tuple[warping_kernels.Packed, Field]:
        u, v = _planes(self.forward)
        pixels, left = np.empty(u.shape, np.uint32), np.empty(u.shape, np.float32)
        before, after = (warping_kernels.packed(each) for each in (self.before, self.after))
        warping_kernels.warping()(before, after, u, v, pixels, left)
        return pixels, left

    @cached_property
    def warped_gray(self) -> Plane:
        """(H, W) uint8: the gray of `warped`.

        Raises:
            NotMeasurable: the frames are too small.
        """
        return warping_kernels.packed_gray(self._warping[0])

    @cached_property
    def speed(self) -> float:
        """Mean length of the forward flow, pixels.

        Raises:
            NotMeasurable: the frames are too small.
        """
        return float(warping_kernels.mean_length()(*_planes(self.forward)))

    def halved(self) -> MotionField:
        """The motion between the same frames at half the size, where fresh noise has averaged out.

        A Gaussian of 1.5 pixels, then averages of 2 x 2; rounded where a side is odd.
        """
        return MotionField(
            *(halved(each) for each in (self.before, self.after, self.before_gray, self.after_gray))
        )

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


def halved(levels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """(H / 2, W / 2) or (H / 2, W / 2, C): levels at half the size, after a Gaussian of 1.5 pixels.

    >>> halved(np.full((480, 831), 7, np.uint8)).shape
    (240, 416)
    """
    import cv2

    height, width = levels.shape[:2]
    blurred = cv2.GaussianBlur(levels, (0, 0), _BLUR)
    size = (round(width / 2), round(height / 2))
    return np.asarray(cv2.resize(blurred, size, interpolation=cv2.INTER_AREA), np.uint8)


def optical_flow(before: Plane, after: Plane, near: Flow | None = None) -> Flow:
    """(H, W, 2): DIS flow at the size of two (H, W) uint8 planes, each side at least 16; zero for equal planes.

    Args:
        before, after: the planes.
        near: (H, W, 2), a flow to begin the search with.
    """
    import cv2

    if np.array_equal(before, after):  # DIS may find motion where there is no texture
        return np.zeros((*before.shape, 2), dtype=np.float32)
    # one object per call: calc writes the scales that it chose for this size into the object
    finder = cv2.DISOpticalFlow_create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)  # type: ignore[attr-defined]
    finder.setVariationalRefinementIterations(REFINEMENTS)
    start = None if near is None else near.copy()  # which calc writes into
    return np.asarray(finder.calc(before, after, start), dtype=np.float32)


def visible(forward: Flow, backward: Flow) -> NDArray[np.bool_]:
    """(H, W): where content of the first frame is visible in the second one.

    Not visible: content that leaves the frame; content that is occluded, |f + b|² > 0.01 (|f|² + |b|²) + 0.5 with the
    backward flow b at the place to which the forward flow f leads; and motion boundaries, |∇u|² + |∇v|² > 0.01 |f|² +
    0.002 by forward differences.

    Args:
        forward, backward: (H, W, 2), pixels.

    Source: Sundaram et al. 2010, as Lai et al. 2018 (arXiv 1808.00449) use it. For content that leaves the frame their
        code takes the flow at the frame's edge; here it is never visible.

    >>> right = np.zeros((8, 8, 2), np.float32)
    >>> right[..., 0] = 2  # everything moves 2 pixels to the right: two columns leave the frame
    >>> visible(right, -right).sum(axis=1).tolist()
    [6, 6, 6, 6, 6, 6, 6, 6]
    """
    seen = np.empty(forward.shape[:2], dtype=np.bool_)
    warping_kernels.visible()(*_planes(forward), warping_kernels.paired(*_planes(backward)), seen)
    return seen


def warped(image: Levels, flow: Flow) -> Levels:
    """(H, W, C): an image, sampled bilinearly at the place to which each pixel's flow leads; beyond its edge, the edge.

    Args:
        image: (H, W, C) uint8, whose levels are rounded, or float32.
        flow: (H, W, 2), pixels.

    >>> flow = np.zeros((1, 4, 2), np.float32)
    >>> flow[..., 0] = 1.5
    >>> warped(np.array([[[0], [10], [20], [30]]], np.float32), flow).ravel().tolist()
    [15.0, 25.0, 30.0, 30.0]
    """
    import cv2

    height, width = flow.shape[:2]
    x, y = np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32)[:, None]
    there = np.ascontiguousarray(flow[..., 0] + x), np.ascontiguousarray(flow[..., 1] + y)
    return cast("Levels", cv2.remap(image, *there, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE))


def _enlarged(flow: Flow, shape: tuple[int, ...]) -> Flow:
    """A flow at another size, bilinearly, its vectors in pixels of that size.

    In memory, one plane follows the other: all arithmetic is on u or v alone, and so takes a third of the time.
    """
    import cv2

    height, width = shape
    planes = np.empty((2, height, width), dtype=np.float32)
    for plane, part, scale in zip(
        planes, np.moveaxis(flow, 2, 0), (width / flow.shape[1], height / flow.shape[0]), strict=True
    ):
        cv2.resize(part * np.float32(scale), (width, height), dst=plane, interpolation=cv2.INTER_LINEAR)
    return np.moveaxis(planes, 0, 2)


def _planes(flow: Flow) -> tuple[Field, Field]:
    """u and v, each (H, W) and contiguous."""
    return np.ascontiguousarray(flow[..., 0]), np.ascontiguousarray(flow[..., 1])
