"""Frames that repeat or mix their neighbours, and the pattern in which they recur.

Encoded repeats are no longer equal to the bit: a codec goes on refining them. What tells a repeat from movement is the
part of the frame that changes most, where movement of even a small thing makes tens of gray levels and a codec a few.
What tells a blend is single pixels: where things move, they do not lie on the line between the frames before and after.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bench.errors import NotMeasurable
from bench.evaluators.signals.cells import cell_means
from bench.types import Plane

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
"""How often a pattern must recur: with two, any two repeats would be one."""

KEPT = 0.75
"""Share of a pattern's repeats that must be found, since a codec hides some ..."""

BROKEN = 0.1
"""... and share of its new frames that may look like repeats, since movement pauses."""

FAR = 100.0
"""Farther than any frame is off the line; stands for infinity where its neighbours are equal."""

Changes = NDArray[np.float64]
Flags = NDArray[np.bool_]


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
class RepeatPattern:
    """A pattern of flags that recurs.

    Attributes:
        period: after how many flags it recurs; 1 where no flag is set, 0 where there is no pattern.
        flags: (n,): those that were set, and those that the pattern adds.
    """

    period: int
    flags: Flags


def repeat_pattern(flags: Flags) -> RepeatPattern:
    """The shortest pattern that (n,) flags follow.

    >>> found = repeat_pattern(
    ...     np.array([True, True, False] * 3 + [True, False, False])
    ... )  # a repeat was hidden once
    >>> found.period, found.flags.tolist() == [True, True, False] * 4
    (3, True)
    """
    if not flags.any():
        return RepeatPattern(1, flags)
    for length in range(2, len(flags) // CYCLES + 1):
        phases = [flags[phase::length] for phase in range(length)]
        is_set = [phase.mean() >= KEPT and phase.sum() >= CYCLES for phase in phases]
        is_clear = [phase.mean() <= BROKEN for phase in phases]
        if any(is_set) and any(is_clear) and all(np.logical_or(is_set, is_clear)):
            return RepeatPattern(length, flags | np.resize(np.array(is_set), len(flags)))
    return RepeatPattern(0, flags)


def _runs(flags: Flags) -> NDArray[np.intp]:
    """(n, 2): where each run of set flags starts, and the place after its end."""
    return np.flatnonzero(np.diff(np.concatenate([[False], flags, [False]]))).reshape(-1, 2)
