"""A Fréchet and a kernel distance of clips on handcrafted features: for a machine that has no weights at all.

Neither is an FVD or a KVD, and their numbers mean nothing beside those; hence their names.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

import numpy as np
from annotated_types import Ge
from numpy.typing import NDArray

from bench import evaluators
from bench.errors import NotMeasurable
from bench.evaluators.signals import descriptor
from bench.evaluators.view import View
from bench.statistics import feature_sets, frechet, mmd
from bench.types import Image, MetricCard


@dataclass(frozen=True)
class Settings:
    """How much of a clip is looked at: its first frames. 14 is what the shortest models in the field give."""

    frames: Annotated[int, Ge(descriptor.MIN_FRAMES)] = 14


FLOOR = 0.1
"""Least standard deviation that a feature is divided by: most are logarithms, so a tenth of what they measure."""

SHARED = (
    "Features: the 77 numbers of the descriptor (colour, detail, steps in time at several scales and lags, block "
    "motion) of the first 14 frames' centre squares at 128 x 128, less the reference clips' mean and divided by their "
    f"standard deviation (at least {FLOOR})."
)

SOURCE = "Own. Not comparable with any FVD or KVD."

BLIND_TO = (
    "Meaning: a face that melts slowly moves like a face; a warp that stays, a loop. Anything after frame 14, outside "
    "the centre square, or finer than its 128th part. With fewer clips than 77 features the number is indicative only."
)

SHOWS = (
    "noise", "blur", "compression", "brightness_flicker", "local_flicker", "jitter", "swap", "freeze", "drop",
    "duplicate", "colour_drift", "exposure_drift", "cut", "redrawn_warp",
)  # fmt: skip
"""Each made all three distances grow over three severities, on 30 rendered scenes. Slow motion and morphs did so too,
but clips of other speeds hide them; a warp that stays and a loop do not show."""


@evaluators.add
class FvdHc(evaluators.SetEvaluator):
    """Distances to the suite's reference clips, on 77 numbers about how a clip looks and moves."""

    name = "fvd_hc"
    Settings = Settings
    cards = (
        MetricCard(
            name="fvd_hc", title="Fréchet distance, handmade features", group="Distance",
            version=1, direction="lower", unit="", low=0.0, high=None, shows=SHOWS,
            definition=f"Fréchet distance between the features of clips and of references (ddof 1). {SHARED}",
            source=f"{SOURCE} Fréchet distance of Gaussians as in FVD (Unterthiner et al. 2018, arXiv 1812.01717).",
            blind_to=f"{BLIND_TO} It falls as clips are added: compare equal numbers of clips only.",
        ),
        MetricCard(
            name="fvd_hc_debiased", title="Fréchet distance, handmade features, debiased", group="Distance",
            version=1, direction="lower", unit="", low=None, high=None, shows=SHOWS,
            definition="fvd_hc without the bias of few clips: mean distance between clips of one half of the cases "
            "and references of the other, minus that between halves of the same kind, over 8 random halvings. "
            f"Around 0, below it too, where clips and references look alike. {SHARED}",
            source=f"{SOURCE} Correction and interval: bench.statistics.frechet.frechet_debiased.",
            blind_to=f"{BLIND_TO} Too low where clips and references differ much in variety and clips are few, hence "
            "the long upper end of its interval.", is_main=True,
        ),
        MetricCard(
            name="kvd_hc", title="Kernel distance, handmade features", group="Distance",
            version=1, direction="lower", unit="", low=None, high=None, shows=SHOWS,
            definition="Squared maximum mean discrepancy between the features of clips and of references under the "
            "kernel (x · y / 77 + 1)³: unbiased, over pairs of different cases. Around 0, below it too, where clips "
            f"and references look alike. {SHARED}",
            source=f"{SOURCE} Kernel of Bińkowski et al. 2018, arXiv 1801.01401; estimator and interval: "
            "bench.statistics.mmd.kernel_distance.",
            blind_to=f"{BLIND_TO} Its unit: a cube of many features, read it beside its interval.",
        ),
    )  # fmt: skip

    def look(self, view: View) -> Image | None:
        return descriptor.canvas(view.frame) if view.t < self.settings.frames else None

    def features(self, looks: Sequence[Image]) -> NDArray[np.float64]:
        frames, has = self.settings.frames, len(looks)
        if has < frames:
            raise NotMeasurable(self._too_short(has))
        return descriptor.descriptor(np.stack(looks[:frames]))

    def distance(self, clips: evaluators.FeatureSet, references: evaluators.FeatureSet) -> evaluators.Values:
        sets = (
            *feature_sets.standardised(clips.features_ND, references.features_ND, FLOOR),
            clips.cases,
            references.cases,
        )
        return {**frechet.frechet_values("fvd_hc", *sets, ddof=1), "kvd_hc": mmd.kernel_value(*sets)}

    def protocol(self) -> Mapping[str, Any]:
        return {
            "descriptor": "hc-77-v1",
            "canvas": f"centre square, {descriptor.SIZE} x {descriptor.SIZE}, INTER_AREA, OpenCV",
            "features": list(descriptor.FEATURES),
            "frames": self.settings.frames,
            "stride": 1,
            "clip": "first frames",
        }

    def _too_short(self, frames: int) -> str:
        """Never padded: repeating the last frame of a clip is a freeze, which multiplies the distance."""
        wanted = f"clip has {frames} frame{'s' * (frames != 1)}, fvd_hc looks at {self.settings.frames}"
        if frames < descriptor.MIN_FRAMES:
            return f"{wanted}, and its features need {descriptor.MIN_FRAMES} at least: make longer clips"
        return f"{wanted}: --metric-set fvd_hc.frames={frames} measures another protocol under its own name"
