"""Whether two frames show the same thing from elsewhere: one camera motion or one shift brings them together.

Optical flow loses a shift by much of the frame. Phase correlation names it, and the flow of what both frames then have
in common says whether it is true: of unrelated pictures no place in a hundred follows a common motion, of a ride on a
bicycle at one frame per second two thirds.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bench.errors import NotMeasurable
from bench.evaluators.signals import camera_motion, optical_flow
from bench.evaluators.signals.camera_motion import CameraStep
from bench.evaluators.signals.optical_flow import MotionField

SIDE = 128
"""Pixels: longer side of the planes whose shift is found."""

LEAST_SHIFT = 2
"""Pixels of such a plane: the flow finds smaller shifts by itself."""


@dataclass(frozen=True)
class Shift:
    """How far the content of a frame moves as a whole, pixels: to the right and down."""

    x: int
    y: int


def is_aligned(field: MotionField, camera: CameraStep | None) -> bool | None:
    """Whether one motion of the camera, or a shift by up to half the frame, leads from one frame to the next.

    Args:
        field: the flow between the frames.
        camera: the camera's step there (camera_motion.step); None where there is too little texture.

    Returns:
        None where there is too little texture, or too few pixels, to tell.
    """
    if camera is None:
        return None
    if camera.is_seen:
        return True
    try:
        common = _common_part(field, shift(field))
        there = camera_motion.step(common) if common else None
    except NotMeasurable:
        return None
    return bool(there and there.is_seen)


def shift(field: MotionField) -> Shift:
    """By phase correlation of the gray planes, at most 128 pixels long: to a pixel of theirs.

    Source: Kuglin & Hines 1975, as in OpenCV.

    Raises:
        NotMeasurable: the frames are too small.

    >>> plane = np.random.default_rng(0).integers(0, 256, (64, 96), dtype=np.uint8)
    >>> moved = np.roll(plane, (7, -30), axis=(0, 1))
    >>> shift(MotionField(plane, moved, plane, moved))
    Shift(x=-30, y=7)
    """
    import cv2

    before, after = (
        optical_flow.working_plane(gray, SIDE).astype(np.float32)
        for gray in (field.before_gray, field.after_gray)
    )
    (x, y), _ = cv2.phaseCorrelate(before, after)
    if max(abs(x), abs(y)) < LEAST_SHIFT:
        return Shift(0, 0)
    scale = max(field.before_gray.shape) / max(before.shape)
    return Shift(round(x * scale), round(y * scale))


def _common_part(field: MotionField, by: Shift) -> MotionField | None:
    """What of both frames shows the same, if the content moves by a shift; None if that is no shift."""
    if by == Shift(0, 0):
        return None
    height, width = field.before_gray.shape
    before = (slice(max(0, -by.y), height - max(0, by.y)), slice(max(0, -by.x), width - max(0, by.x)))
    after = (slice(max(0, by.y), height + min(0, by.y)), slice(max(0, by.x), width + min(0, by.x)))
    parts = (field.before[before], field.after[after], field.before_gray[before], field.after_gray[after])
    return MotionField(*(part.copy() for part in parts))  # OpenCV's flow takes no planes with gaps
