"""Motion-compensated interpolation by libavfilter's minterpolate: 'svd+minterpolate@16'."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from bench.errors import UsageError
from bench.models import processing
from bench.models.processing.frame_rate import FrameRate, exact, frames_at
from bench.models.programs.processes import Watch, ignore
from bench.types import Clip, Frames, Image

if TYPE_CHECKING:
    from av.filter import Graph

LOOKAHEAD = 4
"""Frames that minterpolate wants to see after the last one that it makes: without them it drops the tail."""


@dataclass(frozen=True)
class Settings:
    """Modes of the filter: motion compensated, blended, or repeated frames."""

    mode: Literal["mci", "blend", "dup"] = "mci"


@processing.add
class Minterpolate(FrameRate):
    """libavfilter's minterpolate, in process.

    It works on YUV 4:4:4, a level or two away from the RGB that went in: frames of the source that fall on a frame of
    the result are put back unchanged. It also drops frames whose successors it cannot see (6 frames from 8 to 16 per
    second: 9, not 11), so the last frame is repeated a few times, and what comes after it is cut off.
    """

    name = "minterpolate"
    Settings = Settings

    def apply(self, clip: Clip, log: Path, watch: Watch = ignore) -> Clip:
        rate, to_rate = exact(clip.fps), exact(self.fps)
        count = frames_at(len(clip), clip.fps, self.fps)
        made = list(_interpolated(clip.frames, rate, to_rate, self.settings.mode)) if len(clip) > 1 else []
        frames = []
        for number in range(count):
            watch()
            source = number * rate / to_rate
            if source.denominator != 1 and number >= len(made):
                raise UsageError(f"{self} made {len(made)} of {count} frames of a clip of {len(clip)}")
            frames.append(clip.frames[int(source)] if source.denominator == 1 else made[number])
        return Clip(np.stack(frames), self.fps)

    def facts(self) -> dict[str, Any]:
        import av

        return self.identity() | {"libavfilter": ".".join(map(str, av.library_versions["libavfilter"]))}


def _interpolated(frames: Frames, rate: Fraction, to_rate: Fraction, mode: str) -> Iterator[Image]:
    """What minterpolate makes, and some repeated frames at the end."""
    import av

    graph = av.filter.Graph()
    height, width = frames.shape[1:3]
    layout = av.VideoFormat("rgb24", width, height)
    source = graph.add_buffer(width=width, height=height, format=layout, time_base=1 / rate)
    steps = [
        graph.add("format", "yuv444p"), graph.add("minterpolate", f"fps={to_rate}:mi_mode={mode}"),
        graph.add("format", "rgb24"), graph.add("buffersink"),
    ]  # fmt: skip
    graph.link_nodes(source, *steps).configure()
    for number, frame in enumerate([*frames, *[frames[-1]] * LOOKAHEAD]):
        picture = av.VideoFrame.from_ndarray(np.ascontiguousarray(frame), format="rgb24")
        picture.pts, picture.time_base = number, 1 / rate
        graph.push(picture)
        yield from _pulled(graph)
    graph.push(None)
    yield from _pulled(graph)


def _pulled(graph: Graph) -> Iterator[Image]:
    import av

    while True:
        try:
            frame = graph.pull()
        except (av.error.BlockingIOError, av.error.EOFError):
            return
        assert isinstance(frame, av.VideoFrame)
        yield np.asarray(frame.to_ndarray(format="rgb24"), dtype=np.uint8)
