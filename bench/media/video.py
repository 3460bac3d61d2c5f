"""Clips: the one place that decodes them; written by `encoding`. Sizes and colours of single pictures: `pictures`.

Our own clips are stored as lossless RGB (FFV1 in Matroska): no colour conversion at all. Other clips are decoded by one
named path: PyAV, one thread, swscale's default conversion to rgb24, which honours the file's matrix and range tags and
is bit-identical to OpenCV's, torchcodec's and decord's. It lies about 1.2 gray levels below accurate conversion; every
clip goes through it alike. Every row carries what was decoded and with what.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from bench.errors import BadClip, BadImage, BenchError
from bench.media import pictures
from bench.media.encoding import write_clip
from bench.media.frame_folders import series
from bench.media.integrity import Seen, ffv1_checksums, refuse_cut_short, refuse_late
from bench.media.showing import Showing, decoder_of, film
from bench.types import Clip, Frames, Image

if TYPE_CHECKING:
    import av

__all__ = ["read_clip", "write_clip"]

DEMUXERS = {
    ".mp4": "mp4", ".m4v": "mp4", ".mov": "mp4", ".mkv": "matroska", ".webm": "matroska", ".gif": "gif", ".avi": "avi",
}  # fmt: skip
"""Suffix -> the only container that is tried. Left to guess, libavformat opens a text file named .mp4 as a playlist
and plays the file that it points to."""

MAX_CLIP_BYTES = 8 << 30
"""A clip whose frames take more (1,380 of 1920 x 1080) is not read whole: it is refused while it is decoded."""

MAX_FRAMES = 36_000
"""A clip with more (ten minutes at 60 per second) is refused while it is decoded: a small file can hold millions."""

FRAMES_FPS = 8.0
"""Frame rate of a folder of frames, which states none, where nobody does."""


@dataclass
class Stream:
    """A clip that is being decoded, frame by frame.

    Attributes:
        frames: (H, W, 3) uint8 sRGB each, all of one size, at least one; to be iterated once. Raises BadClip where the
            file turns out to be damaged, and at the end where it is cut short.
        fps: as stated; once the frames are exhausted, what read_clip says of uneven timing.
        decoded: see Clip.decoded; whole once the frames are exhausted.
        showing: what is done to decoded frames.
    """

    frames: Iterator[Image]
    fps: float
    decoded: dict[str, str]
    showing: Showing = field(default_factory=Showing)


@contextmanager
def stream(path: Path, fps: float | None = None) -> Iterator[Stream]:
    """Opens a clip to be decoded frame by frame; what is read and what is checked: see read_clip.

    Args:
        path: of the file or folder.
        fps: frames per second of a folder of frames; None for FRAMES_FPS. A file states its own.

    Raises:
        BadClip: missing, empty, not a video, too large, or a playlist in disguise.
    """
    with ExitStack() as stack:
        with _broken_video_is_bad_clip(path):
            opened = _folder_stream(path, fps) if path.is_dir() else stack.enter_context(_video_stream(path))
        yield opened


def read_clip(path: Path, fps: float | None = None) -> Clip:
    """Decodes a video file (mp4, m4v, mov, mkv, webm, gif, avi) or a folder of numbered pictures, whole.

    The frames are those that players show: of the default film, not of a cover picture; turned upright, of square
    pixels (Lanczos, rows stay), transparency over white. Where that changed something, decoded says so. What is
    checked:

    * Only regular files are opened, each by the container that its suffix names, and no file that it points to.
    * The pixels of a frame (before any is decoded), the bytes of the clip, and that all frames have one size.
    * What the decoder calls damaged, checksums included, where the codec has them.
    * That nothing is missing at the end: mp4, mov and avi promise a number of frames (those that an edit list
      hides do not count), mkv and webm promise when the last frame ends, and a gif has a closing byte. A
      stream that was written live promises nothing; then decoded["complete"] is "unknown" instead of "yes".
    * That nothing is missing at the beginning: the first frame is a key frame, and shown at time 0.

    The frame rate is the stated one; where frames do not follow each other evenly (decoded["timing"] is "uneven"
    instead of "even"), it is the average between the first and the last. A folder is one
    unbroken series of pictures (see bench.media.frame_folders), at fps, or FRAMES_FPS where that is None.

    Raises:
        BadClip: missing, empty, truncated, not a video, of changing size, too large, or a playlist in disguise.
    """
    with _broken_video_is_bad_clip(path), stream(path, fps) as opened:
        frames: list[Frames] = []
        for frame in opened.frames:
            if (len(frames) + 1) * frame.nbytes > MAX_CLIP_BYTES:
                size = f"{frame.shape[1]} x {frame.shape[0]}"
                raise BadClip(
                    f"clip {path} has over {len(frames)} frames of {size}, more than {MAX_CLIP_BYTES} bytes"
                )
            frames.append(frame)
        return Clip(np.stack(frames), opened.fps, opened.decoded)


def decoder() -> str:
    """The library that decodes and its version, for the rows."""
    import av

    return f"PyAV {av.__version__} (libavcodec {'.'.join(map(str, av.library_versions['libavcodec']))})"


def _folder_stream(path: Path, fps: float | None) -> Stream:
    found = series(path)
    facts = {"container": "folder", "codec": found[0].suffix[1:].lower()}
    return Stream(_folder_frames(path, found), fps or FRAMES_FPS, facts)


def _folder_frames(path: Path, found: Sequence[Path]) -> Iterator[Image]:
    size: tuple[int, int] | None = None
    for number, picture in enumerate(found):
        try:
            with _broken_video_is_bad_clip(path):
                frame = pictures.read(picture, pictures.MAX_PIXELS)
        except BadImage as error:
            raise BadClip(f"clip {path}: {error}") from error
        size = _same_size(path, frame, size, number)
        yield frame


def _same_size(path: Path, frame: Image, size: tuple[int, int] | None, number: int) -> tuple[int, int]:
    """The frame's width and height, which are those of the frames before; and not too many."""
    height, width = frame.shape[:2]
    if size is not None and size != (width, height):
        before = f"{size[0]} x {size[1]}"
        raise BadClip(f"clip {path} changes size at frame {number}: {before} to {width} x {height}")
    if number >= MAX_FRAMES:
        raise BadClip(f"clip {path} has more than {MAX_FRAMES} frames")
    return width, height


