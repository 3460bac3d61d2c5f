"""Clips that exist already: what is found, and what is refused with which message."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from bench.errors import BenchError, UsageError
from bench.media import pictures
from bench.suites import own_clips
from tests.made import moving_clip, photograph, suite
from tests.suites.ducks import csv_of, duck_folder


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return duck_folder(tmp_path)


def test_a_csv_names_clips(folder: Path) -> None:
    path = csv_of(
        folder,
        "case,image,clip,prompt,seed\n"
        'duck,duck.png,duck.mkv,"a duck, swimming",0\n'
        'duck,duck.png,duck-3.mkv,"a duck, swimming",3\n',
    )
    found = own_clips.collect(path)
    assert [(clip.case, clip.seed, clip.path.name) for clip in found.clips] == [
        ("duck", 0, "duck.mkv"),
        ("duck", 3, "duck-3.mkv"),
    ]
    assert [case.prompt for case in found.suite.cases] == ["a duck, swimming"]
    assert found.suite.name == "mine"


def test_a_folder_names_clips(folder: Path) -> None:
    found = own_clips.collect(folder)
    assert {(clip.case, clip.seed) for clip in found.clips} == {("duck", 0), ("duck", 3)}
    assert found.suite.cases[0].prompt == "a duck swims"


def test_a_folder_of_frames_is_a_clip(folder: Path) -> None:
    for number, frame in enumerate(moving_clip().frames):
        pictures.write(folder / "duck-7" / f"{number:03}.png", frame)
    assert ("duck", 7) in {(clip.case, clip.seed) for clip in own_clips.collect(folder).clips}


def test_cases_of_a_suite(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    tiny = suite(tmp_path_factory.mktemp("suite"))
    (folder / "c1.mkv").write_bytes((folder / "duck.mkv").read_bytes())
    found = own_clips.collect(csv_of(folder, "case,clip\nc1,c1.mkv\n"), tiny)
    assert found.suite is tiny


def test_the_version_is_of_the_content(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    """The same files elsewhere are the same suite; another prompt or another image is another."""
    line = "case,image,clip,prompt\nduck,duck.png,duck.mkv,{}\n"
    version = own_clips.collect(csv_of(folder, line.format("swims"))).suite.version
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    for name in ("duck.png", "duck.mkv"):
        (elsewhere / name).write_bytes((folder / name).read_bytes())
    assert own_clips.collect(csv_of(elsewhere, line.format("swims"))).suite.version == version
    assert own_clips.collect(csv_of(folder, line.format("flies"))).suite.version != version
    pictures.write(elsewhere / "duck.png", photograph(seed=9))
    assert own_clips.collect(csv_of(elsewhere, line.format("swims"))).suite.version != version


def test_nothing_there(tmp_path: Path) -> None:
    with pytest.raises(BenchError, match="no clips at"):
        own_clips.collect(tmp_path / "nowhere")


def test_a_clip_without_an_image_says_where_one_would_be_found(folder: Path) -> None:
    (folder / "duck.png").unlink()
    with pytest.raises(BenchError, match=r"put duck.*\.png"):
        own_clips.collect(folder)


def test_a_prompt_that_is_not_text_is_named(folder: Path) -> None:
    (folder / "duck.txt").write_bytes(b"a duck\nswims \xff\n")
    with pytest.raises(UsageError, match=r"duck\.txt:2: not UTF-8 text; a prompt was expected"):
        own_clips.collect(folder)


def test_what_may_not_be_read_is_named(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """By a double, since root may read everything."""
    path = csv_of(folder, "case,image,clip\nduck,duck.png,duck.mkv\n")

    def refuse(self: Path) -> bytes:
        raise PermissionError(13, "Permission denied", str(self))

    monkeypatch.setattr(Path, "read_bytes", refuse)
    with pytest.raises(UsageError, match=r"mine\.csv cannot be read: permission denied"):
        own_clips.collect(path)
    with pytest.raises(UsageError, match=r"duck\.txt cannot be read: permission denied"):
        own_clips.collect(folder)
    monkeypatch.setattr(Path, "iterdir", refuse)
    with pytest.raises(UsageError, match="cannot be read: permission denied"):
        own_clips.collect(folder)


def test_an_impossible_path_is_refused() -> None:
    with pytest.raises(UsageError, match=r"no clips at a{60}…a{60} \(5000 characters\)"):
        own_clips.collect(Path("a" * 5000))


def test_ids_of_a_folder_that_differ_only_in_case_are_refused(folder: Path) -> None:
    shutil.copy(folder / "duck.png", folder / "Duck.png")
    shutil.copy(folder / "duck.mkv", folder / "Duck-4.mkv")
    if len(list(folder.glob("?uck.png"))) < 2:
        pytest.skip("one file on this system")
    with pytest.raises(UsageError, match="differs only in case"):
        own_clips.collect(folder)


def test_hidden_files_are_no_clips(folder: Path) -> None:
    (folder / "._duck.mkv").write_bytes(b"\0\5\26\7")
    pictures.write(folder / ".thumbnails" / "1.png", photograph())
    assert [clip.path.name for clip in own_clips.collect(folder).clips] == ["duck-3.mkv", "duck.mkv"]


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("birds/cases.csv", "birds"),
        ("birds/v1.5.csv", "v1.5"),
        ("birds", "birds"),
        ("v1.5", "v1.5"),
        ("…", "clips"),
    ],
)
def test_a_suite_is_named_after_its_folder_or_csv(
    folder: Path, path: str, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = (folder / path).parent if path.endswith(".csv") else folder / path
    place.mkdir()
    for file in ("duck.png", "duck.mkv"):
        shutil.copy(folder / file, place / file)
    if path.endswith(".csv"):
        (folder / path).write_text("case,image,clip\nduck,duck.png,duck.mkv\n")
    assert own_clips.collect(folder / path).suite.name == name
    monkeypatch.chdir(place)
    assert own_clips.collect(Path(Path(path).name) if path.endswith(".csv") else Path()).suite.name == name


def test_the_real_clips_are_found(real_clips: Path) -> None:
    found = own_clips.collect(real_clips / "cases.csv")
    assert (len(found.clips), found.suite.name) == (10, re.sub("-", "_", real_clips.name))
