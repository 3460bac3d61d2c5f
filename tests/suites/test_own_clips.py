"""Clips that exist already: what is found, and what is refused with which message."""

from __future__ import annotations

import os
import re
import shutil
import socket
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from bench.base import files
from bench.engine.identity import external_record, external_run
from bench.engine.rows import ClipInView
from bench.errors import BadClip, BenchError, UsageError
from bench.media import digests, pictures, video
from bench.suites import cases, own_clips
from bench.types import Case, Keyframe
from tests.made import moving_clip, photograph, suite


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    pictures.write(tmp_path / "duck.png", photograph())
    video.write_clip(tmp_path / "duck.mkv", moving_clip())
    video.write_clip(tmp_path / "duck-3.mkv", moving_clip(seed=3))
    (tmp_path / "duck.txt").write_text("a duck swims\n")
    return tmp_path


def _csv(folder: Path, text: str) -> Path:
    path = folder / "mine.csv"
    path.write_text(text, encoding="utf-8", newline="")
    return path


def test_a_csv_names_clips(folder: Path) -> None:
    path = _csv(
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


def test_a_csv_says_what_was_sent_in_place_of_the_prompt(folder: Path) -> None:
    lines = "duck,duck.png,duck.mkv,swims,0,a duck that swims\nduck,duck.png,duck-3.mkv,swims,3,swims\n"
    found = own_clips.collect(_csv(folder, f"case,image,clip,prompt,seed,prompt_sent\n{lines}"))
    assert [clip.prompt_sent for clip in found.clips] == ["a duck that swims", ""]
    records = [external_record(clip) for clip in found.clips]
    about = [ClipInView(external_run("x", found.suite), found.suite.cases[0], record) for record in records]
    assert [record.prompt_sent for record in records] == ["a duck that swims", ""]
    assert about[0].inputs != replace(about[0], record=replace(records[0], prompt_sent="")).inputs


def test_a_line_without_a_clip_is_passed_over(folder: Path) -> None:
    found = own_clips.collect(_csv(folder, "case,image,clip\nduck,duck.png,duck.mkv\ngoose,duck.png,\n"))
    assert (len(found.clips), found.passed_over) == (1, ("goose",))


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
    found = own_clips.collect(_csv(folder, "case,clip\nc1,c1.mkv\n"), tiny)
    assert found.suite is tiny


def test_the_version_is_of_the_content(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    """The same files elsewhere are the same suite; another prompt or another image is another."""
    line = "case,image,clip,prompt\nduck,duck.png,duck.mkv,{}\n"
    version = own_clips.collect(_csv(folder, line.format("swims"))).suite.version
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    for name in ("duck.png", "duck.mkv"):
        (elsewhere / name).write_bytes((folder / name).read_bytes())
    assert own_clips.collect(_csv(elsewhere, line.format("swims"))).suite.version == version
    assert own_clips.collect(_csv(folder, line.format("flies"))).suite.version != version
    pictures.write(elsewhere / "duck.png", photograph(seed=9))
    assert own_clips.collect(_csv(elsewhere, line.format("swims"))).suite.version != version


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
            r"mine.csv:3: there are two clips of case 'duck', seed 0 \(.*mine.csv:2\)",
        ),
        ("case,image,clip,clip\nduck,duck.png,a.mkv,b.mkv\n", "mine.csv:1: column 'clip' stands there twice"),
        ("\n\ncase,image\n", "mine.csv:3: the header lacks clip"),
        (
            "case,image,clip\n\nduck,duck.png,duck.mkv\nDuck,duck.png,duck.mkv\n",
            r"mine.csv:4: case 'Duck' differs only in case from 'duck' \(.*mine.csv:3\)",
        ),
        (
            "case,image,clip,prompt,seed\nduck,duck.png,duck.mkv,a,0\nduck,duck.png,duck-3.mkv,b,3\n",
            r"mine.csv:3: case 'duck' has another image or text than before \(.*mine.csv:2\)",
        ),
        (
            'case,image,clip,prompt\nduck,duck.png,duck.mkv,"two\nlines"\n../a,duck.png,duck.mkv,\n',
            "mine.csv:4: case '../a'",
        ),
        ('case,image,clip,prompt\n\nduck,duck.png,duck.mkv,"never\nclosed\n', "mine.csv:3: not CSV"),
        *(
            (
                f"case,image,clip,keyframes\nduck,duck.png,duck.mkv,{keyframes}\n",
                f"mine.csv:2: keyframes '{re.escape(keyframes)}' is not path@frame;path@frame, in the order",
            )
            for keyframes in (
                "duck.png",
                "duck.png@",
                "@4",
                "duck.png@-1",
                "duck.png@1.5",
                "duck.png@4;",
                "a.png@4;a.png@4",
                "a.png@4;b.png@3",
                ";",
                "duck.png@٣x",
            )
        ),
        (
            "case,image,clip,camera\nduck,duck.png,duck.mkv,pan_lft\n",
            "unknown camera move 'pan_lft': did you mean pan_left .*mine.csv:2",
        ),
        *(
            (
                f"case,image,clip,trajectory\nduck,duck.png,duck.mkv,{points}\n",
                f"mine.csv:2: trajectory '{re.escape(points)}' is not x y;x y, two points or more",
            )
            for points in ("3 4", "3;4", "1 2;3 4;", "1 2;nan 3", "1 2;3 4 5", "1 2;x y")
        ),
        (
            f"case,image,clip,keyframes\nduck,duck.png,duck.mkv,a.png@0;{'a' * 5000}@7\n",
            r"mine.csv:2: keyframes 'a{60}…a{60} .5000 characters.': file name too long",
        ),
        (
            f"case,image,clip,keep\nduck,duck.png,duck.mkv,{'a' * 5000}\n",
            r"mine.csv:2: keep 'a{60}…a{60} .5000 characters.': file name too long",
        ),
        ("case,image,clip\nduck,duck.png,a\0b.mkv\n", r"mine.csv:2: clip 'a\\x00b.mkv' holds a NUL byte"),
        ("case,image,clip,prompt\nduck,duck.png,duck.mkv,a\0b\n", "mine.csv:2: prompt .* holds a NUL byte"),
        *(
            (
                f"case,image,clip,reference\nduck,{paths[0]},{paths[1]},{paths[2]}\n",
                f"mine.csv:2: {column} 'a{{60}}…a{{60}} .5000 characters.': file name too long",
            )
            for column, paths in {
                "image": ("a" * 5000, "duck.mkv", ""),
                "clip": ("duck.png", "a" * 5000, ""),
                "reference": ("duck.png", "duck.mkv", "a" * 5000),
            }.items()
        ),
        (
            f"case,image,clip\n{'a' * 101},duck.png,duck.mkv\n",
            "mine.csv:2: case 'a{101}' is not a letter or digit",
        ),
        (f"case,image,clip\nduck,{'a' * 200_000},duck.mkv\n", "mine.csv:2: not CSV: field larger"),
        ('case,image,clip\nduck,"duck.png,duck.mkv\n', "mine.csv:"),
    ],
)
def test_mistakes_in_a_csv_are_named(folder: Path, text: str, message: str) -> None:
    with pytest.raises(BenchError, match=message):
        own_clips.collect(_csv(folder, text))


