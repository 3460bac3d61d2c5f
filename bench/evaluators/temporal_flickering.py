"""How much neighbouring frames differ, pixel by pixel: VBench's temporal flickering, as it computes it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from bench import evaluators
from bench.evaluators.view import Sample, View
from bench.types import Image, MetricCard, Value


@evaluators.add
class TemporalFlickering(evaluators.ClipEvaluator):
    """Mean absolute difference of neighbouring frames; a clip that never changes has 1."""

    name = "temporal_flickering"
    min_frames = 2
    cards = (
        MetricCard(
            name="temporal_flickering", title="Temporal flickering (VBench)", group="Flicker",
            version=1, direction="higher", unit="", low=0.0, high=1.0, is_main=True,
            definition="(255 - mean |difference|) / 255: the absolute difference of each pixel and colour channel "
            "between neighbouring frames (uint8 RGB), averaged over pixels and channels, then over pairs.",
            source="VBench (arXiv 2311.17982), temporal_flickering: equal on equal frames to the last digits of "
            "float64. VBench leaves moving clips out first (static_filter.py) where it judges text-to-video; its "
            "image-to-video part does not, and neither do we. Its board shows percent.",
            blind_to="Motion counts as flicker: a pan scores worse than most flicker, a frozen clip scores best. "
            "flicker_compensated undoes motion first.",
            series="(255 - mean |difference|) / 255 of each frame with the next: T - 1 values",
            shows=("noise", "brightness_flicker", "jitter", "redrawn_warp", "pan"),
        ),
    )  # fmt: skip

    def look(self, view: View) -> float | None:
        return None if view.before is None else mean_difference(view.before.frame, view.frame)

    def conclude(self, looks: Sequence[float], sample: Sample) -> evaluators.Values:
        differences = np.array(looks[1:], dtype=np.float64)
        steadiness = (255.0 - differences) / 255.0
        # VBench averages before it subtracts: the last digit depends on it
        value = (255.0 - float(np.mean(differences))) / 255.0
        return {"temporal_flickering": Value(value, series=tuple(steadiness.tolist()))}


def mean_difference(a: Image, b: Image) -> float:
    """Mean absolute difference of two (H, W, 3) uint8 images: in [0, 255], from an exact sum."""
    import cv2

    return float(cv2.norm(a, b, cv2.NORM_L1)) / a.size
