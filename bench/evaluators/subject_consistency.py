"""VBench's subject_consistency: whether frames go on showing the same thing, as DINO sees them."""

from __future__ import annotations

from collections.abc import Sequence

from bench import evaluators
from bench.base.weights import Weights
from bench.evaluators.frame_net import FrameNetEvaluator, Vectors
from bench.evaluators.nets import dino
from bench.evaluators.signals import vbench_rules
from bench.evaluators.signals.resizing import Levels, Resizing
from bench.evaluators.view import Sample, View
from bench.types import MetricCard

RESIZING = Resizing(short=224, mode="bilinear", antialias=False, is_rounded=False)
"""VBench's resizing: the whole frame (16:9 becomes 224 x 398), without antialias."""


@evaluators.add
class SubjectConsistency(FrameNetEvaluator):
    """Mean likeness of each frame to the one before and to the first; a frozen clip has 100.

    >>> import numpy as np
    >>> x, y = np.eye(2)
    >>> found = SubjectConsistency().judged(np.stack([x, x, y]), ...)["vbench_subject_consistency"]
    >>> found.value, found.series
    (50.0, (100.0, 0.0))
    """

    name = "vbench_subject_consistency"
    Settings = dino.Settings
    packages = ("torch",)
    min_frames = 2
    cards = (
        MetricCard(
            name="vbench_subject_consistency", title="VBench subject consistency", group="Consistency",
            is_native_only=True, version=1, direction="higher", unit="%", low=0.0, high=100.0,
            definition="Mean over all later frames of the mean of two cosines: with the frame before and with frame 0; "
            "below 0 counts as 0. DINO ViT-B/16 (Caron et al. 2021) on the whole frame resized to 224 on its shorter "
            "side, bilinear without antialias: the class token after the last norm. Not run with the real weights "
            "here.",
            source="VBench, vbench/subject_consistency.py (45e79ec); Huang et al. 2024 (arXiv 2311.17982). Each clip "
            "counts alike; VBench on one GPU counts each frame alike.",
            blind_to="Punishes motion: a frozen clip has 100. The input image. Fine flicker and blur that leave the "
            "subject recognisable.",
            series="of each later frame, the mean of the two cosines, in per cent: T - 1 values",
        ),
    )  # fmt: skip

    def weights(self) -> tuple[Weights, ...]:
        return tuple(self.settings.weights())

    def load(self) -> None:
        self._net: dino.Dino = self.settings.net(self.device)

    def look(self, view: View) -> Levels:
        return view.resized(RESIZING)

    def encoded(self, prepared: Sequence[Levels]) -> Vectors:
        return self._net.vectors(prepared)

    def judged(self, vectors: Vectors, sample: Sample) -> evaluators.Values:
        return {self.name: evaluators.mean_value(100 * vbench_rules.consistency(vectors))}
