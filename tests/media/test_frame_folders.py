"""A folder of frames is one clip: in the order of its numbers, unbroken, of one size."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given, strategies as st

from bench.errors import BadClip
from bench.media import digests, pictures, video
from tests.made import photograph
from tests.media.made_films import folder_of


@pytest.mark.parametrize(
    "names",
    [
        [f"frame{number}.png" for number in range(16)],
        [f"{number:04}.png" for number in range(12)],
        [f"1_{number}.png" for number in range(8, 12)],
        [f"frame{number}.{'PNG' if number % 2 else 'png'}" for number in range(3)],
        ["take2_0009_x3.png", "take2_0010_x3.png"],
        ["frame.png"],
        ["7.png"],
    ],
)
def test_frames_play_in_the_order_of_their_numbers(tmp_path: Path, names: list[str]) -> None:
    frames = folder_of(tmp_path / "duck", names)
    assert (video.read_clip(tmp_path / "duck").frames == frames).all()


@pytest.mark.parametrize(
    "names",
    [["1_9.png", "1_10.png", "2_1.png", "10_1.png"], ["frame.png", "frame2.PNG", "frame10.png", "shot.png"]],
)
def test_pictures_are_sorted_by_their_numbers(tmp_path: Path, names: list[str]) -> None:
    folder_of(tmp_path, names)
    assert [path.name for path in pictures.inside(tmp_path)] == names


@pytest.mark.parametrize(
    ("names", "message"),
    [
        (["f_01.png", "f_02.png", "f_04.png"], "lacks frame 3, between f_02.png and f_04.png"),
        (["f_01.png", "f_05.png"], "lacks frames 2 to 4, between f_01.png and f_05.png"),
        (["f1.png", "f2.png", "input.png"], "f#.png by number, or none: input.png belongs elsewhere"),
        (["f1.png", "f2.png", "f1.jpg"], "f1.jpg belongs elsewhere"),
        (["f1.png", "f01.png", "f2.png"], "has frame 1 twice: f01.png and f1.png"),
        (["f.png", "f1.png", "f2.png"], "f.png belongs elsewhere"),
        (
            [f"f_{number}{kind}.png" for number in range(4) for kind in ("", "_depth")],
            "f_0_depth.png, f_1_depth.png, f_2_depth.png and 1 more belongs elsewhere",
        ),
        (["1_9.png", "1_10.png", "2_1.png"], "counts its frames by 2 numbers"),
        (["01.png", "1.png"], "has one frame several times"),
    ],
)
def test_a_folder_is_one_unbroken_series(tmp_path: Path, names: list[str], message: str) -> None:
    """Refused by name, when it is read and when its digest is taken."""
    folder_of(tmp_path / "duck", names)
    for read in (video.read_clip, digests.clip_digest):
        with pytest.raises(BadClip, match=re.escape(message)):
            read(tmp_path / "duck")


def test_the_rate_of_a_folder_can_be_stated(tmp_path: Path) -> None:
    folder_of(tmp_path, ["1.png", "2.png"])
    assert (video.read_clip(tmp_path).fps, video.read_clip(tmp_path, 24.0).fps) == (8.0, 24.0)


@given(
    numbers=st.lists(st.integers(0, 10**12), unique=True, max_size=30),
    prefix=st.sampled_from(["", "a", "b7-"]),
)
def test_digits_sort_as_numbers(numbers: list[int], prefix: str) -> None:
    names = [f"{prefix}{number}" for number in numbers]
    assert sorted(names, key=pictures._natural) == [f"{prefix}{number}" for number in sorted(numbers)]


def test_hidden_files_are_no_frames(tmp_path: Path) -> None:
    frames = folder_of(tmp_path, ["1.png", "2.png"])
    (tmp_path / "._1.png").write_bytes(b"\0\5\26\7")
    assert (video.read_clip(tmp_path).frames == frames).all()


def test_frames_of_two_sizes_are_refused(tmp_path: Path) -> None:
    folder_of(tmp_path, ["1.png", "2.png"])
    pictures.write(tmp_path / "3.png", photograph(32, 32))
    with pytest.raises(BadClip, match="changes size at frame 2: 64 x 48 to 32 x 32"):
        video.read_clip(tmp_path)


def test_a_folder_without_pictures_is_no_clip(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("no picture")
    with pytest.raises(BadClip, match="a folder without pictures"):
        video.read_clip(tmp_path)
