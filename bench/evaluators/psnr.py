"""How much pixels change from frame to frame, and since frame 0, in decibels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from bench import evaluators
from bench.evaluators.signals import similarity
from bench.evaluators.view import FrameSimilarity, Sample, View
from bench.types import MetricCard

_TO_FIRST = MetricCard(
    name="psnr_to_first_mean", title="Likeness to first frame (PSNR)", group="Consistency",
    version=2, direction="higher", unit="dB", low=0.0, high=similarity.MAX_PSNR,
    definition=f"Mean over the frames after frame 0 of their PSNR with frame 0: {similarity.PSNR_IS}, over all pixels "
    "and the three colours; at most 100, which equal frames get.",
    source="The usual definition, on sRGB bytes; scikit-image's values. Capped: no number is infinite.",
    blind_to="Punishes motion more than any damage: a frozen clip has 100. Does not say where the difference is, or "
    "whether it is visible.",
    series="PSNR of frame 0 with each later frame: T - 1 values",
    shows=("noise", "cut"), ignores=("blur", "swap", "freeze", "fixed_warp"),
)  # fmt: skip


@evaluators.add
class Psnr(evaluators.ClipEvaluator):
    """PSNR along the clip, between neighbours and against frame 0; a frozen clip has 100 throughout.

    >>> frames = [
    ...     None,
    ...     FrameSimilarity(to_before=40, to_first=40),
    ...     FrameSimilarity(to_before=20, to_first=10),
    ... ]
    >>> {name: found.value for name, found in Psnr().conclude(frames, sample=None).items()}
    {'psnr_mean': 30.0, 'psnr_to_first_mean': 25.0}
    """

    name = "psnr"
    min_frames = 2
    cards = (
        replace(
            _TO_FIRST,
            name="psnr_mean",
            title="Stability (PSNR)",
            definition=f"Mean over all pairs of neighbouring frames of their PSNR: {similarity.PSNR_IS}, over all "
            "pixels and the three colours; at most 100, which equal frames get.",
            series="PSNR of each frame with the next: T - 1 values",
            shows=("noise", "brightness_flicker", "jitter", "swap", "redrawn_warp"),
            ignores=("blur", "freeze", "colour_drift", "fixed_warp"),
        ),
        _TO_FIRST,
    )

    def look(self, view: View) -> FrameSimilarity | None:
        return view.similarity(lambda earlier, this: similarity.psnr(earlier.frame, this.frame))

    def conclude(self, similarities: Sequence[FrameSimilarity | None], sample: Sample) -> evaluators.Values:
        later = [each for each in similarities if each]
        return {
            "psnr_mean": evaluators.mean_value([each.to_before for each in later]),
            "psnr_to_first_mean": evaluators.mean_value([each.to_first for each in later]),
        }
