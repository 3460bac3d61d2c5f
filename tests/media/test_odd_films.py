"""Films as people have them: sound ones that look cut short, animated pictures, and what is no film and says so."""

from __future__ import annotations

import gzip
import re
import struct
from collections.abc import Sequence
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from bench.errors import BadClip
from bench.media import animations, films, opening, streams, video
from tests.media.made_films import FRAMES, POINTER, animated, made, rebuilt, zipped

# Sound films


@pytest.mark.parametrize("encoding", ["shift-jis", "cp1252"])
@pytest.mark.parametrize("suffix", [".mp4", ".avi", ".mkv"])
def test_metadata_in_an_old_encoding_is_no_mistake(tmp_path: Path, suffix: str, encoding: str) -> None:
    path = tmp_path / f"a{suffix}"
    container = {".mp4": "mp4", ".avi": "avi", ".mkv": "matroska"}[suffix]
    with av.open(str(path), "w", format=container) as output:
        output.metadata["title"] = "x" * 12
        stream = output.add_stream("mpeg4", rate=8)
        assert isinstance(stream, av.VideoStream)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        for frame in FRAMES:
            output.mux(stream.encode(av.VideoFrame.from_ndarray(frame, format="rgb24")))
        output.mux(stream.encode(None))
    title = {"shift-jis": "テスト動画です", "cp1252": "Äpfel – «ça»"}[encoding].encode(encoding)[:12]
    content = path.read_bytes()
    assert b"x" * 12 in content
    path.write_bytes(content.replace(b"x" * 12, title.ljust(12)))
    assert len(video.read_clip(path)) == 8


@pytest.mark.parametrize(
    ("at", "stated", "fps", "timing"),
    [
        ((), 17, 8, "even"),
        ((), 900, 8, "even"),
        ((16, 16, 16), 19, 8, "even"),
        ((4, 8, 8), 19, 15 / (18 / 8), "uneven"),
    ],
)
def test_an_avi_is_whole_where_its_index_is(
    tmp_path: Path, at: Sequence[int], stated: int, fps: float, timing: str
) -> None:
    """A frame of no bytes stays as the one before; a header is off by one, or was never filled in."""
    plain = made(tmp_path / "a.avi")
    read = video.read_clip(rebuilt(plain, at, stated))
    assert (read.frames == video.read_clip(plain).frames).all()
    assert (read.fps, read.decoded["complete"], read.decoded["timing"]) == (pytest.approx(fps), "yes", timing)


def test_an_avi_whose_index_is_cut_off_counts_by_its_header(tmp_path: Path) -> None:
    path = rebuilt(made(tmp_path / "a.avi"), (), 17)
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(BadClip, match="is cut short: 16 frames of 17"):
        video.read_clip(path)


@pytest.mark.parametrize("after", [b"\0" * 9, b"junk behind the end;", b"GIF89a"])
def test_what_follows_the_end_of_a_gif_is_not_part_of_it(tmp_path: Path, after: bytes) -> None:
    path = animated(tmp_path / "a.gif")
    content, frames = path.read_bytes(), video.read_clip(path).frames
    path.write_bytes(content + (content if after == b"GIF89a" else after))
    read = video.read_clip(path)
    assert (read.frames == frames).all()
    assert read.decoded["complete"] == "yes"


def test_a_gif_of_lost_frames_is_not_complete(tmp_path: Path) -> None:
    """Cut off in the middle, and closed again: as a tool leaves it that repairs what it does not understand."""
    content = animated(tmp_path / "a.gif").read_bytes()
    for cut in range(1000, len(content) - 1, 1500):
        (tmp_path / "b.gif").write_bytes(content[:cut] + b"\0;")
        with pytest.raises(BadClip):
            video.read_clip(tmp_path / "b.gif")


