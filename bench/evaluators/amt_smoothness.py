"""VBench's motion smoothness: whether every second frame is what AMT-S expects between its neighbours."""

from __future__ import annotations

from bench import evaluators
from bench.base.weights import Weights
from bench.evaluators import nets
from bench.evaluators.middle_frame import MiddleFrameEvaluator
from bench.evaluators.nets import amt
from bench.evaluators.nets.amt import Amt
from bench.types import Image, MetricCard


@evaluators.add
class AmtSmoothness(MiddleFrameEvaluator):
    """Mean absolute difference between odd frames and what AMT-S predicts from the even ones around them.

    >>> AmtSmoothness().conclude([None, None, 0.0, None, 102.0], sample=None)[
    ...     "vbench_motion_smoothness"
    ... ].value  # of 5 frames
    80.0
    """

    name = "amt_smoothness"
    packages = amt.PACKAGES
    opt_in = True  # its licence is non-commercial, and a prediction takes seconds on a processor
    min_side = amt.MIN_SIDE
    cards = (
        MetricCard(
            name="vbench_motion_smoothness", title="Motion smoothness (VBench)", group="Motion", is_native_only=True,
            version=1, direction="higher", unit="%", low=0.0, high=100.0,
            definition="Each odd frame that has a frame after it is predicted by AMT-S as the middle of its two "
            "neighbours, at the clip's own size, and cut off to bytes. 100 (255 - mean |difference|) / 255: the "
            "absolute difference of prediction and frame, averaged over pixels and channels, then over those frames. "
            "Needs 3 frames of 113 x 113 pixels. Not run with the real weights here; the network equals the original "
            "on random ones.",
            source="VBench (Huang et al. 2024, arXiv 2311.17982), motion_smoothness.py (45e79ec), at its scale 1, "
            "which it has on a CPU: on a GPU it shrinks large clips by how much memory the card has, so that its "
            "number depends on the card; here a pair that does not fit is computed by the CPU. AMT of Li et al. 2023 "
            "(arXiv 2304.09790), CC BY-NC 4.0.",
            blind_to="Motion is punished, the more the faster and the finer the texture. Blur, slow motion and a "
            "frozen end make it better, and a clip that stands still is the best. Damage that is steady over three "
            "frames. Bytes are cut off, not rounded, which takes up to a level from a still clip.",
            series="100 (255 - mean |difference|) / 255 of frames 1, 3, 5, …, those that have a frame after them",
        ),
    )  # fmt: skip

    def weights(self) -> tuple[Weights, ...]:
        return (amt.WEIGHTS,)

    def load(self) -> None:
        self._net = nets.shared(Amt, amt.WEIGHTS, self.device)

    def middle(self, before: Image, after: Image) -> Image:
        return self._net.middle(before, after)
