"""What the camera does from one frame to the next: the one motion that most of the picture follows.

Optical flow at textured places, a homography that most of them agree on, and four numbers that people have words for.
When the camera moves, the picture moves the other way: signs are those of bench.suites.scenes.

KLT corners in place of the flow were tried on the scenes of the `motion` suite: half the error (0.02 pixels per step
against 0.04), at 5 times the time besides the flow, which is computed anyway, and wrong where the brightness flickers.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from bench.errors import NotMeasurable
from bench.evaluators.signals import optical_flow, texture
from bench.evaluators.signals.optical_flow import MotionField
from bench.types import Plane

CELLS = 600
"""The picture is cut into about this many squares, each of which adds one place: that of its strongest corner."""

LEAST_PLACES = 30
"""A twentieth of the cells: a homography from one part of the picture says nothing about the rest."""

LEAST_FOLLOWERS = 0.25
"""Share of the places that must follow. A flight through a wood, whose near trees pass faster, has a third; noise and
cuts have almost none, since their places look like nothing in the other frame."""

HALVINGS = 2
"""Where the camera is not seen, it is looked for at half the size and at a quarter: fresh noise averages out there."""

LEAST_COARSE_FOLLOWERS = 0.9
"""Share of the places that must follow there. Of a pan of 8 pixels under fresh noise of sd 6 that hides it at full size
(faint pictures), 0.9 to 1 do; of dancers, whose own motion hides the camera's, at most 0.53, of cuts 0.31."""

LEAST_LIKENESS = 0.6
"""Correlation of a place's surroundings before and after: DIS also finds a smooth flow in noise."""

TOLERANCE = 1.0
"""Pixels of the flow's working plane by which a place may miss the homography and still count as following it."""

_REACH = 3
"""Pixels from the middle of a patch to its edge."""

_TRIES = 500
"""Most tries of RANSAC; with 40 % followers, 270 draws of four contain a clean one with 99.9 %."""

Points: TypeAlias = NDArray[np.float32]
"""(N, 2) float32: x and y, pixels."""

Matrix: TypeAlias = NDArray[np.float64]
"""(3, 3) float64: homography, from a pixel (x, y, 1) of the frame before to this frame."""


@dataclass(frozen=True)
class CameraStep:
    """The camera's motion from one frame to the next, at the picture's centre.

    Attributes:
        right, up: how far it travels (or turns: a picture cannot tell which), pixels.
        inward: natural logarithm of the picture's growth: positive when it zooms in.
        clockwise: how far it rolls, radians.
        followers: share of the textured places still in view that look alike in both frames and follow the
            homography that most of them follow, at full size, in [0, 1].
        is_coarse: whether it is seen at half or a quarter of the size only.
    """

    right: float
    up: float
    inward: float
    clockwise: float
    followers: float
    is_coarse: bool = False

    @property
    def is_seen(self) -> bool:
        """Whether enough of the picture follows it; if not, the other numbers mean nothing."""
        return self.is_coarse or self.followers >= LEAST_FOLLOWERS


UNSEEN = CameraStep(0.0, 0.0, 0.0, 0.0, 0.0)
"""Textured places that have no motion in common: a cut, noise."""


def step(field: MotionField) -> CameraStep | None:
    """How the camera moves between two frames; None where there is too little texture.

    RANSAC (OpenCV, whose draws are the same every time) fits a homography to the flow at the textured, visible places
    that look alike in both frames; the four numbers are its first-order motion at the picture's centre. On the
    `motion` suite's 31 scenes (0.75 to 6 pixels, 1 to 2 %, 0.5 to 2° per step) the mean of a clip is within 0.04
    pixels, 0.04 % and 0.08° of the truth, every step within 0.05 pixels, 0.05 % and 0.09°.

    Where too few places follow, because the texture boils, the same at half the size, then at a quarter, within the
    same tolerance in pixels of the frame; nearly all places must follow there, so that things that move, and hide the
    camera, do not pass for it. Pans of 8 pixels under fresh noise of sd 6, over nine photographs at 0.1 to 0.3 of
    their contrast, are seen in 94 of 108 steps instead of 47, the others within 0.2 pixels in the median, 0.9 at most.

    Raises:
        NotMeasurable: the frames are too small for optical flow.
    """
    found = _step(field, TOLERANCE * coarseness(field.before_gray))
    if found is None or found.is_seen:
        return found
    seen = _coarse_step(field)
    return replace(seen, followers=found.followers, is_coarse=True) if seen else found


