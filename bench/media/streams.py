"""Clips that are being decoded, frame by frame, and how much of one is decoded at most."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from bench.errors import BadClip, BenchError
from bench.types import Image

MAX_FRAMES = 36_000
"""A clip with more (ten minutes at 60 per second) is refused: a small file can hold millions."""

MAX_PIXELS = 4096 * 4096
"""Pixels per frame, however it is stored: a larger one is refused before it is decoded."""

MAX_STREAM_BYTES = 32 << 30
"""A clip whose frames take more, decoded, is refused: 5,500 of 1920 x 1080, or 1,380 of 3840 x 2160."""

ALWAYS_BYTES = 2 << 30
"""Bytes that a clip may take, decoded, however small its file is."""

MAX_GROWTH = 40_000
"""How many times its file a clip beyond ALWAYS_BYTES may take, decoded. A photograph that stands still for ten seconds
of H.264 takes 5,000 times its file; a film of one colour, made to keep a machine busy, 90,000 times."""


@dataclass
class Stream:
    """A clip that is being decoded, frame by frame.

    Attributes:
        frames: (H, W, 3) uint8 sRGB each, all of one size, at least one; to be iterated once. Raises BadClip where the
            file turns out to be damaged, and at the end where it is cut short.
        fps: as stated; once the frames are exhausted, what read_clip says of uneven timing.
        decoded: see Clip.decoded; whole once the frames are exhausted.
        shown: what is done to decoded frames, where that is unusual: part of decoded.
    """

    frames: Iterator[Image]
    fps: float
    decoded: dict[str, str]
    shown: Mapping[str, str] = field(default_factory=dict)


def same_size(path: Path, frame: Image, size: tuple[int, int] | None, number: int) -> tuple[int, int]:
    """The width and height of a frame, once it is checked against the frames before and the limits.

    Args:
        path: of the clip.
        frame: (H, W, 3).
        size: of the frames before; None for the first.
        number: of the frame, from 0.

    Raises:
        BadClip: the size changes, or there are too many frames.
    """
    height, width = frame.shape[:2]
    if size is not None and size != (width, height):
        before = f"{size[0]} x {size[1]}"
        raise BadClip(f"clip {path} changes size at frame {number}: {before} to {width} x {height}")
    refuse_too_much(path, number + 1, width, height)
    return width, height


def refuse_too_much(path: Path, frames: int, width: int, height: int) -> None:
    """Refuses a clip whose frames are larger, or more, than they may be.

    Args:
        path: of the clip.
        frames: number of those decoded so far, or of those that the file promises.
        width, height: of a frame.

    Raises:
        BadClip: it is.
    """
    if width * height > MAX_PIXELS:
        raise BadClip(f"clip {path} is {width} x {height}, over the limit of {MAX_PIXELS} pixels")
    if frames > MAX_FRAMES:
        raise BadClip(f"clip {path} has more than {MAX_FRAMES} frames: cut it into shorter ones")
    bytes_ = frames * width * height * 3
    if bytes_ > MAX_STREAM_BYTES:
        raise BadClip(
            f"clip {path} has at least {frames} frames of {width} x {height}, over {MAX_STREAM_BYTES} bytes: cut it"
            " into shorter ones, or scale it down"
        )
    if bytes_ > ALWAYS_BYTES and path.is_file() and bytes_ > MAX_GROWTH * path.stat().st_size:
        raise BadClip(
            f"clip {path} grows from {path.stat().st_size} bytes to {bytes_} or more, over {MAX_GROWTH} times: it looks"
            " made to exhaust a machine; scale it down if it is not"
        )


@contextmanager
def broken_is_bad_clip(path: Path) -> Iterator[None]:
    """Mutated files make PyAV raise at least five types, IndexError and UnicodeDecodeError among them."""
    try:
        yield
    except BenchError:
        raise
    except MemoryError:
        raise BadClip(f"clip {path} does not fit into memory") from None
    except Exception as error:
        raise BadClip(f"clip {path} cannot be decoded: {type(error).__name__}: {error}") from error
