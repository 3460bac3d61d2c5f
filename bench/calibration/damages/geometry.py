"""Damage to where the content is, and an innocent pan.

Beyond its edge a picture is continued by its edge, since OpenCV 5's mirror hangs on a picture one pixel wide.
"""

from __future__ import annotations

import numpy as np

from bench.calibration.damages.arithmetic import Field, each_frame, image, moved, normal, scale
from bench.calibration.damages.damage import Damage
from bench.types import Frames, Image


def _jitter(frames: Frames, severity: float, rng: np.random.Generator) -> Frames:
    offsets = severity * scale(frames) * normal(rng, (len(frames), 2))
    offsets[0] = 0
    return np.stack([_shifted(frame, *offset) for frame, offset in zip(frames, offsets, strict=True)])


def _shifted(frame: Image, right: float, down: float) -> Image:
    import cv2

    matrix = np.array([[1, 0, right], [0, 1, down]], np.float32)
    size = (frame.shape[1], frame.shape[0])
    return image(cv2.warpAffine(frame, matrix, size, flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE))


def _fixed_warp(frames: Frames, severity: float, rng: np.random.Generator) -> Frames:
    field = severity * scale(frames) * _smooth_field(frames, rng)
    return each_frame(frames, lambda frame: moved(frame, field, 1.0))


def _redrawn_warp(frames: Frames, severity: float, rng: np.random.Generator) -> Frames:
    size = severity * scale(frames)
    return np.stack(
        [frames[0], *(moved(frame, size * _smooth_field(frames, rng), 1.0) for frame in frames[1:])]
    )


def _smooth_field(frames: Frames, rng: np.random.Generator) -> Field:
    """(H, W, 2), of root mean square 1 per axis: independent normal draws on a grid of 5 x 5, cubic in between."""
    import cv2

    height, width = frames.shape[1:3]
    field = cv2.resize(normal(rng, (5, 5, 2)), (width, height), interpolation=cv2.INTER_CUBIC)
    rms = np.sqrt(np.mean(np.square(field), axis=(0, 1)))
    return np.asarray(field / np.maximum(rms, 1e-6), np.float32)


def _squash(frames: Frames, severity: float, _: np.random.Generator) -> Frames:
    import cv2

    width, height = frames.shape[2], frames.shape[1]
    matrix = np.array([[severity, 0, (1 - severity) * (width - 1) / 2], [0, 1, 0]], np.float32)
    how = {"flags": cv2.INTER_CUBIC, "borderMode": cv2.BORDER_REPLICATE}
    return each_frame(frames, lambda frame: cv2.warpAffine(frame, matrix, (width, height), **how))


PAN_SPEEDS = (1.0, 2.0, 3.0, 4.0, 6.0)


def _pan(frames: Frames, severity: float, _: np.random.Generator) -> Frames:
    width, room = frames.shape[2], _room_to_pan(frames)
    step = max(1, round(severity * scale(frames)))
    # where the room is too short for the clip, there and back
    travelled = np.arange(len(frames)) * step % max(1, 2 * room)
    lefts = np.minimum(travelled, 2 * room - travelled)
    return np.stack([frames[0, :, left : left + width - room] for left in lefts])


def _standing(frames: Frames) -> Frames:
    shown = frames[0, :, : frames.shape[2] - _room_to_pan(frames)]
    return np.repeat(shown[None], len(frames), axis=0)


def _room_to_pan(frames: Frames) -> int:
    """Pixels that the fastest pan travels, at most half the width."""
    fastest = max(1, round(PAN_SPEEDS[-1] * scale(frames)))
    return int(min(frames.shape[2] // 2, fastest * (len(frames) - 1)))


JITTER = Damage(
    "jitter", "Jitter", "px", (0.25, 0.5, 1, 2, 4), _jitter,
    "Every frame but the first displaced by normal draws of this standard deviation, across and down.",
)  # fmt: skip

FIXED_WARP = Damage(
    "fixed_warp", "Fixed warp", "px", (0.5, 1, 2, 4, 8), _fixed_warp,
    "Every frame, including the first, bent by one smooth random field of this root mean square per axis.",
)  # fmt: skip

REDRAWN_WARP = Damage(
    "redrawn_warp", "Redrawn warp", "px", (0.25, 0.5, 1, 2, 4), _redrawn_warp,
    "Every frame but the first bent by a smooth random field of its own, of this root mean square per axis.",
)  # fmt: skip

SQUASH = Damage(
    "squash", "Squash", "times wider", (1.05, 1.1, 1.25, 1.5, 2), _squash,
    "Every frame, including the first, drawn out across by this factor about its middle; what overhangs is cut off.",
)  # fmt: skip

PAN = Damage(
    "pan", "Pan (innocent)", "px per frame", PAN_SPEEDS, _pan,
    "Frame 0 under a camera that travels to the right, whole pixels per frame; the baseline is its left part "
    "standing still.",
    baseline=_standing, is_innocent=True, keeps_case=False,
)  # fmt: skip
