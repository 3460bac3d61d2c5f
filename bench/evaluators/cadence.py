"""How many different pictures per second a clip shows: frames that repeat or mix their neighbours, and their rhythm.

A clip of 24 frames per second made from 8 different ones shows each of them three times, or fades from each to the
next. Encoded repeats are no longer equal to the bit: a codec goes on refining them. What tells a repeat from movement
is the part of the frame that changes most, where movement of even a small thing makes tens of gray levels and a codec a
few. What tells a blend is single pixels: where things move, they do not lie on the line between the frames before and
after.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bench import evaluators
from bench.errors import NotMeasurable
from bench.evaluators.signals.cells import cell_means
from bench.evaluators.view import Sample, View
from bench.types import MetricCard, Plane, Value

GRID = 16
"""Cells across and down; the one that changes most stands for the step."""

CODEC = 4.0
"""Gray levels: a larger change of a cell is no repeat. H.264 at crf 18 to 23 leaves up to 4.5 in a repeated frame, but
rarely; movement of half a pixel per frame makes 3 to 10."""

QUIET = 0.25
"""A repeat changes by at most this share of the change of the clip's faster steps ..."""

DROP = 3.0
"""... and the steps before and after a run of repeats are at least this many times larger: movement that comes to rest
slows down first."""

POINTS = 64
"""Pixels kept of each frame to find blends, at most, across and down: no averages, since averaging itself blends."""

ON_THE_LINE = 0.2
"""A blend is at most this far off the line between its neighbours, as a share of half the distance between them.
Measured: 0.01 to 0.15 for blends, after H.264 mostly below 0.2; 0.4 to 1.6 for new frames, but 0.2 where a pan is 0.25
pixels per frame: so runs of blends have to end at frames DROP times as far off."""

LEAST_PART = 0.15
"""Least share of either neighbour in a blend: with less it is a repeat."""

TYPICAL = 90
"""Percentile of all changes that stands for the clip's movement: holds for up to nine repeats of each picture, and is
no cut."""

CYCLES = 3
"""How often a rhythm must recur: with two, any two repeats would be one."""

KEPT = 0.75
"""Share of a rhythm's repeats that must be found, since a codec hides some ..."""

BROKEN = 0.1
"""... and share of its new frames that may look like repeats, since movement pauses."""

FAR = 100.0
"""Farther than any frame is off the line; stands for infinity where its neighbours are equal."""

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
    "Movement below about a pixel per frame that a codec has skipped or smeared: its repeats cannot be told; blends at "
    "other than a whole multiple of the frame rate (24 to 30), and frames interpolated along motion. A pause that was "
    "asked for, without any grain, counts as repeats."
)


@dataclass(frozen=True)
class CadenceFrame:
    """What is kept of a frame: at most 4 kB.

    Attributes:
        change: since the frame before, gray levels; 0 for frame 0.
        points: (n,) uint8: see lattice.
    """

    change: float
    points: Plane


