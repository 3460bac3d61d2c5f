"""The frames of two clips that show the same moment: each clip is decoded once, frame by frame, neither is kept."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice, zip_longest
from pathlib import Path

from bench.errors import NotMeasurable
from bench.media import pictures, video
from bench.media.streams import Stream
from bench.types import Image

RATE_OFF = 0.01
"""How far the ratio of two frame rates may lie from a whole number, as a share of it."""

SHAPE_OFF = 0.02
"""How far the proportions of two clips may differ, as a share."""


class Lockstep:
    """Pairs of frames, both (H, W, 3) uint8 sRGB of one size; to be iterated once.

    Attributes:
        notes: what the clips differ in besides what they show, and what was done about it; whole once the frames are
            exhausted.

    Args:
        a, b: of which no frame was taken yet; both are read to their ends.

    Raises:
        NotMeasurable: the frame rates are no multiples of each other.
    """

    def __init__(self, a: Stream, b: Stream) -> None:
        steps = _steps(a.fps, b.fps)
        self._streams = [islice(each.frames, 0, None, step) for each, step in zip((a, b), steps, strict=True)]
        self.notes: list[str] = []
        if max(steps) > 1:
            self.notes.append(f"every frame of the slower clip: {a.fps:g} and {b.fps:g} fps")

    def __iter__(self) -> Iterator[tuple[Image, Image]]:
        """The pairs of the common part.

        Raises:
            NotMeasurable: the clips have other proportions.
            BadClip: one turns out to be damaged or cut short.
        """
        lengths, common = [0, 0], 0
        for both in zip_longest(*self._streams):
            lengths = [count + (frame is not None) for count, frame in zip(lengths, both, strict=True)]
            if both[0] is not None and both[1] is not None:
                common += 1
                yield self._of_one_size(both[0], both[1], is_first=common == 1)
        if lengths[0] != lengths[1]:
            self.notes.append(f"the first {common} frames: {lengths[0]} and {lengths[1]} frames long")

    def _of_one_size(self, a: Image, b: Image, is_first: bool) -> tuple[Image, Image]:
        if a.shape == b.shape:
            return a, b
        (height, width), (other_height, other_width) = a.shape[:2], b.shape[:2]
        sizes = f"{width} x {height} and {other_width} x {other_height} pixels"
        if abs(width * other_height / (height * other_width) - 1) > SHAPE_OFF:
            raise NotMeasurable(f"the clips have other proportions, {sizes}: crop one of them first")
        width, height = min((width, height), (other_width, other_height))
        if is_first:
            self.notes.append(f"at {width} x {height} pixels: the clips have {sizes}")
        return pictures.fit(a, width, height, "stretch"), pictures.fit(b, width, height, "stretch")


@contextmanager
def lockstep(a: Path, b: Path, a_fps: float | None, b_fps: float | None) -> Iterator[Lockstep]:
    """Two clips, opened.

    Args:
        a, b: files or folders.
        a_fps, b_fps: frames per second of folders of frames.

    Raises:
        BadClip: one of them cannot be decoded.
        NotMeasurable: their frame rates are no multiples of each other.
    """
    with video.stream(a, a_fps) as one, video.stream(b, b_fps) as other:
        yield Lockstep(one, other)


def _steps(a: float, b: float) -> tuple[int, int]:
    """Every so many frames of each clip are taken.

    >>> _steps(8.0, 24.0), _steps(30.0, 29.97)
    ((1, 3), (1, 1))
    """
    ratio = max(a, b) / min(a, b)
    whole = round(ratio)
    if abs(ratio / whole - 1) > RATE_OFF:
        raise NotMeasurable(
            f"the clips have {a:g} and {b:g} fps, whose frames show other moments: one has to be a multiple of the"
            " other"
        )
    return (whole, 1) if a > b else (1, whole)
