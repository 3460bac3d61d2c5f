"""Whether colour, brightness or sharpness jumps between frame 0 and what follows, beyond the clip's own usual steps.

Many models copy their image into frame 0 and make the rest: its colours then shift at once, or its detail goes. A trend
of the clip is no jump, since the usual step, which a trend is made of, is taken off.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from bench import evaluators
from bench.evaluators.signals import sharpness
from bench.evaluators.view import Sample, View
from bench.types import MetricCard, Value

Steps: TypeAlias = NDArray[np.float64]
"""(T - 1, 4): changes of mean L*, a*, b*, and of sharpness in octaves, from each frame to the next."""

DEVIATIONS = 5.0
"""Robust deviations above which the first step is no usual one: of 104 windows of 16 frames of real footage, at 8 and
at 25 frames per second, only the two count as a jump whose first step is a cut; with 3.5, three others do, too."""

LEAST_COLOUR, LEAST_SHARPNESS = 1.0, 0.5
"""ΔE, and octaves: smaller jumps are none. A half of what is just noticeable between two patches, since the whole frame
changes at once; and a sixth of the strength of detail."""

LEAST_SPREAD = (0.1, 0.05)
"""ΔE, and octaves: spread that every clip is assumed to have, so that rounding to bytes makes no jump of a still."""

_USUAL = (
    "Steps are the changes of the mean L*, a*, b* (CIELAB, D65, 2° observer) and of log2 of the variance of the "
    "Laplacian (4 neighbours, BT.601 gray; variances below 5/3 count as 5/3) from each frame to the next; the usual "
    "step is the median of all but the first, for each of the four. Needs 6 frames."
)
_BLIND = (
    "A jump that takes several frames counts by its first step only; one in a later frame does not (see outliers). "
    "Punishes things that enter, and lights that change, right at the start. A still clip scores best."
)


@evaluators.add
class StepAfterFirst(evaluators.ClipEvaluator):
    """The step from frame 0 to frame 1 less the usual step, of colour, brightness and sharpness; a still clip has 0."""

    name = "step_after_first"
    min_frames = 6
    cards = (
        MetricCard(
            name="step_after_first", title="Jump after the first frame", group="Flicker",
            version=1, direction="lower", unit="", low=0.0, high=1.0, is_main=True,
            definition="1 where colour or sharpness jumps from frame 0 to frame 1, else 0: step_after_first_colour is "
            "above 1 ΔE, or step_after_first_sharpness beyond 0.5 octaves either way, and 5 times as far from the "
            "usual step as the later steps are (1.4826 times their median distance from it, and at least 0.1 ΔE or "
            f"0.05 octaves). {_USUAL}",
            source="Own; users of Wan, VACE and DiffSynth report that colours change right after frame 0.",
            blind_to=f"How large the jump is. {_BLIND}",
            shows=("first_step",), ignores=("noise", "blur", "colour_drift", "exposure_drift", "cut", "pan"),
        ),
        MetricCard(
            name="step_after_first_colour", title="Colour jump after the first frame", group="Flicker",
            version=1, direction="lower", unit="ΔE", low=0.0, high=None,
            definition="How far the mean colour jumps from frame 0 to frame 1: ΔE*ab (CIE 1976) of the first step less "
            f"the usual step. {_USUAL} About 2.3 is just noticeable.",
            source="Own; CIE 1976 for the distance.",
            blind_to=f"Areas that change in opposite ways. {_BLIND}",
            series="ΔE of each step less the usual step: T - 1 values",
            shows=("first_step",), ignores=("noise", "blur", "colour_drift", "exposure_drift", "cut", "pan"),
        ),
        MetricCard(
            name="step_after_first_brightness", title="Brightness jump after the first frame", group="Flicker",
            version=1, direction="none", unit="L*", low=-100.0, high=100.0,
            definition="How much brighter (darker, below 0) the frame gets from frame 0 to frame 1: the first step of "
            f"mean L* less the usual one. {_USUAL}",
            source="Own.", blind_to=_BLIND, shows=("first_step",),
        ),
        MetricCard(
            name="step_after_first_sharpness", title="Sharpness jump after the first frame", group="Flicker",
            version=1, direction="none", unit="octaves", low=None, high=None,
            definition="How much detail the picture gains (loses, below 0) from frame 0 to frame 1: the first step of "
            f"sharpness less the usual one. -2 is half the strength of detail. {_USUAL}",
            source="Own; the variance of the Laplacian as a measure of focus: Pech-Pacheco et al. 2000.",
            blind_to=f"Noise that comes as blur does, which make up for each other. {_BLIND}",
        ),
    )  # fmt: skip

    def look(self, view: View) -> NDArray[np.float64]:
        return np.append(view.lab[0], sharpness.octaves(view.sharpness))

    def conclude(self, frames: Sequence[NDArray[np.float64]], sample: Sample) -> evaluators.Values:
        return values(np.diff(np.array(frames), axis=0))


def values(steps: Steps) -> dict[str, Value]:
    """The four metrics of the steps from each frame to the next, at least 5.

    >>> steps = np.zeros((5, 4))
    >>> steps[:, 0] = 9, 2, 2, 2, 2  # L* rises by 2 per frame, and at first by 9
    >>> found = values(steps)
    >>> [found[f"step_after_first{name}"].value for name in ("", "_colour", "_brightness", "_sharpness")]
    [1.0, 7.0, 7.0, 0.0]
    """
    beyond = steps - np.median(steps[1:], axis=0)
    colours, details = np.linalg.norm(beyond[:, :3], axis=1), np.abs(beyond[:, 3])
    least = zip((colours, details), (LEAST_COLOUR, LEAST_SHARPNESS), LEAST_SPREAD, strict=True)
    return {
        "step_after_first": Value(float(any(jumps(*each) for each in least))),
        "step_after_first_colour": Value(float(colours[0]), series=tuple(colours.tolist())),
        "step_after_first_brightness": Value(float(beyond[0, 0])),
        "step_after_first_sharpness": Value(float(beyond[0, 3])),
    }


def jumps(distances: NDArray[np.float64], least: float, least_spread: float) -> bool:
    """Whether the first step stands out from the others.

    Args:
        distances: (n,) of the steps from the usual one.
        least: a smaller first distance never stands out.
        least_spread: of the others, however much alike they are.

    >>> jumps(np.array([8.0, 1.0, 2.0, 1.0]), least=1.0, least_spread=0.1)  # above 5 times 1.4826
    True
    """
    spread = max(least_spread, 1.4826 * float(np.median(distances[1:])))
    return bool(distances[0] > max(least, DEVIATIONS * spread))
