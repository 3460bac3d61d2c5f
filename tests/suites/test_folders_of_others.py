"""Folders of clips as cameras, ComfyUI and VBench leave them: what is sound is read, the rest is named."""

from __future__ import annotations

import os
import sys
import unicodedata
from collections.abc import Sequence
from pathlib import Path

import pytest

from bench.errors import UsageError
from bench.suites import own_clips
from bench.suites.own_clips import Collection
from bench.types import LARGEST_SEED
from tests.made import suite

BOAT = "a boat on the water, cliffs in the background"


def collected(folder: Path, *names: str) -> Collection:
    """What is found in a folder of files with these names."""
    for name in names:
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_bytes(name.encode())
    return own_clips.collect(folder)


def found(folder: Path, *names: str) -> list[tuple[str, int, str]]:
    """Case, seed and image of each clip."""
    collection = collected(folder, *names)
    images = {case.id: case.image.name for case in collection.suite.cases}
    return [(clip.case, clip.seed, images[clip.case]) for clip in collection.clips]


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["IMG_0001.MP4", "IMG_0001.JPG"], [("IMG_0001", 0, "IMG_0001.JPG")]),
        (["IMG_0001.MOV", "img_0001.jpeg"], [("img_0001", 0, "img_0001.jpeg")]),
        (["Duck-4.mp4", "duck.mp4", "duck.png"], [("duck", 4, "duck.png"), ("duck", 0, "duck.png")]),
        (["duck.mp4", "Images/duck.PNG"], [("duck", 0, "duck.PNG")]),
        (["duck.mp4", "duck.jpg", "duck.png", "images/duck.png"], [("duck", 0, "duck.png")]),
        (["a duck.mp4", "a duck.png"], [("a_duck", 0, "a duck.png")]),
        (["a duck-3.mp4", "a duck.png"], [("a_duck", 3, "a duck.png")]),
        ([f"d-{LARGEST_SEED}.mp4", "d.png"], [("d", LARGEST_SEED, "d.png")]),
        (["d_00001.mp4", "d_00001-audio.mp4", "d_00001.png"], [("d_00001", 0, "d_00001.png")]),
        (["d-2-audio.mp4", "d-2.mp4", "d.png"], [("d", 2, "d.png")]),
        (["d-audio.mp4", "d.png"], [("d", 0, "d.png")]),
        (
            ["d-audio.mp4", "d-audio.png", "d.mp4", "d.png"],
            [("d-audio", 0, "d-audio.png"), ("d", 0, "d.png")],
        ),
    ],
)
def test_a_name_is_read_as_what_is_meant(
    tmp_path: Path, names: Sequence[str], expected: list[tuple[str, int, str]]
) -> None:
    assert found(tmp_path, *names) == expected


@pytest.mark.parametrize("image", ["NFC", "NFD"])
@pytest.mark.parametrize("clip", ["NFC", "NFD"])
def test_accents_are_the_same_however_they_are_stored(tmp_path: Path, clip: str, image: str) -> None:
    names = unicodedata.normalize(clip, "Bär-1.mp4"), unicodedata.normalize(image, "Bär.png")
    assert found(tmp_path, *names) == [("Bar-86db86f7", 1, names[1])]


def test_vbenchs_names_are_prompts(tmp_path: Path) -> None:
    """{prompt}-{index}.mp4; what has no index is a name like others, and a text beside a clip has the last word."""
    names = [f"{BOAT}-0.mp4", f"{BOAT}-4.mp4", f"images/{BOAT}.jpg"]
    collection = collected(tmp_path, *names, "my last try.mp4", "my last try.png")
    assert [clip.seed for clip in collection.clips] == [0, 4, 0]
    assert [case.prompt for case in collection.suite.cases] == [BOAT, ""]
    assert collection.suite.cases[0].id.startswith("a_boat_on_the_water_cliffs_in_the_background-")
    assert f"names read as prompts, since no .txt says another: {BOAT}" in collection.remarks
    (tmp_path / f"{BOAT}.TXT").write_bytes("A boat sinks.\r\n".encode("utf-16"))
    collection = own_clips.collect(tmp_path)
    assert [case.prompt for case in collection.suite.cases] == ["A boat sinks.", ""]
    assert [each for each in collection.remarks if "prompts" in each] == []


