"""Whether light or colour changes where content does not: what differs between neighbours once motion is undone.

Two frames of a moving picture differ at every edge, even after one was warped onto the other: warping interpolates
between pixels and so blurs them. That remainder is as often positive as negative, and its mean over a part of the frame
is close to 0. Flicker has one sign over a part. So the differences are averaged, with their signs, over the cells of a
coarse grid, and only then made absolute.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bench import evaluators
from bench.evaluators.signals.cells import cell_means
from bench.evaluators.signals.optical_flow import MIN_SIDE, MotionField
from bench.evaluators.view import Sample, View
from bench.types import Image, MetricCard

GRID = 16
"""Cells across and down. At 832 x 480 one has 52 x 30 pixels: large enough that edges average out (a pan of up to 16
pixels per frame leaves 0.1 levels), small enough that a lamp fills some."""

LEAST_VISIBLE = 0.25
"""Share of a cell that must be visible in both frames for its mean to say anything."""

_STRIP = 32
"""Rows at a time."""

WORST = 90
"""Percentile over cells: the tenth of the frame that flickers most lies above."""

_CELLS = (
    "The frame after is warped back onto the frame before by optical flow (DIS); the differences of red, green and "
    "blue (sRGB, uint8) are averaged with their signs over the visible pixels of each cell of a 16 x 16 grid, then "
    "made absolute, then averaged over the three. Cells less than a quarter of which is visible are left out; where "
    "that leaves none, the step is measured without undoing motion."
)
_BLIND = "Punishes cuts and motion that the flow cannot follow (smoke, very fast or blurred movement)"


@dataclass(frozen=True)
class LightStep:
    """How much light and colour change from one frame to the next, in levels.

    Attributes:
        mean: mean over cells of the absolute change.
        worst: 90th percentile over cells.
    """

    mean: float
    worst: float


@evaluators.add
class CompensatedFlicker(evaluators.ClipEvaluator):
    """Changes of light and colour with motion undone, over the frame and in its worst tenth; 0 for a still clip."""

    name = "compensated_flicker"
    min_frames = 2
    min_side = MIN_SIDE
    cards = (
        MetricCard(
            name="flicker_compensated", title="Flicker", group="Flicker", is_lead=True,
            version=3, direction="lower", unit="gray levels", low=0.0, high=255.0,
            definition=f"Mean over cells and steps of how much light and colour change from frame to frame. {_CELLS}",
            source="Own; after the warping error of Lai et al. 2018 (arXiv 1808.00449), which squares pixels and so "
            "counts what interpolation blurs. Pans of 0.5 to 16 pixels per frame score at most 0.15 here "
            "and 0.35 in flicker_local.",
            blind_to=f"Detail that boils within a cell, and noise, average out: see warping_error. {_BLIND}.",
            series="mean over cells of each step: T - 1 values, gray levels",
            shows=("brightness_flicker", "local_flicker"), ignores=("pan",), is_main=True,
        ),
        MetricCard(
            name="flicker_local", title="Local flicker", group="Flicker",
            version=3, direction="lower", unit="gray levels", low=0.0, high=255.0,
            definition=f"90th percentile over cells of how much light and colour change, averaged over steps. {_CELLS}",
            source="Own; see flicker_compensated.",
            blind_to="Patches smaller than a tenth of the frame. A frame that flickers as a whole scores as well: "
            f"flicker is local where flicker_compensated is much smaller. {_BLIND}.",
            series="90th percentile over cells of each step: T - 1 values, gray levels",
            shows=("brightness_flicker", "local_flicker"), ignores=("pan",),
        ),
    )  # fmt: skip

    def look(self, view: View) -> LightStep | None:
        if view.before is None:
            return None
        cells = np.abs(cell_steps(view.motion)).mean(axis=1)
        return LightStep(float(cells.mean()), float(np.percentile(cells, WORST)))

    def conclude(self, light: Sequence[LightStep | None], sample: Sample) -> evaluators.Values:
        steps = [step for step in light if step]
        return {
            "flicker_compensated": evaluators.mean_value([step.mean for step in steps]),
            "flicker_local": evaluators.mean_value([step.worst for step in steps]),
        }


def cell_steps(motion: MotionField) -> NDArray[np.float32]:
    """(n, 3), 1 <= n <= 256: how much redder, greener, bluer each cell becomes that can be followed; levels, signed.

    Raises:
        NotMeasurable: the frames are too small for optical flow.

    >>> before = np.full((32, 32, 3), 100, np.uint8)
    >>> after = before + np.uint8(3)
    >>> steps = cell_steps(MotionField(before, after, before[..., 0], after[..., 0]))
    >>> steps.shape, set(steps.ravel().tolist())
    ((256, 3), {3.0})
    """
    changes, shares = _cells(motion.before, motion.warped, motion.visible)
    can_be_seen = shares >= LEAST_VISIBLE
    if can_be_seen.any():
        return np.asarray(changes[can_be_seen] / shares[can_be_seen][:, None])
    everywhere = np.ones_like(motion.visible)
    return _cells(motion.before, motion.after, everywhere)[0].reshape(-1, 3)


def _cells(
    before: Image, after: Image, mask: NDArray[np.bool_]
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Per cell, the mean of each colour's difference, which is 0 outside the mask; and the mask's share.

    Areas are averaged along rows first, strip by strip: floats of a whole frame leave the processor's cache, which
    takes twice the time.
    """
    import cv2

    width = min(GRID, mask.shape[1])
    strips = []
    for top in range(0, len(mask), _STRIP):
        rows = slice(top, top + _STRIP)
        seen = mask[rows].view(np.uint8)
        here, there = cv2.copyTo(before[rows], seen), cv2.copyTo(after[rows], seen)
        difference = cv2.subtract(there, here, dtype=cv2.CV_32F)
        strips.append(cv2.resize(difference, (width, len(seen)), interpolation=cv2.INTER_AREA))
    changes = cell_means(np.asarray(np.concatenate(strips), np.float32), GRID)
    return changes, cell_means(mask.astype(np.float32), GRID)