def _coarse_step(field: MotionField) -> CameraStep | None:
    """The camera at half the size, or at a quarter, in pixels of the frame; None where neither shows it."""
    height, width = field.before_gray.shape
    tolerance = TOLERANCE * coarseness(field.before_gray)
    for _ in range(HALVINGS):
        field, tolerance = field.halved(), tolerance / 2
        try:
            found = _step(field, tolerance)
        except NotMeasurable:  # too small by now
            return None
        if found and found.followers >= LEAST_COARSE_FOLLOWERS:
            rows, columns = field.before_gray.shape
            return replace(found, right=found.right * width / columns, up=found.up * height / rows)
    return None


def _step(field: MotionField, tolerance: float) -> CameraStep | None:
    """The camera at the size of a field's frames; a place follows it within tolerance, pixels of theirs."""
    textured = textured_places(field.before_gray)
    if len(textured) < LEAST_PLACES:
        return None
    visible = textured[field.visible[textured[:, 1], textured[:, 0]]]
    if len(visible) < LEAST_PLACES:
        return UNSEEN
    start = visible.astype(np.float32)
    there = start + field.forward[visible[:, 1], visible[:, 0]]
    is_alike = likeness(field.before_gray, field.after_gray, start, there) >= LEAST_LIKENESS
    if is_alike.sum() < LEAST_PLACES:
        return UNSEEN
    matrix, share = homography(start[is_alike], there[is_alike], tolerance)
    height, width = field.before_gray.shape
    return camera_step(matrix, width, height, share * float(is_alike.mean()))


def textured_places(gray: Plane) -> NDArray[np.intp]:
    """(N, 2): x and y of the strongest corner of each of about 600 square cells, where it is strong enough.

    A cell is at least 5 pixels wide, so that small pictures have fewer. Strengths are those of the flow's working
    plane; the least is that of a gradient of 1 gray level per pixel.

    Raises:
        NotMeasurable: the frames are too small for optical flow.
    """
    plane = optical_flow.working_plane(gray)
    strength = texture.corner_strength(plane)
    side = max(texture.BLOCK, round(math.sqrt(plane.size / CELLS)))
    rows, columns = plane.shape[0] // side, plane.shape[1] // side
    top, left = (plane.shape[0] - rows * side) // 2, (plane.shape[1] - columns * side) // 2
    inner = strength[top : top + rows * side, left : left + columns * side]
    cells = inner.reshape(rows, side, columns, side).swapaxes(1, 2).reshape(rows, columns, -1)
    strongest = cells.argmax(axis=2)
    row, column = np.nonzero(cells.max(axis=2) >= texture.LEAST_STRENGTH)
    within = strongest[row, column]
    x, y = left + column * side + within % side, top + row * side + within // side
    scale = np.array([gray.shape[1] / plane.shape[1], gray.shape[0] / plane.shape[0]])
    return np.asarray((np.stack([x, y], axis=1) + 0.5) * scale, dtype=np.intp)