@pytest.mark.parametrize("suffix", [".mkv", ".webm"])
def test_a_last_frame_that_stays_is_not_missing(tmp_path: Path, suffix: str) -> None:
    """As a converted GIF has it: the duration is that of what is shown, and the last block states none of its own."""
    path = made(tmp_path / f"a{suffix}")
    content = bytearray(path.read_bytes())
    for text in (b"00:00:02.000000000", b"00:00:02.000"):
        content = content.replace(text, text.replace(b"02", b"09"))
    at = content.find(b"\x44\x89\x88") + 3  # Segment/Info/Duration, a double in milliseconds
    content[at : at + 8] = struct.pack(">d", 9000.0)
    path.write_bytes(content)
    read = video.read_clip(path)
    assert (len(read), read.fps, read.decoded["complete"], read.decoded["timing"]) == (16, 8, "yes", "even")
    path.write_bytes(content[: len(content) * 2 // 3])
    with pytest.raises(BadClip, match=r"cut short|damaged"):
        video.read_clip(path)


# Animated pictures


@pytest.mark.parametrize("suffix", [".webp", ".apng", ".png"])
def test_an_animated_picture_is_a_film(tmp_path: Path, suffix: str) -> None:
    path = animated(tmp_path / f"a{suffix}")
    assert opening.is_film(path)
    read = video.read_clip(path)
    assert (read.frames == FRAMES).all()
    assert read.fps == pytest.approx(1 / 0.12)
    assert (read.decoded["complete"], read.decoded["timing"]) == ("yes", "even")


@pytest.mark.parametrize("suffix", [".webp", ".apng"])
def test_delays_of_an_animated_picture_that_differ(tmp_path: Path, suffix: str) -> None:
    """The last one stays; a delay of 0 is shown as 100 ms."""
    read = video.read_clip(animated(tmp_path / f"a{suffix}", delays=[100, 300, 100, 100, 0, 100, 200, 900]))
    assert (len(read), read.decoded["timing"]) == (8, "uneven")
    assert read.fps == pytest.approx(7 / 1.0)


@pytest.mark.parametrize("suffix", [".webp", ".apng"])
def test_transparency_of_an_animated_picture_lies_over_white(tmp_path: Path, suffix: str) -> None:
    clear = np.zeros((3, 48, 64, 4), np.uint8)
    clear[:, :, 32:] = (255, 0, 0, 255)
    clear[1, 0, 0, 3] = clear[2, 0, 1, 3] = 255  # each differs from the one before
    first, *others = [Image.fromarray(frame, "RGBA") for frame in clear]
    path = tmp_path / f"a{suffix}"
    kind = "WEBP" if suffix == ".webp" else "PNG"
    first.save(path, kind, save_all=True, append_images=others, duration=100, lossless=True, disposal=1)
    read = video.read_clip(path)
    assert read.decoded["alpha"] == "over white"
    assert (read.frames[:, 20, 10] == 255).all()
    assert (read.frames[:, 20, 40] == (255, 0, 0)).all()


def test_a_default_picture_is_no_frame_of_an_animated_png(tmp_path: Path) -> None:
    path = animated(tmp_path / "a.png", default_image=True)
    assert (video.read_clip(path).frames == FRAMES[1:]).all()


@pytest.mark.parametrize("suffix", [".webp", ".apng"])
def test_an_animated_picture_that_is_cut_short(tmp_path: Path, suffix: str) -> None:
    path = animated(tmp_path / f"a{suffix}")
    content = path.read_bytes()
    for share in (0.3, 0.6, 0.95):
        path.write_bytes(content[: int(len(content) * share)])
        with pytest.raises(BadClip):
            video.read_clip(path)


@pytest.mark.parametrize("suffix", [".webp", ".png"])
def test_a_still_picture_is_no_film(tmp_path: Path, suffix: str) -> None:
    Image.fromarray(FRAMES[0]).save(tmp_path / f"a{suffix}")
    assert not opening.is_film(tmp_path / f"a{suffix}")
    with pytest.raises(BadClip, match="is a single picture, not a film"):
        video.read_clip(tmp_path / f"a{suffix}")


@pytest.mark.parametrize("suffix", [".mp4", ".webm", ".gif", ".avi", ".webp"])
@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is empty: copy or download it again"),
        (b"<!DOCTYPE html>\n<html><body>404</body></html>", "it is a web page; download the film itself"),
        (b"\n <html lang='en'>\xff", "it is a web page"),
        (POINTER, "it is a pointer of Git LFS, not the file; fetch it by git lfs pull"),
        (zipped(), "it is a zip archive; unpack it"),
        (gzip.compress(b"x" * 99, mtime=0), "it is an archive; unpack it"),
        (b'{"error": "expired"}', "it is JSON, such as a server's error; download the film itself"),
        (b"<?xml version='1.0'?><Error><Code>AccessDenied</Code></Error>", "it is XML"),
        (b"a duck swims\n" * 50, "it is a text"),
        (b"#EXTM3U\nhttp://example.com/a.ts\n", "it is a playlist"),
        (bytes(5000), "it is empty but for zeros; copy or download it again"),
        (b"FLV\x01\x05\0\0\0\x09", "it is a Flash film; convert it: ffmpeg -i IN OUT.mp4"),
        (b"\xff\xd8\xff\xe0\0\x10JFIF", "it is a JPEG picture"),
        (b"OggS\0\x02", "it is an Ogg film or sound"),
    ],
)
def test_what_is_no_film_is_said_to_be_what_it_is(
    tmp_path: Path, suffix: str, content: bytes, message: str
) -> None:
    path = tmp_path / f"a{suffix}"
    path.write_bytes(content)
    with pytest.raises(BadClip, match=re.escape(message)):
        video.read_clip(path)


