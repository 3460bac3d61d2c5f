"""Likeness to the input image as DreamSim sees it: VBench's i2v_background, and the mean over all frames."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from bench import evaluators
from bench.base import weights
from bench.base.weights import Weights
from bench.errors import BenchError
from bench.evaluators import nets
from bench.evaluators.frame_net import FrameNetEvaluator, Vectors
from bench.evaluators.nets import dino, dreamsim
from bench.evaluators.signals import vbench_rules
from bench.evaluators.signals.resizing import Levels, Resizing
from bench.evaluators.view import AT_CLIP_SIZE, Sample, View
from bench.media import pictures
from bench.types import Image, MetricCard, Value

_NET = (
    "DreamSim's ensemble on the frame squashed to 224 x 224, bicubic with antialias. Not run with the real weights "
    "here"
)
_SOURCE = "Fu et al. 2023, DreamSim (arXiv 2306.09344)."


@dataclass(frozen=True)
class Settings:
    """Which files, and how frames are resized.

    Attributes:
        checkpoint: an archive in place of the published one.
        backbone: DINO's file in place of the published one.
        antialias: of the frames' resize, as for vbench_i2v_subject: torchvision's default since 0.17.
    """

    checkpoint: Path | None = None
    backbone: Path | None = None
    antialias: bool = True

    @property
    def resizing(self) -> Resizing:
        """VBench's resizing of frames, on float tensors."""
        size = (dreamsim.SIZE, dreamsim.SIZE)
        return Resizing(size=size, mode="bicubic", antialias=self.antialias, is_rounded=False)


@evaluators.add
class DreamSim(FrameNetEvaluator):
    """Likeness of frames to the input image, 1 minus DreamSim's distance; a frozen clip has about 1."""

    name = "dreamsim"
    Settings = Settings
    packages = ("torch",)
    cards = (
        MetricCard(
            name="vbench_i2v_background", title="VBench I2V background", group="Input image", is_native_only=True,
            version=1, direction="higher", unit="%", low=0.0, high=100.0,
            definition="40 % of the highest likeness of any frame to the input image, 30 % of the mean and 30 % of the "
            f"lowest likeness of neighbouring frames; below 0 counts as 0. {_NET}. The image is cut to the clip's "
            "proportions and resized by Pillow.",
            source="VBench, vbench2_beta_i2v/i2v_background.py (45e79ec); Huang et al. 2024 (arXiv 2411.13503). "
            f"{_SOURCE}",
            blind_to="Slow drift away from the image: only the best frame is compared with it. Punishes motion: a "
            "frozen copy of the image has nearly 100.",
        ),
        MetricCard(
            name="pic", title="Perceptual input conformity", group="Input image",
            version=1, direction="higher", unit="", low=-1.0, high=1.0,
            definition=f"Mean over all frames of 1 minus DreamSim's distance to the input image, {AT_CLIP_SIZE}. "
            f"{_NET}.",
            source=f"Xing et al. 2023, DynamiCrafter (arXiv 2310.12190), section 4.2. {_SOURCE}",
            blind_to="Punishes motion: a frozen copy of the input has 1, and a camera that turns away is punished as "
            "a picture that dissolves.",
            series="1 minus the distance of each frame to the input image: T values",
        ),
    )  # fmt: skip

    def weights(self) -> tuple[Weights, ...]:
        own, backbone = self.settings.checkpoint, self.settings.backbone
        return (
            weights.local(own) if own else dreamsim.ENSEMBLE,
            weights.local(backbone) if backbone else dino.VIT_B_16,
        )

    def load(self) -> None:
        self._net = nets.shared(dreamsim.DreamSim, *self.weights(), self.device)

    def look(self, view: View) -> Levels:
        return view.resized(self.settings.resizing)

    def encoded(self, prepared: Sequence[Levels]) -> Vectors:
        return self._net.vectors(prepared)

    def judged(self, vectors: Vectors, sample: Sample) -> evaluators.Values:
        try:
            theirs, ours = self._net.vectors(
                [_as_vbench_sees(sample), self.settings.resizing.of(sample.input.pixels)]
            )
        except BenchError as error:
            return dict.fromkeys((card.name for card in self.cards), error)
        return {
            "vbench_i2v_background": evaluators.value_or_reason(
                lambda: 100 * vbench_rules.likeness_to_image(vectors, theirs)
            ),
            "pic": conformity(vectors, ours),
        }


def conformity(frames_TE: Vectors, image_E: Vectors) -> Value:
    """Mean and series of the products of T unit vectors with that of the image.

    >>> conformity(np.eye(2), np.array([1.0, 0.0])).value
    0.5
    """
    return evaluators.mean_value(np.clip(frames_TE @ image_E, -1.0, 1.0))  # rounding can leave 1 + 1e-16


def _as_vbench_sees(sample: Sample) -> Image:
    """(224, 224, 3) uint8: the input image, cut to the clip's proportions and resized by Pillow from its own size.

    VBench's images have these proportions. An image that was padded or distorted for the model is taken at the clip's
    size.

    Raises:
        BadImage: it cannot be read.
    """
    from PIL import Image as pillow

    image = pictures.read(sample.case.image) if sample.record.fit == "cover" else sample.input.pixels
    seen = pillow.fromarray(pictures.covering(image, sample.width, sample.height))
    return np.asarray(seen.resize((dreamsim.SIZE, dreamsim.SIZE), pillow.Resampling.BICUBIC))
