"""How much a clip moves, how evenly, from when on, and whether it comes back: numbers from its flow and gray planes.

Speeds are the mean lengths of the optical flow of each of T - 1 steps, in pixels of the clip per frame.
"""

from __future__ import annotations

import math
from collections.abc import Sequence, Sized
from dataclasses import dataclass
from itertools import pairwise
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from bench.errors import NotMeasurable
from bench.evaluators.signals import optical_flow
from bench.types import Plane

Series: TypeAlias = NDArray[np.float64]

STILL = 1e-4
"""Share of the diagonal per frame: a clip whose pixels move less stands still. 0.1 pixels at 832 x 480."""

ONSET = 0.25
"""Share of the clip's later speed at which it counts as moving."""

AREA_PER_SECOND, AREA_PER_FRAME = 0.01, 5e-4
"""Shares of the diagonal: content that moves less per second, or less per frame, counts as still."""

LEAST_CHANGE = 1.0
"""Gray levels: where no frame differs more from the first one, there is nothing to return from."""

DYNAMIC_RATE, DYNAMIC_SHARE, DYNAMIC_PIXELS = 8, 0.05, 6.0 / 256
"""VBench's: frames per second that are compared, share of the fastest pixels, and how far they move, as a share of the
smaller side."""


@dataclass(frozen=True)
class Size:
    """A clip's pixels across and down, and its frames per second."""

    width: int
    height: int
    fps: float

    @property
    def diagonal(self) -> float:
        """Length of the diagonal, pixels."""
        return math.hypot(self.width, self.height)


def smoothness(velocities: NDArray[np.float64], size: Size) -> float:
    """1 less how much (T - 1, 4, 4, 2) velocities change from step to step, over how large they are: in [-1, 1].

    1 for a motion that goes on as it is, 0 where a velocity says nothing about the next, -1 where each undoes the last.

    Raises:
        NotMeasurable: one step only, or the clip stands still.

    >>> velocities = np.zeros((2, 4, 4, 2))
    >>> velocities[0, :, :, 0], velocities[1, :, :, 0] = 1, 3  # to the right: 2 more, and 2 on average
    >>> smoothness(velocities, Size(320, 240, 8.0))
    0.0
    """
    _refuse_short(velocities, 2, "evenness of motion")
    lengths = np.linalg.norm(velocities, axis=-1)
    _refuse_still(float(lengths.mean()), size)
    changes = np.linalg.norm(np.diff(velocities, axis=0), axis=-1)
    return float(1 - 2 * changes.sum() / (lengths[1:] + lengths[:-1]).sum())


def jerk(velocities: NDArray[np.float64], size: Size) -> float:
    """Mean length of the second difference of (T - 1, 4, 4, 2) velocities, diagonals per second cubed.

    Raises:
        NotMeasurable: fewer than 3 steps.

    >>> velocities = np.zeros((3, 4, 4, 2))
    >>> velocities[1, :, :, 0] = 1  # 0, 1, 0 pixels per frame to the right: a second difference of -2
    >>> jerk(velocities, Size(300, 400, 10.0))  # 2 pixels of a diagonal of 500, times 10³
    4.0
    """
    _refuse_short(velocities, 3, "jerk")
    lengths = np.linalg.norm(np.diff(velocities, n=2, axis=0), axis=-1)
    return float(lengths.mean() / size.diagonal * size.fps**3)


def roughness(velocities: NDArray[np.float64], speeds: Series, size: Size) -> float:
    """Mean length of the second difference of (T - 1, 4, 4, 2) velocities over the mean of (T - 1,) speeds.

    Args:
        velocities: of the cells, pixels per frame.
        speeds: mean lengths of the flow, pixels per frame.
        size: of the clip.

    Raises:
        NotMeasurable: fewer than 3 steps, or the clip stands still.

    >>> velocities = np.zeros((3, 4, 4, 2))
    >>> velocities[:, :, :, 0] = np.array([3, 9, 3])[:, None, None]  # a second difference of -12
    >>> roughness(velocities, np.array([3.0, 9.0, 3.0]), Size(300, 400, 10.0))
    2.4
    """
    _refuse_still(float(speeds.mean()), size)
    return jerk(velocities, size) * size.diagonal / size.fps**3 / float(speeds.mean())


