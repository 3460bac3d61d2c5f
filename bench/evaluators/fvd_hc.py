"""A Fréchet and a kernel distance of clips on handcrafted features, for a machine that has no weights at all.

Neither is an FVD or a KVD, and their numbers mean nothing beside those; hence their names. Beside `fvd_lite0` they tell
changes over time that single frames do not show: brightness flicker of 2 gray levels, where lite0 needs 8 to 16.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

import numpy as np
from annotated_types import Ge
from numpy.typing import NDArray

from bench import evaluators
from bench.evaluators.frechet import FrechetEvaluator, distance_cards
from bench.evaluators.signals import descriptor
from bench.types import Frames, Image, MetricCard

FLOOR = 0.1
"""Least standard deviation that a feature is divided by: most are logarithms, so a tenth of what they measure."""

SHOWS = (
    "noise", "blur", "compression", "brightness_flicker", "local_flicker", "jitter", "swap", "freeze", "drop",
    "duplicate", "colour_drift", "exposure_drift", "cut", "redrawn_warp",
)  # fmt: skip
"""Damages that made all three distances grow over three severities, on 30 rendered scenes. Slow motion and morphs did
so too, but clips of other speeds hide them; a warp that stays and a loop do not show."""


@dataclass(frozen=True)
class Settings:
    """How much of a clip is used: its first frames. 14 is what the shortest models in the field give."""

    frames: Annotated[int, Ge(descriptor.MIN_FRAMES)] = 14


@evaluators.add
class FvdHc(FrechetEvaluator):
    """Distances to the suite's reference clips, on 77 numbers about how a clip looks and moves."""

    name = "fvd_hc"
    Settings = Settings
    fewest_frames = descriptor.MIN_FRAMES
    floor = FLOOR
    cards = distance_cards(
        MetricCard(
            name="fvd_hc", title="Fréchet distance, handmade features", group="Distance",
            version=1, direction="lower", unit="", low=0.0, high=None, shows=SHOWS,
            definition="Features: the 77 numbers of the descriptor (colour, detail, steps in time at several scales "
            "and lags, block motion) of the first 14 frames' centre squares at 128 x 128, less the reference clips' "
            f"mean and divided by their standard deviation (at least {FLOOR}).",
            source="Own. Fréchet distance of Gaussians as in FVD (Unterthiner et al. 2018, arXiv 1812.01717). Not "
            "comparable with any FVD or KVD.",
            blind_to="Meaning: a face that melts slowly moves like a face; a warp that stays; a loop. Anything after "
            "frame 14, outside the centre square, or finer than its 128th part. With fewer clips than 77 features the "
            "number is indicative only.",
        ),
        kernel_title="Kernel distance, handmade features", dimensions=77, ddof=1,
    )  # fmt: skip

    def prepared(self, frame: Image) -> Image:
        return descriptor.canvas(frame)

    def vector(self, prepared: Frames) -> NDArray[np.float64]:
        return descriptor.descriptor(prepared)

    def representation(self) -> Mapping[str, Any]:
        return {
            "descriptor": "hc-77-v1",
            "canvas": f"centre square, {descriptor.SIZE} x {descriptor.SIZE}, INTER_AREA, OpenCV",
            "features": list(descriptor.FEATURES),
        }