def likeness(before: Plane, after: Plane, start: Points, there: Points) -> NDArray[np.float64]:
    """(N,) in [-1, 1]: correlation of the 7 x 7 pixels around places of two frames.

    Normalised by mean and contrast, so that flicker does not count; a patch without contrast has 0.

    Args:
        before, after: (H, W) uint8.
        start, there: (N, 2), the places in before and in after.

    >>> noise = np.random.default_rng(0).integers(0, 100, (16, 16), dtype=np.uint8)
    >>> place = np.array([[8, 8]], np.float32)
    >>> likeness(noise, 2 * noise + 30, place, place).round(6)
    array([1.])
    >>> likeness(noise, 200 - noise, place, place).round(6)
    array([-1.])
    """
    import cv2

    across = np.arange(-_REACH, _REACH + 1, dtype=np.float32)
    x, y = (each.reshape(1, -1) for each in np.meshgrid(across, across))
    patches = []
    for plane, places in ((before, start), (after, there)):
        seen = cv2.remap(
            plane, places[:, :1] + x, places[:, 1:] + y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
        ).astype(np.float32)
        patches.append(seen - seen.mean(axis=1, keepdims=True))
    a, b = patches
    squares, other_squares, products = (np.einsum("ij,ij->i", *pair) for pair in ((a, a), (b, b), (a, b)))
    return np.asarray(products / np.maximum(np.sqrt(squares * other_squares), 1.0), dtype=np.float64)


def homography(start: Points, there: Points, tolerance: float) -> tuple[Matrix, float]:
    """The homography that maps most of start to there, and the share of points that it does so within tolerance.

    A matrix of zeros and 0 where there is none, as for points on a line.

    Args:
        start, there: (N, 2), pixels.
        tolerance: pixels.
    """
    import cv2

    matrix, followers = cv2.findHomography(
        start, there, cv2.RANSAC, tolerance, maxIters=_TRIES, confidence=0.999
    )
    if matrix is None:
        return np.zeros((3, 3)), 0.0
    return np.asarray(matrix, dtype=np.float64), float(followers.mean())


def mapped(matrix: Matrix, places: Points) -> Points:
    """(N, 2): where a homography takes (N, 2) places; far off where that is beyond the horizon.

    >>> mapped(np.array([[1.0, 0, 5], [0, 1, -2], [0, 0, 1]]), np.array([[1, 2]], np.float32)).tolist()
    [[6.0, 0.0]]
    """
    *there, depth = matrix @ np.vstack([places.T, np.ones(len(places))])
    return np.asarray((there / np.where(np.abs(depth) < 1e-6, 1e-6, depth)).T, dtype=np.float32)


def camera_step(matrix: Matrix, width: int, height: int, followers: float) -> CameraStep:
    """The camera's motion that a homography stands for: its first-order motion at the picture's centre.

    UNSEEN where the homography turns the picture inside out, which no camera does.

    Args:
        matrix: from a pixel (x, y, 1) of the frame before to this frame.
        width, height: of the picture, pixels.
        followers: share of the places that follow the homography, in [0, 1].

    >>> shift = np.array([[1, 0, -3], [0, 1, 2], [0, 0, 1]])  # the picture moves 3 pixels left and 2 down
    >>> found = camera_step(shift, width=101, height=51, followers=0.9)
    >>> found.right, found.up, found.inward, abs(found.clockwise)
    (3.0, 2.0, 0.0, 0.0)
    """
    x, y = (width - 1) / 2, (height - 1) / 2
    *there, depth = matrix @ [x, y, 1.0]
    if depth <= 0:
        return UNSEEN
    there_x, there_y = there[0] / depth, there[1] / depth
    jacobian = (matrix[:2, :2] - np.outer([there_x, there_y], matrix[2, :2])) / depth
    growth = float(np.linalg.det(jacobian))
    if growth <= 0:
        return UNSEEN
    turn = math.atan2(jacobian[1, 0] - jacobian[0, 1], jacobian[0, 0] + jacobian[1, 1])
    return CameraStep(float(x - there_x), float(there_y - y), math.log(growth) / 2, -turn, followers)


def coarseness(gray: Plane) -> float:
    """Pixels of the frame per pixel of the flow's working plane, at least 1."""
    return float(max(1.0, max(gray.shape) / optical_flow.WORKING_SIDE))
