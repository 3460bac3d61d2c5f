"""What is left of the change from frame to frame once the motion is undone: the temporal warping error."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from bench import evaluators
from bench.evaluators.signals import optical_flow
from bench.evaluators.signals.optical_flow import MotionField
from bench.types import MetricCard, Value


@dataclass(frozen=True)
class Residue:
    """Of one pair of frames: its warping error, and the share of pixels that it stands on."""

    error: float
    visible: float


@evaluators.add
class Warping(evaluators.ClipEvaluator):
    """Warping error by the clip's own flow; a clip that never moves and never flickers scores 0."""

    name = "warping"
    min_frames = 2
    min_side = optical_flow.MIN_SIDE
    cards = (
        MetricCard(
            name="warping_error", title="Warping error", group="Flicker", is_lead=True,
            version=2, direction="lower", unit="", low=0.0, high=1.0, is_main=True,
            definition="Each frame is warped back onto the one before by the optical flow between them (bilinear). The "
            "squared difference of RGB in [0, 1], averaged over channels and over the pixels that stay visible; "
            "averaged over pairs. A pair of which nothing stays visible counts as 0.",
            source="Lai et al. 2018 (arXiv 1808.00449), as the authors' code computes it, also for pairs without "
            "visible pixels. There the flow is FlowNet2's on the video that was processed; a generated video has no "
            "such original, so that the flow is its own, found by DIS, and pixels that leave the frame do not count. "
            "EvalCrafter's value of this name sums over channels: three times this one, and divided by 255² twice.",
            blind_to="A still or blurred clip wins: read it beside motion_share. Change that optical flow can "
            "explain, such as a smooth morph or a jitter; and what is wrong where nothing is visible: read "
            "warping_visible, which a cut brings down.",
            series="error of each pair: T - 1 values",
            shows=("noise", "local_flicker", "brightness_flicker", "cut"),
            ignores=("freeze", "blur", "slow_motion"),
        ),
        MetricCard(
            name="warping_visible", title="Visible in both frames", group="Flicker",
            version=1, direction="none", unit="", low=0.0, high=1.0,
            definition="Share of pixels that stay visible from a frame to the next, averaged over pairs: inside the "
            "frame, the flow there and back within 0.01 (|f|² + |b|²) + 0.5 px² of each other, and the flow's squared "
            "gradient at most 0.01 |f|² + 0.002.",
            source="The occlusion rule of Sundaram et al. 2010, as in Lai et al. 2018 (arXiv 1808.00449).",
            blind_to="Why: occlusion, zooms, the edge of a panning frame and flow that went astray look alike.",
            series="share of each pair: T - 1 values",
            shows=("noise", "redrawn_warp"),
        ),
    )  # fmt: skip

    def look(self, view: evaluators.View) -> Residue | None:
        return residue(view.motion) if view.before else None

    def conclude(self, looks: Sequence[Residue | None], sample: evaluators.Sample) -> evaluators.Values:
        pairs = [look for look in looks if look]
        return {
            "warping_error": mean_of([pair.error for pair in pairs]),
            "warping_visible": mean_of([pair.visible for pair in pairs]),
        }


def residue(motion: MotionField) -> Residue:
    """Warping error of one pair of frames.

    Raises:
        NotMeasurable: the frames are too small.
    """
    import cv2

    after = optical_flow.warped(
        motion.after.astype(np.float32), motion.forward
    )  # bytes would round: 1e-6 of error
    mask = motion.visible.view(np.uint8)
    count = cv2.countNonZero(mask)
    squares = cv2.norm(after, motion.before.astype(np.float32), cv2.NORM_L2SQR, mask)
    return Residue(squares / (255.0**2 * 3 * max(count, 1)), count / mask.size)


def mean_of(series: list[float]) -> Value:
    """A series and its mean."""
    return Value(float(np.mean(series)), series=tuple(series))
