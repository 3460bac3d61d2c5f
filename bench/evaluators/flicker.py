"""Whether light or colour of the whole frame jumps, and whether its brightness pulses, above all with the window."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

import numpy as np
from annotated_types import Ge
from numpy.typing import NDArray

from bench import evaluators
from bench.errors import NotMeasurable
from bench.evaluators.signals import spectrum
from bench.evaluators.view import Sample, View
from bench.types import Image, MetricCard, Plane, Value

SEVERE = 15.0
"""Gray levels: a larger step is severe."""

MILD = 8.0
"""Gray levels: a larger step, up to SEVERE, is mild."""

_MEAN = (
    "A step is the absolute change of the means of red, green and blue (sRGB, uint8) over the frame, averaged over the "
    "three: of gray, that of its level."
)
_BLIND = (
    "Flicker of one area that another one cancels out; a still clip scores best. Punishes cuts and changes of light "
    "that were asked for."
)
_BLIND_PERIOD = (
    "What leaves the frame's mean gray (BT.601) as it is, such as colours that pulse at equal luma: the steps show "
    "these; a rhythm whose jumps go up and down at random."
)


@dataclass(frozen=True)
class Settings:
    """Which rhythm is tested.

    Attributes:
        window: frames that the model makes at a time.
    """

    window: Annotated[int, Ge(2)] = 9


@dataclass(frozen=True)
class FrameLight:
    """The mean gray of a frame, and its mean (red, green, blue); levels."""

    gray: float
    colour: tuple[float, float, float]


@evaluators.add
class Flicker(evaluators.ClipEvaluator):
    """Steps of the mean colour and rhythm of mean gray; a clip that never changes scores best at all of them."""

    name = "flicker"
    Settings = Settings
    min_frames = 2
    cards = (
        MetricCard(
            name="flicker_severe", title="Severe brightness jumps", group="Flicker",
            version=2, direction="lower", unit="", low=0.0, high=1.0, is_main=True,
            depends=("fps", "letterbox"),
            definition=f"Share of steps from frame to frame of more than 15 levels. {_MEAN}",
            source="Own; thresholds as in the project's brief. VBench's temporal flickering averages the change of "
            "pixels, which also depends on motion.",
            blind_to=_BLIND,
        ),
        MetricCard(
            name="flicker_mild", title="Mild brightness jumps", group="Flicker",
            version=2, direction="lower", unit="", low=0.0, high=1.0,
            depends=("fps", "letterbox"),
            definition="Share of steps of more than 8 and at most 15 levels (see flicker_severe): severe and mild "
            "together are the steps above 8.",
            source="Own; see flicker_severe.", blind_to=_BLIND,
        ),
        MetricCard(
            name="flicker_max_step", title="Largest brightness jump", group="Flicker",
            version=3, direction="lower", unit="gray levels", low=0.0, high=255.0,
            depends=("fps", "seconds", "codec", "letterbox"),
            definition="The largest step from one frame to the next: see flicker_severe.",
            source="Own; see flicker_severe.", blind_to=f"How often: one step decides. {_BLIND}",
            series="each step: T - 1 values, gray levels", is_main=True,
        ),
        MetricCard(
            name="flicker_period", title="Brightness rhythm, period", group="Flicker",
            version=1, direction="none", unit="frames", low=0.0, high=None,
            depends=("fps", "seconds"),
            definition="Period of the largest power in the FFT of the mean-gray series less its best cubic, from 2 "
            "frames to half the clip; 0 where no line has an amplitude of 0.05 levels. Needs 14 frames.",
            source="Own.",
            blind_to=f"Whether it is more than noise: read flicker_period_p. Short pulses may have their largest "
            f"power at a harmonic, a whole fraction of their period. {_BLIND_PERIOD}",
        ),
        MetricCard(
            name="flicker_prominence", title="Brightness rhythm, strength", group="Flicker",
            version=1, direction="lower", unit="dB", low=0.0, high=None,
            depends=("fps", "seconds", "codec"),
            definition="Power of the sinusoid of flicker_period over the noise floor: the mean power of its "
            "remainder at the four frequencies on either side. 0 where there is no period. Needs 14 frames.",
            source="Own.",
            blind_to=f"How large the rhythm is: a faint one in a clip without noise is prominent. The largest of "
            f"many noisy frequencies has 4 to 8 dB by chance. {_BLIND_PERIOD}",
        ),
        MetricCard(
            name="flicker_period_p", title="Brightness rhythm, p", group="Flicker",
            version=1, direction="none", unit="", low=0.0, high=1.0,
            depends=("fps", "seconds", "codec"),
            definition="How often noise would show a line as prominent at any period: F test of flicker_prominence "
            "times the number of periods that were tried. 1 where there is no period. Needs 14 frames.",
            source="Fisher 1929, with the noise floor beside the line, so that fades and noise with memory do not "
            "pass for a line. By simulation, p < 0.05 in at most 7 % of clips of white or AR(1) noise with memory 0 "
            "to 0.9, with and without drift.",
            blind_to="Noise that alternates (memory -0.5) passes for a line in 14 % of clips of 14 frames; "
            "slow drift of two or three swings in some. Below 50 frames, pulses: their harmonics are one another's "
            "noise floor; flicker_at_window finds them.",
        ),
        MetricCard(
            name="flicker_window_power", title="Rhythm at the window, share", group="Flicker",
            version=1, direction="lower", unit="", low=0.0, high=1.0,
            definition="Share of the variance of the mean-gray series less its best cubic that the window's phases "
            "explain (the window's frequency and all its harmonics), less what noise alone would give (adjusted R²). "
            "The window is 9 frames unless set; needs two and a half windows.",
            source="Own; FramePack (arXiv 2504.12626) makes 9 latent frames at a time.",
            blind_to=f"How large the rhythm is in gray levels; whether it is more than noise. {_BLIND_PERIOD}",
        ),
        MetricCard(
            name="flicker_at_window", title="Rhythm at the window", group="Flicker",
            version=1, direction="lower", unit="", low=0.0, high=1.0, is_main=True,
            definition="1 where the mean-gray series is periodic at the window, else 0: its phases explain more than "
            "an AR(1) model with drift and the phases of any divisor do (F test, p < 0.01), with an amplitude of at "
            "least 0.05 levels. The window is 9 frames unless set; needs two and a half windows.",
            source="Own. By simulation, a clip of white or AR(1) noise, with or without drift, cut or flash, is "
            "called periodic in about 1 % of cases, at 22 to 240 frames.",
            blind_to=f"Is also 1 for periods that so short a clip cannot tell from the window (10 for 9 below 50 "
            f"frames). {_BLIND_PERIOD}",
        ),
    )  # fmt: skip

    def look(self, view: View) -> FrameLight:
        return FrameLight(mean_gray(view.gray), mean_colour(view.frame))

    def conclude(self, frames: Sequence[FrameLight], sample: Sample) -> evaluators.Values:
        colours, levels = (
            np.array([frame.colour for frame in frames]),
            np.array([frame.gray for frame in frames]),
        )
        return step_values(colours) | peak_values(levels) | window_values(levels, self.settings.window)


def mean_gray(gray: Plane) -> float:
    """The mean of an (H, W) uint8 plane."""
    import cv2

    return float(cv2.mean(gray)[0])


def mean_colour(frame: Image) -> tuple[float, float, float]:
    """The mean red, green and blue of an (H, W, 3) uint8 frame."""
    import cv2

    red, green, blue, _ = cv2.mean(frame)
    return red, green, blue


def step_values(colours: NDArray[np.float64]) -> dict[str, Value | NotMeasurable]:
    """Shares of severe and of mild steps, and the largest step, of (T, 3) mean colours, T >= 2.

    >>> grays = np.array([100.0, 120.0, 110.0, 111.0, 111.0])  # steps of 20, 10, 1 and 0
    >>> values = step_values(grays[:, None].repeat(3, axis=1))
    >>> [values[f"flicker_{name}"].value for name in ("severe", "mild", "max_step")]
    [0.25, 0.25, 20.0]
    """
    steps = np.abs(np.diff(colours, axis=0)).mean(axis=1)
    return {
        "flicker_severe": Value(float(np.mean(steps > SEVERE))),
        "flicker_mild": Value(float(np.mean((steps > MILD) & (steps <= SEVERE)))),
        "flicker_max_step": Value(float(steps.max()), series=tuple(steps.tolist())),
    }


def peak_values(levels: NDArray[np.float64]) -> dict[str, Value | NotMeasurable]:
    """Dominant period, its prominence and its p-value, of (T,) mean gray; or why there are none."""

    def values() -> dict[str, Value | NotMeasurable]:
        peak = spectrum.peak(levels)
        return {
            "flicker_period": Value(peak.period),
            "flicker_prominence": Value(peak.prominence),
            "flicker_period_p": Value(peak.p_value),
        }

    return evaluators.or_reason(("flicker_period", "flicker_prominence", "flicker_period_p"), values)


def window_values(levels: NDArray[np.float64], window: int) -> dict[str, Value | NotMeasurable]:
    """Power at the window, and whether the series is periodic there; or why neither is measurable.

    Args:
        levels: (T,) mean gray.
        window: frames.
    """

    def values() -> dict[str, Value | NotMeasurable]:
        rhythm = spectrum.rhythm(levels, window)
        return {
            "flicker_window_power": Value(rhythm.power),
            "flicker_at_window": Value(float(rhythm.is_periodic)),
        }

    return evaluators.or_reason(("flicker_window_power", "flicker_at_window"), values)
