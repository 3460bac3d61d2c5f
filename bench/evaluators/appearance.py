"""Does a clip blur, fade, darken or change colour along its way, measured against the picture it was given."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TypeAlias

import numpy as np

from bench import evaluators
from bench.errors import BenchError, NotMeasurable
from bench.evaluators.signals import colour, trend
from bench.evaluators.view import Sample, View
from bench.types import Image, MetricCard, Plane, Value

FLAT_SHARPNESS = 5 / 3
"""Variance of the Laplacian that counts as none: what rounding to bytes alone leaves, 20 weights² times 1/12."""

FLAT_CONTRAST = 0.1
"""Standard deviation of L* that counts as none: what rounding to bytes alone leaves, about 0.39 L* a level over
sqrt(12)."""


@dataclass(frozen=True)
class Look:
    """What one picture looks like, in a few numbers.

    Attributes:
        sharpness: variance of the Laplacian (4 neighbours) of gray.
        mean, spread: of L*, a*, b* over the pixels: (3,) each.
    """

    sharpness: float
    mean: colour.Lab
    spread: colour.Lab

    @property
    def chroma(self) -> float:
        """Root mean square of the distance from gray, over the pixels."""
        return float(np.sqrt((self.mean[1:] ** 2 + self.spread[1:] ** 2).sum()))


Change: TypeAlias = Callable[[Look, Look], float]
"""A frame and the input image -> how they differ; 0 where they do not."""

CHANGES: Mapping[str, Change] = MappingProxyType(
    {
        "sharpness": lambda frame, image: _log_ratio(frame.sharpness, image.sharpness, FLAT_SHARPNESS),
        "contrast": lambda frame, image: _log_ratio(frame.spread[0], image.spread[0], FLAT_CONTRAST),
        "exposure": lambda frame, image: float(frame.mean[0] - image.mean[0]),
        "saturation": lambda frame, image: frame.chroma - image.chroma,
        "colour": lambda frame, image: colour.difference(frame.mean, image.mean),
        "colour_spread": lambda frame, image: colour.difference(frame.spread, image.spread),
    }
)

_INPUT = "the input image, brought to the clip's size as the model was given it"
_LAB = "CIELAB (D65, 2° observer) of sRGB"
_BLIND = "What comes into the picture or leaves it changes the number, too, as do lights and fades that were asked for."


def _cards(drift: MetricCard, what: str, pairs: str) -> tuple[MetricCard, ...]:
    """The two cards of one change: how far it has gone at the end, and how fast it goes."""
    slope = replace(
        drift,
        name=drift.name.replace("_drift", "_slope"),
        title=drift.title.replace(" drift", " trend"),
        direction="none",
        unit=f"{drift.unit}/s",
        low=None,
        high=None,
        definition=f"Theil-Sen slope of {what} of each frame {pairs}: the median over all two frames. Needs 3 frames.",
        source=f"Theil 1950, Sen 1968. {drift.source}",
        blind_to=f"A bad start, which is level. {drift.blind_to}",
        series="",
        shows=("exposure_drift",),  # darkening takes contrast, detail and colour away, too
        ignores=(),
        is_main=False,
        is_lead=False,
    )
    return replace(drift, series=f"{what} of each frame {pairs}: T values"), slope


@evaluators.add
class Appearance(evaluators.ClipEvaluator):
    """Sharpness, contrast, exposure, saturation and colour of every frame against the input image; a copy has 0s."""

    name = "appearance"
    cards = (
        *_cards(
            MetricCard(
                name="sharpness_drift", title="Sharpness drift", group="Consistency",
                version=1, direction="none", unit="octaves", low=None, high=None, is_main=True,
                definition="log2 of the variance of the Laplacian (4 neighbours, BT.601 gray) over that of "
                f"{_INPUT}: the mean over the last quarter of the frames (at least one). -2 is half the strength of "
                "detail. Variances below 5/3, which rounding makes, count as 5/3.",
                source="Own; the variance of the Laplacian as a measure of focus: Pech-Pacheco et al. 2000.",
                blind_to="Noise and invented texture count as sharpness and make up for blur; darkening lowers it. "
                f"{_BLIND}",
                shows=("noise", "blur"), ignores=("brightness_flicker", "swap", "colour_drift", "pan"),
            ),
            "log2 of the variance of the Laplacian", "over the input's",
        ),
        *_cards(
            MetricCard(
                name="contrast_drift", title="Contrast drift", group="Consistency",
                version=1, direction="none", unit="octaves", low=None, high=None,
                definition=f"log2 of the standard deviation of L* over that of {_INPUT}: the mean over the last "
                f"quarter of the frames. {_LAB}. Deviations below 0.1 count as 0.1.",
                source="Own.", blind_to=f"Contrast of detail, where large parts make up for it. {_BLIND}",
                shows=("exposure_drift",), ignores=("jitter", "swap"),
            ),
            "log2 of the standard deviation of L*", "over the input's",
        ),
        *_cards(
            MetricCard(
                name="exposure_drift", title="Exposure drift", group="Consistency",
                version=1, direction="none", unit="L*", low=-100.0, high=100.0,
                definition=f"Mean L* less that of {_INPUT}: the mean over the last quarter of the frames. {_LAB}.",
                source="Own.", blind_to=f"A flicker that the last quarter evens out. {_BLIND}",
                shows=("exposure_drift",), ignores=("noise", "jitter", "swap", "colour_drift"),
            ),
            "mean L*", "less the input's",
        ),
        *_cards(
            MetricCard(
                name="saturation_drift", title="Saturation drift", group="Consistency",
                version=1, direction="none", unit="C*", low=None, high=None,
                definition="Root mean square chroma, sqrt(mean of a*² + b*²), less that of "
                f"{_INPUT}: the mean over the last quarter of the frames. {_LAB}.",
                source="Own.", blind_to=f"Changes of hue. {_BLIND}",
                shows=("noise", "colour_drift", "exposure_drift"), ignores=("jitter", "swap"),
            ),
            "root mean square chroma", "less the input's",
        ),
        *_cards(
            MetricCard(
                name="colour_drift", title="Colour drift", group="Consistency", is_lead=True,
                version=1, direction="lower", unit="ΔE", low=0.0, high=None, is_main=True,
                definition="ΔE*ab (CIE 1976) between the mean colour (L*, a*, b*) and that of "
                f"{_INPUT}: the mean over the last quarter of the frames. {_LAB}. About 2.3 is just noticeable.",
                source="Own; CIE 1976 for the distance.",
                blind_to=f"Parts that change in opposite ways; a still clip wins. {_BLIND}",
                shows=("colour_drift", "exposure_drift"), ignores=("noise", "blur", "jitter", "swap", "morph"),
            ),
            "ΔE*ab of the mean colour", "from the input's",
        ),
        *_cards(
            MetricCard(
                name="colour_spread_drift", title="Colour spread drift", group="Consistency",
                version=1, direction="lower", unit="ΔE", low=0.0, high=None,
                definition="Euclidean distance of the standard deviations of L*, a* and b* from those of "
                f"{_INPUT}: the mean over the last quarter of the frames. {_LAB}.",
                source="Own.", blind_to=f"Which way: contrast and saturation have signs; a still clip wins. {_BLIND}",
                shows=("noise", "blur", "exposure_drift"), ignores=("jitter", "swap"),
            ),
            "distance of the standard deviations of L*, a*, b*", "from the input's",
        ),
    )  # fmt: skip

    def look(self, view: View) -> tuple[Look, Look | None]:
        return looked(view.frame, view.gray), _input(view.sample) if view.t == 0 else None

    def conclude(self, looks: Sequence[tuple[Look, Look | None]], sample: Sample) -> evaluators.Values:
        image = looks[0][1]
        assert image is not None
        values: dict[str, Value | BenchError] = {}
        for name, change in CHANGES.items():
            series = np.array([change(frame, image) for frame, _ in looks])
            values[f"{name}_drift"] = Value(last_quarter(series), series=tuple(series.tolist()))
            values |= _slope(f"{name}_slope", series, sample.fps)
        return values


def looked(frame: Image, gray: Plane) -> Look:
    """What an (H, W, 3) uint8 sRGB picture, whose gray is at hand, looks like."""
    import cv2

    deviation = cv2.meanStdDev(cv2.Laplacian(gray, cv2.CV_16S))[1]
    return Look(float(deviation[0, 0]) ** 2, *colour.lab_moments(frame))


def last_quarter(series: trend.Series) -> float:
    """The mean of the last quarter of a series, rounded up to whole values."""
    return float(series[-math.ceil(len(series) / 4) :].mean())


def _input(sample: Sample) -> Look:
    return looked(sample.input.pixels, sample.input.gray)


def _slope(name: str, series: trend.Series, fps: float) -> Mapping[str, Value | NotMeasurable]:
    return evaluators.or_reason((name,), lambda: {name: Value(trend.slope(series) * fps)})


def _log_ratio(value: float, reference: float, least: float) -> float:
    return math.log2(max(value, least) / max(reference, least))
