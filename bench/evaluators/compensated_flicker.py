"""Does the light change where the content does not: what differs between neighbours once motion is undone.

Two frames of a moving picture differ at every edge, even after one was warped onto the other: the warp reads between
pixels and blurs what it reads. That remainder is as often positive as negative, and its mean over a part of the frame
is close to 0. Flicker has one sign over a part. So the differences are averaged, with their signs, over the cells of a
coarse grid, and only then made absolute.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bench import evaluators
from bench.evaluators.signals.optical_flow import MIN_SIDE, MotionField
from bench.evaluators.view import Sample, View
from bench.media import pictures
from bench.types import MetricCard, Plane, Value

GRID = 16
"""Cells across and down. At 832 x 480 one is 52 x 30 pixels: large enough that edges average out (a pan of up to 16
pixels a frame leaves 0.1 levels), small enough that a lamp fills some."""

LEAST_VISIBLE = 0.25
"""Share of a cell that must be visible in both frames for its mean to say anything."""

WORST = 90
"""Percentile over cells: the tenth of the frame that flickers most lies above."""

_CELLS = (
    "The frame after is warped back onto the frame before by optical flow (DIS); the gray difference "
    "(BT.601, uint8) is averaged with its sign over the visible pixels of each cell of a 16 x 16 grid, then made "
    "absolute. Cells of which less than a quarter is visible are left out; where that leaves none, the step is "
    "measured without undoing motion."
)
_BLIND = "Punishes cuts and motion that the flow cannot follow (smoke, very fast or blurred movement)"


@dataclass(frozen=True)
class Step:
    """What light did from one frame to the next, in gray levels.

    Attributes:
        mean: of the cells' absolute steps.
        worst: their 90th percentile.
    """

    mean: float
    worst: float


@evaluators.add
class CompensatedFlicker(evaluators.ClipEvaluator):
    """Steps of light with motion undone, over the frame and in its worst tenth; a clip that never changes has 0."""

    name = "compensated_flicker"
    min_frames = 2
    min_side = MIN_SIDE
    cards = (
        MetricCard(
            name="flicker_compensated", title="Flicker", group="Flicker", is_lead=True,
            version=2, direction="lower", unit="gray levels", low=0.0, high=255.0,
            definition=f"Mean over cells and steps of how much light changes from frame to frame. {_CELLS}",
            source="Own; after the warping error of Lai et al. 2018 (arXiv 1808.00449), which squares pixels and so "
            "counts what interpolation blurs. Pans of 0.5 to 16 pixels a frame score 0.15 at most, here, and 0.35 "
            "in flicker_local.",
            blind_to=f"Detail that boils within a cell, and noise, average out: see the warping error. {_BLIND}.",
            series="mean over cells of each step: T - 1 values, gray levels",
            shows=("brightness_flicker", "local_flicker"), ignores=("pan",), is_main=True,
        ),
        MetricCard(
            name="flicker_local", title="Local flicker", group="Flicker",
            version=2, direction="lower", unit="gray levels", low=0.0, high=255.0,
            definition=f"90th percentile over cells of how much light changes, averaged over steps. {_CELLS}",
            source="Own; see flicker_compensated.",
            blind_to=f"Patches smaller than a tenth of the frame. A frame that flickers as a whole scores, too: it is "
            f"local where flicker_compensated is much smaller. {_BLIND}.",
            series="90th percentile over cells of each step: T - 1 values, gray levels",
            shows=("brightness_flicker", "local_flicker"), ignores=("pan",),
        ),
    )  # fmt: skip

    def look(self, view: View) -> Step | None:
        if view.before is None:
            return None
        cells = np.abs(cell_steps(view.motion))
        return Step(float(cells.mean()), float(np.percentile(cells, WORST)))

    def conclude(self, looks: Sequence[Step], sample: Sample) -> evaluators.Values:
        steps = looks[1:]
        return {
            "flicker_compensated": _mean([step.mean for step in steps]),
            "flicker_local": _mean([step.worst for step in steps]),
        }


def cell_steps(motion: MotionField) -> NDArray[np.float32]:
    """(n,), 1 <= n <= 256: how much brighter each cell that can be followed becomes; gray levels, signed.

    Raises:
        NotMeasurable: the frames are too small for optical flow.
    """
    changes, shares = _cells(motion.before_gray, pictures.gray(motion.warped), motion.visible)
    can_be_seen = shares >= LEAST_VISIBLE
    if can_be_seen.any():
        return np.asarray(changes[can_be_seen] / shares[can_be_seen])
    everywhere = np.ones_like(motion.visible)
    return np.asarray(_cells(motion.before_gray, motion.after_gray, everywhere)[0].ravel())


def _cells(
    before: Plane, after: Plane, mask: NDArray[np.bool_]
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Of each cell: the mean of the difference, which is 0 outside the mask; and the mask's share."""
    import cv2

    height, width = before.shape
    size = (min(GRID, width), min(GRID, height))
    difference = cv2.subtract(after, before, mask=mask.view(np.uint8), dtype=cv2.CV_32F)
    changes = cv2.resize(difference, size, interpolation=cv2.INTER_AREA)
    shares = cv2.resize(mask.astype(np.float32), size, interpolation=cv2.INTER_AREA)
    return np.asarray(changes, np.float32), np.asarray(shares, np.float32)


def _mean(series: Sequence[float]) -> Value:
    return Value(float(np.mean(series)), series=tuple(series))
