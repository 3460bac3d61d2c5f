"""Fréchet and kernel video distance, by the protocol that most recent papers share: StyleGAN-V's I3D file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import numpy as np
from annotated_types import Ge
from numpy.typing import NDArray

from bench import evaluators
from bench.base import weights
from bench.base.weights import Weights
from bench.errors import NotMeasurable
from bench.evaluators.nets import i3d
from bench.evaluators.nets.i3d import I3D
from bench.evaluators.view import View
from bench.statistics import frechet, mmd
from bench.types import Image, MetricCard


@dataclass(frozen=True)
class Settings:
    """Another length, or another network, is another protocol.

    Attributes:
        frames: how many from the start of each clip.
        weights: a TorchScript file that is called like StyleGAN-V's I3D; None for that one.
    """

    frames: Annotated[int, Ge(i3d.MIN_FRAMES)] = 16
    weights: Path | None = None


SHARED = (
    "Features: the first 16 frames of a clip, centre square, through I3D (Kinetics-400), whose file scales to [-1, 1] "
    "and resizes to 224 x 224 (bilinear); its 400 logits, averaged over time."
)

SOURCE = (
    "Unterthiner et al. 2018, arXiv 1812.01717; network file and protocol of StyleGAN-V (Skorokhodov et al. 2022, "
    "arXiv 2112.14683). Its videos were square; ours are cropped, since the file would squash them."
)

BLIND_TO = (
    "Anything after frame 16 and outside the centre square; motion that keeps each frame plausible: features follow "
    "content (Ge et al. 2024, arXiv 2404.12391). With fewer clips than its 400 features the number is indicative only; "
    "papers use 2048 clips."
)


@evaluators.add
class Fvd(evaluators.SetEvaluator):
    """Distances to the suite's reference clips, on the logits of I3D."""

    name = "fvd"
    Settings = Settings
    cards = (
        MetricCard(
            name="fvd", title="FVD", group="Distance",
            version=1, direction="lower", unit="", low=0.0, high=None,
            definition=f"Fréchet distance between the features of clips and of references (ddof 0). {SHARED}",
            source=SOURCE, is_main=True,
            blind_to=f"{BLIND_TO} It falls as clips are added: compare equal numbers of clips only.",
        ),
        MetricCard(
            name="fvd_debiased", title="FVD, debiased", group="Distance", is_lead=True,
            version=1, direction="lower", unit="", low=None, high=None,
            definition="fvd without the bias of few clips: mean distance (ddof 1) between clips of one half of the "
            "cases and references of the other, minus that between halves of the same kind, over 8 random halvings. "
            "Around 0, below it too, where clips and references look alike.",
            source=f"{SOURCE} Correction and interval are ours: stats.frechet_debiased. Papers report plain values.",
            blind_to=f"{BLIND_TO} Too low where clips and references differ much in variety and clips are few, hence "
            "the long upper end of its interval.", is_main=True,
        ),
        MetricCard(
            name="kvd", title="KVD", group="Distance",
            version=1, direction="lower", unit="", low=None, high=None,
            definition="Squared maximum mean discrepancy between the features of clips and of references, under the "
            "kernel (x · y / 400 + 1)³: unbiased, over pairs of different cases. Around 0, below it too, where clips "
            f"and references look alike. {SHARED}",
            source=f"Kernel video distance. {SOURCE} Kernel of Bińkowski et al. 2018, arXiv 1801.01401; papers average "
            "over random subsets and pair a clip with its own reference too: see stats.kernel_distance.",
            blind_to="Anything after frame 16 and outside the centre square; motion that keeps each frame plausible. "
            "Its unit: a cube of logits, read it beside its interval.",
        ),
    )  # fmt: skip

    def weights(self) -> tuple[Weights, ...]:
        return (self._file(),)

    def load(self) -> None:
        self._net = I3D(self._file(), self.device)

    def look(self, view: View) -> Image | None:
        return centre_square(view.frame) if view.t < self.settings.frames else None

    def features(self, looks: Sequence[Image]) -> NDArray[np.float64]:
        if len(looks) < self.settings.frames:
            raise NotMeasurable(self._too_short(len(looks)))
        return self._net.logits(np.stack(looks[: self.settings.frames]))

    def distance(self, clips: evaluators.FeatureSet, references: evaluators.FeatureSet) -> evaluators.Values:
        sets = clips.features_ND, references.features_ND, clips.cases, references.cases
        return {**frechet.frechet_values("fvd", *sets, ddof=0), "kvd": mmd.kernel_value(*sets)}

    def protocol(self) -> Mapping[str, Any]:
        return {
            "net": "I3D Kinetics-400 TorchScript, logits",
            "weights": self._file().sha256,
            "range": "uint8, scaled by the net",
            "resize": "by the net",
            "crop": "centre square",
            "frames": self.settings.frames,
            "stride": 1,
            "clip": "first frames",
            "dtype": "float32",
        }

    def _file(self) -> Weights:
        own = self.settings.weights
        return weights.local(own) if own else i3d.WEIGHTS

    def _too_short(self, frames: int) -> str:
        """Never padded: repeating the last frame of a clip is a freeze, which multiplies the distance."""
        wanted = f"clip has {frames} frames, fvd looks at {self.settings.frames}"
        if frames < i3d.MIN_FRAMES:
            return f"{wanted}, and I3D needs {i3d.MIN_FRAMES} at least: make longer clips"
        return f"{wanted}: --metric-set fvd.frames={frames} measures another protocol under its own name"


def centre_square(frame: Image) -> Image:
    """(S, S, 3): the centre of (H, W, 3), S the shorter side; pixels as they are, so that only the net resizes.

    A copy: a view would keep the whole frame in memory.
    """
    height, width = frame.shape[:2]
    side = min(height, width)
    top, left = (height - side) // 2, (width - side) // 2
    return frame[top : top + side, left : left + side].copy()
