"""How many pictures a second does a clip really show: frames that repeat the one before, and the rhythm they keep.

A clip at 24 frames a second made of 8 different ones shows each of them three times. Encoded, repeats are no longer
equal to the bit: a codec goes on refining them. A repeat is told from movement by the part of the frame that changes
most, where movement of the least thing leaves tens of gray levels and a codec a few.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bench import evaluators
from bench.errors import NotMeasurable
from bench.types import MetricCard, Plane, Value
from bench.views import Sample, View

GRID = 16
"""Cells across and down, of which the one that changes most speaks for the step."""

CODEC = 4.0
"""Gray levels: a larger change of a cell is no repeat. H.264 at crf 18 to 23 leaves up to 4.5 in a repeated frame, but
rarely; movement of half a pixel a frame makes 3 to 10."""

QUIET = 0.25
"""A repeat changes by at most this share of what the clip's faster steps do..."""

DROP = 3.0
"""... and the steps before and after a run of repeats are at least so many times larger: movement that comes to rest
slows down first."""

TYPICAL = 90
"""Percentile of all changes that stands for the clip's movement: up to nine repeats of each picture, and no cut."""

CYCLES = 3
"""How often a rhythm must be seen: with two, any two repeats are one."""

KEPT = 0.75
"""Share of a rhythm's repeats that must be found, for a codec hides some..."""

BROKEN = 0.1
"""... and share of its new frames that may look like repeats, for movement pauses."""

Changes = NDArray[np.float64]
Flags = NDArray[np.bool_]

_REPEATS = (
    "A step's change is the largest mean |gray difference| over the cells of a 16 x 16 grid (BT.601, uint8). A frame "
    "repeats the one before where the two are equal; or in a run of changes of at most 4 levels, and at most a quarter "
    "of the 90th percentile of all changes, where the changes right before and after the run (at the clip's ends, one "
    "of them) are at least 3 times as large as the largest in it. "
    "Repeats that a codec hid are added where all others keep a rhythm (cadence_period)."
)
_BLIND = (
    "Movement below about a pixel a frame that a codec has skipped or smeared: its repeats cannot be told; frames "
    "blended from their neighbours instead of repeated. A pause asked for, without any grain, counts as repeats."
)


@evaluators.add
class Cadence(evaluators.ClipEvaluator):
    """Share of repeated frames, different frames a second, and their rhythm; of a still clip nothing can be said."""

    name = "cadence"
    min_frames = 4
    cards = (
        MetricCard(
            name="cadence_repeats", version=1, direction="lower", unit="", low=0.0, high=1.0, is_main=True,
            definition=f"Share of steps onto a frame that repeats the one before. {_REPEATS} Needs 4 frames and a clip "
            "that moves.",
            source="Own.", blind_to=f"A clip that is still throughout has no value. {_BLIND}",
            series="1 where a frame repeats the one before, else 0: T - 1 values",
            shows=("freeze", "duplicate"), ignores=("pan",),
        ),
        MetricCard(
            name="cadence_fps", version=1, direction="none", unit="frames/s", low=0.0, high=None, is_main=True,
            definition="Different frames a second: the clip's frame rate times the new frames after the first new one "
            f"up to the last, over the steps between those two. {_REPEATS} Needs 2 new frames after frame 0.",
            source="Own.", blind_to=f"Pauses before the first new frame and after the last. {_BLIND}",
        ),
        MetricCard(
            name="cadence_period", version=1, direction="none", unit="frames", low=0.0, high=None,
            definition="Frames after which the order of new and repeated frames recurs, the smallest such number: 1 "
            "where every frame is new, 3 for 8 frames a second shown at 24 (3:1), 5 for film at 30 or 60 (3:2 "
            "pulldown). Each repeat of the rhythm must be found three times and in 75 % of its turns, and nine in ten "
            "of its new frames must be new; 0 where there are repeats without such a rhythm. Needs 4 frames and a "
            "clip that moves.",
            source="Own.", blind_to=f"Rhythms longer than a third of the clip. {_BLIND}",
        ),
    )  # fmt: skip

    def look(self, view: View) -> float | None:
        return None if view.before is None else change(view.before.gray, view.gray)

    def conclude(self, looks: Sequence[float], sample: Sample) -> evaluators.Values:
        found = rhythm(repeats(np.array(looks[1:], dtype=np.float64)))
        flags = tuple(found.is_repeat.astype(np.float64).tolist())
        return {
            "cadence_repeats": Value(float(found.is_repeat.mean()), series=flags),
            "cadence_period": Value(float(found.period)),
            **evaluators.or_reason(
                ("cadence_fps",), lambda: {"cadence_fps": Value(sample.fps * pace(found.is_repeat))}
            ),
        }


def change(before: Plane, after: Plane) -> float:
    """The largest mean absolute difference over the cells of the grid, of two (H, W) uint8 planes; in [0, 255]."""
    import cv2

    height, width = before.shape
    difference = cv2.absdiff(before, after).astype(np.float32)  # as uint8, means would be whole levels
    size = (min(GRID, width), min(GRID, height))
    return float(cv2.resize(difference, size, interpolation=cv2.INTER_AREA).max())


def repeats(changes: Changes) -> Flags:
    """(n,): which of n steps, given by their changes in gray levels, lead to a frame that repeats the one before.

    Raises:
        NotMeasurable: nothing changes, or no more than a codec makes.
    """
    if changes.max() == 0:
        raise NotMeasurable("nothing moves: frames that repeat are no fault of a still clip")
    is_quiet = changes <= min(CODEC, QUIET * float(np.percentile(changes, TYPICAL)))
    found = changes == 0
    for start, end in _runs(is_quiet | found):
        beside = changes[[at for at in (start - 1, end) if 0 <= at < len(changes)]]
        if DROP * changes[start:end].max() <= beside.min():  # one is there: the largest change is not quiet
            found[start:end] = True
    return np.asarray(found)


def pace(is_repeat: Flags) -> float:
    """New frames a step, in (0, 1], between the first and the last new frame after frame 0.

    Raises:
        NotMeasurable: fewer than 2 new frames.
    """
    new = np.flatnonzero(~is_repeat)
    if len(new) < 2:
        raise NotMeasurable(f"a frame rate needs 2 new frames after frame 0, the clip has {len(new)}")
    return (len(new) - 1) / int(new[-1] - new[0])


@dataclass(frozen=True)
class Rhythm:
    """The order of new and repeated frames.

    Attributes:
        period: steps after which it recurs; 1 without repeats, 0 without a rhythm.
        is_repeat: (n,) of each step, with those that the rhythm asks for.
    """

    period: int
    is_repeat: Flags


def rhythm(is_repeat: Flags) -> Rhythm:
    """The shortest rhythm that the flags of (n,) steps keep."""
    if not is_repeat.any():
        return Rhythm(1, is_repeat)
    for length in range(2, len(is_repeat) // CYCLES + 1):
        phases = [is_repeat[phase::length] for phase in range(length)]
        repeated = [phase.mean() >= KEPT and phase.sum() >= CYCLES for phase in phases]
        new = [phase.mean() <= BROKEN for phase in phases]
        if any(repeated) and any(new) and all(np.logical_or(repeated, new)):
            return Rhythm(length, is_repeat | np.resize(np.array(repeated), len(is_repeat)))
    return Rhythm(0, is_repeat)


def _runs(flags: Flags) -> NDArray[np.intp]:
    """(n, 2): where each row of set flags starts, and the place after its end."""
    return np.flatnonzero(np.diff(np.concatenate([[False], flags, [False]]))).reshape(-1, 2)
