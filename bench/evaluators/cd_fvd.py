"""Content-debiased Fréchet video distance: features that follow motion where those of I3D follow content."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

import numpy as np
from annotated_types import Ge, Le
from numpy.typing import NDArray

from bench import evaluators
from bench.base.weights import Weights
from bench.evaluators.frechet import FrechetEvaluator, WindowSettings, distance_cards
from bench.evaluators.nets import DType, videomae2
from bench.evaluators.nets.videomae2 import VideoMae2
from bench.types import Frames, Image, MetricCard


@dataclass(frozen=True)
class Settings(WindowSettings):
    """The window, of 16 frames, no more and no less, and what the network computes with."""

    frames: Annotated[int, Ge(videomae2.FRAMES), Le(videomae2.FRAMES)] = videomae2.FRAMES
    dtype: DType = "float32"


@evaluators.add
class CdFvd(FrechetEvaluator):
    """Distances to the suite's reference clips, on the features of VideoMAE-v2.

    >>> zeros, ones = np.zeros((8, 1408)), np.ones((8, 1408))  # eight clips, and their references
    >>> cases = tuple("abcdefgh")
    >>> found = CdFvd().distance(evaluators.FeatureSet(zeros, cases), evaluators.FeatureSet(ones, cases))
    >>> round(found["cd_fvd"].value, 6), round(found["cd_kvd"].value, 6)  # 1408 · 1², and 1 + 2³ - 2 · 1
    (1408.0, 7.0)
    """

    name = "cd_fvd"
    Settings = Settings
    packages = videomae2.PACKAGES
    opt_in = True  # 2 GB, and a trillion operations per clip
    fewest_frames = videomae2.FRAMES
    ddof = 0
    cards = distance_cards(
        MetricCard(
            name="cd_fvd", title="Content-debiased FVD", group="Distance",
            version=1, direction="lower", unit="", low=0.0, high=None,
            definition="Features: the first 16 frames of a clip at its own frame rate, each squashed to 224 x 224 "
            "(bilinear, no antialias) and scaled to [0, 1], through VideoMAE-v2 ViT-g as fine-tuned on "
            "Something-Something v2; the mean of its tokens after the last layer norm, 1408 numbers. Not run with the "
            "real weights here.",
            source="Ge et al. 2024, arXiv 2404.12391; network, range and resize of its package cd-fvd, which gives "
            "frames no mean and deviation. Its loader first brings files to a square of 128 or 256 pixels; ours does "
            "not, so values compare with its compute_fvd on arrays.",
            blind_to="Anything after frame 16, and shape: wide frames are squashed. With fewer clips than its 1408 "
            "features the number is indicative only; papers use 2048 clips.",
        ),
        kernel_title="Content-debiased KVD", dimensions=videomae2.DIMENSIONS, ddof=ddof,
    )  # fmt: skip

    def weights(self) -> tuple[Weights, ...]:
        return (videomae2.WEIGHTS,)

    def load(self) -> None:
        self._net = VideoMae2(videomae2.WEIGHTS, self.device, self.settings.dtype)

    def prepared(self, frame: Image) -> Image:
        return frame.copy()

    def vector(self, prepared: Frames) -> NDArray[np.float64]:
        return self._net.features(prepared)

    def representation(self) -> Mapping[str, Any]:
        return {
            "net": "VideoMAE-v2 ViT-g, Something-Something v2, mean token before the classifier",
            "weights": videomae2.WEIGHTS.sha256,
            "range": "[0, 1], without mean and deviation",
            "resize": "squash 224 x 224, bilinear, no antialias, torch",
            "dtype": self.settings.dtype,
        }
