"""What players show of a film is what is measured: its stream, upright, of square pixels, from its beginning."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from av.stream import Disposition

from bench.base import files
from bench.errors import BadClip
from bench.media import digests, encoding, pictures, video
from bench.media.showing import TURNS
from bench.types import Frames
from tests.made import moving_clip
from tests.media.made_films import add_silence, made

FRAMES = moving_clip(5).frames


def filmed(
    path: Path,
    frames: Frames = FRAMES,
    codec: str = "ffv1",
    pixel_format: str = "bgr0",
    aspect: Fraction = Fraction(1),
    tags: Sequence[int] = (),
    matrix: Sequence[int] = (),
) -> Path:
    """A film of frames (T, H, W, 3 or 4), with what its header says of how to show it."""
    with av.open(str(path), "w") as output:
        stream = output.add_stream(codec, rate=8)
        assert isinstance(stream, av.VideoStream)
        stream.height, stream.width, stream.pix_fmt = *frames.shape[1:3], pixel_format
        stream.sample_aspect_ratio = aspect
        if tags:
            context = stream.codec_context
            context.color_primaries, context.color_trc, context.colorspace = tags  # type: ignore[assignment]
        if codec.startswith("libvpx"):
            stream.codec_context.options = {"auto-alt-ref": "0"}  # else no transparency
        if matrix:
            stream.set_display_matrix(list(matrix))
        layout = "rgba" if frames.shape[-1] == 4 else "rgb24"
        for frame in frames:
            output.mux(stream.encode(av.VideoFrame.from_ndarray(np.ascontiguousarray(frame), format=layout)))
        output.mux(stream.encode(None))
    return path


# Which stream


def two_films(path: Path, sizes: Sequence[tuple[int, int]], dispositions: Sequence[Disposition]) -> Path:
    """Streams of (height, width), the first of one frame, the second of five; each of one gray level."""
    with av.open(str(path), "w") as output:
        streams = []
        for (height, width), disposition in zip(sizes, dispositions, strict=True):
            stream = output.add_stream("mjpeg" if not streams else "ffv1", rate=8)
            assert isinstance(stream, av.VideoStream)
            stream.height, stream.width, stream.pix_fmt = height, width, "yuvj420p" if not streams else "bgr0"
            stream.disposition = disposition
            streams.append(stream)
        for number, (stream, (height, width)) in enumerate(zip(streams, sizes, strict=True)):
            for _ in range(1 if number == 0 else 5):
                level = np.full((height, width, 3), 50 + 100 * number, np.uint8)
                output.mux(stream.encode(av.VideoFrame.from_ndarray(level, format="rgb24")))
            output.mux(stream.encode(None))
    return path


@pytest.mark.parametrize("suffix", [".mkv", ".mp4"])
def test_a_cover_picture_is_not_the_film(tmp_path: Path, suffix: str) -> None:
    path = two_films(
        tmp_path / f"a{suffix}", [(96, 96), (48, 64)], [Disposition.attached_pic, Disposition.default]
    )
    read = video.read_clip(path)
    assert read.frames.shape == (5, 48, 64, 3)
    assert (read.frames == 150).all()


def test_a_film_is_shown_rather_than_a_still(tmp_path: Path) -> None:
    """A cover that does not say that it is one, larger than the film; mp4 counts the frames of each."""
    path = two_films(tmp_path / "a.mp4", [(96, 96), (48, 64)], [Disposition.default, Disposition.default])
    read = video.read_clip(path)
    assert read.frames.shape == (5, 48, 64, 3)
    assert read.decoded["stream"] == "2 of 2"


def test_the_default_stream_is_shown(tmp_path: Path) -> None:
    path = two_films(tmp_path / "a.mkv", [(96, 96), (48, 64)], [Disposition(0), Disposition.default])
    assert video.read_clip(path).frames.shape == (5, 48, 64, 3)


def test_a_cover_alone_is_no_clip(tmp_path: Path) -> None:
    """A piece of music with its cover."""
    path = tmp_path / "a.mp4"
    with av.open(str(path), "w") as output:
        cover, sound = output.add_stream("mjpeg", rate=8), output.add_stream("libopus", rate=48000)
        assert isinstance(cover, av.VideoStream)
        cover.height, cover.width, cover.pix_fmt, cover.disposition = (
            48,
            64,
            "yuvj420p",
            Disposition.attached_pic,
        )
        output.mux(cover.encode(av.VideoFrame.from_ndarray(FRAMES[0], format="rgb24")))
        add_silence(output, sound, 1)
    with pytest.raises(BadClip, match=r"a\.mp4 has only a cover picture"):
        video.read_clip(path)


# Turned, and of square pixels


def expected(turn: tuple[int, int, int, int], frame: Frames) -> Frames:
    """Each stored pixel (x, y) put where the matrix says, one after the other."""
    a, b, c, d = turn
    height, width = frame.shape[:2]
    places = {(x, y): (a * x + c * y, b * x + d * y) for x in range(width) for y in range(height)}
    left, top = (min(place[axis] for place in places.values()) for axis in (0, 1))
    shown = np.zeros((height, width, 3) if a else (width, height, 3), np.uint8)
    for (x, y), (to_x, to_y) in places.items():
        shown[to_y - top, to_x - left] = frame[y, x]
    return shown


@pytest.mark.parametrize("turn", TURNS, ids=lambda turn: TURNS[turn] or "upright")
def test_a_film_is_turned_as_its_matrix_says(tmp_path: Path, turn: tuple[int, int, int, int]) -> None:
    a, b, c, d = (0x10000 * each for each in turn)
    path = filmed(
        tmp_path / "a.mov", codec="png", pixel_format="rgb24", matrix=(a, b, 0, c, d, 0, 0, 0, 0x40000000)
    )
    read = video.read_clip(path)
    assert (read.frames[1] == expected(turn, FRAMES[1])).all()
    assert read.decoded.get("turned", "") == TURNS[turn]


def test_an_oblique_turn_is_refused(tmp_path: Path) -> None:
    a = round(0x10000 * 0.5**0.5)
    path = filmed(
        tmp_path / "a.mov", codec="png", pixel_format="rgb24", matrix=(a, a, 0, -a, a, 0, 0, 0, 0x40000000)
    )
    with pytest.raises(BadClip, match="no right angle"):
        video.read_clip(path)


@pytest.mark.parametrize(("suffix", "codec"), [(".mov", ("png", "rgb24")), (".mkv", ("libx264", "yuv420p"))])
def test_wide_pixels_become_squares(tmp_path: Path, suffix: str, codec: tuple[str, str]) -> None:
    """64 pixels of 4:3 are 85.3 squares: as the container says, or the codec."""
    read = video.read_clip(filmed(tmp_path / f"a{suffix}", FRAMES, *codec, aspect=Fraction(4, 3)))
    stored = video.read_clip(filmed(tmp_path / f"b{suffix}", FRAMES, *codec)).frames
    assert (read.frames[2] == pictures.fit(stored[2], 85, 48, "stretch")).all()
    assert read.decoded["pixel_aspect"] == "4:3"


def test_a_preview_is_upright_and_of_square_pixels(tmp_path: Path) -> None:
    turned = (0, 0x10000, 0, -0x10000, 0, 0, 0, 0, 0x40000000)
    path = filmed(tmp_path / "a.mov", codec="png", pixel_format="rgb24", aspect=Fraction(3, 2), matrix=turned)
    encoding.write_preview(tmp_path / "b.mp4", video.read_clip(path))
    with av.open(str(tmp_path / "b.mp4")) as container:
        stream = container.streams.video[0]
        assert (stream.width, stream.height) == (48, 96)
        assert stream.sample_aspect_ratio in (None, 0, 1)


# Colours


@pytest.mark.parametrize(("transfer", "name"), [(16, "PQ"), (18, "HLG")])
def test_hdr_is_refused(tmp_path: Path, transfer: int, name: str) -> None:
    path = filmed(tmp_path / "a.mp4", codec="libx264", pixel_format="yuv420p", tags=(9, transfer, 9))
    with pytest.raises(BadClip, match=rf"a\.mp4 is HDR \({name}\)"):
        video.read_clip(path)


def test_primaries_and_transfer_are_recorded(tmp_path: Path) -> None:
    path = filmed(tmp_path / "a.mp4", codec="libx264", pixel_format="yuv420p", tags=(12, 13, 1))
    decoded = video.read_clip(path).decoded
    assert (decoded["primaries"], decoded["transfer"], decoded["matrix"]) == ("12", "13", "1")


def test_a_films_transparency_lies_over_white(tmp_path: Path) -> None:
    """c · a / 255 + 255 · (1 - a / 255), as in pictures."""
    alpha = np.full((*FRAMES.shape[:3], 1), 102, np.uint8)
    alpha[:, :, 32:] = 0
    path = filmed(tmp_path / "a.mkv", np.concatenate([FRAMES, alpha], axis=3), pixel_format="bgra")
    read = video.read_clip(path).frames
    assert (read[:, :, 32:] == 255).all()
    assert np.abs(read[:, :, :32] - (FRAMES[:, :, :32] * 0.4 + 255 * 0.6)).max() <= 1


@pytest.mark.parametrize("codec", ["libvpx", "libvpx-vp9"])
def test_transparency_of_a_webm_lies_over_white(tmp_path: Path, codec: str) -> None:
    """FFmpeg's own decoders of VP8 and VP9 would show the colours below; lossy, so within some levels."""
    red = np.zeros((4, 48, 64, 4), np.uint8)
    red[..., 0], red[..., 3] = 200, 102
    red[:, :, 32:, 3] = 0
    read = video.read_clip(filmed(tmp_path / "a.webm", red, codec, "yuva420p"))
    assert len(read) == 4
    assert np.abs(read.frames[:, 8:40, 40:].astype(int) - 255).max() <= 3
    assert np.abs(read.frames[:, 8:40, 8:24] - [200 * 0.4 + 153, 153, 153]).max() <= 6
    assert (read.decoded["alpha"], read.decoded["complete"]) == ("over white", "yes")


