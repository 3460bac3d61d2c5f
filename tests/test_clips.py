"""Clips that somebody already has: what is found, and what is refused in which words."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench import clips, video
from bench.errors import BenchError
from tests.made import moving_clip, photograph, suite


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    video.write_image(tmp_path / "duck.png", photograph())
    video.write_clip(tmp_path / "duck.mkv", moving_clip())
    video.write_clip(tmp_path / "duck-3.mkv", moving_clip(seed=3))
    (tmp_path / "duck.txt").write_text("a duck swims\n")
    return tmp_path


def _csv(folder: Path, text: str) -> Path:
    path = folder / "mine.csv"
    path.write_text(text)
    return path


def test_a_csv_names_clips(folder: Path) -> None:
    path = _csv(
        folder,
        "case,image,clip,prompt,seed\n"
        'duck,duck.png,duck.mkv,"a duck, swimming",0\n'
        'duck,duck.png,duck-3.mkv,"a duck, swimming",3\n',
    )
    found = clips.collect(path)
    assert [(clip.case, clip.seed, clip.path.name) for clip in found.clips] == [
        ("duck", 0, "duck.mkv"),
        ("duck", 3, "duck-3.mkv"),
    ]
    assert [case.prompt for case in found.suite.cases] == ["a duck, swimming"]
    assert found.suite.name == "mine"


def test_a_line_without_a_clip_is_passed_over(folder: Path) -> None:
    found = clips.collect(_csv(folder, "case,image,clip\nduck,duck.png,duck.mkv\ngoose,duck.png,\n"))
    assert (len(found.clips), found.passed_over) == (1, ("goose",))


def test_a_folder_names_clips(folder: Path) -> None:
    found = clips.collect(folder)
    assert {(clip.case, clip.seed) for clip in found.clips} == {("duck", 0), ("duck", 3)}
    assert found.suite.cases[0].prompt == "a duck swims"


def test_a_folder_of_frames_is_a_clip(folder: Path) -> None:
    for number, frame in enumerate(moving_clip().frames):
        video.write_image(folder / "duck-7" / f"{number:03}.png", frame)
    assert ("duck", 7) in {(clip.case, clip.seed) for clip in clips.collect(folder).clips}


def test_cases_of_a_suite(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    tiny = suite(tmp_path_factory.mktemp("suite"))
    (folder / "c1.mkv").write_bytes((folder / "duck.mkv").read_bytes())
    found = clips.collect(_csv(folder, "case,clip\nc1,c1.mkv\n"), tiny)
    assert found.suite is tiny


def test_the_version_is_of_the_content(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    """The same files elsewhere are the same suite; another prompt or another image is another."""
    line = "case,image,clip,prompt\nduck,duck.png,duck.mkv,{}\n"
    version = clips.collect(_csv(folder, line.format("swims"))).suite.version
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    for name in ("duck.png", "duck.mkv"):
        (elsewhere / name).write_bytes((folder / name).read_bytes())
    assert clips.collect(_csv(elsewhere, line.format("swims"))).suite.version == version
    assert clips.collect(_csv(folder, line.format("flies"))).suite.version != version
    video.write_image(elsewhere / "duck.png", photograph(seed=9))
    assert clips.collect(_csv(elsewhere, line.format("swims"))).suite.version != version


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "mine.csv:1: the header lacks case, image, clip"),
        ("case,image,clip\n", "names no clip"),
        ("case,clip\nduck,duck.mkv\n", "mine.csv:1: the header lacks image"),
        ("case,image,video\nduck,duck.png,duck.mkv\n", "unknown column 'video'"),
        ("case,image,clip\nduck,duck.png\n", "mine.csv:2: the line has not as many fields"),
        ("case,image,clip\nduck,duck.png,duck.mkv,more\n", "mine.csv:2: the line has not as many fields"),
        ("case,image,clip\n../duck,duck.png,duck.mkv\n", r"mine.csv:2: case '../duck'"),
        ("case,image,clip\nduck,,duck.mkv\n", "mine.csv:2: case 'duck' has no image"),
        (
            "case,image,clip,seed\nduck,duck.png,duck.mkv,one\n",
            "mine.csv:2: seed 'one' is not a whole number",
        ),
        (
            "case,image,clip\nduck,duck.png,duck.mkv\nduck,duck.png,duck.mkv\n",
            "two clips of case 'duck', seed 0",
        ),
        ('case,image,clip\nduck,"duck.png,duck.mkv\n', "mine.csv:"),
    ],
)
def test_mistakes_in_a_csv_are_named(folder: Path, text: str, message: str) -> None:
    with pytest.raises(BenchError, match=message):
        clips.collect(_csv(folder, text))


def test_a_binary_file_is_not_a_csv(folder: Path) -> None:
    with pytest.raises(BenchError, match="not UTF-8"):
        clips.collect(folder / "duck.mkv")


def test_nothing_there(tmp_path: Path) -> None:
    with pytest.raises(BenchError, match="no clips at"):
        clips.collect(tmp_path / "nowhere")


def test_a_clip_without_an_image_says_where_one_would_be_found(folder: Path) -> None:
    (folder / "duck.png").unlink()
    with pytest.raises(BenchError, match=r"put duck.*\.png"):
        clips.collect(folder)
