"""A Fréchet and a kernel distance of clips that run anywhere: ImageNet features with statistics of time, no download.

It is not the FVD and its numbers mean nothing beside FVDs; hence its name.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

import numpy as np
from annotated_types import Ge
from numpy.typing import NDArray

from bench import evaluators
from bench.base.weights import Weights
from bench.errors import NotMeasurable
from bench.evaluators.nets import efficientnet_lite0
from bench.evaluators.nets.efficientnet_lite0 import EfficientNetLite0
from bench.evaluators.view import View
from bench.statistics import feature_sets, frechet, mmd
from bench.types import Image, MetricCard


@dataclass(frozen=True)
class Settings:
    """How much of a clip is looked at: its first frames. 14 is what the shortest models in the field give."""

    frames: Annotated[int, Ge(2)] = 14


FLOOR = 0.02
"""Least standard deviation that a feature is divided by. On ten real clips the 704 lie between 0.03 and 3.6; without a
floor, references that hardly move would make any motion infinitely far."""

SHARED = (
    "Features: each frame's centre square at 224 x 224 (Lanczos, antialias) through EfficientNet-lite0; of each of the "
    "24 + 40 + 112 channels of stages 2 to 4 the mean, its standard deviation over time, the mean absolute change from "
    "frame to frame, and the spatial standard deviation; 704 numbers for the first 14 frames, divided by the reference "
    f"clips' standard deviation (at least {FLOOR})."
)

SOURCE = (
    "Own. Fréchet distance of Gaussians as in FVD (Unterthiner et al. 2018, arXiv 1812.01717); net of Tan and Le 2019 "
    "in the lite variant, ImageNet weights. Not comparable with any FVD."
)

BLIND_TO = (
    "Anything after frame 14, what lies outside the centre square, and the meaning of motion: the net sees single "
    "frames. One clip is no sample: with fewer clips than 704 features the number is indicative only."
)


@evaluators.add
class FvdLite0(evaluators.SetEvaluator):
    """Distances to the suite's reference clips, on EfficientNet-lite0 features with temporal statistics."""

    name = "fvd_lite0"
    Settings = Settings
    cards = (
        MetricCard(
            name="fvd_lite0", title="Fréchet distance, lite0", group="Distance",
            version=1, direction="lower", unit="", low=0.0, high=None,
            definition=f"Fréchet distance between the features of clips and of references (ddof 1). {SHARED}",
            source=SOURCE, blind_to=f"{BLIND_TO} It falls as clips are added: compare equal numbers of clips only.",
        ),
        MetricCard(
            name="fvd_lite0_debiased", title="Fréchet distance, lite0, debiased", group="Distance", is_lead=True,
            version=1, direction="lower", unit="", low=None, high=None,
            definition="fvd_lite0 without the bias of few clips: mean distance between clips of one half of the cases "
            "and references of the other, minus that between halves of the same kind, over 8 random halvings. "
            "Around 0, below it too, where clips and references look alike.",
            source=f"{SOURCE} Correction and interval: bench.statistics.frechet.frechet_debiased.",
            blind_to=f"{BLIND_TO} Too low where clips and references differ much in variety and clips are few, hence "
            "the long upper end of its interval.", is_main=True,
        ),
        MetricCard(
            name="kvd_lite0", title="Kernel distance, lite0", group="Distance",
            version=1, direction="lower", unit="", low=None, high=None,
            definition="Squared maximum mean discrepancy between the features of clips and of references, less the "
            "reference clips' mean, under the kernel (x · y / 704 + 1)³: unbiased, over pairs of different cases. "
            f"Around 0, below it too, where clips and references look alike. {SHARED}",
            source="Own. Kernel of Bińkowski et al. 2018, arXiv 1801.01401; estimator and interval: "
            "bench.statistics.mmd.kernel_distance. Not comparable with any KVD.",
            blind_to=f"{BLIND_TO} Its unit: a cube of many features, read it beside its interval.",
        ),
    )  # fmt: skip

    def weights(self) -> tuple[Weights, ...]:
        return (efficientnet_lite0.WEIGHTS,)

    def load(self) -> None:
        self._net = EfficientNetLite0(self.device)

    def look(self, view: View) -> Image | None:
        if view.t >= self.settings.frames:
            return None
        return np.asarray(efficientnet_lite0.prepared(view.frame[None])[0])

    def features(self, looks: Sequence[Image]) -> NDArray[np.float64]:
        frames, has = self.settings.frames, len(looks)
        if has < frames:
            raise NotMeasurable(
                f"clip has {has} frames, fvd_lite0 looks at {frames}: --metric-set fvd_lite0.frames={has} "
                "measures another protocol under its own name"
            )
        maps = self._net.maps(np.stack(looks[:frames]))
        return np.concatenate([descriptor(stage) for stage in maps])

    def distance(self, clips: evaluators.FeatureSet, references: evaluators.FeatureSet) -> evaluators.Values:
        sets = (
            *feature_sets.standardised(clips.features_ND, references.features_ND, FLOOR),
            clips.cases,
            references.cases,
        )
        return {
            **frechet.frechet_values("fvd_lite0", *sets, ddof=1),
            "kvd_lite0": mmd.kernel_value(*sets),
        }

    def protocol(self) -> Mapping[str, Any]:
        return {
            "net": "tf_efficientnet_lite0, stages 2, 3, 4",
            "weights": efficientnet_lite0.WEIGHTS.sha256,
            "range": "[-1, 1]",
            "resize": "cover 224 x 224, Lanczos, antialias, Pillow",
            "statistics": "mean, std over time, mean absolute step, spatial std",
            "frames": self.settings.frames,
            "stride": 1,
            "clip": "first frames",
            "dtype": "float32",
        }


def descriptor(maps_TCHW: NDArray[np.float32]) -> NDArray[np.float64]:
    """(4 C,): what one stage of the net says about a clip, four numbers a channel, statistic by statistic.

    Mean over time of the spatial mean; standard deviation over time (ddof 0) of the spatial mean; mean absolute change
    from frame to frame, over time and space; mean over time of the spatial standard deviation (ddof 0).
    """
    wide = maps_TCHW.astype(np.float64)
    means_TC = wide.mean(axis=(2, 3))
    steps_C = np.abs(np.diff(wide, axis=0)).mean(axis=(0, 2, 3))
    spreads_C = wide.std(axis=(2, 3)).mean(axis=0)
    return np.concatenate([means_TC.mean(axis=0), means_TC.std(axis=0), steps_C, spreads_C])
