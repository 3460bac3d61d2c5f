"""What a clip and a case are known by: digests of their files; what is no file is never opened."""

from __future__ import annotations

import os
import shutil
import socket
from pathlib import Path

import pytest

from bench.base import files
from bench.errors import BadClip
from bench.media import digests, pictures
from bench.suites import cases, own_clips
from bench.types import Case, Keyframe
from tests.made import moving_clip, photograph
from tests.suites.ducks import csv_of, duck_folder


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return duck_folder(tmp_path)


def test_the_digest_of_a_file_is_its_sha256(folder: Path) -> None:
    assert digests.clip_digest(folder / "duck.mkv") == files.sha256(folder / "duck.mkv")


def test_the_digest_of_a_folder_is_of_its_pictures(
    folder: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Their names and bytes in the order in which they play; nothing hidden, nothing below, nothing else."""
    place = tmp_path_factory.mktemp("frames")
    for number in (9, 10):
        pictures.write(place / f"{number}.png", photograph(seed=number))
    expected = files.digest([[name, files.sha256(place / name)] for name in ("9.png", "10.png")])
    assert digests.clip_digest(place) == expected
    shutil.copytree(folder, place / "below")
    shutil.copy(folder / "duck.png", place / "._2.png")
    (place / "notes.txt").write_text("about the frames")
    assert digests.clip_digest(place) == expected
    (place / "10.png").rename(place / "8.png")
    assert digests.clip_digest(place) != expected


def _socket(path: Path) -> None:
    here = Path.cwd()
    os.chdir(path.parent)  # a socket's whole path is short
    with socket.socket(socket.AF_UNIX) as made:
        made.bind(path.name)
    os.chdir(here)


ODD_FILES = {
    "a pipe": os.mkfifo,
    "a device": lambda path: path.symlink_to("/dev/zero"),
    "a socket": _socket,
}


@pytest.mark.parametrize("kind", ODD_FILES)
def test_only_files_and_folders_are_clips(folder: Path, kind: str) -> None:
    """Neither opened nor hashed, which would never end: not as a clip, a picture of a clip, an image, a reference."""
    odd, odd_frame = folder / "odd.mp4", folder / "frames" / "1.png"
    odd_frame.parent.mkdir()
    ODD_FILES[kind](odd)
    ODD_FILES[kind](odd_frame)
    with pytest.raises(BadClip, match=r"odd\.mp4 is neither a file nor a folder of frames"):
        digests.clip_digest(odd)
    with pytest.raises(BadClip, match=r"frames: 1\.png is not a file"):
        digests.clip_digest(odd_frame.parent)
    found = own_clips.collect(csv_of(folder, "case,image,clip,reference\nduck,odd.mp4,odd.mp4,odd.mp4\n"))
    absent = Case("duck", folder / "absent.png", reference=folder / "absent.mkv")
    assert found.suite.cases[0].digest == cases.own_digest(absent)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("absent.mp4", r"absent\.mp4 does not exist"),
        ("duck.mkv/below.mp4", "does not exist"),
        ("a" * 5000, "cannot be read: file name too long"),
        ("a\0b", "cannot be read"),
        ("empty", "empty is a folder without pictures"),
    ],
)
def test_no_clip_has_no_digest(folder: Path, name: str, message: str) -> None:
    (folder / "empty").mkdir()
    with pytest.raises(BadClip, match=message):
        digests.clip_digest(folder / name)


def test_an_unreadable_clip_is_named(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(path: Path) -> str:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(files, "sha256", refuse)
    with pytest.raises(BadClip, match=r"duck\.mkv cannot be read: permission denied"):
        digests.clip_digest(folder / "duck.mkv")
    assert cases.own_digest(Case("a", folder / "duck.png")) == files.digest(["a", "", "missing", None])


def test_a_case_knows_what_it_was_made_from(folder: Path) -> None:
    """id, prompt, image and reference; the category changes no number, but the version of the suite."""
    text = "case,image,clip,prompt,category,reference\nduck,duck.png,duck.mkv,swims,{},{}\n"
    found = own_clips.collect(csv_of(folder, text.format("animal", "duck-3.mkv")))
    case = found.suite.cases[0]
    image, reference = files.sha256(folder / "duck.png"), files.sha256(folder / "duck-3.mkv")
    assert case.digest == files.digest(["duck", "swims", image, reference])
    assert found.suite.version == files.digest([[case.digest, "animal"]])[:12]

    other = own_clips.collect(csv_of(folder, text.format("bird", "duck-3.mkv"))).suite
    assert (other.cases[0].digest, other.version == found.suite.version) == (case.digest, False)

    assert cases.own_digest(case) == case.digest
    pictures.write(folder / "duck.png", photograph(seed=9))
    assert cases.own_digest(case) != case.digest


def test_keyframes_and_a_mask_are_of_the_case(folder: Path) -> None:
    """A case without them keeps the digest that it had before there were any: that of the test above."""
    text = "case,image,clip,keyframes,keep\nduck,duck.png,duck.mkv,{},{}\n"
    pictures.write(folder / "b@2.png", photograph(seed=1))
    case = own_clips.collect(csv_of(folder, text.format("duck.png@0; b@2.png@40", "b@2.png"))).suite.cases[0]
    assert case.keyframes == (Keyframe(folder / "duck.png", 0), Keyframe(folder / "b@2.png", 40))
    assert case.keep == folder / "b@2.png"
    image, other = files.sha256(folder / "duck.png"), files.sha256(folder / "b@2.png")
    wishes = [["keyframes", [[image, 0], [other, 40]]], ["keep", other]]
    assert case.digest == cases.own_digest(case) == files.digest(["duck", "", image, None, *wishes])

    plain = own_clips.collect(csv_of(folder, text.format("", ""))).suite.cases[0]
    assert (plain.keyframes, plain.keep, plain.digest) == (
        (),
        None,
        files.digest(["duck", "", image, None]),
    )

    (folder / "b@2.png").unlink()
    assert cases.own_digest(case) == files.digest(
        ["duck", "", image, None, ["keyframes", [[image, 0], ["missing", 40]]], ["keep", "missing"]]
    )


def test_a_reference_may_be_a_folder_of_frames(folder: Path) -> None:
    for number, frame in enumerate(moving_clip().frames):
        pictures.write(folder / "reference" / "duck" / f"{number}.png", frame)
    text = "case,image,clip,reference\nduck,duck.png,duck.mkv,reference/duck\n"
    case = own_clips.collect(csv_of(folder, text)).suite.cases[0]
    frames = digests.clip_digest(folder / "reference" / "duck")
    assert case.digest == files.digest(["duck", "", files.sha256(folder / "duck.png"), frames])
