"""Whether every second frame is softer or cleaner than those between: half of the frames were made in another way.

Frames that a network put between others are mixtures of them, or moved from them: they have lost detail and noise. That
stays visible where `cadence` no longer sees a blend, because things were moved along and not mixed.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from bench import evaluators
from bench.evaluators.signals import grain, least_squares, sharpness
from bench.evaluators.view import Sample, View
from bench.types import MetricCard, Value

Series: TypeAlias = NDArray[np.float64]

LEAST_NOISE = 0.25
"""Gray levels: less noise counts as this, which rounding to bytes alone leaves (1 / sqrt(12))."""

LEAST = 0.2
"""Octaves: a smaller difference is none. B frames of H.264 differ by up to 0.15 in noise (carphone, at 25 frames per
second)."""

SIGNIFICANT = 0.01
"""Chance of calling two kinds of frames different although they are not, by one of two tests."""

_SHARED = 1 / 6
"""Correlation of a difference with the next one, of independent frames: each shares one of its two neighbours, (1/4) /
(3/2). The mean's variance is larger by 1 + 2 / 6."""

_FLOOR = 0.01
"""Octaves: standard deviation that every series is assumed to have, so that rounding errors are not compared."""

_DIFFERENCES = (
    "of each odd frame from frame 3 on less the mean of the two beside it (frame 0, which may be the input image, and "
    "frame 1 are left out, so that all have two neighbours that the model made)."
)
_BLIND = (
    "Which of the two were interpolated; factors other than 2. Codecs make some frames coarser than others, too (B "
    "frames), as does interlacing. A clip that is still throughout has 0."
)


@dataclass(frozen=True)
class Grain:
    """Sharpness and noise of a frame, octaves."""

    sharpness: float
    noise: float


@evaluators.add
class OddEven(evaluators.ClipEvaluator):
    """Difference of odd and even frames in sharpness and in noise; a clip made in one way has none."""

    name = "odd_even"
    min_frames = 9
    min_side = 8
    cards = (
        MetricCard(
            name="odd_even", title="Every second frame differs", group="Flicker",
            version=1, direction="lower", unit="", low=0.0, high=1.0, is_main=True,
            definition="1 where odd and even frames differ in sharpness or in noise, else 0: by 0.2 octaves or more, "
            "and so evenly as frames of one kind do in fewer than one of a hundred clips (t test of the differences "
            "that odd_even_sharpness and odd_even_noise are the medians of; twice, for the two). Needs 9 frames.",
            source="Own.", blind_to=_BLIND, shows=("alternate_blur",),
            ignores=("blur", "exposure_drift", "colour_drift", "brightness_flicker", "cut", "pan"),
        ),
        MetricCard(
            name="odd_even_sharpness", title="Sharpness of odd and even frames", group="Flicker",
            version=1, direction="lower", unit="octaves", low=0.0, high=None,
            definition="How much sharper one kind of frames is: the median, without its sign, of the sharpness (log2 "
            f"of the variance of the Laplacian, see sharpness_drift) {_DIFFERENCES} Needs 9 frames.",
            source="Own; the variance of the Laplacian as a measure of focus: Pech-Pacheco et al. 2000.",
            blind_to=f"Whether it is more than chance: see odd_even. {_BLIND}", shows=("alternate_blur",),
        ),
        MetricCard(
            name="odd_even_noise", title="Noise of odd and even frames", group="Flicker",
            version=1, direction="lower", unit="octaves", low=0.0, high=None,
            definition="How much noisier one kind of frames is: the median, without its sign, of log2 of the noise "
            f"{_DIFFERENCES} Noise is the standard deviation by Immerkær's filter over the half of the frame with the "
            "smaller gradient (Sobel), at least 0.25 gray levels. Needs 9 frames.",
            source="Own; Immerkær 1996, without edges as by Tai & Yang 2008.",
            blind_to=f"Fine texture counts as noise. Whether it is more than chance: see odd_even. {_BLIND}",
            shows=("alternate_blur",),
        ),
    )  # fmt: skip

    def look(self, view: View) -> Grain:
        noise = max(LEAST_NOISE, grain.noise_level(view.gray))
        return Grain(sharpness.octaves(view.sharpness), math.log2(noise))

    def conclude(self, frames: Sequence[Grain], sample: Sample) -> evaluators.Values:
        odd = [
            differences(np.array(kind))
            for kind in zip(*((f.sharpness, f.noise) for f in frames), strict=True)
        ]
        sizes = [abs(float(np.median(each))) for each in odd]
        differ = any(
            size >= LEAST and p_value(each) < SIGNIFICANT / 2 for size, each in zip(sizes, odd, strict=True)
        )
        return {
            "odd_even": Value(float(differ)),
            "odd_even_sharpness": Value(sizes[0]),
            "odd_even_noise": Value(sizes[1]),
        }


def differences(series: Series) -> Series:
    """Each odd value of (T,), from the third on, less the mean of its neighbours; a trend has none.

    >>> differences(np.array([9.0, 1.0, 2.0, 1.0, 2.0, 1.0, 2.0])).tolist()
    [-1.0, -1.0]
    """
    odd = np.arange(3, len(series) - 1, 2)
    return np.asarray(series[odd] - (series[odd - 1] + series[odd + 1]) / 2)


def p_value(differences: Series) -> float:
    """How often (n,) differences of frames of one kind have a mean so far from 0.

    >>> p_value(np.array([1.0, 1.1, 0.9, 1.0])) < 0.001 < p_value(np.array([1.0, -1.1, 0.9, -1.0]))
    True
    """
    count = len(differences)
    variance = (float(differences.var(ddof=1)) + _FLOOR**2) * (1 + 2 * _SHARED) / count
    return float(least_squares.f_tail(float(differences.mean()) ** 2 / variance, 1, count - 1))
