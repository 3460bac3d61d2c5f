"""Animated WebP and PNG, composed by Pillow: of a WebP, FFmpeg shows the first picture at most."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from bench.errors import BadClip
from bench.media import file_kinds, pictures
from bench.media.integrity import Seen
from bench.media.streams import Stream, broken_is_bad_clip, refuse_too_much, same_size
from bench.types import Image

if TYPE_CHECKING:
    from PIL import ImageFile

SHORTEST, USUAL = 0.01, 0.1
"""Seconds: browsers show a frame whose delay is SHORTEST or less for USUAL."""


@contextmanager
def stream(path: Path, container: str) -> Iterator[Stream]:
    """An animated picture that is being decoded, each frame composed with those before and laid over white.

    Args:
        path: of the file.
        container: 'webp' or 'png'.

    Raises:
        BadClip: it does not move, is damaged or too large.
    """
    import PIL
    from PIL import Image as pillow

    if not file_kinds.is_animated(path):
        raise BadClip(f"clip {path} is a single picture, not a film: put frames into a folder of their own")
    with pillow.open(path, formats=[container.upper()]) as opened:
        frames = range(bool(opened.info.get("default_image")), getattr(opened, "n_frames", 1))
        refuse_too_much(path, len(frames), opened.width, opened.height)
        if len(frames) < (lying := Seen.of(path, container).in_file or 0):
            raise BadClip(f"clip {path} is damaged: {len(frames)} frames can be found of {lying}")
        facts = {"container": container, "codec": container, "decoder": f"Pillow {PIL.__version__}"}
        found = Stream(iter(()), 1 / USUAL, facts)
        decoded = _frames(path, opened, frames, found)
        found.frames = chain([next(decoded)], decoded)  # the rate is known once the first is decoded
        yield found


def _frames(path: Path, opened: ImageFile.ImageFile, numbers: range, found: Stream) -> Iterator[Image]:
    """The frames; once they are exhausted, found has the rate and the facts."""
    with broken_is_bad_clip(path):
        seen, end = Seen(), 0.0
        for number in numbers:
            opened.seek(number)
            opened.load()
            delay = opened.info.get("duration", 0) / 1000
            seen.begins.append(end)
            end += delay if delay > SHORTEST else USUAL
            found.fps = 1 / end if number == numbers[0] else found.fps
            picture = np.asarray(opened.convert("RGBA"))
            if picture[..., 3].min() < 255:
                found.decoded["alpha"] = "over white"
            frame = pictures.over_white(picture)
            seen.size = same_size(path, frame, seen.size, len(seen.begins) - 1)
            yield frame
        found.fps = seen.rate() if len(seen.begins) > 1 else found.fps
        timing = "uneven" if seen.is_uneven(found.fps) else "even"
        found.decoded |= {"complete": "yes", "timing": timing}
