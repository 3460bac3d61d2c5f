"""Excerpts of real clips: a few frames at a stated rate, from a frame that chance chose, once and for all.

What is drawn follows from a text and the clip's number of frames alone, so it is the same on every machine.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from bench.base import files
from bench.errors import BadClip, NotMeasurable, UsageError
from bench.media import clip_view, video
from bench.suites.importing.drafts import Excerpt
from bench.types import Clip, Image


@dataclass(frozen=True)
class Window:
    """What excerpts of a suite have in common.

    Attributes:
        frames: how many.
        fps: frames per second, reached by whole steps.
    """

    frames: int
    fps: float


def drawn(path: Path, window: Window, key: str) -> Excerpt | None:
    """An excerpt from a random frame on; None if the clip is too short, or its rate leads nowhere near the window's.

    Args:
        path: of the clip, which is read to its end.
        window: what to take.
        key: decides the frame, together with the number of frames.

    Raises:
        UsageError: the clip cannot be read.
    """
    try:
        with video.stream(path) as stream:
            count = sum(1 for _ in stream.frames)
            step = clip_view.whole_step(stream.fps, window.fps)
    except NotMeasurable:
        return None
    except BadClip as error:
        raise UsageError(f"{error}: download it again") from None
    beginnings = count - (window.frames - 1) * step
    return Excerpt(path, number(key, beginnings), step, window.frames) if beginnings > 0 else None


def read(excerpt: Excerpt) -> Clip:
    """The frames of an excerpt, at the rate that its step gives.

    Raises:
        UsageError: the clip cannot be read, or ends before.
    """
    numbers = range(excerpt.first, excerpt.first + excerpt.frames * excerpt.step, excerpt.step)
    frames, fps = _frames(excerpt.path, numbers)
    return Clip(np.stack(frames), fps / excerpt.step)


def frame(path: Path, number: int) -> Image:
    """One frame of a clip, counted from 0.

    Raises:
        UsageError: the clip cannot be read, or ends before.
    """
    return _frames(path, range(number, number + 1))[0][0]


def _frames(path: Path, numbers: range) -> tuple[list[Image], float]:
    """The frames of these numbers, and the clip's rate."""
    try:
        with video.stream(path) as stream:
            within = zip(range(numbers[-1] + 1), stream.frames, strict=False)
            frames = [frame for t, frame in within if t in numbers]
            fps = stream.fps
    except BadClip as error:
        raise UsageError(f"{error}: download it again") from None
    if len(frames) < len(numbers):
        raise UsageError(f"{path} ends before frame {numbers[-1]}: download it again")
    return frames, fps


def number(key: str, below: int) -> int:
    """A number from 0 up to, but not including, another: by chance, and always the same for the same text."""
    return int(files.digest(key)[:15], 16) % below


def shuffled(names: Iterable[str], key: str) -> list[str]:
    """The names in an order that chance chose, always the same for the same text, however they were ordered."""
    return sorted(names, key=lambda name: files.digest([key, name]))