def test_a_csv_says_what_should_move(folder: Path) -> None:
    header, line = "case,image,clip,camera,trajectory", "duck,duck.png,duck.mkv,pan_left,12 40; 15.5 -3;20 8"
    suite = own_clips.collect(_csv(folder, f"{header}\n{line}\n")).suite
    assert suite.cases[0].camera == "pan_left"
    assert suite.cases[0].trajectory == ((12.0, 40.0), (15.5, -3.0), (20.0, 8.0))
    empty = own_clips.collect(_csv(folder, f"{header}\nduck,duck.png,duck.mkv,,\n")).suite
    assert (empty.cases[0].camera, empty.cases[0].trajectory) == (None, None)
    without = own_clips.collect(_csv(folder, "case,image,clip\nduck,duck.png,duck.mkv\n")).suite
    assert empty.version == without.version  # older CSVs keep their version
    still = own_clips.collect(_csv(folder, f"{header}\n{line.replace('pan_left', 'static')}\n")).suite
    assert len({suite.version, empty.version, still.version}) == 3  # another request, another case


def test_a_binary_file_is_not_a_csv(folder: Path) -> None:
    with pytest.raises(BenchError, match="not UTF-8"):
        own_clips.collect(folder / "duck.mkv")


def test_nothing_there(tmp_path: Path) -> None:
    with pytest.raises(BenchError, match="no clips at"):
        own_clips.collect(tmp_path / "nowhere")


