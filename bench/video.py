"""The one place that decodes, encodes, resizes and converts colours.

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

from bench import files
from bench.errors import BadClip, BadImage
from bench.types import Clip, Fit, Frames, Image, Plane

if TYPE_CHECKING:
    import av
    from PIL import Image as pillow

DEMUXERS = {
    ".mp4": "mp4", ".m4v": "mp4", ".mov": "mp4", ".mkv": "matroska", ".webm": "matroska", ".gif": "gif", ".avi": "avi",
}  # fmt: skip
"""Suffix -> the only container that is tried. Left to guess, libavformat opens a text file named .mp4 as a playlist
and plays the file that it points to."""

IMAGE_SUFFIXES = (".png", ".jpg", ".jpeg", ".webp", ".bmp", ".tif", ".tiff")

MAX_PIXELS = 4096 * 4096
"""A picture or frame above this is refused before it is decoded: a 200 kB file can ask for gigabytes."""

MAX_CLIP_BYTES = 8 << 30
"""A clip whose frames take more (1,380 of 1920 x 1080) is refused while it is decoded, for the same reason."""

_CRC_STARTS = (0, 0x5E31029E)  # FFV1 versions 3 and 4
_BITS_REVERSED = bytes(int(f"{byte:08b}"[::-1], 2) for byte in range(256))

FRAMES_FPS = 8.0
"""Frame rate of a folder of frames, which states none."""


# Pictures


def read_image(path: Path) -> Image:
    """(H, W, 3) uint8 sRGB of any picture file.

    Turned as its EXIF says, 16 bits rounded to 8, gray and CMYK converted, transparency laid over white.

    Raises:
        BadImage: missing, truncated, too large or not a picture.
    """
    from PIL import Image as pillow, ImageOps, UnidentifiedImageError

    try:
        if not path.is_file():
            raise BadImage(f"image {path} {'is not a file' if path.exists() else 'does not exist'}")
        with pillow.open(path) as opened:
            if opened.width * opened.height > MAX_PIXELS:
                raise BadImage(
                    f"image {path} has {opened.width} x {opened.height} pixels, over the limit of {MAX_PIXELS}"
                )
            return np.asarray(_to_rgb(ImageOps.exif_transpose(opened)))
    except UnidentifiedImageError:
        raise BadImage(f"image {path} is not a picture that Pillow can read") from None
    except (OSError, ValueError, SyntaxError, pillow.DecompressionBombError) as error:
        raise BadImage(f"image {path} cannot be read: {error}") from error


def write_image(path: Path, image: Image) -> None:
    """Writes (H, W, 3) uint8 as PNG, whole or not at all."""
    from PIL import Image as pillow

    files.write(path, lambda temporary: pillow.fromarray(image).save(temporary, format="png"))


def fit(image: Image, width: int, height: int, how: Fit) -> Image:
    """image at width x height: Lanczos with antialiasing (Pillow), on whole pixels.

    Args:
        image: (H, W, 3) uint8.
        width, height: of the result.
        how: 'cover' scales to cover the result and cuts off what overhangs, equally on both sides; 'contain'
            scales to lie within and pads with black; 'stretch' distorts.

    Returns:
        (height, width, 3) uint8; image itself where it has that size.
    """
    from PIL import Image as pillow

    if image.shape[:2] == (height, width):
        return image
    picture = pillow.fromarray(image)
    if how == "stretch":
        return np.asarray(picture.resize((width, height), pillow.Resampling.LANCZOS))
    across, down = width / picture.width, height / picture.height
    if how == "cover":
        box = _centred_box(picture.size, width / max(across, down), height / max(across, down))
        return np.asarray(picture.resize((width, height), pillow.Resampling.LANCZOS, box=box))
    scale = min(across, down)
    inner = picture.resize(
        (max(1, round(picture.width * scale)), max(1, round(picture.height * scale))),
        pillow.Resampling.LANCZOS,
    )
    padded = pillow.new("RGB", (width, height))
    padded.paste(inner, ((width - inner.width) // 2, (height - inner.height) // 2))
    return np.asarray(padded)


def fit_frames(frames: Frames, width: int, height: int, how: Fit) -> Frames:
    """fit, for each of (T, H, W, 3) uint8 frames."""
    return np.stack([fit(frame, width, height, how) for frame in frames])


def gray(frames: Frames | Image) -> Plane:
    """BT.601 luma of RGB, full range, rounded to uint8 (OpenCV's RGB2GRAY): (T, H, W, 3) -> (T, H, W), or one image.

    scikit-image's rgb2gray has other weights (BT.709) and lies 2 to 3 levels away.
    """
    import cv2

    if frames.ndim == 3:
        return np.asarray(cv2.cvtColor(frames, cv2.COLOR_RGB2GRAY), dtype=np.uint8)
    planes = np.empty(frames.shape[:3], dtype=np.uint8)
    for frame, plane in zip(frames, planes, strict=True):
        cv2.cvtColor(frame, cv2.COLOR_RGB2GRAY, dst=plane)
    return planes


# Clips


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
    instead of "even"), it is the average between the first and the last. A folder plays as pictures() orders it, at
    FRAMES_FPS.

    Raises:
        BadClip: missing, empty, truncated, not a video, of changing size, too large, or a playlist in disguise.
    """
    with _broken_video_is_bad_clip(path):
        return _read_folder(path) if path.is_dir() else _read_video(path)


def pictures(folder: Path) -> list[Path]:
    """The pictures directly inside folder in the order in which they play: frame2.png before frame10.png.

    Hidden files are no pictures: macOS leaves a '._frame2.png' beside each on a foreign disk.
    """
    found = [
        path
        for path in folder.iterdir()
        if path.suffix.lower() in IMAGE_SUFFIXES and not path.name.startswith(".")
    ]
    return sorted(found, key=lambda path: (_natural(path.stem), path.name))


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


def _to_rgb(picture: pillow.Image) -> pillow.Image:
    from PIL import Image as pillow

    if picture.mode.startswith("I;16") or picture.mode in ("I", "F"):
        levels = np.asarray(picture, dtype=np.float64)
        is_8_bit = picture.mode in ("I", "F") and levels.max(initial=0.0) <= 255  # these two do not say
        scale = 1.0 if is_8_bit else 257.0
        return pillow.fromarray(np.clip(np.round(levels / scale), 0, 255).astype(np.uint8)).convert("RGB")
    if picture.has_transparency_data:
        white = pillow.new("RGBA", picture.size, "white")
        return pillow.alpha_composite(white, picture.convert("RGBA")).convert("RGB")
    return picture.convert("RGB")


def _centred_box(size: tuple[int, int], width: float, height: float) -> tuple[float, float, float, float]:
    left, top = max(0.0, (size[0] - width) / 2), max(0.0, (size[1] - height) / 2)
    return (left, top, min(size[0], left + width), min(size[1], top + height))


def _natural(name: str) -> list[str | int]:
    """name as alternating text and numbers, so that lists compare part by part."""
    return [
        int(part) if index % 2 else part for index, part in enumerate(re.split(r"([0-9]+)", name, flags=re.A))
    ]


def _read_folder(path: Path) -> Clip:
    frames: list[Frames] = []
    found = pictures(path)
    for picture in found:
        try:
            _append(path, frames, read_image(picture))
        except BadImage as error:
            raise BadClip(f"clip {path}: {error}") from error
    if not frames:
        raise BadClip(f"clip {path} is a folder without pictures ({', '.join(IMAGE_SUFFIXES)})")
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
    if context.width * context.height > MAX_PIXELS:
        raise BadClip(
            f"clip {path} is {context.width} x {context.height}, over the limit of {MAX_PIXELS} pixels"
        )
    context.options = {
        "max_pixels": str(MAX_PIXELS),
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
