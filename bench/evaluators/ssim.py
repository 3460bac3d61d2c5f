"""Whether frames stay alike, and whether that gets worse: SSIM of neighbours, and of each frame with the first."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from bench import evaluators
from bench.errors import NotMeasurable
from bench.evaluators.signals import decay, similarity, theil_sen, trend
from bench.evaluators.view import FrameSimilarity, Sample, View
from bench.types import DEPENDENCES, Dependence, MetricCard, Value

LEAST_CHANGE = 0.02
"""SSIM over the clip: a smaller change counts as steady, however significant."""

Series = NDArray[np.float64]

Claims: TypeAlias = tuple[tuple[str, ...], tuple[str, ...], tuple[Dependence, ...]]
"""The damages that a card shows, those that it ignores, and what it depends on."""


def _cards(
    prefix: str, title: str, pairs: str, blind_to: str, is_main: bool, claims: Claims
) -> tuple[MetricCard, ...]:
    """The six cards of one SSIM series.

    Args:
        prefix: of their names.
        title: of the mean; the others add to it.
        pairs: which frames are compared, in words.
        blind_to: of the mean, and part of the others'.
        is_main: whether the mean is a main metric and leads its group.
        claims: the mean's; the halves depend on the same, and the others claim nothing.
    """
    mean = MetricCard(
        name=f"{prefix}_mean", title=title, group="Consistency", is_lead=is_main,
        version=1, direction="higher", unit="", low=-1.0, high=1.0,
        definition=f"Mean SSIM of {pairs}: {similarity.SSIM_IS}.",
        source="Wang et al. 2004, eq. 13; scikit-image's default within 1e-12. Statistics along the clip are ours.",
        blind_to=blind_to, series=f"SSIM of {pairs}: T - 1 values", is_main=is_main,
        shows=claims[0], ignores=claims[1], depends=claims[2],
    )  # fmt: skip
    part = replace(mean, series="", is_main=False, is_lead=False, shows=(), ignores=())
    number = replace(part, direction="none", low=None, high=None, depends=DEPENDENCES)
    return (
        mean,
        replace(
            part,
            name=f"{prefix}_first_half",
            title=f"{title}, first half",
            definition=f"Mean SSIM of {pairs}, over the first half of them (rounded down). Needs 3 frames.",
        ),
        replace(
            part,
            name=f"{prefix}_second_half",
            title=f"{title}, second half",
            definition=f"Mean SSIM of {pairs}, over the second half of them (rounded up). Needs 3 frames.",
        ),
        replace(
            number,
            name=f"{prefix}_slope",
            title=f"{title}, trend",
            unit="1/s",
            definition=f"Theil-Sen slope of the SSIM of {pairs}: the median of the slopes between any two of "
            "them. Needs 4 frames.",
            source="Theil 1950, Sen 1968.",
            blind_to=f"Whether it is more than noise: read {prefix}_slope_p. {blind_to}",
        ),
        replace(
            number,
            name=f"{prefix}_slope_p",
            title=f"{title}, p of the trend",
            low=0.0,
            high=1.0,
            definition="How often noise with the series' own memory drifts so clearly, up or down: Mann-Kendall test "
            "of the slope, corrected for ties and for AR(1) autocorrelation. Needs 11 frames.",
            source="Mann 1945, Kendall 1970, Hamed & Rao 1998; the memory is estimated from a parabola's remainder, "
            "and the test uses Student's t. By simulation of 10 to 120 pairs, p < 0.05 in 8 % at most of steady AR(1) "
            "series with memory 0 to 0.6, in 13 % with 0.8.",
            blind_to="How large the change is; one sudden drop in a short clip, which noise with memory also makes.",
        ),
        replace(
            number,
            name=f"{prefix}_verdict",
            title=f"{title}, way of the trend",
            low=-1.0,
            high=1.0,
            definition=f"-1 falling, 0 level, 1 rising: {prefix}_slope_p below 0.01 and a change along the clip "
            f"(slope times duration) of at least {LEAST_CHANGE}, else 0. Needs 11 frames.",
            source="Own. By simulation of 10 to 120 pairs, 2 % at most of steady AR(1) series with memory 0 to 0.6 "
            "get a verdict other than 0, 5 % with 0.8.",
            blind_to="Whether the change is good: a clip that freezes or blurs away rises, too; read it beside "
            f"sharpness_drift. One sudden drop in a short clip; a fall that recovers. {blind_to}",
        ),
    )


_HALF_LIFE = MetricCard(
    name="ssim_to_first_half_life", title="Likeness to first frame, half-life", group="Consistency",
    version=1, direction="none", unit="s", low=0.0, high=None,
    definition="Time in which the distance halves between the SSIM of frame 0 with later frames and the level that it "
    "falls to: half-life of the least-squares exponential, its level and drop free. Needs 11 frames, a fall that noise "
    "with memory does not make, and a half-life that is known within a factor of two.",
    source="Own; see bench.evaluators.signals.decay.half_life.",
    blind_to="Why: motion leads away from frame 0 as decay does. How deep the fall is; and a clip that holds has none.",
)  # fmt: skip


@evaluators.add
class Ssim(evaluators.ClipEvaluator):
    """SSIM along the clip, between neighbours and against frame 0; a frozen clip has 1 throughout."""

    name = "ssim"
    min_frames = 2
    min_side = similarity.SSIM_SIDE
    cards = (
        *_cards(
            "ssim",
            "Stability",
            "each frame with the next",
            "Punishes motion: a frozen clip has 1. A slow, smooth collapse keeps neighbours alike.",
            is_main=True,
            claims=(
                ("noise", "jitter", "redrawn_warp"),
                (
                    "blur",
                    "compression",
                    "freeze",
                    "slow_motion",
                    "colour_drift",
                    "exposure_drift",
                    "fixed_warp",
                ),
                ("fps", "pixels", "codec", "letterbox"),
            ),
        ),
        *_cards(
            "ssim_to_first",
            "Likeness to first frame",
            "frame 0 with each later frame",
            "Punishes motion: a frozen clip has 1, and any camera move ends near the level of an unrelated frame.",
            is_main=False,
            claims=(
                ("noise", "cut"),
                ("swap", "freeze", "slow_motion", "colour_drift", "exposure_drift", "fixed_warp"),
                DEPENDENCES,
            ),
        ),
        _HALF_LIFE,
    )

    def look(self, view: View) -> FrameSimilarity | None:
        return view.similarity(lambda earlier, this: similarity.ssim(earlier.gray, this.gray))

    def conclude(self, similarities: Sequence[FrameSimilarity | None], sample: Sample) -> evaluators.Values:
        later = [each for each in similarities if each]
        to_first = np.array([each.to_first for each in later])
        return {
            **series_values("ssim", np.array([each.to_before for each in later]), sample.fps),
            **series_values("ssim_to_first", to_first, sample.fps),
            "ssim_to_first_half_life": evaluators.value_or_reason(
                lambda: decay.half_life(to_first).half_life / sample.fps
            ),
        }


def series_values(prefix: str, series: Series, fps: float) -> dict[str, Value | NotMeasurable]:
    """The six metrics of one SSIM series, each a value or the reason why it has none.

    Args:
        prefix: of the metrics' names.
        series: (n,), n >= 1, in [-1, 1].
        fps: frames per second.

    >>> values = series_values("ssim", np.array([1.0, 0.9, 0.8, 0.7]), fps=10)
    >>> [round(values[f"ssim_{name}"].value, 9) for name in ("mean", "first_half", "second_half", "slope")]
    [0.85, 0.95, 0.75, -1.0]
    >>> values["ssim_verdict"]
    NotMeasurable('a trend needs 10 values, the series has 4: use a longer clip')
    """
    half = len(series) // 2
    numbers: dict[str, Callable[[], float]] = {
        "first_half": lambda: half_mean(series, series[:half]),
        "second_half": lambda: half_mean(series, series[half:]),
        "slope": lambda: theil_sen.slope(series) * fps,
        "slope_p": lambda: trend.trend(series).p_value,
        "verdict": lambda: trend.trend(series).verdict(LEAST_CHANGE),
    }
    return {
        f"{prefix}_mean": evaluators.mean_value(series),
        **{f"{prefix}_{name}": evaluators.value_or_reason(number) for name, number in numbers.items()},
    }


def half_mean(series: Series, half: Series) -> float:
    """The mean of half a series.

    Raises:
        NotMeasurable: the series has one value.
    """
    if len(series) < 2:
        raise NotMeasurable(f"{len(series)} pair of frames, halves need 2: use a longer clip")
    return float(half.mean())
