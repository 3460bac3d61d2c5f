"""Clips written: lossless for us, and as previews that every browser shows in the right colours."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from bench.base import files
from bench.errors import BadClip
from bench.types import Clip, Image

if TYPE_CHECKING:
    import av

PREVIEW_VERSION = 2
"""Grows when write_preview writes other pixels or tags: older previews are made anew. 1 was BT.601, untagged."""


@dataclass(frozen=True)
class Coding:
    """How a film is coded.

    Attributes:
        container, codec, pixel_format: names that FFmpeg has for them.
        options: of the codec.
        muxer: options of the container.
        is_bt709: whether colours are converted to BT.709 and tagged so, rather than kept as RGB.
    """

    container: str
    codec: str
    pixel_format: str
    options: Mapping[str, str] = field(default_factory=dict)
    muxer: Mapping[str, str] = field(default_factory=dict)
    is_bt709: bool = False


LOSSLESS = Coding("matroska", "ffv1", "bgr0", {"level": "3", "g": "1", "slicecrc": "1"})
ONE_COLUMN = replace(LOSSLESS, options={"level": "1", "g": "1"})
"""Lossless, too, but without checksums: FFV1 of level 3 cuts every frame into two columns or more."""

PLAIN = Coding("avi", "rawvideo", "bgr24")
"""Pixels as they are: for a clip that is read once and deleted. 16 frames of 1024 x 576 are written and read in 0.4 s
instead of 6.5."""

PREVIEW = Coding(
    "mp4",
    "libx264",
    "yuv420p",
    {"crf": "18", "preset": "veryfast"},
    {"movflags": "+faststart"},
    is_bt709=True,
)


def write_clip(path: Path, clip: Clip) -> None:
    """Writes the frames as lossless RGB: FFV1 in Matroska. What read_clip gives back is equal bit for bit.

    Raises:
        BadClip: no such film can be written.
    """
    encode(path, clip, LOSSLESS if clip.width > 1 else ONE_COLUMN)


def write_preview(path: Path, clip: Clip) -> None:
    """Writes an mp4 that browsers play: H.264, yuv420p, BT.709 and tagged as such, index first.

    Without tags a browser takes a film of 720 rows or more for BT.709 and a smaller one for BT.601. An odd last row or
    column is left out, a single one shown twice.

    Raises:
        BadClip: no such film can be written: H.264 ends at 16,384 pixels per side.
    """
    frames = clip.frames[:, : max(1, clip.height // 2 * 2), : max(1, clip.width // 2 * 2)]
    for axis in (1, 2):
        frames = frames.repeat(2, axis) if frames.shape[axis] == 1 else frames
    encode(path, Clip(frames, clip.fps), PREVIEW)


def encode(path: Path, clip: Clip, coding: Coding) -> None:
    """Writes a film, whole or not at all.

    Args:
        path: of the file.
        clip: of even height and width, unless its pixels are kept as RGB.
        coding: of the file.

    Raises:
        BadClip: the codec refuses its size, or no file states its frame rate.
    """
    import av

    def write(temporary: Path) -> None:
        # bitexact: without it Matroska writes a random id, and equal clips would not be equal files
        muxer = {"fflags": "+bitexact", **coding.muxer}
        with av.open(str(temporary), "w", format=coding.container, options=muxer) as output:
            stream = output.add_stream(coding.codec, rate=_rate(clip), options=dict(coding.options))
            assert isinstance(stream, av.VideoStream)
            stream.width, stream.height, stream.pix_fmt = clip.width, clip.height, coding.pixel_format
            stream.codec_context.thread_count = 1
            picture_of = _bt709(stream) if coding.is_bt709 else _rgb
            for frame in clip.frames:
                output.mux(stream.encode(picture_of(frame)))
            output.mux(stream.encode(None))

    try:
        files.write(path, write)
    except (av.FFmpegError, ValueError, OverflowError) as error:
        if isinstance(error, OSError):  # of the disk
            raise
        size = f"{clip.width} x {clip.height}"
        raise BadClip(f"a clip of {size} pixels cannot be written as {coding.codec}: {error}") from error


def _rate(clip: Clip) -> Fraction:
    rate = Fraction(clip.fps).limit_denominator(1001)
    if not rate:
        raise BadClip(
            f"a clip of {clip.fps:g} frames per second cannot be written: a file states 0.001 at least"
        )
    return rate


def _rgb(frame: Image) -> av.VideoFrame:
    import av

    return av.VideoFrame.from_ndarray(np.ascontiguousarray(frame), format="rgb24")


def _bt709(stream: av.VideoStream) -> Callable[[Image], av.VideoFrame]:
    """Tags the stream as BT.709 of limited range, and gives what converts its frames to that."""
    from av.video.reformatter import ColorPrimaries, ColorRange, Colorspace, ColorTrc, Interpolation

    context = stream.codec_context
    context.colorspace, context.color_range = Colorspace.ITU709, ColorRange.MPEG
    context.color_primaries, context.color_trc = ColorPrimaries.BT709, ColorTrc.BT709
    return lambda frame: _rgb(frame).reformat(
        format=stream.pix_fmt,
        interpolation=Interpolation.BICUBIC | Interpolation.ACCURATE_RND,
        dst_colorspace=Colorspace.ITU709,
        dst_color_range=ColorRange.MPEG,
    )
