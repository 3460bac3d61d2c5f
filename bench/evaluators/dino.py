"""Likeness of frames to the input image, as DINO sees them: VBench's i2v_subject, and one that only asks for the image.

VBench takes the frame that is most like the image, and from then on only how alike neighbours are: 60 % of its number
never looks at the image, and slow drift does not show. Both come from the same vectors.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from bench import evaluators
from bench.base.weights import Weights
from bench.errors import BenchError
from bench.evaluators.frame_net import FrameNetEvaluator, Vectors
from bench.evaluators.nets import dino
from bench.evaluators.signals import decay, vbench_rules
from bench.evaluators.signals.resizing import Levels, Resizing
from bench.evaluators.view import AT_CLIP_SIZE, Sample, View
from bench.media import pictures
from bench.types import Image, MetricCard

NET = (
    "DINO ViT-B/16 (Caron et al. 2021) on the centre square of 224 of the frame resized to 256 on its shorter side, "
    "bicubic with antialias: the class token after the last norm"
)

NOT_RUN = "Not run with the real weights here."


@dataclass(frozen=True)
class Settings(dino.Settings):
    """Which DINO, and how frames are resized.

    Attributes:
        antialias: of the frames' resize. VBench leaves it to torchvision, where the default for tensors was false until
            version 0.16 and is true from 0.17 on; its input images are Pillow's, which always has it. True is one
            treatment for both, and what VBench computes today; false is the number of old installations.
    """

    antialias: bool = True

    @property
    def resizing(self) -> Resizing:
        """VBench's resizing of frames, on float tensors."""
        return Resizing(short=256, crop=224, mode="bicubic", antialias=self.antialias, is_rounded=False)


@evaluators.add
class Dino(FrameNetEvaluator):
    """Cosines between what DINO sees in frames and in the input image; a frozen clip has about 1."""

    name = "dino"
    Settings = Settings
    packages = ("torch",)
    cards = (
        MetricCard(
            name="vbench_i2v_subject", title="VBench I2V subject", group="Input image", is_native_only=True,
            version=1, direction="higher", unit="%", low=0.0, high=100.0,
            definition="40 % of the highest cosine of any frame with the input image, 30 % of the mean and 30 % of the "
            f"lowest cosine of neighbouring frames; below 0 counts as 0. {NET}. The image is cut to the clip's "
            f"proportions, if it has others on its shorter side, and resized by Pillow. {NOT_RUN}",
            source="VBench, vbench2_beta_i2v/i2v_subject.py (45e79ec); Huang et al. 2024 (arXiv 2411.13503). VBench's "
            "antialias depends on the version of torchvision, ours does not: see the setting antialias. Each clip "
            "counts alike.",
            blind_to="Slow drift away from the image: only the best frame is compared with it. Punishes motion: a "
            "frozen copy of the image has nearly 100. What lies outside the centre square.",
        ),
        MetricCard(
            name="first_frame_dino", title="Likeness to image (DINO)", group="Input image",
            version=1, direction="higher", unit="", low=-1.0, high=1.0,
            definition=f"Mean over all frames of the cosine with the input image, {AT_CLIP_SIZE}. {NET}. {NOT_RUN}",
            source="Own; with all frames, where VBench's i2v_subject takes the best.",
            blind_to="Punishes motion: a frozen copy of the input has 1, and a camera that turns away is punished as "
            "a subject that dissolves. What lies outside the centre square.",
            series="cosine between each frame and the input image: T values",
        ),
        MetricCard(
            name="first_frame_dino_half_life", title="Likeness to image (DINO), half-life", group="Input image",
            version=1, direction="none", unit="s", low=0.0, high=None,
            definition="Time in which the distance halves between first_frame_dino's series and the level that it "
            "falls to: half-life of the least-squares exponential, its level and drop free. Needs 10 frames, a fall "
            f"that noise with memory does not make, and a half-life that is known within a factor of two. {NOT_RUN}",
            source="Own; see bench.evaluators.signals.decay.half_life.",
            blind_to="Why: motion leads away from the image as decay does. How deep the fall is; and a clip that holds "
            "has none.",
        ),
    )  # fmt: skip

    def weights(self) -> tuple[Weights, ...]:
        return tuple(self.settings.weights())

    def load(self) -> None:
        self._net: dino.Dino = self.settings.net(self.device)

    def look(self, view: View) -> Levels:
        return view.resized(self.settings.resizing)

    def encoded(self, prepared: Sequence[Levels]) -> Vectors:
        return self._net.vectors(prepared)

    def judged(self, vectors: Vectors, sample: Sample) -> evaluators.Values:
        try:
            given, ours = self._net.vectors([_as_vbench_sees(sample), self._at_clip_size(sample)])
        except BenchError as error:
            return dict.fromkeys((card.name for card in self.cards), error)
        series = np.clip(vectors @ ours, -1.0, 1.0)  # rounding can leave 1 + 1e-16
        return {
            "vbench_i2v_subject": evaluators.value_or_reason(
                lambda: 100 * vbench_rules.likeness_to_image(vectors, given)
            ),
            "first_frame_dino": evaluators.mean_value(series),
            "first_frame_dino_half_life": evaluators.value_or_reason(
                lambda: decay.half_life(series).half_life / sample.fps
            ),
        }

    def _at_clip_size(self, sample: Sample) -> Levels:
        levels: Levels = self.settings.resizing.of(sample.input.pixels)
        return levels


def _as_vbench_sees(sample: Sample) -> Levels:
    """(224, 224, 3) float32: the input image, resized by Pillow from its own size.

    VBench's images have the proportions of the clip. Others are cut to what the model was given of their shorter side;
    an image that was padded or distorted for the model is taken at the clip's size.

    Raises:
        BadImage: it cannot be read.
    """
    from PIL import Image as pillow

    if sample.record.fit == "cover":
        image = shorter_side_cut(pictures.read(sample.case.image), sample.width, sample.height)
    else:
        image = sample.input.pixels
    height, width = Settings().resizing.proportional(*image.shape[:2])
    small = pillow.fromarray(image).resize((width, height), pillow.Resampling.BICUBIC)
    return Resizing(crop=224, is_rounded=False).of(np.asarray(small))


def shorter_side_cut(image: Image, width: int, height: int) -> Image:
    """The image without what a model that fills width x height does not see of its shorter side.

    Args:
        image: (H, W, 3).
        width, height: of the clip, pixels.

    Returns:
        (h, w, 3); the image itself where only its longer side is cut, or nothing.

    >>> [shorter_side_cut(np.zeros((60, 80, 3), np.uint8), *size).shape for size in ((160, 90), (80, 75))]
    [(45, 80, 3), (60, 80, 3)]
    """
    cut = pictures.covering(image, width, height)
    return cut if min(cut.shape[:2]) < min(image.shape[:2]) else image
