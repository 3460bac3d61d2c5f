"""Whether a clip starts from the image that it was given, and how long it stays near it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from bench import evaluators
from bench.errors import NotMeasurable
from bench.evaluators.signals import similarity, theil_sen
from bench.evaluators.view import AT_CLIP_SIZE, Sample, View
from bench.types import MetricCard, Value

_OF_FRAME_0 = ("noise", "blur", "compression", "fixed_warp")
_LATER = ("brightness_flicker", "jitter", "exposure_drift", "colour_drift", "cut", "morph", "pan")
"""Damages of frame 0, and of later frames only: what the metrics of frame 0 show and ignore."""

_INPUT = f"the input image, {AT_CLIP_SIZE}"


@dataclass(frozen=True)
class InputSimilarity:
    """How alike one frame and the input image are.

    Attributes:
        ssim: in [-1, 1], or why there is none.
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
            depends=("pixels", "codec", "letterbox"),
            definition=f"SSIM of frame 0 with {_INPUT}; {similarity.SSIM_IS}.",
            source="Wang et al. 2004, eq. 13; like AIGCBench's SSIM (First), which resizes the frame instead.",
            blind_to="Wrong colours of equal gray. A shift by a pixel costs more than a blur. Models whose first frame "
            "is one step after the image score lower for it.", shows=_OF_FRAME_0, ignores=_LATER,
        ),
        MetricCard(
            name="first_frame_psnr", title="First frame matches image (PSNR)", group="Input image",
            version=1, direction="higher", unit="dB", low=0.0, high=similarity.MAX_PSNR,
            depends=("pixels", "codec", "letterbox"),
            definition=f"{similarity.PSNR_IS} of frame 0 and {_INPUT}, over all pixels and the "
            "three colours; at most 100, which equal pictures get.",
            source="The usual definition, on sRGB bytes. Capped: no number is infinite, and 8 bits carry no more.",
            blind_to="Where the difference is and whether it is visible. Models that encode the image score lower than "
            "those that copy it.", shows=_OF_FRAME_0, ignores=_LATER,
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
            definition="Theil-Sen slope of first_frame_similarity's series: the median of the slopes between any two "
            "frames; below 0 the clip moves away from the input. Needs 3 frames.",
            source="Theil 1950, Sen 1968.",
            blind_to="Whether motion or decay leads away from the input; and a bad start, whose trend is level.",
        ),
    )  # fmt: skip

    def look(self, view: View) -> InputSimilarity:
        image = view.sample.input
        psnr = similarity.psnr(view.frame, image.pixels) if view.t == 0 else None
        try:
            return InputSimilarity(similarity.ssim(image.gray, view.gray), psnr)
        except NotMeasurable as too_small:  # PSNR is measurable nevertheless
            return InputSimilarity(too_small, psnr)

    def conclude(self, similarities: Sequence[InputSimilarity], sample: Sample) -> evaluators.Values:
        psnr = similarities[0].psnr
        assert psnr is not None
        return {
            "first_frame_psnr": Value(psnr),
            **evaluators.or_reason(
                ("first_frame_ssim", "first_frame_similarity", "first_frame_slope"),
                lambda: ssim_values([_ssim(each) for each in similarities], sample.fps),
            ),
        }


def ssim_values(series: Sequence[float], fps: float) -> dict[str, Value | NotMeasurable]:
    """The three metrics of the SSIM of each frame with the input image.

    Args:
        series: T values in [-1, 1].
        fps: frames per second.

    >>> values = ssim_values([1.0, 0.75, 0.5], fps=8)
    >>> [values[f"first_frame_{name}"].value for name in ("ssim", "similarity", "slope")]
    [1.0, 0.75, -2.0]
    """
    return {
        "first_frame_ssim": Value(series[0]),
        "first_frame_similarity": evaluators.mean_value(series),
        "first_frame_slope": evaluators.value_or_reason(lambda: theil_sen.slope(np.array(series)) * fps),
    }


def _ssim(frame: InputSimilarity) -> float:
    if isinstance(frame.ssim, NotMeasurable):
        raise frame.ssim
    return frame.ssim
