"""Does a clip hold together, and does that get worse along it: SSIM of neighbours, and of each frame with the first."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from bench import evaluators
from bench.errors import NotMeasurable
from bench.evaluators.signals import similarity, trend
from bench.evaluators.view import Sample, View
from bench.types import MetricCard, Value

LEAST_CHANGE = 0.02
"""SSIM over the clip: a smaller change is steady, however significant."""

Series = NDArray[np.float64]

Claims: TypeAlias = tuple[tuple[str, ...], tuple[str, ...]]
"""What a card shows and what it ignores."""


def _cards(
    prefix: str, title: str, pairs: str, blind_to: str, is_main: bool, claims: Claims
) -> tuple[MetricCard, ...]:
    """The six cards of one SSIM series; claims are the mean's."""
    mean = MetricCard(
        name=f"{prefix}_mean", title=title, group="Consistency", is_lead=is_main,
        version=1, direction="higher", unit="", low=-1.0, high=1.0,
        definition=f"Mean SSIM of {pairs}: BT.601 gray, 7 x 7 uniform window, sample covariance.",
        source="Wang et al. 2004, eq. 13; scikit-image's default within 1e-12. Statistics along the clip are ours.",
        blind_to=blind_to, series=f"SSIM of {pairs}: T - 1 values", is_main=is_main,
        shows=claims[0], ignores=claims[1],
    )  # fmt: skip
    part = replace(mean, series="", is_main=False, is_lead=False, shows=(), ignores=())
    number = replace(part, direction="none", low=None, high=None)
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
            definition=f"Theil-Sen slope of the SSIM of {pairs}: the median of the slopes between all two of them. "
            "Needs 4 frames.",
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
            source="Mann 1945, Kendall 1970, Hamed & Rao 1998; we read the memory off a parabola's remainder and use "
            "Student's t. By simulation of 10 to 120 pairs, p < 0.05 in 8 % at most of steady AR(1) series with memory "
            "0 to 0.6, in 13 % with 0.8.",
            blind_to="How large the change is; one sudden drop in a short clip, which noise with memory makes too.",
        ),
        replace(
            part,
            name=f"{prefix}_verdict",
            title=f"{title}, verdict",
            is_main=is_main,
            definition=f"-1 degrading, 0 steady, 1 improving: {prefix}_slope_p below 0.01 and a change along the clip "
            f"(slope times duration) of at least {LEAST_CHANGE}, else 0. Needs 11 frames.",
            source="Own. By simulation of 10 to 120 pairs, 2 % at most of steady AR(1) series with memory 0 to 0.6 "
            "get other than 0, 5 % with 0.8.",
            blind_to=f"One sudden drop in a short clip; a fall that recovers. A clip that freezes improves. {blind_to}",
        ),
    )


_HALF_LIFE = MetricCard(
    name="ssim_to_first_half_life", title="Likeness to first frame, half-life", group="Consistency",
    version=1, direction="none", unit="s", low=0.0, high=None,
    definition="Time in which half of what separates the SSIM of frame 0 with each later frame from the level that it "
    "falls to is gone: half-life of the least-squares exponential, its level and drop free. Needs 11 frames, a fall "
    "that noise with memory does not make, and a half-life that is known within a factor of two.",
    source="Own; see bench.evaluators.signals.trend.half_life.",
    blind_to="Why: motion leads away from frame 0 as decay does. How deep the fall is; and a clip that holds has none.",
)  # fmt: skip


@dataclass(frozen=True)
class Look:
    """SSIM of one frame.

    Attributes:
        before: with the frame before.
        first: with frame 0.
    """

    before: float
    first: float


@evaluators.add
class Ssim(evaluators.ClipEvaluator):
    """SSIM along the clip, between neighbours and against frame 0; a frozen clip has 1 throughout."""

    name = "ssim"
    min_frames = 2
    min_side = similarity.WINDOW
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
            ),
        ),
        _HALF_LIFE,
    )

    def look(self, view: View) -> Look | None:
        if view.before is None:
            return None
        before = similarity.ssim(view.before.gray, view.gray)
        return Look(before, before if view.t == 1 else similarity.ssim(view.first.gray, view.gray))

    def conclude(self, looks: Sequence[Look], sample: Sample) -> evaluators.Values:
        before = np.array([look.before for look in looks[1:]])
        first = np.array([look.first for look in looks[1:]])
        return {
            **series_values("ssim", before, sample.fps),
            **series_values("ssim_to_first", first, sample.fps),
            **_value("ssim_to_first_half_life", lambda: trend.half_life(first).half_life / sample.fps),
        }


def series_values(prefix: str, series: Series, fps: float) -> dict[str, Value | NotMeasurable]:
    """The six metrics of one SSIM series of at least one value, each a value or why it has none."""
    half = len(series) // 2
    numbers: dict[str, Callable[[], float]] = {
        "first_half": lambda: half_mean(series, series[:half]),
        "second_half": lambda: half_mean(series, series[half:]),
        "slope": lambda: trend.slope(series) * fps,
        "slope_p": lambda: trend.trend(series).p_value,
        "verdict": lambda: trend.trend(series).verdict(LEAST_CHANGE),
    }
    values: dict[str, Value | NotMeasurable] = {
        f"{prefix}_mean": Value(float(series.mean()), series=tuple(series.tolist()))
    }
    for name, number in numbers.items():
        values |= _value(f"{prefix}_{name}", number)
    return values


def _value(metric: str, number: Callable[[], float]) -> dict[str, Value | NotMeasurable]:
    return evaluators.or_reason((metric,), lambda: {metric: Value(float(number()))})


def half_mean(series: Series, half: Series) -> float:
    """The mean of half a series.

    Raises:
        NotMeasurable: the series has one value.
    """
    if len(series) < 2:
        raise NotMeasurable(f"{len(series)} pair of frames, halves need 2: use a longer clip")
    return float(half.mean())