def test_what_cannot_be_read_is_named_and_the_rest_is_read(tmp_path: Path) -> None:
    names = [
        "duck.mp4",
        "duck.png",
        "grid.mp4",
        "d-99999999999999999999.mp4",
        "bad.mp4",
        "bad.png",
        "a\nb.mp4",
    ]
    (tmp_path / "bad.txt").write_bytes(b"a duck\nswims \xff\n")
    collection = collected(tmp_path, *names, "duck-audio.mp4", "comparison/1.png")
    assert [clip.case for clip in collection.clips] == ["duck"]
    assert collection.remarks == (
        r"set aside: clip 'a\nb.mp4' has a name that is no UTF-8 text without control characters: rename it",
        f"set aside: {tmp_path / 'bad.txt'}:2: not UTF-8 text; a prompt was expected: save it as UTF-8"
        " (Excel: 'CSV UTF-8')",
        *(
            f"set aside: clip {tmp_path / clip} has no image: put {name}.png or .jpg beside it or in images/, or"
            " name a --suite"
            for clip, name in (
                ("comparison", "comparison"),
                ("d-99999999999999999999.mp4", "d-99999999999999999999"),
                ("grid.mp4", "grid"),
            )
        ),
        "films with sound whose twins without are read are passed over: duck-audio.mp4",
    )


@pytest.mark.skipif(sys.platform != "linux", reason="other systems store no such names")
def test_a_name_that_is_not_utf8_is_named(tmp_path: Path) -> None:
    (tmp_path / os.fsdecode(b"B\xe4r.mp4")).write_bytes(b"")
    collection = collected(tmp_path, "duck.mp4", "duck.png")
    assert len(collection.clips) == 1
    assert collection.remarks[0].startswith(
        r"set aside: clip 'B\udce4r.mp4' has a name that is no UTF-8 text without control characters"
    )


def test_clips_of_a_suite_are_read_and_others_named(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    tiny = suite(tmp_path_factory.mktemp("suite"))
    for name in ("c1-2.mp4", "c1-2-audio.mp4", "c9.mp4"):
        (tmp_path / name).write_bytes(b"")
    collection = own_clips.collect(tmp_path, tiny)
    assert [(clip.case, clip.seed) for clip in collection.clips] == [("c1", 2)]
    assert collection.remarks[0].startswith("set aside: unknown case 'c9': did you mean c")


def test_a_folder_without_any_sound_clip_is_refused_with_each_reason(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"(?s)a\.mp4 has no image: put a\.png.*\n.*b\.mp4 has no image"):
        collected(tmp_path, "a.mp4", "b.mp4")


def test_clips_that_contradict_each_other_are_set_aside(tmp_path: Path) -> None:
    """Two films of one case and seed; two names that become one id; a third clip of such a case is read."""
    names = ["duck.mp4", "duck.gif", "duck-3.mp4", "duck.png", "a b.mp4", "a b.png", "a_b.mp4", "a_b.png"]
    collection = collected(tmp_path, *names)
    assert [(clip.case, clip.seed) for clip in collection.clips] == [("duck", 3)]
    other, twice = collection.remarks
    assert "case 'a_b' has another image or text than before" in other
    assert "there are two clips of case 'duck', seed 0" in twice


def test_many_names_are_counted(tmp_path: Path) -> None:
    names = [f"a {number}{suffix}" for number in range(8) for suffix in (".mp4", ".png")]
    (remark,) = collected(tmp_path, *names).remarks
    assert remark.startswith("names that are no ids: 'a 0' is case a_0, ")
    assert remark.endswith(" and 3 more")