def dynamic(canvases: Sequence[Plane], size: Size) -> bool:
    """Whether a clip is dynamic by VBench's rule.

    Args:
        canvases: T gray planes, (h, w) uint8.
        size: of the clip.

    Raises:
        NotMeasurable: the rule would look at a single frame.
    """
    seen = canvases[:: max(1, round(size.fps / DYNAMIC_RATE))]
    if len(seen) < 2:
        raise NotMeasurable(
            f"clip has {len(canvases)} frames at {size.fps:g} per second, dynamic degree compares {DYNAMIC_RATE} "
            f"per second and needs 2: use a longer clip"
        )
    threshold = DYNAMIC_PIXELS * min(size.width, size.height)
    moves = sum(_fastest(*pair, size) > threshold for pair in pairwise(seen))
    return moves >= max(1, round(len(seen) / 4))


def _fastest(before: Plane, after: Plane, size: Size) -> float:
    """Mean length of the flow of the fastest 5 % of pixels between two canvases, in pixels of the clip."""
    height, width = before.shape
    flow = optical_flow.optical_flow(before, after) * (size.width / width, size.height / height)
    lengths = np.linalg.norm(flow, axis=2).ravel()
    return float(np.sort(lengths)[-max(1, int(len(lengths) * DYNAMIC_SHARE)) :].mean())


def onset(speeds: Series, size: Size) -> float:
    """Seconds until (T - 1,) speeds reach a quarter of their later level.

    Raises:
        NotMeasurable: fewer than 3 steps, or the clip stands still.

    >>> speeds = np.array([0.0, 0.0, 0.0, 4.0, 4.0, 4.0, 4.0])
    >>> onset(speeds, Size(320, 240, 8.0))  # after three steps of an eighth of a second
    0.375
    """
    _refuse_short(speeds, 3, "onset of motion")
    padded = np.pad(speeds, 1, mode="edge")
    smooth = np.median([padded[:-2], padded[1:-1], padded[2:]], axis=0)
    later = float(np.percentile(smooth, 75))
    _refuse_still(later, size)
    return float(np.argmax(smooth >= ONSET * later) / size.fps)


def moving_shares(beyond: Sequence[NDArray[np.float32]], size: Size) -> list[float]:
    """The share of points that move beyond the camera, in [0, 1], for each step.

    Args:
        beyond: (n,) pixels for each of T - 1 steps: how far each point moves beyond the camera.
        size: of the clip.

    >>> moving_shares([np.array([0.0, 0.0, 0.0, 9.0], np.float32)], Size(300, 400, 10.0))
    [0.25]
    """
    threshold = size.diagonal * max(AREA_PER_SECOND / size.fps, AREA_PER_FRAME)
    return [float(np.mean(lengths > threshold)) for lengths in beyond]


def loop(canvases: Sequence[Plane]) -> float:
    """How far the last of T gray planes, (h, w) uint8, comes back to the first: in [0, 1].

    Raises:
        NotMeasurable: fewer than 3 frames, or none differs from the first.

    >>> loop([np.full((4, 4), level, np.uint8) for level in (10, 50, 20)])  # 40 away, back to 10
    0.75
    """
    import cv2

    _refuse_short(canvases[1:], 2, "closing a loop")
    away = [cv2.norm(canvas, canvases[0], cv2.NORM_L1) / canvas.size for canvas in canvases]
    if max(away) < LEAST_CHANGE:
        raise NotMeasurable(
            f"no frame differs from the first by more than {max(away):.2f} gray levels on average, closing a loop "
            f"needs {LEAST_CHANGE:g}"
        )
    return 1 - away[-1] / max(away)


def _refuse_short(steps: Sized, least: int, what: str) -> None:
    if len(steps) < least:
        raise NotMeasurable(f"clip has {len(steps) + 1} frames, {what} needs {least + 1}: use a longer clip")


def _refuse_still(pixels: float, size: Size) -> None:
    """Refuses a clip that moves by too few pixels per frame."""
    if pixels < STILL * size.diagonal:
        raise NotMeasurable(
            f"clip stands still: it moves {pixels:.3f} pixels per frame, less than {STILL * size.diagonal:.3f}, "
            f"{STILL:g} of the diagonal"
        )
