"""Where each pixel's content was in frame 0, and what of a later frame frame 0 cannot explain by moving about.

A clip that is only a warp of its first frame (layers that slide, a wobble, a pasted patch) is explained everywhere: the
place to look at in frame 0 is followed from frame to frame, and a pixel at the border of two things is explained by
either. Real footage shows what was hidden, turns things around, and changes how they look.

All of it on gray planes of at most 256 pixels, smoothed by 0.8 of theirs: noise and dither nearly average out.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator

import numpy as np
from numpy.typing import NDArray

from bench.evaluators.signals import camera_motion, optical_flow
from bench.evaluators.signals.optical_flow import Field, Flow
from bench.types import Plane

SIDE = 256
"""Pixels: the longer side of the planes."""

_SMOOTH = 0.8

RINGS = (6, 14)
"""Pixels: how far off, in eight directions, other pixels' ways are tried: flow is wrong beside a border by about a
patch of 8 and its coarser levels."""

LEAST_LEVELS, PER_GRADIENT = 8.0, 0.5
"""Gray levels by which a pixel differs from everything that was tried, and more where the picture is steep: half a
pixel of it, which resampling and sub-pixel errors leave. With 5 and 0.25, a wobble of the still has about twice as much
of what real footage has as with these."""

LEAST_TEXTURE = 4.0
"""Gray levels, standard deviation over 7 x 7: flatter places are no new content. What is painted into the hole behind a
layer is mostly flat."""

BEYOND = 2.5
"""Pixels from where the camera's motion since frame 0 leads: content that moves by itself."""

_NEAR = 7
"""Side of the square by which what moves is widened: what it uncovers lies beside it."""

_TOLERANCE = 1.5


def plane(gray: Plane) -> Plane:
    """(h, w) uint8: an (H, W) gray plane at the working size, smoothed.

    Raises:
        NotMeasurable: it is too small for optical flow.
    """
    import cv2

    return np.asarray(cv2.GaussianBlur(optical_flow.working_plane(gray, SIDE), (0, 0), _SMOOTH), np.uint8)


def standing(shape: tuple[int, int]) -> Flow:
    """(h, w, 2): the trace of frame 0 itself: everything is where it was."""
    return np.zeros((*shape, 2), np.float32)


def traced(before: Flow, backward: Flow) -> Flow:
    """(h, w, 2): where each pixel's content was in frame 0, minus where it is.

    Args:
        before: (h, w, 2), the trace of the frame before.
        backward: (H, W, 2), the flow from this frame to the one before, at the clip's size.

    >>> right = np.zeros((4, 4, 2), np.float32)
    >>> right[..., 0] = -1  # the content was one pixel to the left
    >>> traced(traced(standing((4, 4)), right), right)[0, 3].tolist()
    [-2.0, 0.0]
    """
    import cv2

    height, width = before.shape[:2]
    scale = np.array([width / backward.shape[1], height / backward.shape[0]], np.float32)
    # each part by itself: in memory, one plane follows the other
    parts = [
        cv2.resize(backward[..., axis], (width, height), interpolation=cv2.INTER_AREA) for axis in (0, 1)
    ]
    back = np.stack(parts, axis=2) * scale
    return np.asarray(back + optical_flow.warped(before, back), np.float32)


def new_content(first: Plane, now: Plane, trace: Flow) -> NDArray[np.bool_]:
    """(h, w): what moves beyond the camera, or lies beside what does, and is not in frame 0.

    Nothing where the camera's motion is not found, for lack of texture. What enters through the frame's edge because
    the camera moves is not new.

    Args:
        first, now: (h, w) uint8: see plane.
        trace: (h, w, 2), of now.
    """
    import cv2

    camera = _camera(now, trace)
    if camera is None:
        return np.zeros(now.shape, np.bool_)
    moving = np.linalg.norm(trace - camera, axis=2) > BEYOND
    beside = cv2.dilate(moving.view(np.uint8), np.ones((_NEAR, _NEAR), np.uint8)).astype(np.bool_)
    new = beside & _was_inside(camera) & (_texture(now) > LEAST_TEXTURE)
    if not new.any():
        return np.asarray(new)
    return np.asarray(new & is_unexplained(first, now, [trace, camera, *_ways(first, now, trace)]))