@contextmanager
def _broken_video_is_bad_clip(path: Path) -> Iterator[None]:
    """Mutated files make PyAV raise at least five types, IndexError and UnicodeDecodeError among them."""
    try:
        yield
    except BenchError:
        raise
    except MemoryError:
        raise BadClip(f"clip {path} does not fit into memory") from None
    except Exception as error:
        raise BadClip(f"clip {path} cannot be decoded: {type(error).__name__}: {error}") from error


@contextmanager
def _video_stream(path: Path) -> Iterator[Stream]:
    import av

    with av.open(str(path), format=_demuxer(path), options={"protocol_whitelist": "file"}) as container:
        video = film(path, container)
        _prepare(path, video)
        opened = Stream(iter(()), 0.0, {})
        frames = _video_frames(path, container, video, opened)
        first = next(frames)  # some formats state their rate only once a frame is decoded
        opened.frames = chain([first], frames)
        opened.fps = opened.fps or _frame_rate(path, video)
        yield opened


def _demuxer(path: Path) -> str:
    demuxer = DEMUXERS.get(path.suffix.lower())
    if demuxer is None:
        raise BadClip(f"clip {path} is none of {', '.join(DEMUXERS)}, nor a folder of frames")
    if not path.is_file():  # a pipe or a device would be read for ever
        raise BadClip(f"clip {path} {'is not a file' if path.exists() else 'does not exist'}")
    if path.stat().st_size == 0:
        raise BadClip(f"clip {path} is empty")
    return demuxer


