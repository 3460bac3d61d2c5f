"""Clips: the one door to what decodes them; written by `encoding`. Sizes and colours of single pictures: `pictures`.

Decoding itself is in `films` (FFmpeg), `animations` and folders of frames (Pillow), and happens in another process: see
`decoders`.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeAlias

import numpy as np

from bench.errors import BadClip
from bench.media import decoders, streams
from bench.media.encoding import write_clip
from bench.types import Clip, Frames

__all__ = ["read_clip", "write_clip"]

Stream: TypeAlias = streams.Stream

MAX_CLIP_BYTES = 8 << 30
"""A clip whose frames take more (1,380 of 1920 x 1080) is not read whole: it is refused while it is decoded."""


@contextmanager
def stream(path: Path, fps: float | None = None) -> Iterator[Stream]:
    """Opens a clip to be decoded frame by frame; what is read and what is checked: see read_clip.

    Args:
        path: of the file or folder.
        fps: frames per second of a folder of frames; None for FRAMES_FPS. A file states its own.

    Raises:
        BadClip: missing, empty, not a video, too large, a playlist in disguise, or the end of its decoder.
    """
    with decoders.stream(path, fps) as opened:
        yield opened


def read_clip(path: Path, fps: float | None = None) -> Clip:
    """Decodes a video file (mp4, m4v, mov, mkv, webm, gif, avi, animated webp or png) or a folder of pictures, whole.

    The frames are those that players show: of the default film, not of a cover picture; turned upright, of square
    pixels (Lanczos, rows stay), transparency over white. Where that changed something, decoded says so. What is
    checked:

    * Only regular files are opened, each by the container that its suffix names, and no file that it points to.
    * The pixels of a frame (before any is decoded), the number of frames, the bytes of the clip, and that all frames
      have one size; and how long it takes its decoder, which is a process of its own and may die of it.
    * What the decoder calls damaged, checksums included, where the codec has them.
    * That nothing is missing at the end: a whole gif, avi, mkv or webm has as many pictures as lie in the file; mp4 and
      mov promise a number of frames (those that an edit list hides do not count). An avi, mkv or webm that is not whole
      counts by what its header promises. A stream that was written live promises nothing; then decoded["complete"] is
      "unknown" instead of "yes".
    * That nothing is missing at the beginning: the first frame is a key frame, and shown at time 0.

    The frame rate is the stated one; where frames do not follow each other evenly (decoded["timing"] is "uneven"
    instead of "even"), it is the average between the first and the last. A frame that stays is one frame. A folder is
    one unbroken series of pictures (see bench.media.frame_folders), at fps, or FRAMES_FPS where that is None.

    Raises:
        BadClip: missing, empty, truncated, not a video, of changing size, too large, or a playlist in disguise.
    """
    with streams.broken_is_bad_clip(path), stream(path, fps) as opened:
        frames: list[Frames] = []
        for frame in opened.frames:
            if (len(frames) + 1) * frame.nbytes > MAX_CLIP_BYTES:
                size = f"{frame.shape[1]} x {frame.shape[0]}"
                raise BadClip(
                    f"clip {path} has over {len(frames)} frames of {size}, more than {MAX_CLIP_BYTES} bytes"
                )
            frames.append(frame)
        return Clip(np.stack(frames), opened.fps, opened.decoded)
