"""Does a clip jump: steps between frames that stick out from the steps around them, and which of them are cuts.

The change of a step is taken as it is, motion included: undoing motion would undo dropped frames, too. What a clip
usually does is the running median of its own changes, in logarithms, since motion that doubles is as odd in a slow
clip as in a fast one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bench import evaluators
from bench.evaluators.view import Sample, View
from bench.types import MetricCard, Plane, Value

THRESHOLD = 3.5
"""Robust deviations above which a step is an outlier: Iglewicz and Hoaglin 1993."""

NEIGHBOURHOOD = 9
"""Steps whose median is what the clip usually does: holds against four odd ones, follows motion that slows down."""

LEAST_SPREAD = 0.1
"""Of log change. In an even clip every step would be odd without it: here one is from 1.4 times its neighbours on.
The same floor of 0.15 misses single frames dropped from a rendered pan; real clips of diffusion models score up to 3.3
with either."""

NOISE = 1.0
"""Gray levels added to each change before the logarithm: below lie codecs, and a still clip has no log."""

UNALIKE = 0.5
"""Correlation below which two pictures are different ones. Neighbours in real clips had 0.6 and more, also across
dropped frames 0.4, unrelated pictures -0.1 to 0.3."""

CANVAS = 32
"""Pixels: side of the pictures that are correlated."""

FLAT = 1.0
"""Gray levels of standard deviation: a flatter picture has nothing that could correlate."""

Series = NDArray[np.float64]

_STEPS = (
    "A step's deviation is log(change + 1), its change being the mean |gray difference| of its two frames (BT.601, "
    "uint8), less the median of that over the 9 steps around it (at the ends: the first or last 9), divided by 1.4826 "
    "times the clip's median absolute deviation from those medians, or by 0.1 where that is less."
)
_SOURCE = "Own; modified z-score and threshold of Iglewicz & Hoaglin 1993, on a running median."
_BLIND = (
    "Dropped frames in a clip that moves unevenly, or hardly; more odd steps than even ones: where frames repeat "
    "(3:1), each new one is an outlier: read cadence_fps. Punishes cuts, flashes and sudden movement asked for."
)


@dataclass(frozen=True)
class Step:
    """From one frame to the next.

    Attributes:
        change: mean absolute difference, gray levels.
        likeness: correlation of the two frames, in [-1, 1].
    """

    change: float
    likeness: float


@evaluators.add
class Outliers(evaluators.ClipEvaluator):
    """Share of steps that stick out, by how much the worst does, and the number of cuts; a still clip has none."""

    name = "outliers"
    min_frames = 6
    cards = (
        MetricCard(
            name="outliers_share", title="Outlying steps", group="Flicker",
            version=1, direction="lower", unit="", low=0.0, high=1.0, is_main=True,
            definition=f"Share of steps whose deviation from their neighbourhood is above 3.5. {_STEPS} Needs 6 "
            "frames.",
            source=_SOURCE, blind_to=_BLIND,
            series="deviation of each step: T - 1 values, robust deviations, below 0 where the clip pauses",
            ignores=("pan",),
        ),
        MetricCard(
            name="outliers_worst", title="Most outlying step", group="Flicker",
            version=1, direction="lower", unit="robust deviations", low=None, high=None,
            definition=f"The largest deviation of a step from its neighbourhood. {_STEPS} Needs 6 frames.",
            source=_SOURCE, blind_to=f"How often: one step decides. {_BLIND}",
            shows=("cut",), ignores=("pan",),
        ),
        MetricCard(
            name="outliers_cuts", title="Cuts", group="Flicker",
            version=1, direction="lower", unit="cuts", low=0.0, high=None, is_main=True,
            definition="Number of steps whose deviation (see outliers_share) is above 3.5 and whose two frames "
            "correlate below 0.5, as gray pictures averaged down to 32 x 32; a flat picture (standard deviation below "
            "1) correlates with nothing but another flat one. Needs 6 frames.",
            source="Own.",
            blind_to="Cuts to a picture with the same layout of light and dark: they are outliers only. Fades. A frame "
            "of something else is two cuts.",
            series="1 where a step is a cut, else 0: T - 1 values", ignores=("pan",),
        ),
    )  # fmt: skip

    def look(self, view: View) -> Step | None:
        if view.before is None:
            return None
        return step(view.before.gray, view.gray)

    def conclude(self, looks: Sequence[Step], sample: Sample) -> evaluators.Values:
        odd = deviations(np.array([each.change for each in looks[1:]]))
        is_outlier = odd > THRESHOLD
        is_cut = is_outlier & (np.array([each.likeness for each in looks[1:]]) < UNALIKE)
        return {
            "outliers_share": Value(float(is_outlier.mean()), series=tuple(odd.tolist())),
            "outliers_worst": Value(float(odd.max())),
            "outliers_cuts": Value(float(is_cut.sum()), series=tuple(is_cut.astype(np.float64).tolist())),
        }


def step(before: Plane, after: Plane) -> Step:
    """Change and likeness of two (H, W) uint8 planes."""
    import cv2

    return Step(float(cv2.norm(before, after, cv2.NORM_L1)) / before.size, likeness(before, after))


def deviations(changes: Series) -> Series:
    """(n,): how far each of (n,) changes, in gray levels, lies from its neighbourhood; robust deviations, signed."""
    levels = np.log(changes + NOISE)
    rest = levels - _running_median(levels)
    return np.asarray(rest / max(LEAST_SPREAD, 1.4826 * float(np.median(np.abs(rest)))))


def likeness(a: Plane, b: Plane) -> float:
    """Pearson correlation of two (H, W) uint8 planes at 32 x 32; 1 where both are flat, 0 where one is."""
    first, second = _small(a), _small(b)
    spreads = float(first.std()), float(second.std())
    if min(spreads) < FLAT:
        return float(max(spreads) < FLAT)
    covariance = float(np.mean((first - first.mean()) * (second - second.mean())))
    return min(1.0, max(-1.0, covariance / (spreads[0] * spreads[1])))


def _small(gray: Plane) -> Series:
    import cv2

    height, width = gray.shape
    size = (min(CANVAS, width), min(CANVAS, height))
    return np.asarray(cv2.resize(gray, size, interpolation=cv2.INTER_AREA), np.float64)


def _running_median(levels: Series) -> Series:
    """Of the NEIGHBOURHOOD around each value; the windows at the ends lie within the series."""
    window = min(NEIGHBOURHOOD, len(levels))
    medians = np.median(np.lib.stride_tricks.sliding_window_view(levels, window), axis=1)
    centres = np.arange(len(levels)) - window // 2
    return np.asarray(medians[np.clip(centres, 0, len(medians) - 1)])
