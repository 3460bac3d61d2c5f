"""Does a clip pass through its case's keyframes, how far does it stray between them, and does that come and go.

A model that makes several frames from one latent frame (four in most video autoencoders) meets a keyframe well or badly
by where in such a group it falls: with a keyframe every 10 frames every other one suffers, which no mean shows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Annotated

import numpy as np
from annotated_types import Ge
from numpy.typing import NDArray

from bench import evaluators
from bench.errors import NotMeasurable
from bench.evaluators.signals import similarity
from bench.evaluators.view import Sample, View
from bench.media import pictures
from bench.types import Case, ClipRecord, MetricCard, Value

FAINT = 0.002
"""Of SSIM: a beat whose phases differ less (root mean square) is nothing. Far below sight, and above what rounding to
bytes leaves."""

MIN_FREE = 4
"""Degrees of freedom that must be left for noise, beside line and phases: with fewer even a strong beat is no proof."""

_LEAST_NOISE = 1e-4
"""Standard deviation of SSIM that every clip is taken to have, so that rounding is never judged by rounding."""

_KEYFRAME = "its picture, brought to the clip's size as the input image was"
_BLIND_BEAT = (
    "Spacings that are a multiple of the stride: all keyframes have one phase then. Pictures that are harder in turn "
    "pass for a beat; a keyframe at frame 0 is left out, since that frame has a latent of its own."
)

Series = NDArray[np.float64]
Numbers = NDArray[np.int64]


@dataclass(frozen=True)
class Settings:
    """Which beat to look for.

    Attributes:
        stride: frames that the model makes from one latent frame.
    """

    stride: Annotated[int, Ge(2)] = 4


@dataclass(frozen=True)
class Look:
    """One frame against the keyframe that is nearest in time.

    Attributes:
        ssim: in [-1, 1].
        psnr: dB; None unless the frame is that keyframe's own.
    """

    ssim: float
    psnr: float | None


@evaluators.add
class Keyframes(evaluators.ClipEvaluator):
    """Every frame against the keyframe nearest in time; only for cases that have keyframes."""

    name = "keyframes"
    Settings = Settings
    min_side = similarity.WINDOW
    cards = (
        MetricCard(
            name="keyframe_fidelity", title="Keyframes are met", group="Input image", is_lead=True,
            version=1, direction="higher", unit="", low=-1.0, high=1.0, is_main=True,
            definition=f"Mean over the keyframes of the SSIM of the clip's frame of that number with {_KEYFRAME}; "
            "BT.601 gray, 7 x 7 uniform window, sample covariance.",
            source="Own; Wang et al. 2004, eq. 13.",
            blind_to="Wrong colours of equal gray; what happens between keyframes. A keyframe met a frame late counts "
            "as missed, and more so the faster things move.",
            series="SSIM of each frame with the keyframe nearest in time, the earlier of two: T values",
        ),
        MetricCard(
            name="keyframe_psnr", title="Keyframes are met (PSNR)", group="Input image",
            version=1, direction="higher", unit="dB", low=0.0, high=similarity.MAX_PSNR,
            definition="Mean over the keyframes of 10 log10(255² / mean squared difference) of the clip's frame of "
            f"that number and {_KEYFRAME}, over all pixels and the three colours; at most 100 each.",
            source="The usual definition, on sRGB bytes.",
            blind_to="Where the difference is and whether one sees it; what happens between keyframes.",
        ),
        MetricCard(
            name="keyframe_worst", title="Worst keyframe", group="Input image",
            version=1, direction="higher", unit="", low=-1.0, high=1.0,
            definition="The lowest of the SSIMs whose mean is keyframe_fidelity.",
            source="Own; see keyframe_fidelity.",
            blind_to="How many are missed: one decides. The more keyframes, the lower it lies by chance.",
        ),
        MetricCard(
            name="keyframe_dip", title="Dip between keyframes", group="Input image",
            version=1, direction="none", unit="", low=-2.0, high=2.0,
            definition="How far the series of keyframe_fidelity falls between two keyframes: mean of its values at the "
            "two less its lowest value between them; averaged over all two keyframes with a frame between. Needs two "
            "such keyframes.",
            source="Own.",
            blind_to="Why: a blend, a jump and a camera that travels from one picture to the other all dip. 0 also "
            "where keyframes are missed as much as all else.",
        ),
        MetricCard(
            name="keyframe_beat", title="Keyframe beat", group="Input image",
            version=1, direction="lower", unit="", low=0.0, high=1.0,
            definition="Share of the variance of the keyframes' SSIM, less a straight line over time, that their phase "
            "explains (frame number modulo the stride, 4 unless set), less what noise alone would give (adjusted R²). "
            "0 where the phases differ by less than 0.002. Of keyframes after frame 0 whose phase comes at least "
            "twice; needs two such phases, and five keyframes more than phases.",
            source="Own; one-way analysis of variance by phase.",
            blind_to=f"How large the beat is, and whether it is more than noise: read keyframe_beat_p. {_BLIND_BEAT}",
        ),
        MetricCard(
            name="keyframe_beat_p", title="Keyframe beat, p", group="Input image",
            version=1, direction="none", unit="", low=0.0, high=1.0,
            definition="How often noise would explain as much as keyframe_beat: F test of the phases beyond a straight "
            "line. 1 where the phases differ by less than 0.002.",
            source="Fisher's analysis of variance. By simulation, p < 0.05 in 5 % of clips with white noise, normal or "
            "not, and in fewer where neighbouring keyframes have alike errors, for 7 to 26 keyframes.",
            blind_to="Errors that alternate from keyframe to keyframe by chance (memory -0.5): at a spacing of two "
            f"phases 20 % of them pass for a beat. {_BLIND_BEAT}",
        ),
    )  # fmt: skip

    def applies(self, case: Case, record: ClipRecord) -> bool:
        return bool(case.keyframes)

    def look(self, view: View) -> Look:
        case = view.sample.case
        if not case.keyframes:
            raise NotMeasurable(f"case '{case.id}' has no keyframes")
        nearest = min(case.keyframes, key=lambda each: abs(each.frame - view.t))
        image = view.sample.input.fitted(nearest.image)
        is_its_own = nearest.frame == view.t
        return Look(
            ssim=similarity.ssim(view.gray, pictures.gray(image)),
            psnr=similarity.psnr(view.frame, image) if is_its_own else None,
        )

    def conclude(self, looks: Sequence[Look], sample: Sample) -> evaluators.Values:
        frames = keyframe_numbers(sample)
        series = np.array([look.ssim for look in looks])
        fidelity = series[frames]
        return {
            "keyframe_fidelity": Value(float(fidelity.mean()), series=tuple(series.tolist())),
            "keyframe_psnr": Value(float(np.mean([look.psnr for look in looks if look.psnr is not None]))),
            "keyframe_worst": Value(float(fidelity.min())),
            **evaluators.or_reason(("keyframe_dip",), lambda: {"keyframe_dip": Value(dip(series, frames))}),
            **evaluators.or_reason(
                ("keyframe_beat", "keyframe_beat_p"),
                lambda: beat_values(fidelity, frames, self.settings.stride),
            ),
        }


def keyframe_numbers(sample: Sample) -> Numbers:
    """(K,) the frames at which the keyframes should be.

    Raises:
        NotMeasurable: one of them lies beyond the clip's end.
    """
    for each in sample.case.keyframes:
        if each.frame >= sample.num_frames:
            raise NotMeasurable(
                f"keyframe {each.frame} ({each.image.name}) lies beyond the clip's end: "
                f"its {sample.num_frames} frames are counted from 0"
            )
    return np.array([each.frame for each in sample.case.keyframes])


def dip(series: Series, frames: Numbers) -> float:
    """How far (T,) series falls between neighbouring keyframes, mean over all that have a frame between them.

    Raises:
        NotMeasurable: no two keyframes have a frame between them.
    """
    gaps = [(a, b) for a, b in pairwise(frames) if b - a > 1]
    if not gaps:
        raise NotMeasurable(
            f"no frame lies between two keyframes, a dip needs one (keyframes: {len(frames)})"
        )
    return float(np.mean([(series[a] + series[b]) / 2 - series[a + 1 : b].min() for a, b in gaps]))


def beat_values(fidelity: Series, frames: Numbers, stride: int) -> dict[str, Value | NotMeasurable]:
    """The metrics of beat, of the keyframes that it may judge."""
    phases = frames % stride
    is_judged = (frames > 0) & (np.bincount(phases[frames > 0], minlength=stride)[phases] >= 2)
    power, p_value = beat(fidelity[is_judged], frames[is_judged], stride)
    return {"keyframe_beat": Value(power), "keyframe_beat_p": Value(p_value)}


def beat(fidelity: Series, frames: Numbers, stride: int) -> tuple[float, float]:
    """Whether fidelity depends on frame number modulo stride.

    Args:
        fidelity: (K,) SSIM.
        frames: (K,) ascending.
        stride: frames.

    Returns:
        Share of the variance about a line that phases explain, adjusted, in [0, 1]; and the F test's p-value.

    Raises:
        NotMeasurable: one phase, or fewer than five keyframes more than phases.
    """
    phases = np.unique(frames % stride)
    if len(phases) < 2:
        raise NotMeasurable(
            f"no two phases of stride {stride} come twice among the keyframes, a beat needs two: choose a spacing that "
            "is no multiple of the stride, or more keyframes"
        )
    if len(frames) < len(phases) + 1 + MIN_FREE:
        raise NotMeasurable(
            f"{len(frames)} keyframes after frame 0 in {len(phases)} phases, a beat needs {len(phases) + 1 + MIN_FREE}"
        )
    line = np.vander(frames / frames[-1], 2)
    both = np.hstack([line, (frames[:, None] % stride == phases[1:]).astype(np.float64)])
    return _analysis(fidelity, line, both)


def _analysis(values: Series, fewer: Series, more: Series) -> tuple[float, float]:
    """Adjusted share of the variance, and F test, of what the columns of more explain beyond those of fewer."""
    from scipy.special import fdtrc

    without, remainder = _residual(values, fewer), _residual(values, more)
    gain = without - remainder
    if np.sqrt(np.mean(gain**2)) < FAINT:
        return 0.0, 1.0
    gained, free = more.shape[1] - fewer.shape[1], len(values) - more.shape[1]
    noise = float(remainder @ remainder) / free + _LEAST_NOISE**2
    all_of_it = float(without @ without) / (free + gained) + _LEAST_NOISE**2
    ratio = float(gain @ gain) / gained / noise
    return min(1.0, max(0.0, 1 - noise / all_of_it)), float(fdtrc(gained, free, ratio))


def _residual(values: Series, terms: Series) -> Series:
    return np.asarray(values - terms @ np.linalg.lstsq(terms, values)[0])