# From its beginning


def without_beginning(path: Path, whole: Path, dropped: int) -> Path:
    """The packets after the first few, with their times."""
    with av.open(str(whole)) as source, av.open(str(path), "w") as output:
        copied = output.add_stream_from_template(source.streams.video[0])
        for number, packet in enumerate(source.demux(video=0)):
            if packet.size and number >= dropped:
                packet.stream = copied
                output.mux(packet)
    return path


@pytest.mark.parametrize("suffix", [".mkv", ".webm"])
def test_a_missing_beginning_is_missed(tmp_path: Path, suffix: str) -> None:
    """From the second key frame on."""
    whole = made(tmp_path / f"whole{suffix}", 24, encoder={"g": "8"})
    path = without_beginning(tmp_path / f"a{suffix}", whole, 8)
    with pytest.raises(BadClip, match=r"cut short at its beginning: its first frame is shown after 1\.000 s"):
        video.read_clip(path)


def test_a_missing_fragment_is_missed(tmp_path: Path) -> None:
    """Boxes of ISO 14496-12: size (32 bits), name. The first fragment, moof and mdat, is left out."""
    muxer = {"movflags": "frag_keyframe+empty_moov+default_base_moof"}
    content = made(tmp_path / "whole.mp4", 24, muxer=muxer, encoder={"g": "8", "bf": "0"}).read_bytes()
    boxes, at = [], 0
    while at < len(content):
        (size,) = struct.unpack(">I", content[at : at + 4])
        boxes.append(content[at : at + size])
        at += size
    begin = next(number for number, box in enumerate(boxes) if box[4:8] == b"moof")
    (tmp_path / "a.mp4").write_bytes(b"".join(boxes[:begin] + boxes[begin + 2 :]))
    with pytest.raises(BadClip, match=r"cut short at its beginning: its first frame is shown after 1\.000 s"):
        video.read_clip(tmp_path / "a.mp4")


