"""Does a clip start from the picture it was given, and how long does it stay near it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from bench import evaluators
from bench.errors import NotMeasurable
from bench.evaluators.signals import similarity, trend
from bench.evaluators.view import Sample, View
from bench.types import MetricCard, Value

_OF_FRAME_0 = ("noise", "blur", "compression", "fixed_warp")
_LATER = ("brightness_flicker", "jitter", "exposure_drift", "colour_drift", "cut", "morph", "pan")
"""Damages that frame 0 has, and what comes after it: what its metrics show and ignore."""

_INPUT = "the input image, brought to the clip's size as the model was given it"


@dataclass(frozen=True)
class Look:
    """One frame beside the input image.

    Attributes:
        ssim: or why there is none.
        psnr: dB; None after frame 0.
    """

    ssim: float | NotMeasurable
    psnr: float | None


@evaluators.add
class FirstFrame(evaluators.ClipEvaluator):
    """Frame 0 against the input image, and every frame against it."""

    name = "first_frame"
    cards = (
        MetricCard(
            name="first_frame_ssim", title="First frame matches image", group="Input image", is_lead=True,
            version=1, direction="higher", unit="", low=-1.0, high=1.0, is_main=True,
            definition=f"SSIM of frame 0 with {_INPUT}; BT.601 gray, 7 x 7 uniform window, sample covariance.",
            source="Wang et al. 2004, eq. 13; like AIGCBench's SSIM (First), which resizes the frame instead.",
            blind_to="Wrong colours of equal gray. A shift by a pixel costs more than a blur. Models that start one "
            "step after the image lose by it.", shows=_OF_FRAME_0, ignores=_LATER,
        ),
        MetricCard(
            name="first_frame_psnr", title="First frame matches image (PSNR)", group="Input image",
            version=1, direction="higher", unit="dB", low=0.0, high=similarity.MAX_PSNR,
            definition=f"10 log10(255² / mean squared difference) of frame 0 and {_INPUT}, over all pixels and the "
            "three colours; at most 100, which equal pictures get.",
            source="The usual definition, on sRGB bytes. Capped: no number is infinite, and 8 bits carry no more.",
            blind_to="Where the difference is and whether one sees it. Models that encode the image lose to those that "
            "copy it.", shows=_OF_FRAME_0, ignores=_LATER,
        ),
        MetricCard(
            name="first_frame_similarity", title="Likeness to image", group="Input image",
            version=1, direction="higher", unit="", low=-1.0, high=1.0,
            definition=f"Mean over all frames of the SSIM with {_INPUT}.",
            source="Wang et al. 2004, eq. 13; the mean along the clip is ours.",
            blind_to="Punishes motion: a frozen copy of the input has 1, and any camera move ends near the level of an "
            "unrelated frame. Read it beside a metric of motion.",
            series="SSIM of each frame with the input image: T values",
            shows=("noise", "cut", "fixed_warp"), ignores=("colour_drift", "exposure_drift"),
        ),
        MetricCard(
            name="first_frame_slope", title="Likeness to image, trend", group="Input image",
            version=1, direction="none", unit="1/s", low=None, high=None,
            definition="Theil-Sen slope of that series: the median over all two frames; below 0 the clip leaves the "
            "input. Needs 3 frames.",
            source="Theil 1950, Sen 1968.",
            blind_to="Whether motion or decay leads away from the input; and a bad start, which is level.",
        ),
    )  # fmt: skip

    def look(self, view: View) -> Look:
        image = view.sample.input
        psnr = similarity.psnr(view.frame, image.pixels) if view.t == 0 else None
        try:
            return Look(similarity.ssim(image.gray, view.gray), psnr)
        except NotMeasurable as too_small:  # of no matter to PSNR
            return Look(too_small, psnr)

    def conclude(self, looks: Sequence[Look], sample: Sample) -> evaluators.Values:
        psnr = looks[0].psnr
        assert psnr is not None
        return {
            "first_frame_psnr": Value(psnr),
            **evaluators.or_reason(
                ("first_frame_ssim", "first_frame_similarity", "first_frame_slope"),
                lambda: ssim_values(looks, sample.fps),
            ),
        }


def ssim_values(looks: Sequence[Look], fps: float) -> dict[str, Value | NotMeasurable]:
    """The three metrics of the SSIM of every frame with the input image.

    Raises:
        NotMeasurable: the frames are too small for SSIM.
    """
    series = np.array([_ssim(look) for look in looks])
    return {
        "first_frame_ssim": Value(float(series[0])),
        "first_frame_similarity": Value(float(series.mean()), series=tuple(series.tolist())),
        **evaluators.or_reason(
            ("first_frame_slope",), lambda: {"first_frame_slope": Value(trend.slope(series) * fps)}
        ),
    }


def _ssim(look: Look) -> float:
    if isinstance(look.ssim, NotMeasurable):
        raise look.ssim
    return look.ssim