def is_unexplained(first: Plane, now: Plane, ways: Iterable[Flow]) -> NDArray[np.bool_]:
    """(h, w): where a frame looks like no place in frame 0 to which one of the ways leads, over 3 x 3 pixels.

    A change of light of the whole frame (gain and offset, fitted along the first way) does not count.

    Args:
        first, now: (h, w) uint8: see plane.
        ways: (h, w, 2) each: from a pixel of now to a place in frame 0.

    >>> first = np.tile(np.arange(0, 240, 10, dtype=np.uint8), (24, 1))
    >>> now = first // 2 + np.uint8(9)  # darker as a whole
    >>> now[8:16, 8:16] = 250  # but for something that was not there
    >>> int(is_unexplained(first, now, [standing((24, 24))]).sum()) >= 64
    True
    """
    import cv2

    origin, here = first.astype(np.float32), now.astype(np.float32)
    least = np.full(here.shape, np.inf, np.float32)
    light: tuple[float, float] | None = None
    for way in ways:
        there = optical_flow.warped(origin, way)
        gain, offset = light = light or _light(there, here)
        off = np.abs(np.float32(gain) * there + np.float32(offset) - here)
        least = np.minimum(least, cv2.blur(off, (3, 3)))
    return np.asarray(least > LEAST_LEVELS + PER_GRADIENT * _gradient(here))


def _ways(first: Plane, now: Plane, trace: Flow) -> Iterator[Flow]:
    """Other ways to where a pixel's content may have been.

    None at all; the flow straight to frame 0, searched for from the trace, and from nothing; the ways of pixels around.
    """
    yield standing(trace.shape[:2])
    direct = optical_flow.optical_flow(now, first, near=trace)
    yield direct
    yield optical_flow.optical_flow(now, first)
    padded = [_padded(way, max(RINGS)) for way in (direct, trace)]
    for reach, (dx, dy) in itertools.product(RINGS, itertools.product((-1, 0, 1), repeat=2)):
        if dx or dy:
            yield from (_shifted(way, reach * dx, reach * dy) for way in padded)


def _camera(now: Plane, trace: Flow) -> Flow | None:
    """(h, w, 2): the way to frame 0 that the homography of most textured places gives each pixel; None without one."""
    places = camera_motion.textured_places(now)
    if len(places) < camera_motion.LEAST_PLACES:
        return None
    start = places.astype(np.float32)
    there = start + trace[places[:, 1], places[:, 0]]
    matrix, _ = camera_motion.homography(start, there, _TOLERANCE)
    if not matrix.any():
        return None
    at = _places(now.shape)
    return np.asarray(camera_motion.mapped(matrix, at.reshape(-1, 2)).reshape(at.shape) - at, np.float32)


def _places(shape: tuple[int, ...]) -> Flow:
    """(h, w, 2): where each pixel is."""
    rows, columns = np.mgrid[: shape[0], : shape[1]].astype(np.float32)
    return np.stack([columns, rows], axis=2)


def _was_inside(way: Flow) -> NDArray[np.bool_]:
    there = _places(way.shape) + way
    size = np.array(way.shape[1::-1], np.float32)
    return np.asarray(((there >= 0) & (there <= size - 1)).all(axis=2))


def _padded(way: Flow, margin: int) -> Flow:
    """(h + 2 margin, w + 2 margin, 2): the ways, with the edge's beyond the edge."""
    import cv2

    return np.asarray(
        cv2.copyMakeBorder(way, margin, margin, margin, margin, cv2.BORDER_REPLICATE), np.float32
    )


def _shifted(padded: Flow, dx: int, dy: int) -> Flow:
    """(h, w, 2): the ways of the pixels dx to the left and dy above, of ways that are padded by the widest ring."""
    margin = max(RINGS)
    height, width = padded.shape[0] - 2 * margin, padded.shape[1] - 2 * margin
    return padded[margin - dy : margin - dy + height, margin - dx : margin - dx + width]


def _light(there: Field, here: Field) -> tuple[float, float]:
    """Gain and offset from one plane to another, fitted to the half of the pixels that fit best, twice."""
    fits = np.ones(here.shape, np.bool_)
    for _ in range(2):
        x, y = there[fits].astype(np.float64), here[fits].astype(np.float64)
        spread = float(x.var())
        gain = float(((x - x.mean()) * (y - y.mean())).mean()) / spread if spread > 1 else 1.0
        offset = float(y.mean()) - gain * float(x.mean())
        off = np.abs(gain * there + offset - here)
        fits = off <= 2 * np.median(off) + 1
    return gain, offset


def _gradient(plane: Field) -> Field:
    """(h, w): gray levels per pixel, averaged over 3 x 3."""
    import cv2

    across, down = (
        cv2.Sobel(plane, cv2.CV_32F, 1, 0, scale=1 / 8),
        cv2.Sobel(plane, cv2.CV_32F, 0, 1, scale=1 / 8),
    )
    return np.asarray(cv2.blur(cv2.magnitude(across, down), (3, 3)))


def _texture(plane: Plane) -> Field:
    """(h, w): standard deviation over 7 x 7, gray levels."""
    import cv2

    levels = plane.astype(np.float32)
    mean, square = (cv2.blur(each, (7, 7)) for each in (levels, levels * levels))
    return np.asarray(np.sqrt(np.maximum(square - mean * mean, 0)), np.float32)
