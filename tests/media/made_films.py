"""Films and animated pictures as other people's programs write them."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from PIL import Image

from bench.media import containers, pictures
from bench.types import Frames
from tests.made import moving_clip, photograph

NTSC = Fraction(24000, 1001)
FORMATS = {
    ".mkv": ("matroska", "ffv1", "bgr0"),
    ".webm": ("webm", "libvpx-vp9", "yuv420p"),
    ".mp4": ("mp4", "libx264", "yuv420p"),
    ".avi": ("avi", "mpeg4", "yuv420p"),
}  # fmt: skip
"""Suffix -> container, codec and pixel format of the clips made here."""


def made(
    path: Path,
    frames: int = 16,
    rate: Fraction | int = 8,
    sound_seconds: float = 0,
    times: Sequence[int] | None = None,
    muxer: dict[str, str] | None = None,
    encoder: dict[str, str] | None = None,
) -> Path:
    """A clip muxed by PyAV, as other people's programs do; times of the frames in milliseconds where they are odd."""
    container, codec, pixel_format = FORMATS[path.suffix]
    with av.open(str(path), "w", format=container, options=muxer or {}) as output:
        stream = output.add_stream(codec, rate=rate, options=encoder or {})
        assert isinstance(stream, av.VideoStream)
        stream.width, stream.height, stream.pix_fmt = 64, 48, pixel_format
        if times:
            stream.codec_context.time_base = Fraction(1, 1000)
        sound = output.add_stream("libopus", rate=48000) if sound_seconds else None
        for number in range(frames):
            picture = av.VideoFrame.from_ndarray(np.roll(photograph(), 2 * number, axis=1), format="rgb24")
            if times:
                picture.pts, picture.time_base = times[number], Fraction(1, 1000)
            output.mux(stream.encode(picture))
        if sound:
            add_silence(output, sound, sound_seconds)
        output.mux(stream.encode(None))
    return path


def add_silence(output: av.container.OutputContainer, stream: av.AudioStream, seconds: float) -> None:
    for number in range(int(seconds * 50)):
        silence = av.AudioFrame.from_ndarray(np.zeros((1, 1920), np.int16), format="s16", layout="stereo")
        silence.sample_rate, silence.pts, silence.time_base = 48000, number * 960, Fraction(1, 48000)
        output.mux(stream.encode(silence))
    output.mux(stream.encode(None))


FRAMES = moving_clip(8).frames


def animated(path: Path, frames: Frames = FRAMES, delays: int | Sequence[int] = 120, **how: object) -> Path:
    """An animated picture by Pillow, lossless where its kind can be; delays in milliseconds."""
    first, *others = [Image.fromarray(frame) for frame in frames]
    kind = {"lossless": True, "format": "WEBP"} if path.suffix == ".webp" else {}
    if path.suffix == ".apng":
        kind = {"format": "PNG"}
    words = {**kind, **how}
    first.save(path, save_all=True, append_images=others, duration=delays, **words)
    return path


def rebuilt(avi: Path, at: Sequence[int], stated: int) -> Path:
    """The avi with empty chunks before the pictures of these numbers, and a header that states a number of frames."""
    content = avi.read_bytes()
    chunks = {
        kind: (begin, end)
        for kind, begin, end in containers._chunks(content, 12, len(content))
        if kind == b"idx1" or content[begin : begin + 4] == b"movi"
    }
    begin, end = chunks[b"LIST"]
    pictures = [
        content[start - 8 : stop + (stop - start) % 2]
        for _, start, stop in containers._chunks(content, begin + 4, end)
    ]
    all_of_them: list[bytes] = []
    for number in range(len(pictures) + 1):
        all_of_them += [b"00dc" + bytes(4)] * at.count(number) + pictures[number : number + 1]
    body, index, place = b"".join(all_of_them), b"", 4
    for chunk in all_of_them:
        size = int.from_bytes(chunk[4:8], "little")
        index += chunk[:4] + struct.pack("<3I", 16 if size else 0, place, size)
        place += len(chunk)
    head = bytearray(content[: begin - 8])
    for name, offset in ((b"avih", 16), (b"strh", 32)):
        at_ = head.index(name) + 8 + offset
        head[at_ : at_ + 4] = struct.pack("<I", stated)
    parts = b"LIST" + struct.pack("<I", len(body) + 4) + b"movi" + body
    whole = bytes(head) + parts + b"idx1" + struct.pack("<I", len(index)) + index
    path = avi.with_name("odd.avi")
    path.write_bytes(whole[:4] + struct.pack("<I", len(whole) - 8) + whole[8:])
    return path


def folder_of(path: Path, names: Sequence[str]) -> Frames:
    """Writes a different picture under each of the names; gives them in that order."""
    frames = np.stack([photograph(seed=number) for number in range(len(names))])
    for name, frame in zip(names, frames, strict=True):
        pictures.write(path / name, frame)
    return frames


# What is no film


def zipped() -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr(zipfile.ZipInfo("duck.mp4"), b"x")  # with no time of day: it is in names of tests
    return content.getvalue()


POINTER = b"version https://git-lfs.github.com/spec/v1\noid sha256:4d7a\nsize 12345\n"
