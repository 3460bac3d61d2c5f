"""Whether a clip passes through its case's keyframes, how far it strays between them, and whether that alternates.

A model that makes several frames from one latent frame (four in most video autoencoders) meets a keyframe well or badly
depending on where in such a group it falls: with a keyframe every 10 frames every other one suffers, which no mean
shows.
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
from bench.evaluators.signals import least_squares, similarity
from bench.evaluators.view import Sample, View
from bench.media import pictures
from bench.types import Case, ClipRecord, MetricCard, Value

FAINT = 0.002
"""SSIM: a beat whose phases differ by less (root mean square) counts as none. Far below what is visible, and above what
rounding to bytes leaves."""

MIN_FREE = 4
"""Degrees of freedom that must be left for noise besides line and phases: with fewer, even a strong beat proves
nothing."""

_LEAST_NOISE = 1e-4
"""Standard deviation of SSIM that every clip is assumed to have, so that rounding is never compared with rounding."""

_KEYFRAME = "its picture, brought to the clip's size as the input image was"
_BLIND_BEAT = (
    "Spacings that are a multiple of the stride: all keyframes have one phase then. Pictures that are alternately hard "
    "and easy pass for a beat; a keyframe at frame 0 is left out, since that frame has a latent of its own."
)

Series = NDArray[np.float64]
Numbers = NDArray[np.int64]


@dataclass(frozen=True)
class Settings:
    """Which beat is tested.

    Attributes:
        stride: frames that the model makes from one latent frame.
    """

    stride: Annotated[int, Ge(2)] = 4


@dataclass(frozen=True)
class KeyframeSimilarity:
    """How alike one frame and the keyframe nearest in time are.

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
    min_side = similarity.SSIM_SIDE
    cards = (
        MetricCard(
            name="keyframe_fidelity", title="Keyframes are met", group="Input image", is_lead=True,
            is_native_only=True, version=1, direction="higher", unit="", low=-1.0, high=1.0, is_main=True,
            definition=f"Mean over the keyframes of the SSIM of the clip's frame of that number with {_KEYFRAME}; "
            f"{similarity.SSIM_IS}.",
            source="Own; Wang et al. 2004, eq. 13.",
            blind_to="Wrong colours of equal gray; what happens between keyframes. A keyframe that is met a frame late "
            "counts as missed, the more so the faster things move.",
            series="SSIM of each frame with the keyframe nearest in time, the earlier of two: T values",
        ),
        MetricCard(
            name="keyframe_psnr", title="Keyframes are met (PSNR)", group="Input image",
            is_native_only=True, version=1, direction="higher", unit="dB", low=0.0, high=similarity.MAX_PSNR,
            definition=f"Mean over the keyframes of {similarity.PSNR_IS} of the clip's frame of "
            f"that number and {_KEYFRAME}, over all pixels and the three colours; at most 100 each.",
            source="The usual definition, on sRGB bytes.",
            blind_to="Where the difference is and whether it is visible; what happens between keyframes.",
        ),
        MetricCard(
            name="keyframe_worst", title="Worst keyframe", group="Input image",
            is_native_only=True, version=1, direction="higher", unit="", low=-1.0, high=1.0,
            definition="The lowest of the SSIMs whose mean is keyframe_fidelity.",
            source="Own; see keyframe_fidelity.",
            blind_to="How many are missed: one decides. The more keyframes there are, the lower it is by chance.",
        ),
        MetricCard(
            name="keyframe_dip", title="Dip between keyframes", group="Input image",
            is_native_only=True, version=1, direction="none", unit="", low=-2.0, high=2.0,
            definition="How far the series of keyframe_fidelity falls between two keyframes: mean of its values at the "
            "two less its lowest value between them; averaged over all neighbouring keyframes with a frame between. "
            "Needs two such keyframes.",
            source="Own.",
            blind_to="Why: a blend, a jump and a camera that travels from one picture to the other all dip. Also 0 "
            "where keyframes are missed as much as everything else.",
        ),
        MetricCard(
            name="keyframe_beat", title="Keyframe beat", group="Input image",
            is_native_only=True, version=1, direction="lower", unit="", low=0.0, high=1.0,
            definition="Share of the variance of the keyframes' SSIM, less a straight line over time, that their phase "
            "explains (frame number modulo the stride, 4 unless set), less what noise alone would give (adjusted R²). "
            "0 where the phases differ by less than 0.002. Over the keyframes after frame 0 whose phase occurs at "
            "least twice; needs two such phases, and five keyframes more than phases.",
            source="Own; one-way analysis of variance by phase.",
            blind_to=f"How large the beat is, and whether it is more than noise: read keyframe_beat_p. {_BLIND_BEAT}",
        ),
        MetricCard(
            name="keyframe_beat_p", title="Keyframe beat, p", group="Input image",
            is_native_only=True, version=1, direction="none", unit="", low=0.0, high=1.0,
            definition="How often noise would explain as much as keyframe_beat: F test of the phases beyond a straight "
            "line. 1 where the phases differ by less than 0.002.",
            source="Fisher's analysis of variance. By simulation, p < 0.05 in 5 % of clips with white noise, normal or "
            "not, and in fewer where neighbouring keyframes have similar errors, for 7 to 26 keyframes.",
            blind_to="Errors that alternate from keyframe to keyframe by chance (memory -0.5): at a spacing of two "
            f"phases, 20 % of such clips pass for a beat. {_BLIND_BEAT}",
        ),
    )  # fmt: skip

    def applies(self, case: Case, record: ClipRecord) -> bool:
        return bool(case.keyframes)

    def look(self, view: View) -> KeyframeSimilarity:
        case = view.sample.case
        if not case.keyframes:
            raise NotMeasurable(f"case '{case.id}' has no keyframes")
        nearest = min(case.keyframes, key=lambda each: abs(each.frame - view.t))
        image = view.sample.input.fitted(nearest.image)
        is_its_own = nearest.frame == view.t
        return KeyframeSimilarity(
            ssim=similarity.ssim(view.gray, pictures.gray(image)),
            psnr=similarity.psnr(view.frame, image) if is_its_own else None,
        )

    def conclude(self, similarities: Sequence[KeyframeSimilarity], sample: Sample) -> evaluators.Values:
        frames = keyframe_numbers(sample)
        series = np.array([each.ssim for each in similarities])
        psnrs = [each.psnr for each in similarities if each.psnr is not None]
        fidelity = series[frames]
        return {
            "keyframe_fidelity": Value(float(fidelity.mean()), series=tuple(series.tolist())),
            "keyframe_psnr": Value(float(np.mean(psnrs))),
            "keyframe_worst": Value(float(fidelity.min())),
            "keyframe_dip": evaluators.value_or_reason(lambda: dip(series, frames)),
            **evaluators.or_reason(
                ("keyframe_beat", "keyframe_beat_p"),
                lambda: beat_values(fidelity, frames, self.settings.stride),
            ),
        }


