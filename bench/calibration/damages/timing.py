"""Damage to the order and pace of frames."""

from __future__ import annotations

import numpy as np

from bench.calibration.damages.arithmetic import flow, in_order, moved, to_uint8
from bench.calibration.damages.damage import Damage
from bench.types import Frames, Image


def _swap(frames: Frames, severity: float, rng: np.random.Generator) -> Frames:
    order = np.arange(len(frames))
    firsts = rng.permutation(np.arange(1, len(frames) - 1, 2))[: round(severity)]
    order[firsts], order[firsts + 1] = firsts + 1, firsts
    return in_order(frames, order)


def _freeze(frames: Frames, severity: float, _: np.random.Generator) -> Frames:
    last = max(0, len(frames) - 1 - round(severity * len(frames)))
    return in_order(frames, np.minimum(np.arange(len(frames)), last))


def _late_start(frames: Frames, severity: float, _: np.random.Generator) -> Frames:
    return in_order(frames, np.maximum(np.arange(len(frames)) - round(severity * len(frames)), 0))


MOST_DROPPED = 4


def _room_to_drop(frames: Frames) -> Frames:
    return frames[: max(min(2, len(frames)), len(frames) - MOST_DROPPED)]


def _drop(frames: Frames, severity: float, rng: np.random.Generator) -> Frames:
    length = len(_room_to_drop(frames))
    gone = rng.permutation(np.arange(1, length))[: min(round(severity), len(frames) - length)]
    return np.delete(frames, gone, axis=0)[:length]


def _duplicate(frames: Frames, severity: float, rng: np.random.Generator) -> Frames:
    shown = np.arange(len(frames))
    shown[rng.permutation(np.arange(1, len(frames)))[: round(severity)]] = 0
    return in_order(frames, np.maximum.accumulate(shown))


def _slow_motion(frames: Frames, severity: float, _: np.random.Generator) -> Frames:
    times = np.arange(len(frames)) / max(1.0, severity)
    return np.stack([_between(frames, time) for time in times])


def _between(frames: Frames, time: float) -> Image:
    """The picture at a time between two frames: each is warped along the flow to the other, then both are blended."""
    before, share = int(time), time - int(time)
    first: Image = frames[before]
    if share == 0:
        return first
    second: Image = frames[before + 1]
    there = moved(first, flow(first, second), share).astype(np.float32)
    back = moved(second, flow(second, first), 1 - share)
    return to_uint8((1 - share) * there + share * back)


def _loop(frames: Frames, severity: float, _: np.random.Generator) -> Frames:
    times = np.arange(len(frames))
    turn = (len(frames) - 1) * (2 - min(severity, 1.0)) / 2
    return in_order(frames, np.rint(turn - np.abs(times - turn)).astype(int))


SWAP = Damage(
    "swap", "Swapped frames", "pairs", (1, 2, 3, 4, 6), _swap,
    "This many pairs of neighbouring frames change places, never the first frame.",
)  # fmt: skip

FREEZE = Damage(
    "freeze", "Freeze", "share of the clip", (0.125, 0.25, 0.5, 0.75), _freeze,
    "The last frames, this share of the clip, repeat the one before them.",
)  # fmt: skip

LATE_START = Damage(
    "late_start", "Late start", "share of the clip", (0.125, 0.25, 0.5, 0.75), _late_start,
    "The first frame stands for this share of the clip before the others follow; what no longer fits is cut off.",
)  # fmt: skip

DROP = Damage(
    "drop", "Dropped frames", "frames", (1, 2, 3, 4), _drop,
    "This many frames inside the clip are left out; those that follow move up, so that it is as long as its "
    f"baseline, which is the clip without its last {MOST_DROPPED} frames.",
    baseline=_room_to_drop,
)  # fmt: skip

DUPLICATE = Damage(
    "duplicate", "Duplicated frames", "frames", (1, 2, 3, 4, 6), _duplicate,
    "This many frames show the one before them instead; the next is where it would have been.",
)  # fmt: skip

SLOW_MOTION = Damage(
    "slow_motion", "Slow motion", "times slower", (1.25, 1.5, 2, 3, 4), _slow_motion,
    "The same motion, this many times slower, cut off at the same length: frames in between along DIS flow.",
)  # fmt: skip

LOOP = Damage(
    "loop", "Loop", "share of the way back", (0.25, 0.5, 0.75, 1), _loop,
    "The clip turns round and plays backwards at its own pace; at 1 it ends on its first frame.",
)  # fmt: skip