@evaluators.add
class Cadence(evaluators.ClipEvaluator):
    """Share of repeated frames, different frames per second, and their rhythm; not measurable for a still clip."""

    name = "cadence"
    min_frames = 4
    cards = (
        MetricCard(
            name="cadence_repeats", title="Repeated frames", group="Motion",
            version=1, direction="lower", unit="", low=0.0, high=1.0, is_main=True,
            definition=f"Share of steps onto a frame that repeats the one before. {_REPEATS} Needs 4 frames and a clip "
            "that moves.",
            source="Own.", blind_to=f"A clip that is still throughout has no value. {_BLIND}",
            series="1 where a frame repeats the one before, else 0: T - 1 values",
            shows=("freeze", "duplicate"), ignores=("pan",),
        ),
        MetricCard(
            name="cadence_blends", title="Blended frames", group="Motion",
            version=1, direction="lower", unit="", low=0.0, high=1.0,
            definition="Share of frames, except the first and last, that are a mixture of the two beside them. On a "
            "lattice of at most 64 x 64 gray pixels: the mixture by least squares has at least 15 % of either, and its "
            "remainder (root mean square) is at most a fifth of half the distance between the two, in a run of such "
            "frames that ends at frames with three times the remainder. Blends that a codec hid are added where all "
            "others keep a rhythm (cadence_period). Needs 4 frames and a clip that moves.",
            source="Own.", blind_to=f"A clip that is still throughout has no value. {_BLIND}",
            series="1 where a frame is a blend, else 0: T values", ignores=("pan",),
        ),
        MetricCard(
            name="cadence_fps", title="True frame rate", group="Motion",
            version=1, direction="none", unit="frames/s", low=0.0, high=None, is_main=True,
            definition="Different frames per second: the clip's frame rate times the new frames (neither repeats nor "
            "blends) after the first new one up to the last, over the steps between those two. Frame 0 does not count. "
            f"{_REPEATS} Blends: see cadence_blends. Needs 2 new frames.",
            source="Own.", blind_to=f"Pauses before the first new frame and after the last. {_BLIND}",
        ),
        MetricCard(
            name="cadence_period", title="Repeat pattern", group="Motion",
            version=1, direction="none", unit="frames", low=0.0, high=None,
            definition="Frames after which the order of new frames and others (repeats or blends) recurs, the smallest "
            "such number: 1 where every frame is new, 3 for 8 frames per second shown at 24 (3:1), 5 for film at 30 or "
            "60 (3:2 pulldown). Each of the others in a period must be found three times and in 75 % of its turns, and "
            "nine in ten of the new frames must be found new; 0 where there are others without such a rhythm. Needs 4 "
            "frames and a clip that moves.",
            source="Own.", blind_to=f"Rhythms longer than a third of the clip. {_BLIND}",
        ),
    )  # fmt: skip

    def look(self, view: View) -> CadenceFrame:
        changed = 0.0 if view.before is None else change(view.before.gray, view.gray)
        return CadenceFrame(changed, lattice(view.gray))

    def conclude(self, frames: Sequence[CadenceFrame], sample: Sample) -> evaluators.Values:
        is_repeat = rhythm(repeats(np.array([frame.change for frame in frames[1:]]))).flags
        is_blend = rhythm(blends(np.stack([frame.points for frame in frames]))).flags
        both = rhythm(is_repeat | np.append(is_blend, False))
        return {
            "cadence_repeats": Value(float(is_repeat.mean()), series=_series(is_repeat)),
            "cadence_blends": Value(float(is_blend.mean()), series=(0.0, *_series(is_blend), 0.0)),
            "cadence_period": Value(float(both.period)),
            "cadence_fps": evaluators.value_or_reason(lambda: sample.fps * pace(both.flags)),
        }