@pytest.mark.parametrize("suffix", [".webm", ".mp4"])
def test_a_beginning_without_a_key_frame_is_refused(tmp_path: Path, suffix: str) -> None:
    whole = made(tmp_path / f"whole{suffix}", 16, encoder={"g": "8"})
    path = without_beginning(tmp_path / f"a{suffix}", whole, 3)
    with pytest.raises(BadClip, match="cut short at its beginning"):
        video.read_clip(path)


# Digests


def test_a_clip_that_is_shown_otherwise_than_stored_has_another_digest(tmp_path: Path) -> None:
    """Rows that were measured on the stored pixels are stale then; those of other clips are not."""
    plain, wide = (
        filmed(tmp_path / f"{n}.mov", codec="png", pixel_format="rgb24", aspect=Fraction(n, 3))
        for n in (3, 4)
    )
    assert digests.clip_digest(plain) == files.sha256(plain)
    assert digests.clip_digest(wide) != files.sha256(wide)


def test_wide_pixels_do_not_pass_the_limit_of_a_frame(tmp_path: Path) -> None:
    """An aspect of the file's own choice would else make frames of gigabytes out of a small film."""
    tall = FRAMES.repeat(16, axis=1)
    path = filmed(tmp_path / "a.mov", tall, "png", "rgb24", aspect=Fraction(500, 1))
    with pytest.raises(BadClip, match=r"has pixels of 500 to 1: its frames are over 16777216 pixels"):
        video.read_clip(path)