@pytest.mark.parametrize(
    ("suffix", "other", "message"),
    [
        (".webm", ".mp4", "it is a WebM film; name it .webm"),
        (".mkv", ".mp4", "it is a Matroska film; name it .mkv"),
        (".mp4", ".webm", "it is an MP4 film; name it .mp4"),
        (".avi", ".mp4", "it is an AVI film; name it .avi"),
        (".mp4", ".gif", "it is an MP4 film; name it .mp4"),
        (".webm", ".mpg", "is none of .mp4"),
        (".webm", ".mpg", "it is a WebM film: name it .webm"),
    ],
)
def test_a_film_under_another_name_is_named(tmp_path: Path, suffix: str, other: str, message: str) -> None:
    path = made(tmp_path / f"a{suffix}").rename(tmp_path / f"b{other}")
    with pytest.raises(BadClip, match=re.escape(message)):
        video.read_clip(path)


def test_an_mp4_without_an_index_is_cut_short(tmp_path: Path) -> None:
    path = made(tmp_path / "a.mp4")
    path.write_bytes(path.read_bytes().partition(b"moov")[0])
    with pytest.raises(BadClip, match="its index is missing"):
        video.read_clip(path)


def test_what_begins_like_no_film_is_said_so(tmp_path: Path) -> None:
    path = tmp_path / "a.webm"
    path.write_bytes(np.random.default_rng(0).bytes(5000))
    with pytest.raises(BadClip, match=r"nothing in it reads as a \.webm film"):
        video.read_clip(path)


# What would keep a machine busy


@pytest.mark.parametrize("suffix", [".mp4", ".mkv", ".webm", ".avi", ".gif", ".webp", ".apng"])
def test_too_many_frames_are_refused_before_any_is_decoded(
    tmp_path: Path, suffix: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / f"a{suffix}"
    _ = made(path) if suffix in (".mp4", ".mkv", ".webm", ".avi") else animated(path)
    monkeypatch.setattr(streams, "MAX_FRAMES", 7)
    monkeypatch.setattr(films, "_watch", lambda *_: pytest.fail("it was decoded"))
    monkeypatch.setattr(animations, "_frames", lambda *_: pytest.fail("it was decoded"))
    with pytest.raises(BadClip, match="has more than 7 frames"), opening.opened(path):
        pass


def test_a_small_file_of_many_large_frames_is_refused_before_any_is_decoded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As 54 kB of H.264 that became 4.8 GB, and took 150 s and 2 GB to measure."""
    path = made(tmp_path / "a.mp4", 16)
    size, whole = path.stat().st_size, 16 * 64 * 48 * 3
    monkeypatch.setattr(streams, "ALWAYS_BYTES", whole // 2)
    with opening.opened(path) as stream:
        assert len(list(stream.frames)) == 16
    monkeypatch.setattr(streams, "MAX_GROWTH", whole // size - 1)
    monkeypatch.setattr(films, "_watch", lambda *_: pytest.fail("it was decoded"))
    with pytest.raises(BadClip, match=f"grows from {size} bytes to {whole} or more"), opening.opened(path):
        pass
    monkeypatch.setattr(streams, "MAX_STREAM_BYTES", whole - 1)
    with pytest.raises(BadClip, match="at least 16 frames of 64 x 48, over"), opening.opened(path):
        pass