def lattice(gray: Plane) -> Plane:
    """(n,) uint8, n at most 64 x 64: every so many pixels of an (H, W) uint8 plane, across and down."""
    step = -(-max(gray.shape) // POINTS)
    return gray[::step, ::step].ravel()


def change(before: Plane, after: Plane) -> float:
    """The largest mean absolute difference over the cells of the grid, of two (H, W) uint8 planes; in [0, 255]."""
    import cv2

    difference = cv2.absdiff(before, after).astype(np.float32)  # as uint8, means would be whole levels
    return float(cell_means(difference, GRID).max())


def repeats(changes: Changes) -> Flags:
    """(n,): which of n steps lead to a frame that repeats the one before.

    Args:
        changes: (n,) gray levels: see change.

    Raises:
        NotMeasurable: nothing changes.

    >>> repeats(np.array([20.0, 0.0, 20.0, 1.0, 20.0, 5.0])).tolist()  # 5 is more than a codec makes
    [False, True, False, True, False, False]
    """
    if changes.max() == 0:
        raise NotMeasurable("nothing moves: frames that repeat are no fault of a still clip")
    is_quiet = changes <= min(CODEC, QUIET * float(np.percentile(changes, TYPICAL)))
    return np.asarray((changes == 0) | _stand_out(changes, is_quiet | (changes == 0)))


def blends(points: Plane) -> Flags:
    """(T - 2,): which of the frames between the first and the last are a mixture of the two beside them.

    Args:
        points: (T, n) uint8, T >= 3: the same n pixels of each frame.

    >>> a, b, c = [0, 0, 0], [100, 0, 0], [100, 90, 80]
    >>> mixed = [100, 45, 40]  # half of b, half of c
    >>> blends(np.array([a, b, mixed, c, a], np.uint8)).tolist()
    [False, True, False]
    """
    off, part = np.array([_off_the_line(*points[t - 1 : t + 2]) for t in range(1, len(points) - 1)]).T
    is_mixture = (off <= ON_THE_LINE) & (part >= LEAST_PART) & (part <= 1 - LEAST_PART)
    return _stand_out(off, is_mixture)


def _off_the_line(before: Plane, here: Plane, after: Plane) -> tuple[float, float]:
    """How far `here` is off the best mixture of its neighbours, over half their distance; and the share of `after`."""
    way = after.astype(np.float64) - before
    gone = here.astype(np.float64) - before
    if not way.any():
        return FAR, 0.0
    part = float(gone @ way / (way @ way))
    return min(FAR, float(2 * np.linalg.norm(gone - part * way) / np.linalg.norm(way))), part


def _stand_out(levels: NDArray[np.float64], is_low: Flags) -> Flags:
    """(n,): the runs of low levels between levels DROP times as large; at an end, only the other side counts."""
    found = np.zeros(len(levels), dtype=np.bool_)
    for start, end in _runs(is_low):
        beside = levels[[at for at in (start - 1, end) if 0 <= at < len(levels)]]
        found[start:end] = len(beside) > 0 and DROP * levels[start:end].max() <= beside.min()
    return found


def pace(is_old: Flags) -> float:
    """New frames per step, in (0, 1], between the first and the last new frame after frame 0.

    Args:
        is_old: (n,): which steps lead to a repeat or a blend.

    Raises:
        NotMeasurable: fewer than 2 new frames.

    >>> is_old = np.array([True, False, True, True, False, True])
    >>> pace(is_old)  # from one new frame to the next in three steps
    0.3333333333333333
    """
    new = np.flatnonzero(~is_old)
    if len(new) < 2:
        raise NotMeasurable(f"a frame rate needs 2 new frames after frame 0, the clip has {len(new)}")
    return (len(new) - 1) / int(new[-1] - new[0])


@dataclass(frozen=True)
class Rhythm:
    """A pattern that recurs.

    Attributes:
        period: after how many flags it recurs; 1 where no flag is set, 0 where there is no rhythm.
        flags: (n,): those that were set, and those that the rhythm asks for.
    """

    period: int
    flags: Flags


def rhythm(flags: Flags) -> Rhythm:
    """The shortest rhythm that (n,) flags keep.

    >>> found = rhythm(np.array([True, True, False] * 3 + [True, False, False]))  # a repeat was hidden once
    >>> found.period, found.flags.tolist() == [True, True, False] * 4
    (3, True)
    """
    if not flags.any():
        return Rhythm(1, flags)
    for length in range(2, len(flags) // CYCLES + 1):
        phases = [flags[phase::length] for phase in range(length)]
        is_set = [phase.mean() >= KEPT and phase.sum() >= CYCLES for phase in phases]
        is_clear = [phase.mean() <= BROKEN for phase in phases]
        if any(is_set) and any(is_clear) and all(np.logical_or(is_set, is_clear)):
            return Rhythm(length, flags | np.resize(np.array(is_set), len(flags)))
    return Rhythm(0, flags)


def _series(flags: Flags) -> tuple[float, ...]:
    return tuple(flags.astype(np.float64).tolist())


def _runs(flags: Flags) -> NDArray[np.intp]:
    """(n, 2): where each run of set flags starts, and the place after its end."""
    return np.flatnonzero(np.diff(np.concatenate([[False], flags, [False]]))).reshape(-1, 2)
