"""How good the frames are technically, each for itself, by VBench's rule: MUSIQ."""

from __future__ import annotations

from collections.abc import Sequence

from bench import evaluators
from bench.base.weights import Weights
from bench.evaluators import nets
from bench.evaluators.frame_net import FrameNetEvaluator, Vectors
from bench.evaluators.nets import musiq
from bench.evaluators.nets.musiq import Musiq
from bench.evaluators.signals.resizing import Levels, Resizing
from bench.evaluators.view import Sample, View
from bench.types import Image, MetricCard

LONGEST = 512
"""A longer side above this is shrunk to it, pixels."""


@evaluators.add
class ImagingQuality(FrameNetEvaluator):
    """VBench's imaging quality of a single clip."""

    name = "imaging_quality"
    packages = ("torch",)
    cards = (
        MetricCard(
            name="vbench_imaging_quality", title="Imaging quality (VBench)", group="Consistency",
            version=1, direction="higher", unit="", low=None, high=None,
            definition="Mean over all frames of MUSIQ's score (trained on SPAQ, 0 to 100); a longer side above 512 is "
            "first shrunk to it (bilinear, without antialias). Not run with the real weights here; equal to pyiqa "
            "0.1.10 on random ones to 1e-6.",
            source="VBench (Huang et al. 2024, arXiv 2311.17982), imaging_quality.py as of March 2026, in its default "
            "mode 'longer'; MUSIQ of Ke et al. 2021 (arXiv 2108.05997).",
            blind_to="Motion, and whether the picture makes sense. Artefacts finer than the shrunk "
            "frame: they alias.",
            series="MUSIQ's score of each frame: T values",
            is_native_only=True,
        ),
    )  # fmt: skip

    def weights(self) -> tuple[Weights, ...]:
        return (musiq.WEIGHTS,)

    def load(self) -> None:
        self._net = nets.shared(Musiq, musiq.WEIGHTS, self.device)

    def look(self, view: View) -> Levels:
        return view.resized(shrinking(*view.frame.shape[:2]))

    def encoded(self, prepared: Sequence[Image]) -> Vectors:
        return self._net.scores(prepared)[:, None]

    def judged(self, vectors: Vectors, sample: Sample) -> evaluators.Values:
        return {"vbench_imaging_quality": evaluators.mean_value(vectors[:, 0])}


def shrinking(height: int, width: int) -> Resizing:
    """How VBench brings frames of a size to MUSIQ: sides rounded down, levels not, and only frames that are larger.

    >>> shrinking(480, 832).size, shrinking(288, 512).size
    ((295, 512), None)
    """
    if max(height, width) <= LONGEST:
        return Resizing(mode="bilinear", antialias=False)
    scale = LONGEST / max(height, width)
    size = int(scale * height), int(scale * width)
    return Resizing(size=size, mode="bilinear", antialias=False, is_rounded=False)
