"""Whether a clip keeps its structure at all scales: MS-SSIM of neighbours, and of each frame with the input image."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bench import evaluators
from bench.evaluators.signals import similarity
from bench.evaluators.view import AT_CLIP_SIZE, Sample, View
from bench.types import MetricCard

_DEFINED = (
    "BT.601 gray; five scales of halves (means of 2 x 2 pixels), Gaussian windows of 11 x 11 with sigma 1.5 that lie "
    "inside, exponents 0.0448, 0.2856, 0.3001, 0.2363, 0.1333; terms below 0 count as 0. Needs frames of 176 x 176."
)
_SOURCE = (
    "Wang, Simoncelli & Bovik 2003, eq. 7. torchmetrics' windows reach over the edge at the last scale, which moves "
    "its values: on ten real clips by 0.001 to 0.002 in the median and up to 0.044 for neighbouring frames, by up to "
    "0.107 for frames far apart, and by 0.28 for a picture and its mirror image. With windows inside, they are these."
)


@dataclass(frozen=True)
class ScaleSimilarity:
    """MS-SSIM of one frame.

    Attributes:
        to_before: with the frame before; None for frame 0.
        to_input: with the input image.
    """

    to_before: float | None
    to_input: float


@evaluators.add
class MsSsim(evaluators.ClipEvaluator):
    """MS-SSIM along the clip; small shifts cost less than in SSIM, whose only scale is the finest.

    >>> frames = [ScaleSimilarity(to_before=None, to_input=1.0), ScaleSimilarity(to_before=0.9, to_input=0.5)]
    >>> {name: found.value for name, found in MsSsim().conclude(frames, sample=None).items()}
    {'ms_ssim_mean': 0.9, 'ms_ssim_to_input_mean': 0.75}
    """

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
            definition=f"Mean over all frames of the MS-SSIM with the input image, {AT_CLIP_SIZE}. {_DEFINED}",
            source=_SOURCE,
            blind_to="Punishes motion: a frozen copy of the input has 1. Colours of equal gray.",
            series="MS-SSIM of each frame with the input image: T values",
            shows=("noise", "jitter", "cut", "fixed_warp", "redrawn_warp"),
            ignores=("swap", "freeze", "brightness_flicker", "colour_drift", "exposure_drift"),
        ),
    )  # fmt: skip

    def look(self, view: View) -> ScaleSimilarity:
        to_before = None if view.before is None else similarity.ms_ssim(view.before.gray, view.gray)
        return ScaleSimilarity(to_before, similarity.ms_ssim(view.sample.input.gray, view.gray))

    def conclude(self, similarities: Sequence[ScaleSimilarity], sample: Sample) -> evaluators.Values:
        return {
            "ms_ssim_mean": evaluators.mean_value(
                [each.to_before for each in similarities if each.to_before is not None]
            ),
            "ms_ssim_to_input_mean": evaluators.mean_value([each.to_input for each in similarities]),
        }
