"""How much of the change from frame to frame is left once motion is undone: the temporal warping error."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from bench import evaluators
from bench.evaluators.signals import optical_flow, warping_kernels
from bench.evaluators.signals.optical_flow import MotionField
from bench.types import MetricCard


@dataclass(frozen=True)
class WarpingError:
    """Warping error of one pair of frames, and the share of pixels that it is based on."""

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
            "averaged over pairs. A pair in which nothing stays visible counts as 0.",
            source="Lai et al. 2018 (arXiv 1808.00449), as the authors' code computes it, also for pairs without "
            "visible pixels. There the flow is FlowNet2's on the video that was processed; a generated video has no "
            "such original, so the flow is the clip's own, by DIS, and pixels that leave the frame do not count. "
            "EvalCrafter's value of this name sums over channels: three times this one, and divided by 255² twice.",
            blind_to="The dither of a GIF's palette counts: it lifts 0.0002 to 0.007, real footage by a fifth to "
            "threefold. A GIF does not compare with a film: bench compare gives no verdict. A still or blurred "
            "clip scores best: read it beside motion_share. Change that optical flow can explain, such as a smooth "
            "morph or a jitter; and errors where nothing stays visible: read warping_visible, which falls at a cut.",
            series="error of each pair: T - 1 values",
            shows=("noise", "local_flicker", "brightness_flicker", "cut"),
            ignores=("freeze", "blur", "slow_motion"),
        ),
        MetricCard(
            name="warping_visible", title="Visible in both frames", group="Flicker",
            version=1, direction="none", unit="", low=0.0, high=1.0,
            definition="Share of pixels that stay visible from one frame to the next, averaged over pairs: inside the "
            "frame, the flow there and back within 0.01 (|f|² + |b|²) + 0.5 px² of each other, and the flow's squared "
            "gradient at most 0.01 |f|² + 0.002.",
            source="The occlusion rule of Sundaram et al. 2010, as in Lai et al. 2018 (arXiv 1808.00449).",
            blind_to="Why: occlusion, zooms, the edge of a panning frame and wrong flow look alike.",
            series="share of each pair: T - 1 values",
            shows=("noise", "redrawn_warp"),
        ),
    )  # fmt: skip

    def look(self, view: evaluators.View) -> WarpingError | None:
        return warping_error(view.motion) if view.before else None

    def conclude(self, errors: Sequence[WarpingError | None], sample: evaluators.Sample) -> evaluators.Values:
        pairs = [each for each in errors if each]
        return {
            "warping_error": evaluators.mean_value([pair.error for pair in pairs]),
            "warping_visible": evaluators.mean_value([pair.visible for pair in pairs]),
        }


def warping_error(motion: MotionField) -> WarpingError:
    """The warping error of one pair of frames, in [0, 1].

    Raises:
        NotMeasurable: the frames are too small for optical flow.

    >>> before = np.full((32, 32, 3), 100, np.uint8)
    >>> after = before + np.uint8(51)  # a fifth of the range brighter, in every pixel
    >>> error = warping_error(MotionField(before, after, before[..., 0], after[..., 0]))
    >>> round(error.error, 9), error.visible
    (0.04, 1.0)
    """
    count = int(np.count_nonzero(motion.visible))
    squares = warping_kernels.visible_sum()(motion.left, motion.visible)
    return WarpingError(squares / (255.0**2 * 3 * max(count, 1)), count / motion.visible.size)
