"""Fréchet and kernel video distance, by the protocol that most recent papers share: StyleGAN-V's I3D file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import numpy as np
from annotated_types import Ge
from numpy.typing import NDArray

from bench import evaluators
from bench.base.weights import Weights
from bench.evaluators.frechet import FrechetEvaluator, WindowSettings, distance_cards
from bench.evaluators.nets import i3d
from bench.evaluators.nets.i3d import I3D, Resize
from bench.media import pictures
from bench.types import Frames, Image, MetricCard

CROPS: Mapping[Resize, tuple[str, str]] = {
    "crop": ("centre square", "by the net"),
    "squash": ("none", "by the net"),
    "videogpt": ("centre 224 x 224", "short side to 224, bilinear, no antialias, torch"),
}
"""Resize -> what is cut and how it is resized, in the words of the protocol."""


@dataclass(frozen=True)
class Settings(WindowSettings):
    """The window and the resize; anything but the default is another protocol under a name of its own.

    Attributes:
        frames: how many from the start of each clip.
        fps: see WindowSettings.
        resize: 'crop' gives the file the centre square, 'squash' the whole frame, as StyleGAN-V's code would: it
            distorts what is not square. 'videogpt' is what VideoGPT, TATS and their followers do before the net.
        weights: where StyleGAN-V's file lies; None for the cache folder. No other file is opened.
    """

    frames: Annotated[int, Ge(i3d.MIN_FRAMES)] = 16
    resize: Resize = "crop"
    weights: Path | None = None


@evaluators.add
class Fvd(FrechetEvaluator):
    """Distances to the suite's reference clips, on the logits of I3D.

    >>> zeros, ones = np.zeros((8, 400)), np.ones((8, 400))  # eight clips, and their references
    >>> cases = tuple("abcdefgh")
    >>> found = Fvd().distance(evaluators.FeatureSet(zeros, cases), evaluators.FeatureSet(ones, cases))
    >>> round(found["fvd"].value, 6), round(found["kvd"].value, 6)  # 400 · 1², and 1 + 2³ - 2 · 1
    (400.0, 7.0)
    """

    name = "fvd"
    Settings = Settings
    packages = ("torch",)
    fewest_frames = i3d.MIN_FRAMES
    ddof = 0
    cards = distance_cards(
        MetricCard(
            name="fvd", title="FVD", group="Distance", is_main=True, is_lead=True,
            version=1, direction="lower", unit="", low=0.0, high=None,
            definition="Features: the first 16 frames of a clip at its own frame rate, centre square, through I3D "
            "(Kinetics-400), whose file scales to [-1, 1] and resizes to 224 x 224 (bilinear); its 400 logits, "
            "averaged over time. Another window, rate or resize is in the name: fvd[fps=8,resize=videogpt].",
            source="Unterthiner et al. 2018, arXiv 1812.01717; network file and protocol of StyleGAN-V (Skorokhodov et "
            "al. 2022, arXiv 2112.14683). Its videos were square; ours are cropped, since the file would squash them. "
            "VideoGPT's own net differs in the constant of its batch norms, so resize=videogpt is its resize alone.",
            blind_to="Anything after frame 16 and outside the centre square; motion that keeps each frame plausible: "
            "features follow content (Ge et al. 2024, arXiv 2404.12391). With fewer clips than its 400 features the "
            "number is indicative only; papers use 2048 clips.",
        ),
        kernel_title="Kernel video distance", dimensions=400, ddof=ddof,
    )  # fmt: skip

    def weights(self) -> tuple[Weights, ...]:
        return (self._file(),)

    def load(self) -> None:
        self._net = I3D(self._file(), self.device)

    def prepared(self, frame: Image) -> Image:
        """Pixels as they are, so that they are resized once."""
        return pictures.centre_square(frame) if self.settings.resize == "crop" else frame.copy()

    def vector(self, prepared: Frames) -> NDArray[np.float64]:
        if self.settings.resize == "videogpt":
            return self._net.logits_as_videogpt(prepared)
        return self._net.logits(prepared)

    def representation(self) -> Mapping[str, Any]:
        crop, resize = CROPS[self.settings.resize]
        return {
            "net": "I3D Kinetics-400 TorchScript, logits",
            "weights": self._file().sha256,
            "range": "uint8, scaled by the net",
            "resize": resize,
            "crop": crop,
            "dtype": "float32",
        }

    def _file(self) -> Weights:
        own = self.settings.weights
        return i3d.at(own) if own else i3d.WEIGHTS
