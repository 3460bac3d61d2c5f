"""A Fréchet and a kernel distance of clips that run anywhere: ImageNet features with statistics of time, no download.

It is not the FVD and its numbers mean nothing beside FVDs; hence its name.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

import numpy as np
from annotated_types import Ge
from numpy.typing import NDArray

from bench import evaluators
from bench.base.weights import Weights
from bench.evaluators.frechet import FrechetEvaluator, WindowSettings, distance_cards
from bench.evaluators.nets import efficientnet_lite0
from bench.evaluators.nets.efficientnet_lite0 import EfficientNetLite0
from bench.types import Frames, Image, MetricCard

FLOOR = 0.02
"""Least standard deviation that a feature is divided by. On ten real clips the 704 lie between 0.03 and 3.6; without a
floor, references that hardly move would make any motion infinitely far."""


@dataclass(frozen=True)
class Settings(WindowSettings):
    """Which frames of a clip are used: its first 14, which is what the shortest models in the field give."""

    frames: Annotated[int, Ge(2)] = 14


@evaluators.add
class FvdLite0(FrechetEvaluator):
    """Distances to the suite's reference clips, on EfficientNet-lite0 features with temporal statistics."""

    name = "fvd_lite0"
    Settings = Settings
    packages = efficientnet_lite0.PACKAGES
    floor = FLOOR
    cards = distance_cards(
        MetricCard(
            name="fvd_lite0", title="Fréchet distance, lite0", group="Distance", is_lead=True,
            version=1, direction="lower", unit="", low=0.0, high=None,
            definition="Features: each frame's centre square at 224 x 224 (Lanczos, antialias) through "
            "EfficientNet-lite0; for each of the 24 + 40 + 112 channels of stages 2 to 4 the mean, its standard "
            "deviation over time, the mean absolute change from frame to frame, and the spatial standard deviation; "
            "704 numbers for the first 14 frames, less the reference clips' mean and divided by their standard "
            f"deviation (at least {FLOOR}).",
            source="Own. Fréchet distance of Gaussians as in FVD (Unterthiner et al. 2018, arXiv 1812.01717); net of "
            "Tan and Le 2019 in the lite variant, ImageNet weights. Not comparable with any FVD or KVD.",
            blind_to="Anything after frame 14, what lies outside the centre square, and the meaning of motion: the net "
            "sees single frames. One clip is no sample: with fewer clips than 704 features the number is indicative "
            "only.",
        ),
        kernel_title="Kernel distance, lite0", dimensions=704, ddof=1,
    )  # fmt: skip

    def weights(self) -> tuple[Weights, ...]:
        return (efficientnet_lite0.WEIGHTS,)

    def load(self) -> None:
        self._net = EfficientNetLite0(self.device)

    def prepared(self, frame: Image) -> Image:
        return np.asarray(efficientnet_lite0.prepared(frame[None])[0])

    def vector(self, prepared: Frames) -> NDArray[np.float64]:
        return np.concatenate([temporal_statistics(stage) for stage in self._net.maps(prepared)])

    def representation(self) -> Mapping[str, Any]:
        return {
            "net": "tf_efficientnet_lite0, stages 2, 3, 4",
            "weights": efficientnet_lite0.WEIGHTS.sha256,
            "range": "[-1, 1]",
            "resize": "cover 224 x 224, Lanczos, antialias, Pillow",
            "statistics": "mean, std over time, mean absolute step, spatial std",
            "dtype": "float32",
        }


def temporal_statistics(maps_TCHW: NDArray[np.float32]) -> NDArray[np.float64]:
    """(4 C,): four statistics per channel of one stage's maps of a clip, statistic by statistic.

    Mean over time of the spatial mean; standard deviation over time (ddof 0) of the spatial mean; mean absolute change
    from frame to frame, over time and space; mean over time of the spatial standard deviation (ddof 0).

    >>> maps = np.array([[[[0, 2]]], [[[4, 6]]]], np.float32)
    >>> temporal_statistics(maps).tolist()  # two frames of one channel: means 1 and 5, steps of 4
    [3.0, 2.0, 4.0, 1.0]
    """
    wide = maps_TCHW.astype(np.float64)
    means_TC = wide.mean(axis=(2, 3))
    steps_C = np.abs(np.diff(wide, axis=0)).mean(axis=(0, 2, 3))
    spreads_C = wide.std(axis=(2, 3)).mean(axis=0)
    return np.concatenate([means_TC.mean(axis=0), means_TC.std(axis=0), steps_C, spreads_C])
