"""How much pixels change from frame to frame, and since frame 0, in decibels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from bench import evaluators
from bench.evaluators.signals import similarity
from bench.evaluators.view import FrameSimilarity, Sample, View
from bench.types import DEPENDENCES, MetricCard, Value

_TO_FIRST = MetricCard(
    name="psnr_to_first_mean", title="Likeness to first frame (PSNR)", group="Consistency",
    version=3, direction="higher", unit="dB", low=0.0, high=similarity.MAX_PSNR,
    depends=("seconds", "pixels", "codec", "letterbox"),
    definition=f"{similarity.PSNR_IS} of the frames after frame 0 with frame 0, the mean being over all of them, their "
    "pixels and the three colours; at most 100, which a frozen clip gets.",
    source="The usual definition, on sRGB bytes; each frame's value is scikit-image's. Squares are averaged before the "
    "logarithm: a mean of decibels would count each repeated frame, whose PSNR is infinite, as whatever cap was "
    "chosen. Capped: no number is infinite.",
    blind_to="Punishes motion more than any damage: a frozen clip has 100. Does not say where the difference is, or "
    "whether it is visible.",
    series="PSNR of frame 0 with each later frame: T - 1 values",
    shows=("noise", "cut"), ignores=("blur", "swap", "freeze", "fixed_warp"),
)  # fmt: skip


@evaluators.add
class Psnr(evaluators.ClipEvaluator):
    """PSNR along the clip, between neighbours and against frame 0; a frozen clip has 100 throughout.

    >>> frames = [  # mean squared differences
    ...     None,
    ...     FrameSimilarity(to_before=0, to_first=0),
    ...     FrameSimilarity(to_before=2 * 25.5**2, to_first=2 * 2.55**2),
    ... ]
    >>> {name: round(found.value, 9) for name, found in Psnr().conclude(frames, sample=None).items()}
    {'psnr_mean': 20.0, 'psnr_to_first_mean': 40.0}
    """

    name = "psnr"
    min_frames = 2
    cards = (
        replace(
            _TO_FIRST,
            name="psnr_mean",
            title="Stability (PSNR)",
            definition=f"{similarity.PSNR_IS} of neighbouring frames, the mean being over all pairs, their pixels and "
            "the three colours; at most 100, which a frozen clip gets.",
            series="PSNR of each frame with the next: T - 1 values",
            depends=DEPENDENCES,
            shows=("noise", "brightness_flicker", "jitter", "swap", "redrawn_warp"),
            ignores=("blur", "freeze", "colour_drift", "fixed_warp"),
        ),
        _TO_FIRST,
    )

    def look(self, view: View) -> FrameSimilarity | None:
        return view.similarity(lambda earlier, this: similarity.mean_square(earlier.frame, this.frame))

    def conclude(self, squares: Sequence[FrameSimilarity | None], sample: Sample) -> evaluators.Values:
        later = [each for each in squares if each]
        return {
            "psnr_mean": pooled([each.to_before for each in later]),
            "psnr_to_first_mean": pooled([each.to_first for each in later]),
        }


def pooled(squares: Sequence[float]) -> Value:
    """The PSNR of mean squared differences taken together, and of each in its series; dB.

    >>> (
    ...     pooled([2 * 25.5**2, 0.0]).series[1],
    ...     round(pooled([2 * 25.5**2, 0.0]).value, 9),
    ... )  # a repeat is no 100 dB
    (100.0, 20.0)
    """
    return Value(similarity.decibels(float(np.mean(squares))), tuple(map(similarity.decibels, squares)))
