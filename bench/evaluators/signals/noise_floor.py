"""Whether a clip moves at all, or shows a still that a codec or noise keeps changing: one floor for all that is motion.

Motion adds up: what moves by a tenth of a pixel per frame has changed whole cells of the frame after ten. What a codec
or noise does to a still does not, and averages out over a cell. So the signed change of each cell since frame 0 is
compared with what the clip's own noise would make of it, and with what codecs do.

The largest signed change since frame 0 in any cell, gray levels, over 10 frames of two photographs at 320 x 192 and
832 x 480:

    a still, H.264, crf 12 / 28 / 40                0.1 / 0.3 / 2.0
    a still, H.264, crf 51                          7 (320 x 192), 3.4 (832 x 480), at a speed of 0.0001 diagonals
    the same, with a key frame every 4              8 to 19
    a still, H.264, crf 28, a key frame every 4     1.6
    a still, fresh noise of sd 6 / 16               1.4 / 3.6 (5 deviations of noise: 2.7 / 6.1)
    a pan of 0.1 pixels per frame, H.264, crf 28    8.5, at a speed of 0.0002 diagonals
    a disc of 12 pixels that moves by 1 per frame   32 (crf 35), 35 (fresh noise of sd 4)

Estimates from a single frame, such as scikit-image's `estimate_sigma`, cannot tell noise from fine texture, and a still
that a codec has smoothed has none.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from bench.errors import NotMeasurable
from bench.evaluators.signals.cells import cell_means
from bench.evaluators.signals.optical_flow import MotionField
from bench.types import Plane

Grays: TypeAlias = NDArray[np.float32]
"""(h, w), each at most GRID: mean gray of cells."""

GRID = 16
"""Cells across and down: small enough that a small thing fills much of one."""

CODEC = 2.5
"""Gray levels: a cell that changes less shows what a codec does."""

COARSE, STILL = 8.0, 1e-4
"""Gray levels, and diagonals per frame: the same for the coarsest codecs, where the flow does not see motion either.
0.1 pixels per frame at 832 x 480."""

DEVIATIONS = 5.0
"""Standard deviations: the mean of a cell of noise changes by more once in a million, and there are 256 cells."""


MOVES = (
    "a clip that moves: the mean gray of some cell of a 16 x 16 grid changes since frame 0 by more than 2.5 levels, "
    "five standard deviations of what is left once motion is undone, and, where the mean flow is at most 0.0001 of the "
    "diagonal per frame, 8 levels"
)
"""What cards say. Stills in H.264 stay below up to crf 40 (0.02 to 2.0 levels). At crf 51 one of four does not at
320 x 192 (6.8 levels), and with a key frame every 4 frames none does (8 to 19 levels). Noise that a codec has made
coherent (sd 6 through crf 23) may not either."""


@dataclass(frozen=True)
class Drift:
    """How far a frame has come from frame 0.

    Attributes:
        levels: the largest absolute change of a cell's mean since frame 0, gray levels.
        noise: what five standard deviations of the noise between neighbours make of a cell's mean, gray levels.
        speed: mean length of the flow from the frame before, pixels.
    """

    levels: float
    noise: float
    speed: float


def cell_grays(gray: Plane) -> Grays:
    """(16, 16): the mean of each cell of an (H, W) uint8 plane."""
    return cell_means(gray.astype(np.float32), GRID)


def drift(first: Grays, here: Grays, motion: MotionField) -> Drift:
    """How far a frame has come from frame 0.

    The noise is the median absolute difference that is left once motion is undone, of every other pixel of every other
    row, as a standard deviation.

    Args:
        first, here: cell_grays of frame 0 and of the frame.
        motion: from the frame before to the frame.

    Raises:
        NotMeasurable: the frames are too small for optical flow.

    >>> still = np.full((32, 32, 3), 100, np.uint8)
    >>> after = still + np.uint8(3)
    >>> motion = MotionField(still, after, still[..., 0], after[..., 0])
    >>> drift(cell_grays(motion.before_gray), cell_grays(motion.after_gray), motion).levels
    3.0
    """
    import cv2

    left = cv2.absdiff(motion.before_gray[::2, ::2], motion.warped_gray[::2, ::2])
    counts = np.cumsum(cv2.calcHist([left], [0], None, [256], [0, 256]))
    deviation = 1.4826 * float(np.searchsorted(counts, counts[-1] / 2))
    of_a_cell = deviation / math.sqrt(max(1.0, motion.before_gray.size / GRID**2))
    return Drift(float(np.abs(here - first).max()), DEVIATIONS * of_a_cell, motion.speed)


def refuse_still(drifts: Sequence[Drift], diagonal: float) -> None:
    """Refuses a clip that stands still: see stands_still.

    Args:
        drifts: of the frames after frame 0, at least one.
        diagonal: of the frame, pixels.

    Raises:
        NotMeasurable: it does.
    """
    if stands_still(drifts, diagonal):
        raise NotMeasurable(
            f"clip stands still: no cell of a {GRID} x {GRID} grid changes by more than "
            f"{max(drift.levels for drift in drifts):.2f} gray levels since frame 0, which is no more than a codec or "
            f"its own noise makes of a still"
        )


def stands_still(drifts: Sequence[Drift], diagonal: float) -> bool:
    """Whether nothing moves: no cell changes by more since frame 0 than noise or a codec makes of a still.

    Args:
        drifts: of the frames after frame 0, at least one.
        diagonal: of the frame, pixels.

    >>> stands_still([Drift(2.0, 0.1, 0.5)], 100.0), stands_still([Drift(5.0, 0.1, 0.5)], 100.0)
    (True, False)
    """
    levels = max(drift.levels for drift in drifts)
    speed, noise = np.mean([drift.speed for drift in drifts]), np.median([drift.noise for drift in drifts])
    return bool(levels <= max(CODEC, noise) or (levels <= COARSE and speed <= STILL * diagonal))