def _video_frames(
    path: Path, container: av.container.InputContainer, video: av.VideoStream, opened: Stream
) -> Iterator[Image]:
    """The frames; after the last, opened knows the true rate and the facts."""
    with _broken_video_is_bad_clip(path):
        seen = Seen()
        for frame in _watch(path, container, video, seen):
            if len(seen.begins) == 1:
                opened.showing = Showing.of(path, container, video, frame)
                refuse_late(path, container, video, seen.begins[0], _frame_rate(path, video))
            picture = opened.showing.picture(frame)
            seen.size = _same_size(path, picture, seen.size, len(seen.begins) - 1)
            yield picture
        if not seen.begins:
            raise BadClip(f"clip {path} has no frames")
        rate = _frame_rate(path, video)
        is_known = refuse_cut_short(path, container, video, seen, rate)
        is_uneven = seen.is_uneven(rate)
        opened.fps = seen.rate() if is_uneven else rate
        opened.decoded |= (
            _facts(container, video)
            | opened.showing.facts()
            | {
                "complete": "yes" if is_known else "unknown",
                "timing": "uneven" if is_uneven else "even",
            }
        )


def _prepare(path: Path, stream: av.VideoStream) -> None:
    context = stream.codec_context
    if context.width * context.height > pictures.MAX_PIXELS:
        raise BadClip(
            f"clip {path} is {context.width} x {context.height}, over the limit of {pictures.MAX_PIXELS} pixels"
        )
    context.options = {
        "max_pixels": str(pictures.MAX_PIXELS),
        "err_detect": "crccheck",
    }  # not for FFV1: see ffv1_checksums
    context.thread_count = 1


def _watch(
    path: Path, container: av.container.InputContainer, stream: av.VideoStream, seen: Seen
) -> Iterator[av.VideoFrame]:
    """The frames as they are decoded, which seen has then seen."""
    context = decoder_of(stream)
    for number, packet in enumerate(container.demux(stream)):
        seen.hidden += packet.is_discard  # an edit list passes over it
        if stream.codec_context.name == "ffv1" and packet.size:
            _check_sums(path, packet, seen)
        if number == 0 and packet.size and not packet.is_keyframe:
            raise BadClip(f"clip {path} is cut short at its beginning: its first frame is not a key frame")
        for frame in context.decode(packet):
            if frame.is_corrupt:
                raise BadClip(f"clip {path} is damaged at frame {len(seen.begins)}")
            begin = frame.time or 0.0
            seen.begins.append(begin)
            seen.ends.append(begin + float((frame.duration or 0) * (frame.time_base or 0)))
            yield frame


def _check_sums(path: Path, packet: av.Packet[av.VideoStream], seen: Seen) -> None:
    are_right = ffv1_checksums(bytes(packet))
    seen.has_checksums.add(bool(are_right))
    if not all(are_right) or len(seen.has_checksums) > 1:
        raise BadClip(f"clip {path} is damaged at frame {len(seen.begins)}: a checksum is wrong")


def _frame_rate(path: Path, stream: av.VideoStream) -> float:
    rate = stream.average_rate or stream.guessed_rate
    if not rate:
        raise BadClip(f"clip {path} states no frame rate")
    return float(rate)


def _facts(container: av.container.InputContainer, stream: av.VideoStream) -> dict[str, str]:
    context: Any = stream.codec_context  # numbers of ITU-T H.273; 2 is unspecified
    return {
        "container": container.format.name,
        "codec": context.name,
        "pixel_format": str(context.pix_fmt),
        "matrix": str(getattr(context.colorspace, "name", context.colorspace)),
        "primaries": str(int(context.color_primaries)),
        "transfer": str(int(context.color_trc)),
        "range": str(getattr(context.color_range, "name", context.color_range)),
        "decoder": decoder(),
    }
