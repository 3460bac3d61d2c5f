"""Whether a clip jumps: steps between frames that stick out from the steps around them, and which steps are cuts.

The change of a step includes motion: undoing motion would undo dropped frames as well. The usual change is the running
median of the clip's own changes, in logarithms, since motion that doubles is as odd in a slow clip as in a fast one.

A cut is asked of the two frames alone, since a clip with a cut in every step has no usual step to stick out from: they
show different things, which no motion of the camera explains. Only where there is too little to tell by, as before a
black frame, must the step stick out as well.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bench import evaluators
from bench.errors import NotMeasurable
from bench.evaluators.signals.alignment import is_aligned
from bench.evaluators.signals.cells import cell_means
from bench.evaluators.view import Sample, View
from bench.types import MetricCard, Plane, Value

THRESHOLD = 3.5
"""Robust deviations above which a step is an outlier: Iglewicz and Hoaglin 1993."""

NEIGHBOURHOOD = 9
"""Steps whose median is the usual change: withstands four odd ones, and follows motion that slows down."""

LEAST_SPREAD = 0.1
"""Least spread of log change. Without it every step of an even clip would be odd; with it, a step is odd from 1.4 times
its neighbours on. A floor of 0.15 misses single frames dropped from a rendered pan; real clips of diffusion models
score up to 3.3 with either."""

NOISE = 1.0
"""Gray levels added to each change before the logarithm: codecs change less, and 0 has no logarithm."""

UNALIKE = 0.5
"""Correlation below which two pictures may be different ones. Neighbours in real clips had 0.6 and more, a bicycle ride
at 8 frames per second 0.3, unrelated pictures -0.1 to 0.5."""

CANVAS = 32
"""Pixels: side of the pictures that are correlated."""

FLAT = 1.0
"""Gray levels of standard deviation: a flatter picture has nothing to correlate."""

Series = NDArray[np.float64]

_STEPS = (
    "A step's deviation is log(change + 1), its change being the mean |gray difference| of its two frames (BT.601, "
    "uint8), less the median of that over the 9 steps around it (at the ends: the first or last 9), divided by 1.4826 "
    "times the clip's median absolute deviation from those medians, or by 0.1 where that is less."
)
_SOURCE = "Own; modified z-score and threshold of Iglewicz & Hoaglin 1993, on a running median."
_BLIND = (
    "Dropped frames in a clip that moves unevenly or hardly; clips with more odd steps than even ones. Where frames "
    "repeat (3:1), each new one is an outlier: read cadence_fps. Punishes cuts, flashes and sudden movement that were "
    "asked for."
)


@dataclass(frozen=True)
class FrameChange:
    """The change from one frame to the next.

    Attributes:
        change: mean absolute difference, gray levels.
        is_cut: whether the two show different things; None where they are unlike and there is too little to tell by.
    """

    change: float
    is_cut: bool | None


@evaluators.add
class Outliers(evaluators.ClipEvaluator):
    """Share of steps that stick out, how far the worst does, and the number of cuts; a still clip has none."""

    name = "outliers"
    min_frames = 6
    cards = (
        MetricCard(
            name="outliers_share", title="Outlying steps", group="Flicker",
            version=1, direction="lower", unit="", low=0.0, high=1.0, is_main=True,
            depends=("fps", "seconds", "pixels"),
            definition=f"Share of steps whose deviation from their neighbourhood is above 3.5. {_STEPS} Needs 6 "
            "frames.",
            source=_SOURCE, blind_to=_BLIND,
            series="deviation of each step: T - 1 values, in robust deviations, below 0 where the clip pauses",
            ignores=("pan",),
        ),
        MetricCard(
            name="outliers_worst", title="Most outlying step", group="Flicker",
            version=1, direction="lower", unit="robust deviations", low=None, high=None,
            depends=("fps", "seconds", "codec"),
            definition=f"The largest deviation of a step from its neighbourhood. {_STEPS} Needs 6 frames.",
            source=_SOURCE, blind_to=f"How often: one step decides. {_BLIND}",
            shows=("cut",), ignores=("pan",),
        ),
        MetricCard(
            name="outliers_cuts", title="Cuts", group="Flicker",
            version=3, direction="lower", unit="cuts", low=0.0, high=None, is_main=True,
            depends=("fps", "seconds"),
            definition="Number of steps whose two frames show different things: they correlate below 0.5, as gray "
            "pictures averaged down to 32 x 32, and less than a quarter of the textured places follows one camera "
            "motion (see camera_pan), neither as they are nor in what both have in common once they are shifted by "
            "their phase correlation. A flat picture (standard deviation below 1) correlates with nothing but another "
            "flat one; beside it, and where there is too little texture, a step must also deviate (see "
            "outliers_share) by more than 3.5. Needs 6 frames.",
            source="Own; phase correlation of Kuglin & Hines 1975.",
            blind_to="Cuts to a picture with the same layout of light and dark: they are outliers only. Fades, though "
            "a fade to black within a few steps may be one. Frames of noise are unrelated pictures: a cut in every "
            "step. A single frame of something else is two cuts; so is a flash to plain white. A jerk of the camera is "
            "none up to half the frame, and one beyond, as is a turn or a zoom at once by so much that nothing can be "
            "followed.",
            series="1 where a step is a cut, else 0: T - 1 values", ignores=("pan",),
        ),
    )  # fmt: skip

    def look(self, view: View) -> FrameChange | None:
        if view.before is None:
            return None
        return FrameChange(mean_change(view.before.gray, view.gray), is_cut(view.before, view))

    def conclude(self, changes: Sequence[FrameChange | None], sample: Sample) -> evaluators.Values:
        steps = [each for each in changes if each]
        odd = deviations(np.array([step.change for step in steps]))
        is_outlier = odd > THRESHOLD
        cuts = [
            bool(sticks_out) if step.is_cut is None else step.is_cut
            for step, sticks_out in zip(steps, is_outlier, strict=True)
        ]
        return {
            "outliers_share": Value(float(is_outlier.mean()), series=tuple(odd.tolist())),
            "outliers_worst": Value(float(odd.max())),
            "outliers_cuts": Value(float(sum(cuts)), series=tuple(map(float, cuts))),
        }


def is_cut(before: View, after: View) -> bool | None:
    """Whether two frames show different things; None where they are unlike and there is too little to tell by."""
    if likeness(before.gray, after.gray) >= UNALIKE:
        return False
    if min(_canvas(before.gray).std(), _canvas(after.gray).std()) < FLAT:
        return None
    try:
        aligned = is_aligned(after.motion, after.camera)
    except NotMeasurable:  # too small for optical flow
        return None
    return None if aligned is None else not aligned


def mean_change(before: Plane, after: Plane) -> float:
    """Mean absolute difference of two (H, W) uint8 planes, gray levels."""
    import cv2

    return float(cv2.norm(before, after, cv2.NORM_L1)) / before.size


def deviations(changes: Series) -> Series:
    """(n,): how far each of (n,) changes, in gray levels, lies from its neighbourhood; robust deviations, signed.

    >>> deviations(np.array([4.0, 4.0, 4.0, 9.0, 4.0])).round(3).tolist()  # log((9 + 1) / (4 + 1)) over 0.1
    [0.0, 0.0, 0.0, 6.931, 0.0]
    """
    levels = np.log(changes + NOISE)
    rest = levels - _running_median(levels)
    return np.asarray(rest / max(LEAST_SPREAD, 1.4826 * float(np.median(np.abs(rest)))))


def likeness(a: Plane, b: Plane) -> float:
    """Pearson correlation of two (H, W) uint8 planes at 32 x 32; 1 where both are flat, 0 where one is.

    >>> ramp = np.arange(0, 64, 4, dtype=np.uint8).reshape(4, 4)
    >>> round(likeness(ramp, 2 * ramp), 9), round(likeness(ramp, 255 - ramp), 9)
    (1.0, -1.0)
    """
    first, second = _canvas(a), _canvas(b)
    spreads = float(first.std()), float(second.std())
    if min(spreads) < FLAT:
        return float(max(spreads) < FLAT)
    covariance = float(np.mean((first - first.mean()) * (second - second.mean())))
    return min(1.0, max(-1.0, covariance / (spreads[0] * spreads[1])))


def _canvas(plane: Plane) -> Series:
    return cell_means(plane, CANVAS).astype(np.float64)


def _running_median(levels: Series) -> Series:
    """(n,): the median of the NEIGHBOURHOOD around each value; the windows at the ends lie within the series."""
    window = min(NEIGHBOURHOOD, len(levels))
    medians = np.median(np.lib.stride_tricks.sliding_window_view(levels, window), axis=1)
    centres = np.arange(len(levels)) - window // 2
    return np.asarray(medians[np.clip(centres, 0, len(medians) - 1)])
