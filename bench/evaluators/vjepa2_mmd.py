"""A kernel distance of clips on V-JEPA 2: the manner of JEDi with an open network and an unbiased estimator."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

import numpy as np
from annotated_types import Ge, MultipleOf
from numpy.typing import NDArray

from bench import evaluators
from bench.base.weights import Weights
from bench.evaluators import FeatureSet, Values
from bench.evaluators.frechet import SERIES, WindowEvaluator, WindowSettings
from bench.evaluators.nets import DType, vjepa2
from bench.evaluators.nets.vjepa2 import VJepa2
from bench.statistics import mmd
from bench.types import Frames, Image, MetricCard


@dataclass(frozen=True)
class Settings(WindowSettings):
    """The window, of frames two by two, and what the network computes with."""

    frames: Annotated[int, Ge(2), MultipleOf(2)] = 16
    dtype: DType = "float32"


@evaluators.add
class VJepa2Mmd(WindowEvaluator):
    """Kernel distance to the suite's reference clips, on the features of V-JEPA 2.

    >>> zeros, ones = np.zeros((8, 1024)), np.ones((8, 1024))  # eight clips, and their references
    >>> cases = tuple("abcdefgh")
    >>> found = VJepa2Mmd().distance(FeatureSet(zeros, cases), FeatureSet(ones, cases))
    >>> round(found["vjepa2_mmd"].value, 6)  # 100 · (0 + 1 - 2 · 0)
    100.0
    """

    name = "vjepa2_mmd"
    Settings = Settings
    packages = vjepa2.PACKAGES
    opt_in = True  # 1.3 GB, and a trillion operations per clip
    cards = (
        MetricCard(
            name="vjepa2_mmd", title="Kernel distance, V-JEPA 2", group="Distance",
            version=1, direction="lower", unit="", low=None, high=None, is_main=True,
            definition="100 times the squared maximum mean discrepancy between the features of clips and of references "
            "under the kernel (x · y / 1024)²: unbiased, over pairs of different cases, so around 0, and below it too, "
            "where they look alike. Features: the first 16 frames of a clip at its own frame rate, short side to 292 "
            "(bilinear, antialias), centre 256 x 256, through the encoder of V-JEPA 2 ViT-L; the mean of its tokens, "
            "1024 numbers. Not run with the real weights here.",
            source="In the manner of JEDi (Luo et al. 2024, arXiv 2410.05203), and not JEDi: that has the pooled "
            "features of V-JEPA 1 ViT-H, whose weights are non-commercial, and a biased estimator. Network: Assran et "
            "al. 2025, arXiv 2506.09985. Estimator and interval: bench.statistics.mmd.kernel_distance.",
            blind_to="Anything after frame 16 and outside the centre square. The kernel compares second moments only: "
            "a set of features and its mirror image at the origin are one.",
            series=SERIES,
        ),
    )  # fmt: skip

    def weights(self) -> tuple[Weights, ...]:
        return (vjepa2.WEIGHTS,)

    def load(self) -> None:
        self._net = VJepa2(vjepa2.WEIGHTS, self.device, self.settings.dtype)

    def prepared(self, frame: Image) -> Image:
        return frame.copy()

    def vector(self, prepared: Frames) -> NDArray[np.float64]:
        return self._net.features(prepared)

    def distance(self, clips: FeatureSet, references: FeatureSet) -> Values:
        sets = clips.features_ND, references.features_ND, clips.cases, references.cases
        return {self.name: mmd.kernel_value(*sets, kernel=mmd.JEDI)}

    def representation(self) -> Mapping[str, Any]:
        return {
            "net": "V-JEPA 2 ViT-L, mean token of the encoder",
            "weights": vjepa2.WEIGHTS.sha256,
            "range": "mean and deviation of ImageNet",
            "resize": "short side to 292, bilinear, antialias, uint8; centre 256 x 256",
            "dtype": self.settings.dtype,
        }