def keyframe_numbers(sample: Sample) -> Numbers:
    """(K,): the frame of each keyframe.

    Raises:
        NotMeasurable: a keyframe lies beyond the clip's end.
    """
    for each in sample.case.keyframes:
        if each.frame >= sample.num_frames:
            raise NotMeasurable(
                f"keyframe {each.frame} ({each.image.name}) lies beyond the clip's end: "
                f"its {sample.num_frames} frames are counted from 0"
            )
    return np.array([each.frame for each in sample.case.keyframes])


def dip(series: Series, frames: Numbers) -> float:
    """How far a (T,) series falls between neighbouring keyframes: the mean over all with a frame between them.

    Raises:
        NotMeasurable: no two keyframes have a frame between them.

    >>> dip(np.array([1.0, 0.5, 0.75, 0.5]), frames=np.array([0, 3]))  # (1 + 0.5) / 2 less 0.5
    0.25
    """
    gaps = [(a, b) for a, b in pairwise(frames) if b - a > 1]
    if not gaps:
        raise NotMeasurable(
            f"no frame lies between two keyframes, a dip needs one (keyframes: {len(frames)})"
        )
    return float(np.mean([(series[a] + series[b]) / 2 - series[a + 1 : b].min() for a, b in gaps]))


def beat_values(fidelity: Series, frames: Numbers, stride: int) -> dict[str, Value | NotMeasurable]:
    """Both metrics of the beat, from the keyframes after frame 0 whose phase occurs at least twice.

    Args:
        fidelity: (K,) SSIM.
        frames: (K,) ascending.
        stride: frames that the model makes from one latent frame.
    """
    phases = frames % stride
    is_judged = (frames > 0) & (np.bincount(phases[frames > 0], minlength=stride)[phases] >= 2)
    power, p_value = beat(fidelity[is_judged], frames[is_judged], stride)
    return {"keyframe_beat": Value(power), "keyframe_beat_p": Value(p_value)}


def beat(fidelity: Series, frames: Numbers, stride: int) -> tuple[float, float]:
    """Whether fidelity depends on frame number modulo stride.

    Args:
        fidelity: (K,) SSIM.
        frames: (K,) ascending, after frame 0.
        stride: frames that the model makes from one latent frame.

    Returns:
        Share of the variance about a line that phases explain, adjusted, in [0, 1]; and the F test's p-value.

    Raises:
        NotMeasurable: one phase, or fewer than five keyframes more than phases.

    >>> share, p_value = beat(np.array([0.9, 0.5] * 4), frames=np.arange(2, 18, 2), stride=4)
    >>> round(share, 3), p_value < 1e-9  # frames 2, 6, 10, 14 are met, frames 4, 8, 12, 16 are not
    (1.0, True)
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
    """Adjusted share of the variance that the columns of more explain beyond those of fewer, and its F test."""
    without, remainder = least_squares.residual(values, fewer), least_squares.residual(values, more)
    gain = without - remainder
    if np.sqrt(np.mean(gain**2)) < FAINT:
        return 0.0, 1.0
    gained, free = more.shape[1] - fewer.shape[1], len(values) - more.shape[1]
    noise = float(remainder @ remainder) / free + _LEAST_NOISE**2
    all_of_it = float(without @ without) / (free + gained) + _LEAST_NOISE**2
    ratio = float(gain @ gain) / gained / noise
    return min(1.0, max(0.0, 1 - noise / all_of_it)), least_squares.f_tail(ratio, gained, free)
