"""A CSV of one's own clips: what its columns say, and which mistake is answered with which message."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from bench.engine.identity import external_record, external_run
from bench.engine.rows import ClipInView
from bench.errors import BenchError
from bench.suites import own_clips
from tests.suites.ducks import csv_of, duck_folder


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return duck_folder(tmp_path)


def test_a_csv_says_what_was_sent_in_place_of_the_prompt(folder: Path) -> None:
    lines = "duck,duck.png,duck.mkv,swims,0,a duck that swims\nduck,duck.png,duck-3.mkv,swims,3,swims\n"
    found = own_clips.collect(csv_of(folder, f"case,image,clip,prompt,seed,prompt_sent\n{lines}"))
    assert [clip.prompt_sent for clip in found.clips] == ["a duck that swims", ""]
    records = [external_record(clip) for clip in found.clips]
    about = [ClipInView(external_run("x", found.suite), found.suite.cases[0], record) for record in records]
    assert [record.prompt_sent for record in records] == ["a duck that swims", ""]
    assert about[0].inputs != replace(about[0], record=replace(records[0], prompt_sent="")).inputs


def test_a_line_without_a_clip_is_passed_over(folder: Path) -> None:
    found = own_clips.collect(csv_of(folder, "case,image,clip\nduck,duck.png,duck.mkv\ngoose,duck.png,\n"))
    assert (len(found.clips), found.passed_over) == (1, ("goose",))


def test_a_csv_says_what_should_move(folder: Path) -> None:
    header, line = "case,image,clip,camera,trajectory", "duck,duck.png,duck.mkv,pan_left,12 40; 15.5 -3;20 8"
    suite = own_clips.collect(csv_of(folder, f"{header}\n{line}\n")).suite
    assert suite.cases[0].camera == "pan_left"
    assert suite.cases[0].trajectory == ((12.0, 40.0), (15.5, -3.0), (20.0, 8.0))
    empty = own_clips.collect(csv_of(folder, f"{header}\nduck,duck.png,duck.mkv,,\n")).suite
    assert (empty.cases[0].camera, empty.cases[0].trajectory) == (None, None)
    without = own_clips.collect(csv_of(folder, "case,image,clip\nduck,duck.png,duck.mkv\n")).suite
    assert empty.version == without.version  # older CSVs keep their version
    still = own_clips.collect(csv_of(folder, f"{header}\n{line.replace('pan_left', 'static')}\n")).suite
    assert len({suite.version, empty.version, still.version}) == 3  # another request, another case


def test_a_binary_file_is_not_a_csv(folder: Path) -> None:
    with pytest.raises(BenchError, match="not UTF-8"):
        own_clips.collect(folder / "duck.mkv")


@pytest.mark.parametrize("separator", ["\u2028", "\x0b", "\x0c", "\x1c", "\x85"])
@pytest.mark.parametrize("quote", ["", '"'])
def test_only_line_ends_end_a_line(folder: Path, separator: str, quote: str) -> None:
    prompt = f"a duck{separator}swims"
    text = f"case,image,clip,prompt\nduck,duck.png,duck.mkv,{quote}{prompt}{quote}\n"
    assert own_clips.collect(csv_of(folder, text)).suite.cases[0].prompt == prompt


@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_quoted_line_end_stays_in_the_prompt(folder: Path, end: str) -> None:
    lines = ["case,image,clip,prompt", 'duck,duck.png,duck.mkv," a duck', "", '""swims"" "', ""]
    case = own_clips.collect(csv_of(folder, end.join(lines))).suite.cases[0]
    assert case.prompt == 'a duck\n\n"swims"'


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50)
@given(prompt=st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0\r"), max_size=50))
def test_any_prompt_comes_through(folder: Path, prompt: str) -> None:
    quoted = prompt.replace('"', '""')
    path = csv_of(folder, f'case,image,clip,prompt\nduck,duck.png,duck.mkv,"{quoted}"\n')
    assert own_clips.collect(path).suite.cases[0].prompt == prompt.strip()


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
        own_clips.collect(csv_of(folder, text))
