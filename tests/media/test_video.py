"""Clips from elsewhere: what is read whole, what is refused as cut short, and what is unknown."""

from __future__ import annotations

import os
import struct
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from bench.errors import BadClip, BadImage
from bench.media import films, opening, pictures, video
from bench.types import Clip
from tests.made import moving_clip
from tests.media.made_films import NTSC, folder_of, made


def refused(path: Path) -> bool:
    try:
        video.read_clip(path)
    except BadClip as error:
        assert path.name in str(error)
        return True
    return False


# What is whole


@settings(max_examples=25)
@given(frames=st.integers(1, 240), rate=st.sampled_from([7, 8, NTSC, 25, 60, 120, 240]))
def test_own_clips_are_never_cut_short(
    tmp_path_factory: pytest.TempPathFactory, frames: int, rate: Fraction | int
) -> None:
    """Times are whole milliseconds in Matroska, so that 5 frames of 60 a second last 0.084 s, not 0.0833."""
    clip = Clip(np.arange(frames, dtype=np.uint8).repeat(8 * 8 * 3).reshape(-1, 8, 8, 3), float(rate))
    path = tmp_path_factory.mktemp("own") / "own.mkv"
    video.write_clip(path, clip)
    read = video.read_clip(path)
    assert (read.frames == clip.frames).all()
    assert read.fps == pytest.approx(float(rate), rel=1e-6)
    assert (read.decoded["complete"], read.decoded["timing"]) == ("yes", "even")


@pytest.mark.parametrize("sound_seconds", [0, 1, 5])
@pytest.mark.parametrize("suffix", [".mkv", ".webm", ".mp4"])
def test_a_sound_track_of_another_length_changes_nothing(
    tmp_path: Path, suffix: str, sound_seconds: float
) -> None:
    read = video.read_clip(made(tmp_path / f"a{suffix}", sound_seconds=sound_seconds))
    assert (len(read), read.fps, read.decoded["complete"]) == (16, 8, "yes")


@pytest.mark.parametrize("suffix", [".mp4", ".mkv", ".avi"])
@pytest.mark.parametrize("rate", [8, NTSC])
@pytest.mark.parametrize("b_frames", ["0", "2"])
@pytest.mark.parametrize("frames", [1, 2, 16, 33])
def test_b_frames_are_all_there(
    tmp_path: Path, suffix: str, rate: Fraction | int, b_frames: str, frames: int
) -> None:
    path = made(tmp_path / f"a{suffix}", frames, rate, encoder={"bf": b_frames, "g": "12"})
    read = video.read_clip(path)
    assert (len(read), read.decoded["complete"], read.decoded["timing"]) == (frames, "yes", "even")


@pytest.mark.parametrize("hidden", [5, 7, 13])
def test_frames_that_an_edit_list_hides_are_not_missing(tmp_path: Path, hidden: int) -> None:
    """Cut without encoding anew: the file keeps every frame since the key frame, its edit list starts later."""
    long = made(tmp_path / "long.mp4", 40, encoder={"bf": "2", "g": "16"})
    path = tmp_path / "cut.mp4"
    with (
        av.open(str(long)) as source,
        av.open(str(path), "w", options={"avoid_negative_ts": "disabled"}) as output,
    ):
        stream = source.streams.video[0]
        copied = output.add_stream_from_template(stream)
        shift = int(Fraction(hidden, 8) / stream.time_base)
        for packet in source.demux(stream):
            if packet.dts is not None and packet.pts is not None:
                packet.pts, packet.dts, packet.stream = packet.pts - shift, packet.dts - shift, copied
                output.mux(packet)
    assert (video.read_clip(path).frames == video.read_clip(long).frames[hidden:]).all()


@pytest.mark.parametrize("suffix", [".webm", ".mp4"])
def test_uneven_frames_are_all_there_and_the_rate_is_their_average(tmp_path: Path, suffix: str) -> None:
    """A screen recorder states 30 frames per second and writes those that differ: here after 250, 50, 250 ms, …"""
    times = [150 * number + 100 * (number % 2) for number in range(30)]  # the last begins after 4450 ms
    read = video.read_clip(made(tmp_path / f"a{suffix}", 30, 30, times=times))
    assert len(read) == 30
    assert read.fps == pytest.approx(29 / 4.450, rel=1e-3)
    assert read.decoded["timing"] == "uneven"


def test_dropped_duplicates_are_not_missing(tmp_path: Path) -> None:
    times = [round(1000 * slot / 30) for slot in range(40) if slot % 5 != 3]
    read = video.read_clip(made(tmp_path / "a.webm", 32, 30, times=times))
    assert (len(read), read.decoded["complete"], read.decoded["timing"]) == (32, "yes", "uneven")


