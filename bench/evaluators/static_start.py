"""How long nothing moves at a clip's beginning and at its end, and whether its motion dies away in between.

Beside `motion_onset`, which asks when a clip reaches its own speed: here nothing at all has moved, by the floor that
tells a still from motion everywhere. Light that changes as a whole is no motion, since many models change it right
after frame 0 and then stand.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
from numpy.typing import NDArray

from bench import evaluators
from bench.errors import NotMeasurable
from bench.evaluators.signals import noise_floor, optical_flow
from bench.evaluators.signals.motion_statistics import STILL
from bench.evaluators.signals.noise_floor import Drift, Grays
from bench.evaluators.signals.trend import trend
from bench.evaluators.view import Sample, View
from bench.types import MetricCard, Value

END = 1 / 3
"""Share of the moving steps that counts as the end."""

LEAST_STEPS = 6
"""Steps after the still ones: two of them are the end."""

DYING = 1.0
"""Octaves: motion dies where it falls by half from first to last."""

_STILL = (
    "Two frames show the same while no cell of a 16 x 16 grid has changed its mean gray by more than 2.5 levels beyond "
    "the change of the median cell, or by more than noise makes of a cell (see motion_speed)."
)
_SPEEDS = (
    "Speeds are the mean lengths of the optical flow (DIS) from each frame to the next, in octaves; those below 0.0001 "
    "of the diagonal per frame count as that. Steps before the end of static_start do not count. Needs a clip that "
    "moves: see motion_speed"
)
_BLIND = (
    "Motion so slow, or so small, that no cell shows it for some frames, which counts as none until it does. Light "
    "that changes in one place counts as motion. A rest that was asked for."
)
_BLIND_SPEED = (
    "Motion that ends as it was asked to. On noise, flicker and cuts flow is meaningless and often large. Below ten "
    "seconds of a scene in which motion comes and goes, the end may be slower by chance."
)


@dataclass(frozen=True)
class Standing:
    """What is kept of a frame: 1 kB.

    Attributes:
        cells: (16, 16): mean gray of the cells of a grid.
        drift: how far it has come from frame 0; None for frame 0.
    """

    cells: Grays
    drift: Drift | None = None


@evaluators.add
class StaticStart(evaluators.ClipEvaluator):
    """Seconds without motion at the start and at the end, and how speed falls; a still clip is static throughout."""

    name = "static_start"
    min_frames = 2
    min_side = optical_flow.MIN_SIDE
    cards = (
        MetricCard(
            name="static_start", title="Still at the start", group="Motion",
            version=1, direction="lower", unit="s", low=0.0, high=None, is_main=True,
            definition=f"Seconds for which every frame shows the same as frame 0. {_STILL} A still clip has its whole "
            "length, from the first frame to the last.",
            source="Own; users of FramePack report that the first seconds stand still.",
            blind_to=_BLIND, shows=("late_start",), ignores=("freeze", "brightness_flicker", "exposure_drift"),
        ),
        MetricCard(
            name="static_end", title="Still at the end", group="Motion",
            version=1, direction="lower", unit="s", low=0.0, high=None,
            definition=f"Seconds for which every frame shows the same as the last one. {_STILL} A still clip has its "
            "whole length, from the first frame to the last.",
            source="Own.", blind_to=_BLIND, shows=("freeze",), ignores=("late_start", "brightness_flicker"),
        ),
        MetricCard(
            name="motion_fade", title="Speed at the end", group="Motion",
            version=1, direction="none", unit="octaves", low=None, high=None,
            definition="How much faster (slower, below 0) a clip moves at its end: the median speed of the last third "
            f"of its steps over that of the others. -1 is half as fast. {_SPEEDS}, with 6 steps after static_start.",
            source="Own.", blind_to=_BLIND_SPEED,
        ),
        MetricCard(
            name="motion_dies", title="Motion dies away", group="Motion",
            version=1, direction="lower", unit="", low=0.0, high=1.0,
            definition="1 where motion dies towards the end, else 0: speeds fall by an octave or more from first to "
            "last (Theil-Sen slope times steps), and so clearly as noise with the speeds' own memory does in fewer "
            f"than one of a hundred clips (Mann-Kendall test, see ssim_trend). {_SPEEDS}, with 10 steps after "
            "static_start.",
            source="Own; users of FramePack report it of long clips. Mann 1945, Kendall 1970, Hamed & Rao 1998.",
            blind_to=_BLIND_SPEED,
        ),
    )  # fmt: skip

    def look(self, view: View) -> Standing:
        return Standing(view.cell_grays, view.drift if view.before else None)

    def conclude(self, frames: Sequence[Standing], sample: Sample) -> evaluators.Values:
        cells, drifts = [frame.cells for frame in frames], [frame.drift for frame in frames if frame.drift]
        start = still_steps(cells, drifts, sample.diagonal)
        numbers: Mapping[str, Callable[[NDArray[np.float64]], float]] = {
            "motion_fade": fade,
            "motion_dies": dies,
        }
        return {
            "static_start": Value(start / sample.fps),
            "static_end": Value(still_steps(cells[::-1], drifts[::-1], sample.diagonal) / sample.fps),
            **{
                name: evaluators.value_or_reason(partial(_of_moving, number, drifts, start, sample.diagonal))
                for name, number in numbers.items()
            },
        }


def still_steps(cells: Sequence[Grays], drifts: Sequence[Drift], diagonal: float) -> int:
    """For how many steps from the first of T frames on nothing moves.

    Args:
        cells: (16, 16) each: mean gray of the cells, of T frames.
        drifts: of the T - 1 steps between them, in the same order.
        diagonal: of the frame, pixels.

    >>> cells = np.zeros((4, 16, 16), np.float32)
    >>> cells[3, 5, 5] = 40
    >>> still_steps(cells, [Drift(levels=0.0, noise=0.1, speed=0.0)] * 3, diagonal=100.0)
    2
    """
    changes = [moved_levels(cells[0], each) for each in cells[1:]]
    steps = [replace(drift, levels=levels) for drift, levels in zip(drifts, changes, strict=True)]
    if noise_floor.stands_still(steps, diagonal):
        return len(steps)
    return next(
        count for count in range(len(steps)) if not noise_floor.stands_still(steps[: count + 1], diagonal)
    )


def moved_levels(first: Grays, here: Grays) -> float:
    """The largest change of a cell's mean beyond that of the median cell, gray levels.

    >>> moved_levels(np.zeros((2, 2), np.float32), np.array([[4, 4], [4, 9]], np.float32))
    5.0
    """
    change = here - first
    return float(np.abs(change - np.median(change)).max())


def fade(octaves: NDArray[np.float64]) -> float:
    """The median of the last third of (n,) values less that of the others.

    >>> fade(np.array([3.0, 3.0, 3.0, 3.0, 1.0, 1.0]))
    -2.0
    """
    if len(octaves) < LEAST_STEPS:
        raise NotMeasurable(
            f"clip has {len(octaves)} steps once it moves, speed at the end needs {LEAST_STEPS}: use a longer clip"
        )
    last = round(len(octaves) * END)
    return float(np.median(octaves[-last:]) - np.median(octaves[:-last]))


def dies(octaves: NDArray[np.float64]) -> float:
    """1 where (n,) values fall by DYING or more, and more clearly than noise; else 0."""
    return float(trend(octaves).verdict(DYING) < 0)


def _of_moving(
    number: Callable[[NDArray[np.float64]], float], drifts: Sequence[Drift], start: int, diagonal: float
) -> float:
    """A number of the speeds, in octaves, from a step on.

    Raises:
        NotMeasurable: the clip stands still.
    """
    noise_floor.refuse_still(drifts, diagonal)
    speeds = np.array([drift.speed for drift in drifts[start:]])
    return number(np.log2(np.maximum(speeds, STILL * diagonal)))
