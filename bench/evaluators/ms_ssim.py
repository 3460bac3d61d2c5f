"""Is the structure of a clip kept at all sizes of detail: MS-SSIM of neighbours, and of each frame with the input."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from bench import evaluators
from bench.evaluators.signals import similarity
from bench.evaluators.view import Sample, View
from bench.types import MetricCard, Value

_DEFINED = (
    "BT.601 gray; five scales of halves (means of 2 x 2 pixels), Gaussian windows of 11 x 11 with sigma 1.5 that lie "
    "inside, exponents 0.0448, 0.2856, 0.3001, 0.2363, 0.1333; terms below 0 count as 0. Needs frames of 176 x 176."
)
_SOURCE = (
    "Wang, Simoncelli & Bovik 2003, eq. 7. torchmetrics' windows reach over the edge at the last scale, which moves "
    "its values by some 1e-4."
)


@dataclass(frozen=True)
class Look:
    """MS-SSIM of one frame.

    Attributes:
        before: with the frame before; None for frame 0.
        input: with the input image.
    """

    before: float | None
    input: float


@evaluators.add
class MsSsim(evaluators.ClipEvaluator):
    """MS-SSIM along the clip; kinder to small shifts than SSIM, whose only scale is the finest."""

    name = "ms_ssim"
    min_frames = 2
    min_side = similarity.MS_SIDE
    cards = (
        MetricCard(
            name="ms_ssim_mean", title="Stability (MS-SSIM)", group="Consistency",
            version=2, direction="higher", unit="", low=0.0, high=1.0,
            definition=f"Mean MS-SSIM of each frame with the next. {_DEFINED}", source=_SOURCE,
            blind_to="Punishes motion: a frozen clip has 1. A slow, smooth collapse keeps neighbours alike.",
            series="MS-SSIM of each frame with the next: T - 1 values",
            shows=("noise", "local_flicker", "jitter", "swap", "cut", "redrawn_warp"),
            ignores=("blur", "freeze", "brightness_flicker", "colour_drift", "exposure_drift", "fixed_warp"),
        ),
        MetricCard(
            name="ms_ssim_to_input_mean", title="Likeness to image (MS-SSIM)", group="Consistency",
            version=2, direction="higher", unit="", low=0.0, high=1.0,
            definition="Mean over all frames of the MS-SSIM with the input image, brought to the clip's size as the "
            f"model was given it. {_DEFINED}", source=_SOURCE,
            blind_to="Punishes motion: a frozen copy of the input has 1. Colours of equal gray.",
            series="MS-SSIM of each frame with the input image: T values",
            shows=("noise", "jitter", "cut", "fixed_warp", "redrawn_warp"),
            ignores=("swap", "freeze", "brightness_flicker", "colour_drift", "exposure_drift"),
        ),
    )  # fmt: skip

    def look(self, view: View) -> Look:
        before = None if view.before is None else similarity.ms_ssim(view.before.gray, view.gray)
        return Look(before, similarity.ms_ssim(view.sample.input.gray, view.gray))

    def conclude(self, looks: Sequence[Look], sample: Sample) -> evaluators.Values:
        return {
            "ms_ssim_mean": _mean([look.before for look in looks if look.before is not None]),
            "ms_ssim_to_input_mean": _mean([look.input for look in looks]),
        }


def _mean(series: list[float]) -> Value:
    return Value(float(np.mean(series)), series=tuple(series))