@pytest.mark.parametrize(
    ("suffix", "muxer"),
    [
        (".mkv", {"live": "1"}),
        (".webm", {"live": "1"}),
        (".mp4", {"movflags": "frag_keyframe+empty_moov"}),
    ],
)
def test_a_live_stream_is_read_and_said_to_be_of_unknown_length(
    tmp_path: Path, suffix: str, muxer: dict[str, str]
) -> None:
    read = video.read_clip(made(tmp_path / f"a{suffix}", muxer=muxer))
    assert (len(read), read.decoded["complete"]) == (16, "unknown")


# What is not


@pytest.mark.parametrize("sound_seconds", [0, 5])
@pytest.mark.parametrize("suffix", [".mkv", ".webm", ".mp4", ".avi"])
def test_whatever_is_cut_off_is_missed(tmp_path: Path, suffix: str, sound_seconds: float) -> None:
    """Cut anywhere, a clip is refused, or else all its frames lie before the cut: then it is the same clip."""
    if sound_seconds and suffix == ".avi":
        pytest.skip("avi has no Opus")
    whole = made(tmp_path / f"whole{suffix}", sound_seconds=sound_seconds)
    frames, content = video.read_clip(whole).frames, whole.read_bytes()
    path, cuts = tmp_path / f"cut{suffix}", np.linspace(0, len(content) - 1, 80).astype(int)
    kept = 0
    for cut in cuts:
        path.write_bytes(content[:cut])
        if not refused(path):
            assert np.array_equal(video.read_clip(path).frames, frames), (
                f"cut at byte {cut} of {len(content)}"
            )
            kept += 1
    assert kept < len(cuts) * (
        0.6 if sound_seconds else 0.1
    )  # what follows the pictures: sound, and an index


@pytest.mark.parametrize("frames", [2, 25, 100])
@pytest.mark.parametrize("rate", [7, 8, NTSC, 60, 240])
def test_one_missing_frame_is_missed(tmp_path: Path, frames: int, rate: Fraction | int) -> None:
    """Headers of a clip of `frames`, content of all but the last: what a disk that ran full leaves."""
    whole = made(tmp_path / "whole.mkv", frames, rate)
    content = whole.read_bytes()
    with av.open(str(whole)) as container:
        last = [packet for packet in container.demux(video=0) if packet.size][-1]
        payload = bytes(last)
    path = tmp_path / "cut.mkv"
    path.write_bytes(content[: content.rindex(payload[:200])])
    with pytest.raises(BadClip, match=r"cut\.mkv is cut short: \d+\.\d{3} s of \d+\.\d{3} s"):
        video.read_clip(path)


@settings(max_examples=60)
@given(at=st.floats(0, 1, exclude_max=True), flip=st.integers(1, 255))
def test_one_damaged_byte_of_a_lossless_frame_is_missed(
    tmp_path_factory: pytest.TempPathFactory, at: float, flip: int
) -> None:
    """Anywhere in the packet of any frame: libavcodec would show the frame before instead, and say nothing."""
    path = tmp_path_factory.mktemp("damaged") / "a.mkv"
    video.write_clip(path, moving_clip())
    with av.open(str(path)) as container:
        packets = [bytes(packet) for packet in container.demux(video=0) if packet.size]
    content = bytearray(path.read_bytes())
    position = int(at * sum(map(len, packets)))
    for packet in packets:
        if position < len(packet):
            content[content.index(packet) + position] ^= flip
            break
        position -= len(packet)
    path.write_bytes(content)
    with pytest.raises(BadClip, match=r"is damaged at frame \d: a checksum is wrong"):
        video.read_clip(path)


@pytest.mark.parametrize(
    "encoder",
    [
        {"level": "1"},
        {"level": "3", "slicecrc": "0"},
        {"level": "3", "slicecrc": "1", "slices": "9"},
        {"level": "3", "coder": "0", "g": "4"},
        {"level": "4", "slicecrc": "2", "strict": "experimental"},
    ],
)
def test_lossless_clips_of_others_are_whole(tmp_path: Path, encoder: dict[str, str]) -> None:
    """With checksums of either version, and without."""
    assert len(video.read_clip(made(tmp_path / "a.mkv", encoder=encoder))) == 16


