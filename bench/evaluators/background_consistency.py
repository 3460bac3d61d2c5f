"""VBench's background_consistency: whether frames go on showing the same scene, as CLIP sees them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from bench import evaluators
from bench.base.weights import Weights
from bench.evaluators import nets
from bench.evaluators.frame_net import FrameNetEvaluator, Vectors
from bench.evaluators.nets import clip
from bench.evaluators.signals import vbench_rules
from bench.evaluators.signals.resizing import Levels, Resizing
from bench.evaluators.view import Sample, View
from bench.types import MetricCard


@dataclass(frozen=True)
class Settings:
    """How CLIP ViT-B/32 computes.

    Attributes:
        checkpoint: a file of OpenAI's ViT-B/32 to load in place of the published one.
        dtype: the numbers it computes with; 'bfloat16' is faster where the device has it, and another metric by name.
    """

    checkpoint: Path | None = None
    dtype: nets.DType = "float32"

    @property
    def clip(self) -> clip.Settings:
        """The network, which clipsim shares."""
        return clip.Settings("ViT-B-32", "openai", self.checkpoint, self.dtype)


@evaluators.add
class BackgroundConsistency(FrameNetEvaluator):
    """Mean likeness of each frame to the one before and to the first; a frozen clip has 100.

    >>> import numpy as np
    >>> x, y = np.eye(2)
    >>> found = BackgroundConsistency().judged(np.stack([x, x, y]), ...)["vbench_background_consistency"]
    >>> found.value, found.series
    (50.0, (100.0, 0.0))
    """

    name = "vbench_background_consistency"
    Settings = Settings
    packages = ("torch", "torchvision", "open-clip-torch")
    min_frames = 2
    cards = (
        MetricCard(
            name="vbench_background_consistency", title="VBench background consistency", group="Consistency",
            is_native_only=True, version=1, direction="higher", unit="%", low=0.0, high=100.0,
            definition="Mean over all later frames of the mean of two cosines: with the frame before and with frame 0; "
            "below 0 counts as 0. OpenAI's CLIP ViT-B/32 on the centre square of the frame resized to 224 on its "
            "shorter side, bicubic without antialias. Not run with the real weights here.",
            source="VBench, vbench/background_consistency.py (45e79ec); Huang et al. 2024 (arXiv 2311.17982). In "
            "float32; VBench on a GPU computes in float16. Each clip counts alike; VBench counts each frame alike.",
            blind_to="Punishes motion: a frozen clip has 100. The background as such: CLIP sees the whole square. The "
            "input image. What lies outside the centre square.",
            series="of each later frame, the mean of the two cosines, in per cent: T - 1 values",
        ),
    )  # fmt: skip

    def weights(self) -> tuple[Weights, ...]:
        return tuple(self.settings.clip.weights())

    def load(self) -> None:
        self._encoder: clip.Encoder = self.settings.clip.encoder(self.device)
        self._resizing = Resizing.as_vbench_for_clip(self._encoder.size)

    def look(self, view: View) -> Levels:
        return view.resized(self._resizing)

    def encoded(self, prepared: Sequence[Levels]) -> Vectors:
        return self._encoder.encoded(prepared)

    def judged(self, vectors: Vectors, sample: Sample) -> evaluators.Values:
        return {self.name: evaluators.mean_value(100 * vbench_rules.consistency(vectors))}
