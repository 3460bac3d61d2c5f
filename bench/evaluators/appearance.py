"""Whether a clip blurs, fades, darkens or changes colour over time, measured against the image that it was given."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TypeAlias

import numpy as np

from bench import evaluators
from bench.errors import BenchError, NotMeasurable
from bench.evaluators.signals import colour, theil_sen
from bench.evaluators.signals.sharpness import FLAT, laplacian_variance
from bench.evaluators.view import AT_CLIP_SIZE, Sample, View
from bench.types import DEPENDENCES, Image, MetricCard, Plane, Value

FLAT_CONTRAST = 0.1
"""Standard deviation of L* that counts as none: what rounding to bytes alone leaves, about 0.39 L* per level over
sqrt(12)."""


@dataclass(frozen=True)
class FrameColour:
    """Sharpness and colours of one picture.

    Attributes:
        sharpness: variance of the Laplacian (4 neighbours) of gray.
        mean, spread: (3,) each: mean and standard deviation of L*, a*, b* over the pixels.
    """

    sharpness: float
    mean: colour.Lab
    spread: colour.Lab

    @property
    def chroma(self) -> float:
        """Root mean square over the pixels of the distance from gray."""
        return float(np.sqrt((self.mean[1:] ** 2 + self.spread[1:] ** 2).sum()))


Change: TypeAlias = Callable[[FrameColour, FrameColour], float]
"""A frame and the input image -> how they differ; 0 where they do not."""

CHANGES: Mapping[str, Change] = MappingProxyType(
    {
        "sharpness": lambda frame, image: _log2_ratio(frame.sharpness, image.sharpness, FLAT),
        "contrast": lambda frame, image: _log2_ratio(frame.spread[0], image.spread[0], FLAT_CONTRAST),
        "exposure": lambda frame, image: float(frame.mean[0] - image.mean[0]),
        "saturation": lambda frame, image: frame.chroma - image.chroma,
        "colour": lambda frame, image: colour.difference(frame.mean, image.mean),
        "colour_spread": lambda frame, image: colour.difference(frame.spread, image.spread),
    }
)

TIMES = (1, 2, 4)
"""Seconds at which a drift is measured: the first in every view, the others natively, since few clips last so long."""

REACH = 0.25
"""Seconds on both sides of a time whose frames are averaged."""

_ROUNDING = 1e-9
"""Seconds by which the time of a frame may be off."""

_INPUT = f"the input image, {AT_CLIP_SIZE}"
_LAB = "CIELAB (D65, 2° observer) of sRGB"
_BLIND = (
    "What enters or leaves the picture also changes the number, as do lights and fades that were asked for."
)


def drift_name(change: str, seconds: int) -> str:
    """The metric of a change at one of TIMES.

    >>> drift_name("colour", 1), drift_name("colour", 4)
    ('colour_drift', 'colour_drift_4s')
    """
    return f"{change}_drift" if seconds == TIMES[0] else f"{change}_drift_{seconds}s"


def _cards(about: MetricCard, what: str, pairs: str) -> Iterator[MetricCard]:
    """The cards of one change: how large it is at each of TIMES, and how fast it grows.

    Args:
        about: what the cards have in common: the name of the change, and a definition that lacks the time.
        what: is compared, in words.
        pairs: how it is compared with the input's, in words.
    """
    slope = replace(
        about,
        name=f"{about.name}_slope",
        title=about.title.replace(" drift", " trend"),
        version=1,
        direction="none",
        unit=f"{about.unit}/s",
        low=None,
        high=None,
        depends=tuple(each for each in DEPENDENCES if each in ("seconds", *about.depends)),
        definition=f"Theil-Sen slope of {what} of each frame {pairs}: the median of the slopes between any two frames. "
        "Needs 3 frames.",
        source=f"Theil 1950, Sen 1968. {about.source}",
        blind_to=f"A bad start, whose trend is level. {about.blind_to}",
        shows=("exposure_drift",),  # darkening also takes away contrast, detail and colour
        ignores=(),
        is_main=False,
        is_lead=False,
    )
    first, *later = (_drift_card(about, seconds) for seconds in TIMES)
    yield replace(first, series=f"{what} of each frame {pairs}: T values")
    yield slope
    for card in later:  # no clip that calibration looks at lasts so long: nothing is claimed
        yield replace(
            card, version=1, shows=(), ignores=(), is_main=False, is_lead=False, is_native_only=True
        )


def _drift_card(about: MetricCard, seconds: int) -> MetricCard:
    return replace(
        about,
        name=drift_name(about.name, seconds),
        title=about.title if seconds == TIMES[0] else f"{about.title} at {seconds} s",
        definition=f"{about.definition} The mean over the frames within {REACH} s of {seconds} s, or within less where "
        "the clip ends sooner. Needs frames until then, or until half a frame before.",
        blind_to=f"What is only earlier or later. {about.blind_to}",
    )


@evaluators.add
class Appearance(evaluators.ClipEvaluator):
    """Sharpness, contrast, exposure, saturation and colour of each frame against the input image; a copy has 0s."""

    name = "appearance"
    cards = (
        *_cards(
            MetricCard(
                name="sharpness", title="Sharpness drift", group="Consistency",
                version=2, direction="none", unit="octaves", low=None, high=None, is_main=True,
                depends=("codec", "letterbox"),
                definition="log2 of the variance of the Laplacian (4 neighbours, BT.601 gray) over that of "
                f"{_INPUT}. -2 is half the strength of detail. Variances below 5/3, which rounding alone makes, count "
                "as 5/3.",
                source="Own; the variance of the Laplacian as a measure of focus: Pech-Pacheco et al. 2000.",
                blind_to="Noise and invented texture count as sharpness and make up for blur; darkening lowers it. "
                f"{_BLIND}",
                shows=("noise", "blur"), ignores=("brightness_flicker", "swap", "colour_drift", "pan"),
            ),
            "log2 of the variance of the Laplacian", "over the input's",
        ),
        *_cards(
            MetricCard(
                name="contrast", title="Contrast drift", group="Consistency",
                version=2, direction="none", unit="octaves", low=None, high=None,
                depends=("codec", "letterbox"),
                definition=f"log2 of the standard deviation of L* over that of {_INPUT}. {_LAB}. Deviations below 0.1 "
                "count as 0.1.",
                source="Own.", blind_to=f"Contrast of detail, where large areas outweigh it. {_BLIND}",
                shows=("exposure_drift",), ignores=("jitter", "swap"),
            ),
            "log2 of the standard deviation of L*", "over the input's",
        ),
        *_cards(
            MetricCard(
                name="exposure", title="Exposure drift", group="Consistency",
                version=2, direction="none", unit="L*", low=-100.0, high=100.0,
                depends=("codec", "letterbox"),
                definition=f"Mean L* less that of {_INPUT}. {_LAB}.",
                source="Own.", blind_to=f"Flicker that averages out over half a second. {_BLIND}",
                shows=("exposure_drift",), ignores=("noise", "jitter", "swap", "colour_drift"),
            ),
            "mean L*", "less the input's",
        ),
        *_cards(
            MetricCard(
                name="saturation", title="Saturation drift", group="Consistency",
                version=2, direction="none", unit="C*", low=None, high=None,
                depends=("codec", "letterbox"),
                definition="Root mean square chroma, sqrt(mean of a*² + b*²), less that of "
                f"{_INPUT}. {_LAB}.",
                source="Own.", blind_to=f"Changes of hue. {_BLIND}",
                shows=("noise", "colour_drift", "exposure_drift"), ignores=("jitter", "swap"),
            ),
            "root mean square chroma", "less the input's",
        ),
        *_cards(
            MetricCard(
                name="colour", title="Colour drift", group="Consistency", is_lead=True,
                version=2, direction="lower", unit="ΔE", low=0.0, high=None, is_main=True,
                depends=("codec", "letterbox"),
                definition="ΔE*ab (CIE 1976) between the mean colour (L*, a*, b*) and that of "
                f"{_INPUT}. {_LAB}. About 2.3 is just noticeable.",
                source="Own; CIE 1976 for the distance.",
                blind_to=f"Areas that change in opposite ways; a still clip scores best. {_BLIND}",
                shows=("colour_drift", "exposure_drift"), ignores=("noise", "blur", "jitter", "swap", "morph"),
            ),
            "ΔE*ab of the mean colour", "from the input's",
        ),
        *_cards(
            MetricCard(
                name="colour_spread", title="Colour spread drift", group="Consistency",
                version=2, direction="lower", unit="ΔE", low=0.0, high=None,
                depends=("fps", "codec", "letterbox"),
                definition="Euclidean distance of the standard deviations of L*, a* and b* from those of "
                f"{_INPUT}. {_LAB}.",
                source="Own.",
                blind_to="The direction of the change: contrast and saturation drift have signs. A still clip scores "
                f"best. {_BLIND}",
                shows=("noise", "blur", "exposure_drift"), ignores=("jitter", "swap"),
            ),
            "distance of the standard deviations of L*, a*, b*", "from the input's",
        ),
    )  # fmt: skip

    def look(self, view: View) -> tuple[FrameColour, FrameColour | None]:
        image = view.sample.input
        return (
            FrameColour(view.sharpness, *view.lab),
            frame_colour(image.pixels, image.gray) if view.t == 0 else None,
        )

    def conclude(
        self, colours: Sequence[tuple[FrameColour, FrameColour | None]], sample: Sample
    ) -> evaluators.Values:
        image = colours[0][1]
        assert image is not None
        values: dict[str, Value | BenchError] = {}
        for name, change in CHANGES.items():
            series = np.array([change(frame, image) for frame, _ in colours])
            values[f"{name}_slope"] = _slope(series, sample.fps)
            values |= {drift_name(name, each): _drift(series, each, sample.fps) for each in TIMES}
        return values


def _slope(series: theil_sen.Series, fps: float) -> Value | NotMeasurable:
    return evaluators.value_or_reason(lambda: theil_sen.slope(series) * fps)


def _drift(series: theil_sen.Series, seconds: int, fps: float) -> Value | NotMeasurable:
    """The drift at one of TIMES; the first has the series, which is the same for all."""
    kept = tuple(series.tolist()) if seconds == TIMES[0] else None
    return evaluators.value_or_reason(lambda: Value(at_time(series, seconds, fps), series=kept))


def frame_colour(frame: Image, gray: Plane) -> FrameColour:
    """Sharpness and colours of an (H, W, 3) uint8 sRGB picture, whose (H, W) uint8 gray is at hand.

    >>> white = np.full((8, 8, 3), 255, np.uint8)
    >>> colour = frame_colour(white, white[..., 0])
    >>> colour.sharpness, colour.mean.round(2)[0].item(), colour.chroma < 0.01
    (0.0, 100.0, True)
    """
    return FrameColour(laplacian_variance(gray), *colour.lab_moments(frame))


def at_time(series: theil_sen.Series, seconds: float, fps: float) -> float:
    """The mean of a series over the frames within REACH of a time; a steady trend's is its value then.

    Args:
        series: one value per frame, the first at 0 s.
        seconds: the time.
        fps: frames per second.

    Returns:
        The mean; where the clip ends sooner than REACH after the time, of as many frames before it as after it.

    Raises:
        NotMeasurable: the last frame is more than half a frame before the time.

    >>> at_time(np.array([0.0, 1.0, 2.0, 3.0, 5.0]), seconds=1, fps=4)  # frame 4, the last, is at 1 s
    5.0
    """
    times = np.arange(len(series)) / fps
    if times[-1] < seconds - 0.5 / fps - _ROUNDING:
        raise NotMeasurable(
            f"a drift at {seconds:g} s needs frames until then, the last of this clip is at {times[-1]:.3g} s: "
            "use a longer clip"
        )
    reach = max(min(REACH, times[-1] - seconds), 0.5 / fps)
    return float(series[np.abs(times - seconds) <= reach + _ROUNDING].mean())


def _log2_ratio(value: float, reference: float, least: float) -> float:
    """How many octaves a value lies above a reference; either counts as least where it is smaller.

    >>> _log2_ratio(8.0, 2.0, least=1.0), _log2_ratio(0.0, 2.0, least=1.0)
    (2.0, -1.0)
    """
    return math.log2(max(value, least) / max(reference, least))