def test_a_gif_without_its_closing_byte_is_cut_short(tmp_path: Path) -> None:
    from PIL import Image

    pictures = [Image.fromarray(frame) for frame in moving_clip().frames]
    pictures[0].save(tmp_path / "a.gif", save_all=True, append_images=pictures[1:], duration=120)
    read = video.read_clip(tmp_path / "a.gif")
    assert (len(read), read.decoded["complete"], read.decoded["timing"]) == (5, "yes", "even")
    (tmp_path / "a.gif").write_bytes((tmp_path / "a.gif").read_bytes()[:-1])
    with pytest.raises(
        BadClip, match="cut short or damaged after 5 frames: its blocks lead to no closing byte"
    ):
        video.read_clip(tmp_path / "a.gif")


@pytest.fixture(scope="module")
def huge(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small file whose one frame is 8192 x 8192."""
    path = tmp_path_factory.mktemp("huge") / "a.mp4"
    with av.open(str(path), "w") as output:
        stream = output.add_stream("libx264", rate=8, options={"preset": "ultrafast"})
        assert isinstance(stream, av.VideoStream)
        stream.width, stream.height, stream.pix_fmt = 8192, 8192, "yuv420p"
        output.mux(stream.encode(av.VideoFrame(8192, 8192, "yuv420p")))
        output.mux(stream.encode(None))
    return path


def test_a_frame_of_gigabytes_is_refused_by_its_header(huge: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(films, "_watch", lambda *_: pytest.fail("it was decoded"))
    with (
        pytest.raises(BadClip, match="is 8192 x 8192, over the limit of 16777216 pixels"),
        opening.opened(huge),
    ):
        pass


def test_a_frame_of_gigabytes_is_refused_whatever_the_container_says(huge: Path, tmp_path: Path) -> None:
    """The sample entry (ISO 14496-12, 12.1.3: width and height, 16 bits each) says 64 x 48, the stream 8192 x 8192."""
    content = huge.read_bytes()
    at = content.index(struct.pack(">2H", 8192, 8192), content.index(b"avc1", content.index(b"stsd")))
    (tmp_path / "a.mp4").write_bytes(content[:at] + struct.pack(">2H", 64, 48) + content[at + 4 :])
    with pytest.raises(BadClip):
        video.read_clip(tmp_path / "a.mp4")


def test_too_many_frames_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """3 frames of 64 x 48 x 3 fit exactly, the fourth does not."""
    monkeypatch.setattr(video, "MAX_CLIP_BYTES", 3 * 64 * 48 * 3)
    assert len(video.read_clip(made(tmp_path / "three.mkv", 3))) == 3
    with pytest.raises(BadClip, match="over 3 frames of 64 x 48, more than 27648 bytes"):
        video.read_clip(made(tmp_path / "four.mkv", 4))
    folder_of(tmp_path / "four", ["1.png", "2.png", "3.png", "4.png"])
    with pytest.raises(BadClip, match="over 3 frames"):
        video.read_clip(tmp_path / "four")


def test_a_playlist_in_disguise_is_refused(tmp_path: Path) -> None:
    made(tmp_path / "other.mp4")
    (tmp_path / "a.mp4").write_text("ffconcat version 1.0\nfile other.mp4\n")
    with pytest.raises(BadClip, match=r"a\.mp4 cannot be decoded"):
        video.read_clip(tmp_path / "a.mp4")


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("absent.mp4", "does not exist"),
        ("a" * 5000 + ".mp4", "cannot be decoded"),
        ("a\0b.mp4", "does not exist|cannot be decoded"),
        ("notes.txt", "is none of"),
        ("empty.mp4", "is empty"),
    ],
)
def test_what_is_no_clip_is_a_bad_clip(tmp_path: Path, name: str, message: str) -> None:
    (tmp_path / "notes.txt").write_text("text")
    (tmp_path / "empty.mp4").touch()
    with pytest.raises(BadClip, match=message):
        video.read_clip(tmp_path / name)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no pipes here")
def test_a_pipe_is_never_opened(tmp_path: Path) -> None:
    """Opening it would wait for a writer that never comes."""
    os.mkfifo(tmp_path / "a.mp4")
    with pytest.raises(BadClip, match="is not a file"):
        video.read_clip(tmp_path / "a.mp4")
    os.mkfifo(tmp_path / "a.png")
    with pytest.raises(BadImage, match="is not a file"):
        pictures.read(tmp_path / "a.png")


def test_a_device_is_never_opened(tmp_path: Path) -> None:
    (tmp_path / "a.mp4").symlink_to("/dev/zero")
    with pytest.raises(BadClip, match="is not a file"):
        video.read_clip(tmp_path / "a.mp4")


# As stored


def test_equal_clips_are_equal_files(tmp_path: Path) -> None:
    for name in ("a.mkv", "b.mkv"):
        video.write_clip(tmp_path / name, moving_clip(3))
    assert (tmp_path / "a.mkv").read_bytes() == (tmp_path / "b.mkv").read_bytes()
