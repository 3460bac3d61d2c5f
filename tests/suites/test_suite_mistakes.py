"""What a mistake in a suite's files is answered with."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from bench import suites
from tests.suites.small_suite import ENTRIES, KEYFRAMES, refusal


def entry(**fields: Any) -> str:
    """A sound line, changed: a field set to None is left out."""
    whole = {"id": "a", "image": "cat.png", "prompt": "It runs."} | fields
    return json.dumps({name: value for name, value in whole.items() if value is not None})


def scene(**fields: Any) -> str:
    """A sound line of a rendered case, its scene changed."""
    whole = {"texture": "cat.png", "kind": "pan_left", "speed": 2} | fields
    return entry(image=None, scene={name: value for name, value in whole.items() if value is not None})


def keyframed(*keyframes: Mapping[str, object]) -> str:
    """A sound line with these keyframes."""
    return entry(keyframes=keyframes)


MISTAKES: dict[str, tuple[str, str]] = {
    "not JSON": ('{"id": "a",', "not JSON: EOF while parsing"),
    "not an object": ('["a"]', "the line must be an object, got ['a']"),
    "a field is missing": (entry(id=None), "'id' is missing"),
    "an unknown field": (entry(promt="x"), "unknown field 'promt'; did you mean 'prompt'?"),
    "a number for text": (entry(prompt=7), "'prompt' must be text, got 7"),
    "text for a number": (scene(speed="fast"), "'scene.speed' must be a valid number, got 'fast'"),
    "an id that is no file name": (entry(id="a/b"), "since it becomes a file name, got 'a/b'"),
    "an id that hides": (entry(id=".a"), "since it becomes a file name, got '.a'"),
    "an empty id": (entry(id=""), "since it becomes a file name, got ''"),
    "an id with an accent": (entry(id="é"), "since it becomes a file name, got 'é'"),
    "an id with a newline": (entry(id="a\n"), "since it becomes a file name, got 'a\\n'"),
    "an id of 101 characters": (entry(id="a" * 101), "at most 100 in all"),
    "an id that is taken": (entry(id="first"), "'id' 'first' is taken by line 1"),
    "an id that is taken on some systems": (entry(id="First"), "'id' 'First' is taken by line 1"),
    "no image": (entry(image=None), "'image' is missing, and there is no 'scene'"),
    "an absent image": (entry(image="no.png"), "'image' names a file that does not exist: 'no.png'"),
    "an empty image": (entry(image=""), "'image' names a file that does not exist: ''"),
    "a folder for an image": (entry(image="frames"), "'image' names a file that does not exist: 'frames'"),
    "an image above": (entry(image="../cat.png"), "'image' must be a path inside the suite's folder"),
    "an image from the root": (entry(image="/etc/hosts"), "'image' must be a path inside the suite's folder"),
    "an image by a link": (entry(image="link.png"), "'image' 'link.png' is a link that leaves the suite's folder"),
    "an absent reference": (entry(reference="no.mkv"), "'reference' names a file that does not exist: 'no.mkv'"),
    "a texture above": (scene(texture="../cat.png"), "'scene.texture' must be a path inside the suite's folder"),
    "an absent patch": (scene(kind="object", patch="no.png"), "'scene.patch' names a file that does not exist"),
    "an unknown camera": (entry(camera="pan_lef"), "'camera' must be one of static, pan_left,"),
    "a camera's neighbour": (entry(camera="pan_lef"), "got 'pan_lef'; did you mean 'pan_left'?"),
    "a camera of a scene": (scene() [:-1] + ', "camera": "static"}', "'camera' is what the 'scene' says"),
    "a flat trajectory": (entry(trajectory=[[1, 2], 3]), "'trajectory.1' must be a valid array, got 3"),
    "a trajectory of triples": (entry(trajectory=[[1, 2], [1, 2, 3]]), "'trajectory.1' must have at most 2 items"),
    "a trajectory of one point": (entry(trajectory=[[1, 2]]), "'trajectory' must have at least 2 points, got 1"),
    "an infinite trajectory": (entry(trajectory=[[1, 2], [3, 4]]).replace("4", "NaN"), "'trajectory.1.1' must be"),
    "two references": (entry(scene=ENTRIES[2]["scene"], reference="dog.mkv"), "leave out one"),
    "an unknown kind": (scene(kind="dolly"), "'scene.kind' must be one of static, pan_left"),
    "a speed below zero": (scene(speed=-1), "'scene.speed' must be greater than or equal to 0, got -1"),
    "an unknown field of a scene": (scene(sped=1), "unknown field 'scene.sped'; did you mean 'speed'?"),
    "a scene without a texture": (scene(texture=None), "'scene.texture' is missing"),
    "a scene that contradicts itself": (scene(kind="static"), "'scene': a scene has speed 0 if it is static"),
    "an absent mask": (entry(keep="no.png"), "'keep' names a file that does not exist: 'no.png'"),
    "a mask above": (entry(keep="../cat.png"), "'keep' must be a path inside the suite's folder"),
    "a mask by a link": (entry(keep="link.png"), "'keep' 'link.png' is a link that leaves the suite's folder"),
    "a mask of numbers": (entry(keep=[0, 1]), "'keep' must be text, got [0, 1]"),
    "keyframes that are none": (entry(keyframes="dog.png@4"), "'keyframes' must be a valid array, got 'dog.png@4'"),
    "an absent keyframe": (
        keyframed(KEYFRAMES[0], {"image": "no.png", "frame": 8}),
        "'keyframes.1.image' names a file that does not exist: 'no.png'",
    ),
    "a keyframe above": (
        keyframed({"image": "../cat.png", "frame": 8}), "'keyframes.0.image' must be a path inside the suite's folder"
    ),
    "a keyframe without a frame": (keyframed({"image": "dog.png"}), "'keyframes.0.frame' is missing"),
    "a keyframe without an image": (keyframed({"frame": 4}), "'keyframes.0.image' is missing"),
    "an unknown field of a keyframe": (
        keyframed({"image": "dog.png", "fram": 4, "frame": 4}),
        "unknown field 'keyframes.0.fram'; did you mean 'frame'?"
    ),
    "a keyframe before the clip": (
        keyframed({"image": "dog.png", "frame": -1}),
        "'keyframes.0.frame' must be greater than or equal to 0, got -1",
    ),
    "half a keyframe": (keyframed({"image": "dog.png", "frame": 1.5}), "'keyframes.0.frame' must be a valid integer"),
    "two keyframes of one frame": (
        keyframed(KEYFRAMES[1], KEYFRAMES[1]),
        "'keyframes' must stand in the order of their frames, one per frame, got frames [40, 40]",
    ),
    "keyframes that go back": (keyframed(*KEYFRAMES[::-1]), "got frames [40, 0]"),
    "half a pixel": (scene(width=100.5), "'scene.width' must be a valid integer, got 100.5"),
}  # fmt: skip


class TestMistakes:
    @pytest.mark.parametrize(("line", "message"), MISTAKES.values(), ids=MISTAKES)
    def test_a_line_is_answered_with_file_line_and_field(self, small: Path, line: str, message: str) -> None:
        (small / "frames").mkdir()
        (small.parent / "cat.png").write_bytes((small / "cat.png").read_bytes())
        (small / "link.png").symlink_to(small.parent / "cat.png")
        (small / "cases.jsonl").write_text(f"{entry(id='first')}\n\n{line}\n")
        said = refusal(small)
        assert len(said) == 1
        assert said[0].startswith("small/cases.jsonl:3: ")
        assert message in said[0]

    def test_the_sound_lines_above_are_sound(self, small: Path) -> None:
        """So that each mistake is the only one of its line."""
        other = scene().replace('"a"', '"b"')
        (small / "cases.jsonl").write_text(f"\ufeff{entry()}\r\n{other}")
        assert [case.id for case in suites.load(small).cases] == ["a", "b"]

    def test_all_are_reported_at_once_up_to_ten(self, small: Path) -> None:
        (small / "cases.jsonl").write_text("".join(entry(id=f"c{n}", prompt=n) + "\n" for n in range(12)))
        said = refusal(small)
        assert said[:10] == [f"small/cases.jsonl:{n + 1}: 'prompt' must be text, got {n}" for n in range(10)]
        assert said[10:] == ["and 2 more"]

    def test_several_in_one_line(self, small: Path) -> None:
        (small / "cases.jsonl").write_text(entry(id="/", image="no.png"))
        assert [line[:27] for line in refusal(small)] == [
            "small/cases.jsonl:1: 'id' m",
            "small/cases.jsonl:1: 'image",
        ]

    @pytest.mark.parametrize("content", ["", "\n \n"])
    def test_no_cases(self, small: Path, content: str) -> None:
        (small / "cases.jsonl").write_text(content)
        assert refusal(small) == ["small/cases.jsonl:1: a suite has at least one case, this file has none"]

    def test_no_file_of_cases(self, small: Path) -> None:
        (small / "cases.jsonl").unlink()
        assert refusal(small)[0].startswith("small/cases.jsonl is missing: ")

    def test_not_text(self, small: Path) -> None:
        (small / "cases.jsonl").write_bytes(entry().encode() + b"\n\xff\xfe\n")
        assert refusal(small) == ["small/cases.jsonl:2: not UTF-8 text: save it as UTF-8"]

    @pytest.mark.parametrize(
        ("facts", "message"),
        [
            ("\ntitle = small", "small/suite.toml:2: not TOML: "),
            ("title = 'a'\nnote = [", "small/suite.toml:2: not TOML: "),
            ("reference_note = 'a'", "small/suite.toml:1: 'title' is missing"),
            ("\n\ntitle = 7", "small/suite.toml:3: 'title' must be text, got 7"),
            ("title = ''", "small/suite.toml:1: 'title' must have at least 1 character"),
            ("title = 'a'\n\nrefrence_note = 'b'",
             "small/suite.toml:3: unknown field 'refrence_note'; did you mean 'reference_note'?"),
        ],
    )  # fmt: skip
    def test_of_suite_toml(self, small: Path, facts: str, message: str) -> None:
        (small / "suite.toml").write_text(facts)
        said = refusal(small)
        assert len(said) == 1
        assert said[0].startswith(message)