def test_a_clip_without_an_image_says_where_one_would_be_found(folder: Path) -> None:
    (folder / "duck.png").unlink()
    with pytest.raises(BenchError, match=r"put duck.*\.png"):
        own_clips.collect(folder)


# Texts


@pytest.mark.parametrize("separator", ["\u2028", "\x0b", "\x0c", "\x1c", "\x85"])
@pytest.mark.parametrize("quote", ["", '"'])
def test_only_line_ends_end_a_line(folder: Path, separator: str, quote: str) -> None:
    prompt = f"a duck{separator}swims"
    text = f"case,image,clip,prompt\nduck,duck.png,duck.mkv,{quote}{prompt}{quote}\n"
    assert own_clips.collect(_csv(folder, text)).suite.cases[0].prompt == prompt


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_quoted_line_end_stays_in_the_prompt(folder: Path, end: str) -> None:
    lines = ["case,image,clip,prompt", 'duck,duck.png,duck.mkv," a duck', "", '""swims"" "', ""]
    case = own_clips.collect(_csv(folder, end.join(lines))).suite.cases[0]
    assert case.prompt == 'a duck\n\n"swims"'


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50)
@given(prompt=st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0\r"), max_size=50))
def test_any_prompt_comes_through(folder: Path, prompt: str) -> None:
    quoted = prompt.replace('"', '""')
    path = _csv(folder, f'case,image,clip,prompt\nduck,duck.png,duck.mkv,"{quoted}"\n')
    assert own_clips.collect(path).suite.cases[0].prompt == prompt.strip()


def test_a_prompt_that_is_not_text_is_named(folder: Path) -> None:
    (folder / "duck.txt").write_bytes(b"a duck\nswims \xff\n")
    with pytest.raises(UsageError, match=r"duck\.txt:2: not UTF-8 text; a prompt was expected"):
        own_clips.collect(folder)


def test_what_may_not_be_read_is_named(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """By a double, since root may read everything."""
    path = _csv(folder, "case,image,clip\nduck,duck.png,duck.mkv\n")

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


# Folders


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


# Digests


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
    found = own_clips.collect(_csv(folder, "case,image,clip,reference\nduck,odd.mp4,odd.mp4,odd.mp4\n"))
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
    found = own_clips.collect(_csv(folder, text.format("animal", "duck-3.mkv")))
    case = found.suite.cases[0]
    image, reference = files.sha256(folder / "duck.png"), files.sha256(folder / "duck-3.mkv")
    assert case.digest == files.digest(["duck", "swims", image, reference])
    assert found.suite.version == files.digest([[case.digest, "animal"]])[:12]

    other = own_clips.collect(_csv(folder, text.format("bird", "duck-3.mkv"))).suite
    assert (other.cases[0].digest, other.version == found.suite.version) == (case.digest, False)

    assert cases.own_digest(case) == case.digest
    pictures.write(folder / "duck.png", photograph(seed=9))
    assert cases.own_digest(case) != case.digest


def test_keyframes_and_a_mask_are_of_the_case(folder: Path) -> None:
    """A case without them keeps the digest that it had before there were any: that of the test above."""
    text = "case,image,clip,keyframes,keep\nduck,duck.png,duck.mkv,{},{}\n"
    pictures.write(folder / "b@2.png", photograph(seed=1))
    case = own_clips.collect(_csv(folder, text.format("duck.png@0; b@2.png@40", "b@2.png"))).suite.cases[0]
    assert case.keyframes == (Keyframe(folder / "duck.png", 0), Keyframe(folder / "b@2.png", 40))
    assert case.keep == folder / "b@2.png"
    image, other = files.sha256(folder / "duck.png"), files.sha256(folder / "b@2.png")
    wishes = [["keyframes", [[image, 0], [other, 40]]], ["keep", other]]
    assert case.digest == cases.own_digest(case) == files.digest(["duck", "", image, None, *wishes])

    plain = own_clips.collect(_csv(folder, text.format("", ""))).suite.cases[0]
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
    case = own_clips.collect(_csv(folder, text)).suite.cases[0]
    frames = digests.clip_digest(folder / "reference" / "duck")
    assert case.digest == files.digest(["duck", "", files.sha256(folder / "duck.png"), frames])


def test_the_real_clips_are_found(real_clips: Path) -> None:
    found = own_clips.collect(real_clips / "cases.csv")
    assert (len(found.clips), found.suite.name) == (10, re.sub("-", "_", real_clips.name))
