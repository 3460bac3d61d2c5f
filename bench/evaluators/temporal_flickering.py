"""How much neighbouring frames differ, pixel by pixel: VBench's temporal flickering, computed as VBench does."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

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
            depends=("fps", "pixels", "codec", "letterbox"),
            definition="(255 - mean |difference|) / 255: the absolute difference of each pixel and colour channel "
            "between neighbouring frames (uint8 RGB), averaged over pixels and channels, then over pairs.",
            source="VBench (arXiv 2311.17982), temporal_flickering: equal on equal frames to the last digits of "
            "float64. For text-to-video VBench first leaves out moving clips (static_filter.py); its image-to-video "
            "part does not, and neither do we. Its board shows per cent.",
            blind_to="Motion counts as flicker: a pan scores worse than most flicker, a frozen clip scores best. "
            "flicker_compensated undoes motion first.",
            series="(255 - mean |difference|) / 255 of each frame with the next: T - 1 values",
            shows=("noise", "brightness_flicker", "jitter", "redrawn_warp", "pan"),
        ),
    )  # fmt: skip

    def look(self, view: View) -> float | None:
        return None if view.before is None else mean_difference(view.before.frame, view.frame)

    def conclude(self, differences: Sequence[float], sample: Sample) -> evaluators.Values:
        return {"temporal_flickering": steadiness(np.array(differences[1:], dtype=np.float64))}


def steadiness(differences: NDArray[np.float64]) -> Value:
    """(255 - mean) / 255 of (n,) mean absolute differences of neighbouring frames, in [0, 255]; the series has each's.

    >>> steadiness(np.array([0.0, 102.0]))
    Value(value=0.8, series=(1.0, 0.6), low=None, high=None, n=None)
    """
    series = (255.0 - differences) / 255.0
    # VBench averages before it subtracts: the last digit depends on it
    return Value((255.0 - float(np.mean(differences))) / 255.0, series=tuple(series.tolist()))


def mean_difference(a: Image, b: Image) -> float:
    """Mean absolute difference of two (H, W, 3) uint8 images: in [0, 255], from an exact sum."""
    import cv2

    return float(cv2.norm(a, b, cv2.NORM_L1)) / a.size
