"""Clips: the one place that decodes and encodes them. Sizes and colours of single pictures: bench.pictures.

Own clips are stored as lossless RGB (FFV1 in Matroska): no colour conversion at all. Foreign clips are decoded by one
named path: PyAV, one thread, swscale's default conversion to rgb24, which honours the file's matrix and range tags and
is bit-identical to OpenCV's, torchcodec's and decord's. It lies about 1.2 gray levels below accurate conversion; every
clip goes through it alike. Every row carries what was decoded and with what.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from bench import files, pictures
from bench.errors import BadClip, BadImage
from bench.types import Clip, Frames

if TYPE_CHECKING:
    import av

DEMUXERS = {
    ".mp4": "mp4", ".m4v": "mp4", ".mov": "mp4", ".mkv": "matroska", ".webm": "matroska", ".gif": "gif", ".avi": "avi",
}  # fmt: skip
"""Suffix -> the only container that is tried. Left to guess, libavformat opens a text file named .mp4 as a playlist
and plays the file that it points to."""

MAX_CLIP_BYTES = 8 << 30
"""A clip whose frames take more (1,380 of 1920 x 1080) is refused while it is decoded, for the same reason."""

_CRC_STARTS = (0, 0x5E31029E)  # FFV1 versions 3 and 4
_BITS_REVERSED = bytes(int(f"{byte:08b}"[::-1], 2) for byte in range(256))

FRAMES_FPS = 8.0
"""Frame rate of a folder of frames, which states none."""


def read_clip(path: Path) -> Clip:
    """Decodes a video file (mp4, m4v, mov, mkv, webm, gif, avi) or a folder of numbered pictures, whole.

    The frames are as stored: a phone's rotation and pixels that are not square are left to players. What is checked:

    * Only regular files are opened, each by the container that its suffix names, and no file that it points to.
    * The pixels of a frame (before any is decoded), the bytes of the clip, and that all frames have one size.
    * What the decoder calls damaged, checksums included, where the codec has them.
    * That nothing is missing at the end: mp4, mov and avi promise a number of frames (those that an edit list
      hides do not count), mkv and webm promise when the last frame ends, and a gif has a closing byte. A
      stream that was written live promises nothing; then decoded["complete"] is "unknown" instead of "yes".

    The frame rate is the stated one; where frames do not follow each other evenly (decoded["timing"] is "uneven"
    instead of "even"), it is the average between the first and the last. A folder plays in the order of
    pictures.inside, at FRAMES_FPS.

    Raises:
        BadClip: missing, empty, truncated, not a video, of changing size, too large, or a playlist in disguise.
    """
    with _broken_video_is_bad_clip(path):
        return _read_folder(path) if path.is_dir() else _read_video(path)


def write_clip(path: Path, clip: Clip) -> None:
    """Writes the frames as lossless RGB: FFV1 in Matroska. What read_clip gives back is equal bit for bit."""
    _encode(path, clip, "matroska", "ffv1", "bgr0", level="3", g="1", slicecrc="1")


def write_preview(path: Path, clip: Clip) -> None:
    """Writes an mp4 that browsers play: H.264, yuv420p, BT.709, index first. An odd last row or column is left out."""
    even = clip.frames[:, : max(2, clip.height // 2 * 2), : max(2, clip.width // 2 * 2)]
    _encode(path, Clip(even, clip.fps), "mp4", "libx264", "yuv420p", crf="18", preset="veryfast")


def decoder() -> str:
    """The library that decodes and its version, for the rows."""
    import av

    return f"PyAV {av.__version__} (libavcodec {'.'.join(map(str, av.library_versions['libavcodec']))})"


def _read_folder(path: Path) -> Clip:
    frames: list[Frames] = []
    found = pictures.inside(path)
    for picture in found:
        try:
            _append(path, frames, pictures.read(picture))
        except BadImage as error:
            raise BadClip(f"clip {path}: {error}") from error
    if not frames:
        raise BadClip(f"clip {path} is a folder without pictures ({', '.join(pictures.SUFFIXES)})")
    return Clip(np.stack(frames), FRAMES_FPS, {"container": "folder", "codec": found[0].suffix[1:].lower()})


def _append(path: Path, frames: list[Frames], frame: Frames) -> None:
    """Adds frame to frames, if it has their size and does not make them too many."""
    (height, width), number = frame.shape[:2], len(frames)
    if frames and frame.shape != frames[0].shape:
        before = f"{frames[0].shape[1]} x {frames[0].shape[0]}"
        raise BadClip(f"clip {path} changes size at frame {number}: {before} to {width} x {height}")
    if (number + 1) * frame.nbytes > MAX_CLIP_BYTES:
        raise BadClip(
            f"clip {path} has over {number} frames of {width} x {height}, more than {MAX_CLIP_BYTES} bytes"
        )
    frames.append(frame)


def _read_video(path: Path) -> Clip:
    demuxer = DEMUXERS.get(path.suffix.lower())
    if demuxer is None:
        raise BadClip(f"clip {path} is none of {', '.join(DEMUXERS)}, nor a folder of frames")
    if not path.is_file():  # a pipe or a device would be read for ever
        raise BadClip(f"clip {path} {'is not a file' if path.exists() else 'does not exist'}")
    if path.stat().st_size == 0:
        raise BadClip(f"clip {path} is empty")
    return _decode(path, demuxer)


@contextmanager
def _broken_video_is_bad_clip(path: Path) -> Iterator[None]:
    """Mutated files make PyAV raise at least five types, IndexError and UnicodeDecodeError among them."""
    try:
        yield
    except BadClip:
        raise
    except MemoryError:
        raise BadClip(f"clip {path} does not fit into memory") from None
    except Exception as error:
        raise BadClip(f"clip {path} cannot be decoded: {type(error).__name__}: {error}") from error


def _decode(path: Path, demuxer: str) -> Clip:
    import av

    with av.open(str(path), format=demuxer, options={"protocol_whitelist": "file"}) as container:
        if not container.streams.video:
            raise BadClip(f"clip {path} has no video stream")
        stream = container.streams.video[0]
        _prepare(path, stream)
        seen = _watch(path, container, stream)
        if not seen.frames:
            raise BadClip(f"clip {path} has no frames")
        rate = _frame_rate(path, stream)
        is_known = _refuse_cut_short(path, container, stream, seen, rate)
        is_uneven = seen.is_uneven(rate)
        facts = _facts(container, stream) | {
            "complete": "yes" if is_known else "unknown",
            "timing": "uneven" if is_uneven else "even",
        }
        return Clip(np.stack(seen.frames), seen.rate() if is_uneven else rate, facts)


def _prepare(path: Path, stream: av.VideoStream) -> None:
    context = stream.codec_context
    if context.width * context.height > pictures.MAX_PIXELS:
        raise BadClip(
            f"clip {path} is {context.width} x {context.height}, over the limit of {pictures.MAX_PIXELS} pixels"
        )
    context.options = {
        "max_pixels": str(pictures.MAX_PIXELS),
        "err_detect": "crccheck",
    }  # not for FFV1: see _checksums
    context.thread_count = 1


@dataclass
class _Seen:
    """What came out of a stream.

    Attributes:
        frames: all of one size.
        begins, ends: of each frame, in seconds.
        hidden: how many packets show nothing.
        has_checksums: whether the packets have some: all of them, or none.
    """

    frames: list[Frames] = field(default_factory=list)
    begins: list[float] = field(default_factory=list)
    ends: list[float] = field(default_factory=list)
    hidden: int = 0
    has_checksums: set[bool] = field(default_factory=set)

    def is_uneven(self, rate: float) -> bool:
        """Whether some frame stays for half a frame longer or shorter than rate says."""
        steps = np.diff(self.begins) * rate
        return bool((steps > 0).all() and (np.abs(steps - 1) > 0.5).any())  # no order, no times: some avi

    def rate(self) -> float:
        """Frames a second from the first to the last."""
        return (len(self.begins) - 1) / (self.begins[-1] - self.begins[0])


def _watch(path: Path, container: av.container.InputContainer, stream: av.VideoStream) -> _Seen:
    seen = _Seen()
    for packet in container.demux(stream):
        seen.hidden += packet.is_discard  # an edit list passes over it
        if stream.codec_context.name == "ffv1" and packet.size:
            are_right = _checksums(bytes(packet))
            seen.has_checksums.add(bool(are_right))
            if not all(are_right) or len(seen.has_checksums) > 1:
                raise BadClip(f"clip {path} is damaged at frame {len(seen.frames)}: a checksum is wrong")
        for frame in packet.decode():
            if frame.is_corrupt:
                raise BadClip(f"clip {path} is damaged at frame {len(seen.frames)}")
            _append(path, seen.frames, frame.to_ndarray(format="rgb24").astype(np.uint8, copy=False))
            begin = frame.time or 0.0
            seen.begins.append(begin)
            seen.ends.append(begin + float((frame.duration or 0) * (frame.time_base or 0)))
    return seen


def _checksums(packet: bytes) -> list[bool]:
    """Whether the checksum of each slice of an FFV1 frame is right (RFC 9043, 4.9); empty where it has none.

    libavcodec only logs a wrong one, shows the previous frame in its place and calls nothing corrupt. The CRC has
    zlib's polynomial with the bits in other order; over a slice and its own CRC it comes out as it began.
    """
    are_right, end = [], len(packet)
    while end >= 8:  # each slice ends with its size (3 bytes), a status (1) and the CRC (4)
        begin = end - 8 - int.from_bytes(packet[end - 8 : end - 5], "big")
        if begin < 0:
            break
        slice_ = packet[begin:end].translate(_BITS_REVERSED)
        are_right.append(
            any(zlib.crc32(slice_, ~start & 0xFFFFFFFF) == ~start & 0xFFFFFFFF for start in _CRC_STARTS)
        )
        end = begin
    return [] if end else are_right  # what does not add up are no sizes


def _refuse_cut_short(
    path: Path, container: av.container.InputContainer, stream: av.VideoStream, seen: _Seen, rate: float
) -> bool:
    """Refuses a clip that ends before its container says; False where the container says nothing.

    Not the container's rate times its duration: a webm of a screen states 30 frames a second and has 6, and its
    duration may be that of a longer sound track.
    """
    is_gif = container.format.name == "gif"
    if is_gif and not path.read_bytes().rstrip(b"\0").endswith(b"\0;"):
        raise BadClip(
            f"clip {path} is cut short after {len(seen.frames)} frames: its closing byte is missing"
        )
    if stream.frames:
        expected = stream.frames - seen.hidden
        if len(seen.frames) < expected:
            raise BadClip(f"clip {path} is cut short: {len(seen.frames)} frames of {expected}")
        return True
    if container.format.name.startswith("matroska"):
        promised, end = _promised_end(container, stream), max(seen.ends)
        # times are whole milliseconds, and a duration is rounded down: at most 1 ms is lost
        if promised is not None and end < promised - max(0.5 / rate, 1.5e-3):
            raise BadClip(f"clip {path} is cut short: {end:.3f} s of {promised:.3f} s")
        return promised is not None
    return is_gif


def _promised_end(container: av.container.InputContainer, stream: av.VideoStream) -> float | None:
    """When the last frame of an mkv or webm should end, in seconds; None where nothing says.

    The file's own duration is that of its longest stream, so it counts only where there is no other.
    """
    tag = re.fullmatch(r"(\d+):(\d\d):(\d\d(?:\.\d+)?)", stream.metadata.get("DURATION", ""))
    if tag:
        return int(tag[1]) * 3600 + int(tag[2]) * 60 + float(tag[3])
    return container.duration / 1e6 if container.duration and len(container.streams) == 1 else None


def _frame_rate(path: Path, stream: av.VideoStream) -> float:
    rate = stream.average_rate or stream.guessed_rate
    if not rate:
        raise BadClip(f"clip {path} states no frame rate")
    return float(rate)


def _facts(container: av.container.InputContainer, stream: av.VideoStream) -> dict[str, str]:
    context: Any = stream.codec_context
    return {
        "container": container.format.name,
        "codec": context.name,
        "pixel_format": str(context.pix_fmt),
        "matrix": str(getattr(context.colorspace, "name", context.colorspace)),
        "range": str(getattr(context.color_range, "name", context.color_range)),
        "decoder": decoder(),
    }


def _encode(path: Path, clip: Clip, container: str, codec: str, pixel_format: str, **options: str) -> None:
    import av

    def encode(temporary: Path) -> None:
        muxer_options = {"movflags": "+faststart"} if container == "mp4" else {}
        with av.open(str(temporary), "w", format=container, options=muxer_options) as output:
            stream = output.add_stream(
                codec, rate=Fraction(clip.fps).limit_denominator(1001), options=options
            )
            assert isinstance(stream, av.VideoStream)
            stream.width, stream.height, stream.pix_fmt = clip.width, clip.height, pixel_format
            stream.codec_context.thread_count = 1
            for frame in clip.frames:
                picture = av.VideoFrame.from_ndarray(np.ascontiguousarray(frame), format="rgb24")
                output.mux(stream.encode(picture))
            output.mux(stream.encode(None))

    files.write(path, encode)
