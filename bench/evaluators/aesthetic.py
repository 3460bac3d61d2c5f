"""VBench's aesthetic_quality: LAION's linear head on CLIP ViT-L/14, frame by frame."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bench import evaluators
from bench.base.weights import Weights
from bench.evaluators import nets
from bench.evaluators.frame_net import FrameNetEvaluator, Vectors
from bench.evaluators.nets import clip, laion_aesthetic
from bench.evaluators.signals.resizing import Levels, Resizing
from bench.evaluators.view import Sample, View
from bench.types import MetricCard, Value


@dataclass(frozen=True)
class Settings:
    """How CLIP ViT-L/14 computes, and which head.

    Attributes:
        checkpoint: a file of OpenAI's ViT-L/14 to load in place of the published one.
        head: a file of a linear head to load in place of LAION's: 'weight' (1, E) and 'bias' (1,).
        dtype: the numbers CLIP computes with; 'bfloat16' is faster where the device has it, and another metric by name.
    """

    checkpoint: Path | None = None
    head: Path | None = None
    dtype: nets.DType = "float32"

    @property
    def clip(self) -> clip.Settings:
        """The network, which clipsim[model=ViT-L-14] shares."""
        return clip.Settings("ViT-L-14", "openai", self.checkpoint, self.dtype)


@evaluators.add
class Aesthetic(FrameNetEvaluator):
    """Mean aesthetic score of the frames, as LAION's raters gave them."""

    name = "vbench_aesthetic_quality"
    Settings = Settings
    packages = ("torch", "torchvision", "open-clip-torch")
    cards = (
        MetricCard(
            name="vbench_aesthetic_quality", title="VBench aesthetic quality", group="Consistency",
            is_native_only=True, version=1, direction="higher", unit="%", low=None, high=None,
            definition="Mean over all frames of ten times the score of LAION's linear head (1 to 10 by its raters, not "
            "clipped) on the frame's vector of length 1 by OpenAI's CLIP ViT-L/14, which sees the centre square of the "
            "frame resized to 224 on its shorter side, bicubic without antialias. Not run with the real weights of "
            "CLIP here.",
            source="VBench, vbench/aesthetic_quality.py (45e79ec); LAION-AI/aesthetic-predictor, "
            "sa_0_4_vit_l_14_linear. In float32; VBench on a GPU computes CLIP in float16.",
            blind_to="Motion, order of frames, fidelity to the image: a frozen copy of a beautiful image wins. What "
            "lies outside the centre square. Raters liked paintings and landscapes.",
            series="ten times the score of each frame: T values",
        ),
    )  # fmt: skip

    def weights(self) -> tuple[Weights, ...]:
        return (*self.settings.clip.weights(), laion_aesthetic.source(self.settings.head))

    def load(self) -> None:
        self._encoder: clip.Encoder = self.settings.clip.encoder(self.device)
        self._head = laion_aesthetic.Head(laion_aesthetic.source(self.settings.head))
        self._resizing = Resizing.as_vbench_for_clip(self._encoder.size)

    def look(self, view: View) -> Levels:
        return view.resized(self._resizing)

    def encoded(self, prepared: Sequence[Levels]) -> Vectors:
        return self._encoder.encoded(prepared)

    def judged(self, vectors: Vectors, sample: Sample) -> evaluators.Values:
        return {self.name: quality(self._head.scores(vectors))}


def quality(scores_T: Vectors) -> Value:
    """The metric of T scores of 1 to 10.

    >>> import numpy as np
    >>> quality(np.array([5.0, 6.0])).value
    55.0
    """
    return evaluators.mean_value(10 * scores_T)
