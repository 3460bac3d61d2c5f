"""How much do pixels change from frame to frame, and since frame 0, in decibels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from bench import evaluators
from bench.evaluators.signals import similarity
from bench.evaluators.view import Sample, View
from bench.types import MetricCard, Value

_TO_FIRST = MetricCard(
    name="psnr_to_first_mean", title="Likeness to first frame (PSNR)", group="Consistency",
    version=2, direction="higher", unit="dB", low=0.0, high=similarity.MAX_PSNR,
    definition="Mean over the frames after frame 0 of their PSNR with frame 0: 10 log10(255² / mean squared "
    "difference), over all pixels and the three colours; at most 100, which equal frames get.",
    source="The usual definition, on sRGB bytes; scikit-image's values. Capped: no number is infinite.",
    blind_to="Punishes motion more than any damage: a frozen clip has 100. Where the difference is and whether one "
    "sees it.",
    series="PSNR of frame 0 with each later frame: T - 1 values",
    shows=("noise", "cut"), ignores=("blur", "swap", "freeze", "fixed_warp"),
)  # fmt: skip


@dataclass(frozen=True)
class Look:
    """PSNR of one frame, dB.

    Attributes:
        before: with the frame before.
        first: with frame 0.
    """

    before: float
    first: float


@evaluators.add
class Psnr(evaluators.ClipEvaluator):
    """PSNR along the clip, between neighbours and against frame 0; a frozen clip has 100 throughout."""

    name = "psnr"
    min_frames = 2
    cards = (
        replace(
            _TO_FIRST,
            name="psnr_mean",
            title="Stability (PSNR)",
            group="Consistency",
            definition="Mean over all pairs of neighbouring frames of their PSNR: 10 log10(255² / mean squared "
            "difference), over all pixels and the three colours; at most 100, which equal frames get.",
            series="PSNR of each frame with the next: T - 1 values",
            shows=("noise", "brightness_flicker", "jitter", "swap", "redrawn_warp"),
            ignores=("blur", "freeze", "colour_drift", "fixed_warp"),
        ),
        _TO_FIRST,
    )

    def look(self, view: View) -> Look | None:
        if view.before is None:
            return None
        before = similarity.psnr(view.before.frame, view.frame)
        return Look(before, before if view.t == 1 else similarity.psnr(view.first.frame, view.frame))

    def conclude(self, looks: Sequence[Look], sample: Sample) -> evaluators.Values:
        return {
            "psnr_mean": _mean([look.before for look in looks[1:]]),
            "psnr_to_first_mean": _mean([look.first for look in looks[1:]]),
        }


def _mean(series: list[float]) -> Value:
    return Value(float(np.mean(series)), series=tuple(series))
