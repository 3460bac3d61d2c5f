"""What two clips of one case and seed are compared by: one number per pair of frames, and their distance as clips."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from bench.evaluators.signals import similarity

VERSION = 1
"""Of all measures: pairs that were measured by another one are measured again."""


@dataclass(frozen=True)
class Measure:
    """One way to compare two clips.

    Attributes:
        name: for programs.
        title: for people.
        unit: of its number.
        same: its number for equal frames.
        definition: what it is.
        distance: numbers of all frames -> how far the clips are apart: at least 0, and 0 for equal ones; shares are
            shares of it.
        value: a distance -> the number that people know, such as decibels.
        begins: the first frame that has a number.
    """

    name: str
    title: str
    unit: str
    same: float
    definition: str
    distance: Callable[[Sequence[float]], float]
    value: Callable[[float], float]
    begins: int = 0

    def farthest_frame(self, series: Sequence[float]) -> int:
        """The frame of a series, counted from 0, that is least like its counterpart."""
        return int(np.argmax([self.distance([each]) for each in series])) + self.begins


def _mean(series: Sequence[float]) -> float:
    return float(np.mean(series))


def _as_it_is(distance: float) -> float:
    return distance


def levels_apart(decibels: Sequence[float]) -> float:
    """The root mean square difference, in levels of 0 to 255, of frames of one size whose PSNR is known.

    >>> round(levels_apart([similarity.decibels(25.0), similarity.decibels(0.0)]), 6)  # 5 levels, and none
    3.535534
    """
    shares = [0.0 if each >= similarity.MAX_PSNR else 10 ** (-each / 10) for each in decibels]
    return 255 * math.sqrt(np.mean(shares))


MEASURES = {
    each.name: each
    for each in (
        Measure(
            "psnr", "PSNR", "dB", similarity.MAX_PSNR,
            f"{similarity.PSNR_IS}, the mean being over all frames, their pixels and the three colours; at most 100. "
            "Its distance is the root mean square difference in levels.",
            levels_apart,
            lambda distance: similarity.decibels(distance**2),
        ),
        Measure(
            "ssim", "SSIM", "", 1.0,
            f"Mean SSIM of the frames: {similarity.SSIM_IS}. Its distance is 1 less that.",
            lambda series: 1 - _mean(series),
            lambda distance: 1 - distance,
        ),
        Measure(
            "lpips", "LPIPS", "", 0.0,
            "Mean LPIPS v0.1 (AlexNet) of the frames, at their own size.",
            _mean, _as_it_is,
        ),
        Measure(
            "flow", "Motion", "px", 0.0,
            "End point error: mean length of the difference of the two clips' optical flows, from each frame to the "
            "next.",
            _mean, _as_it_is, begins=1,
        ),
        Measure(
            "decay", "Decay", "", 0.0,
            "How differently the clips leave their first frames: mean difference, without its sign, of the SSIM of "
            "each frame with frame 0 of its own clip.",
            _mean, _as_it_is, begins=1,
        ),
        Measure(
            "colour", "Colour", "ΔE", 0.0,
            "Mean ΔE*ab (CIE 1976) between the mean colours of the frames.",
            _mean, _as_it_is,
        ),
    )
}  # fmt: skip
"""Name -> measure, in the order of tables."""
