"""Suites: the two that are shipped, what identifies a version, and what a mistake is answered with."""

import json
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, get_args

import numpy as np
import pytest
from PIL import Image

from bench import suites
from bench.base.progress import Bar, Progress
from bench.errors import BenchError, UnknownName, UsageError
from bench.media import pictures, video
from bench.suites import scenes
from bench.types import Keyframe, Suite, SuiteId

SHIPPED = Path(suites.__file__).parents[2] / "suites"

TITLE = 'title = "A small suite"\nreference_note = "rendered"\n'

ENTRIES: tuple[dict[str, Any], ...] = (
    {"id": "cat", "image": "cat.png", "prompt": "It blinks.", "category": "animal", "camera": "static"},
    {"id": "dog", "image": "dog.png", "reference": "dog.mkv", "trajectory": [[1, 2], [3, 4.5]]},
    {"id": "zoom", "image": "cat.png", "scene": {"texture": "cat.png", "kind": "zoom_in", "speed": 1, "width": 32}},
    {"id": "pan", "prompt": "Pan.", "scene": {"texture": "dog.png", "kind": "pan_left", "speed": 0.5}},
    {
        "id": "ball",
        "scene": {"texture": "dog.png", "patch": "cat.png", "kind": "object", "speed": 1, "diameter": 20, "seed": 4},
    },
)  # fmt: skip


KEYFRAMES = [{"image": "dog.png", "frame": 0}, {"image": "cat.png", "frame": 40}]

WISHES: tuple[dict[str, Any], ...] = (
    {"id": "cat", "image": "cat.png", "keyframes": KEYFRAMES, "keep": "dog.png"},
    {"id": "dog", "image": "dog.png"},
    {"id": "pan", "scene": ENTRIES[3]["scene"], "keyframes": [{"image": "dog.png", "frame": 3}]},
)
"""What is asked of a clip besides its first frame."""


def write_suite(folder: Path, entries: tuple[Mapping[str, Any], ...] = ENTRIES, facts: str = TITLE) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    random = np.random.default_rng(0)
    for name in ("cat", "dog"):
        pictures.write(folder / f"{name}.png", random.integers(256, size=(48, 64, 3), dtype=np.uint8))
    (folder / "dog.mkv").write_bytes(b"bytes of a clip")
    (folder / "suite.toml").write_text(facts)
    (folder / "cases.jsonl").write_text("".join(json.dumps(entry) + "\n" for entry in entries))
    return folder


@pytest.fixture
def small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A suite in ./small of an empty current folder."""
    monkeypatch.chdir(tmp_path)
    return write_suite(tmp_path / "small")


def refusal(folder: Path) -> list[str]:
    with pytest.raises(UsageError) as caught:
        suites.load(folder)
    return str(caught.value).split("\n")


class TestShipped:
    """What ships is pinned: numbers compare within one version only, so a new version must be meant."""

    @pytest.mark.parametrize(
        ("name", "version", "size"), [("demo", "3ae6ffe128fc", 9), ("motion", "06151ed4b7e1", 31)]
    )
    def test_version(self, name: str, version: str, size: int) -> None:
        suite = suites.load(name)
        assert (str(suite), len(suite.cases)) == (f"{name}@{version}", size)
        assert suite.title
        assert "not real footage" in suite.reference_note

    @pytest.mark.parametrize("name", ["demo", "motion"])
    def test_every_photograph_is_small_and_credited(self, name: str) -> None:
        licence = (SHIPPED / name / "LICENCE").read_text()
        for photograph in (SHIPPED / name / "images").iterdir():
            assert f"images/{photograph.name}" in licence
            assert photograph.stat().st_size < 400_000
            assert max(pictures.read(photograph).shape) <= 768

    @pytest.mark.parametrize("name", ["demo", "motion"])
    def test_no_scene_enlarges_its_photograph(self, name: str) -> None:
        for case in suites.load(name).cases:
            scene = scenes.scene_of(case)
            height, width = pictures.read(scene.texture).shape[:2]
            needed = scenes._sheet_size(scene)
            assert max(needed[0] / width, needed[1] / height) <= 1, case.id

    def test_demo_has_every_shape_and_a_gray_picture(self) -> None:
        cases = suites.load("demo").cases
        shapes = {case.id: pictures.read(case.image).shape for case in cases}
        assert {np.sign(width - height) for height, width, _ in shapes.values()} == {-1, 0, 1}
        assert len({case.category for case in cases}) >= 7
        assert all(case.prompt.endswith(".") for case in cases)
        with Image.open(SHIPPED / "demo" / "images" / "photographer.png") as picture:
            assert picture.mode == "L"

    def test_demo_references_begin_with_the_photograph(self) -> None:
        """As the null models see it, so that their clips compare with the reference clips."""
        for case in suites.load("demo").cases:
            scene = scenes.scene_of(case)
            image = pictures.limited(pictures.read(case.image), 384)
            assert scene.texture == case.image
            assert (scene.height, scene.width) == image.shape[:2]
            assert (scene.kind, scene.blur) == ("zoom_in", 0.0)
        assert (scenes.frames(scene)[0] == image).all()

    def test_motion_has_every_move_on_several_photographs(self) -> None:
        cases = suites.load("motion").cases
        kinds = Counter(scenes.scene_of(case).kind for case in cases)
        assert set(kinds) == set(get_args(scenes.Kind))
        for kind, count in kinds.items():
            assert count >= (2 if kind == "static" else 3)
        for case in cases:
            scene = scenes.scene_of(case)
            assert (case.category, case.camera) == (scene.kind, scene.camera)
            assert case.id.startswith(scene.kind)
            assert (case.trajectory is not None) == (scene.kind == "object")
            assert case.prompt

    def test_motion_speeds_and_textures_vary(self) -> None:
        found = [scenes.scene_of(case) for case in suites.load("motion").cases]
        for kind in set(get_args(scenes.Kind)) - {"static"}:
            own = [scene for scene in found if scene.kind == kind]
            assert len({scene.speed for scene in own}) >= 3
            assert len({scene.texture for scene in own}) >= 3


def test_loading_imports_nothing_heavy_and_renders_nothing(tmp_path: Path) -> None:
    code = (
        "import sys; from bench import suites; [suites.load(name) for name in suites.names()]; "
        "print(sorted({'torch', 'pandas', 'scipy', 'PIL', 'cv2', 'av'} & set(sys.modules)))"
    )
    environment = {"BENCH_CACHE": str(tmp_path), "PATH": ""}
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env=environment, cwd=SHIPPED.parent, check=True
    )  # fmt: skip
    assert done.stdout.strip() == "[]"
    assert not list(tmp_path.iterdir())


class TestLoad:
    def test_fields_arrive(self, small: Path) -> None:
        suite = suites.load(small)
        assert (suite.name, suite.title, suite.reference_note) == ("small", "A small suite", "rendered")
        cat, dog, zoom, pan, ball = suite.cases
        assert (cat.image, cat.prompt, cat.category, cat.camera) == (
            small / "cat.png", "It blinks.", "animal", "static",
        )  # fmt: skip
        assert (cat.reference, cat.trajectory, cat.scene) == (None, None, {})
        assert (dog.reference, dog.trajectory) == (small / "dog.mkv", ((1, 2), (3, 4.5)))
        assert (zoom.image, zoom.camera) == (
            small / "cat.png",
            None,
        )  # its image is its own, only the clip is rendered
        assert pan.camera == "pan_left"
        assert ball.camera == "static"
        assert ball.trajectory == scenes.trajectory(scenes.scene_of(ball))
        assert all(len(case.digest) == 64 for case in suite.cases)

    def test_keyframes_and_mask_arrive(self, small: Path) -> None:
        suite = suites.load(write_suite(small, WISHES))
        assert suite.cases[0].keyframes == (Keyframe(small / "dog.png", 0), Keyframe(small / "cat.png", 40))
        assert suite.cases[0].keep == small / "dog.png"
        assert (suite.cases[1].keyframes, suite.cases[1].keep) == ((), None)
        assert suite.cases[2].keyframes == (
            Keyframe(small / "dog.png", 3),
        )  # a rendered case may have them, too

    def test_a_name_is_looked_up_below_the_current_folder_first(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.chdir(tmp_path)
        assert suites.load("demo").title == "Nine photographs"
        write_suite(tmp_path / "suites" / "demo")
        write_suite(tmp_path / "suites" / "own")
        assert suites.load("demo").title == "A small suite"
        assert suites.names() == ["demo", "motion", "own"]

    def test_a_folder_of_that_name_that_is_no_suite_is_passed_over(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.chdir(tmp_path)
        (tmp_path / "demo").mkdir()
        assert suites.load("demo").title == "Nine photographs"

    def test_an_installed_package_carries_its_suites(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A wheel has no suites/ beside the package, but bench/_suites in it."""
        write_suite(tmp_path / "site" / "bench" / "_suites" / "carried")
        monkeypatch.chdir(tmp_path)
        monkeypatch.setattr(suites, "__file__", str(tmp_path / "site" / "bench" / "suites" / "__init__.py"))
        assert suites.names() == ["carried"]
        assert suites.load("carried").name == "carried"

    def test_an_unknown_name_is_told_its_neighbour(self) -> None:
        with pytest.raises(UnknownName, match=r"unknown suite 'demmo': did you mean demo\?"):
            suites.load("demmo")
        with pytest.raises(UnknownName, match="unknown suite 'no/such/folder'"):
            suites.load("no/such/folder")

    def test_a_folder_without_suite_toml(self, tmp_path: Path) -> None:
        with pytest.raises(UsageError, match=r"has no suite\.toml"):
            suites.load(tmp_path)


class TestVersion:
    def test_it_does_not_depend_on_where_the_folder_lies(self, small: Path, tmp_path: Path) -> None:
        before = suites.load(small)
        moved = shutil.move(small, tmp_path / "elsewhere" / "other")
        after = suites.load(moved)
        assert after.version == before.version
        assert [case.digest for case in after.cases] == [case.digest for case in before.cases]

    def test_it_does_not_depend_on_the_words_for_people(self, small: Path) -> None:
        before = suites.load(small).version
        (small / "suite.toml").write_text('title = "Another title"')
        assert suites.load(small).version == before

    def test_dimensions_change_it_and_no_case(self, small: Path) -> None:
        before = suites.load(small)
        named = [{**ENTRIES[0], "dimensions": ["b", "a"]}, *ENTRIES[1:]]
        after = suites.load(write_suite(small, tuple(named)))
        assert after.version != before.version
        assert [case.digest for case in after.cases] == [case.digest for case in before.cases]
        assert after.cases[0].dimensions == ("b", "a")
        named[0] = {**ENTRIES[0], "dimensions": ["a", "b"]}
        assert suites.load(write_suite(small, tuple(named))).version == after.version

    @pytest.mark.parametrize("seeds", ["[]", "[-1]", '["a"]', "[18446744073709551616]"])
    def test_seeds_that_are_none(self, small: Path, seeds: str) -> None:
        (small / "suite.toml").write_text(f'title = "A"\nseeds = {seeds}\n')
        assert any("small/suite.toml:2: 'seeds" in line for line in refusal(small))

    @pytest.mark.parametrize(
        ("place", "field", "value"),
        [
            (0, "id", "kat"), (0, "prompt", "It yawns."), (0, "camera", "pan_left"), (0, "image", "dog.png"),
            (1, "trajectory", [[1, 2], [3, 4]]), (1, "reference", None),
            (2, "scene", {"texture": "cat.png", "kind": "zoom_in", "speed": 2, "width": 32}),
            (3, "scene", {"texture": "cat.png", "kind": "pan_left", "speed": 0.5}),
            (4, "scene", {**ENTRIES[4]["scene"], "seed": 5}),
        ],
    )  # fmt: skip
    def test_every_field_of_a_case_changes_it_and_the_case(
        self, small: Path, place: int, field: str, value: object
    ) -> None:
        before = suites.load(small)
        changed = [dict(entry) for entry in ENTRIES]
        changed[place][field] = value
        after = suites.load(write_suite(small, tuple(changed)))
        assert after.version != before.version
        same = [a.digest == b.digest for a, b in zip(after.cases, before.cases, strict=True)]
        assert same == [index != place for index in range(len(ENTRIES))]

    @pytest.mark.parametrize(
        "changes",
        [
            {"keep": None}, {"keep": "cat.png"}, {"keyframes": None}, {"keyframes": KEYFRAMES[:1]},
            {"keyframes": [KEYFRAMES[0], {"image": "cat.png", "frame": 41}]},
            {"keyframes": [KEYFRAMES[0], {"image": "dog.png", "frame": 40}]},
        ],
    )  # fmt: skip
    def test_keyframes_and_mask_change_it_and_the_case(
        self, small: Path, changes: Mapping[str, object]
    ) -> None:
        before = suites.load(write_suite(small, WISHES))
        changed = {name: value for name, value in (WISHES[0] | changes).items() if value is not None}
        after = suites.load(write_suite(small, (changed, *WISHES[1:])))
        assert after.version != before.version
        same = [a.digest == b.digest for a, b in zip(after.cases, before.cases, strict=True)]
        assert same == [False, True, True]

    def test_no_keyframes_are_none(self, small: Path) -> None:
        """What was a suite before there were keyframes keeps its version."""
        empty = tuple({**entry, "keyframes": [], "keep": None} for entry in ENTRIES)
        assert suites.load(write_suite(small, empty)).version == suites.load(write_suite(small)).version

    def test_the_category_changes_it_but_no_clip(self, small: Path) -> None:
        before = suites.load(small)
        after = suites.load(write_suite(small, ({**ENTRIES[0], "category": "pet"}, *ENTRIES[1:])))
        assert after.version != before.version
        assert after.cases[0].digest == before.cases[0].digest

    @pytest.mark.parametrize(
        ("name", "touched"), [("cat.png", [0, 2, 4]), ("dog.png", [1, 3, 4]), ("dog.mkv", [1])]
    )
    def test_every_byte_of_a_file_changes_it(self, small: Path, name: str, touched: list[int]) -> None:
        before = suites.load(small)
        (small / name).write_bytes((small / name).read_bytes() + b"\0")
        after = suites.load(small)
        assert after.version != before.version
        pairs = enumerate(zip(after.cases, before.cases, strict=True))
        assert [index for index, (a, b) in pairs if a.digest != b.digest] == touched

    def test_the_version_of_the_renderer_changes_it(
        self, small: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        before = suites.load(small).version
        monkeypatch.setattr(scenes, "VERSION", scenes.VERSION + 1)
        assert suites.load(small).version != before

    def test_order_and_number_of_cases_change_it(self, small: Path) -> None:
        versions = {
            suites.load(write_suite(small, entries)).version
            for entries in (ENTRIES, ENTRIES[::-1], ENTRIES[:-1])
        }
        assert len(versions) == 3


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


class Counting(Progress):
    """Remembers what it was told."""

    def __init__(self) -> None:
        self.totals: list[int] = []
        self.done = 0

    @contextmanager
    def bar(self, title: str, total: int) -> Iterator[Bar]:
        self.totals.append(total)
        bar = Bar()
        bar.advance = self._advance  # type: ignore[method-assign]
        yield bar

    def _advance(self) -> None:
        self.done += 1


class TestPrepare:
    @pytest.fixture
    def fresh(self, small: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Suite:
        monkeypatch.setenv("BENCH_CACHE", str(tmp_path / "fresh cache"))
        return suites.load(small)

    def test_it_renders_the_scenes_that_are_missing_and_nothing_else(self, fresh: Suite) -> None:
        first, second, third = Counting(), Counting(), Counting()
        suites.prepare(fresh, first)
        assert (first.totals, first.done) == ([3], 3)
        _shows_its_scenes(fresh)
        suites.prepare(fresh, second)
        assert (second.totals, second.done) == ([], 0)
        assert fresh.cases[3].reference is not None
        fresh.cases[3].reference.unlink()
        suites.prepare(fresh, third)
        assert (third.totals, third.done) == ([1], 1)

    def test_a_photograph_that_is_none_is_named(self, fresh: Suite, small: Path) -> None:
        (small / "dog.png").write_text("a text")
        with pytest.raises(BenchError, match=r"dog\.png"):
            suites.prepare(suites.load(small))

    def test_a_suite_without_scenes_needs_none(self, fresh: Suite) -> None:
        suites.prepare(replace(fresh, cases=fresh.cases[:2]))


def _shows_its_scenes(suite: Suite) -> None:
    """Image and reference of the small suite's rendered cases are their scene."""
    for case in suite.cases[2:]:
        assert case.reference is not None
        frames = scenes.frames(scenes.scene_of(case))
        assert (video.read_clip(case.reference).frames == frames).all()
        if case.id != "zoom":
            assert (pictures.read(case.image) == frames[0]).all()


def test_a_suite_in_a_version_is_a_value() -> None:
    found = SuiteId("demo", "1f2e3d4c5b6a")
    assert str(found) == "demo@1f2e3d4c5b6a"
    assert SuiteId.parse(str(found)) == found
    assert SuiteId.parse("two@signs@0") == SuiteId("two@signs", "0")


@pytest.mark.parametrize("text", ["", "demo", "demo@", "@0"])
def test_other_texts_name_no_suite_in_a_version(text: str) -> None:
    with pytest.raises(ValueError, match="name@version"):
        SuiteId.parse(text)


def test_broken_scenes_are_rendered_anew_and_those_of_an_earlier_version_kept(
    small: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before, an empty file failed for ever, and a flipped one was measured as it was."""
    monkeypatch.setenv("BENCH_CACHE", str(tmp_path / "cache"))
    suite, counting = suites.load(small), Counting()
    suites.prepare(suite)
    digests = list((tmp_path / "cache").rglob("*.sha256"))
    pictures, clips = (sorted((tmp_path / "cache" / "scenes").glob(f"*{kind}")) for kind in (".png", ".mkv"))
    sound = {path: path.read_bytes() for path in (*pictures, *clips)}
    for digest in digests[1:]:
        digest.unlink()  # as an earlier version left them
    suites.prepare(suite, counting)
    assert not counting.totals
    assert sorted((tmp_path / "cache").rglob("*.sha256")) == sorted(digests)
    content = sound[pictures[0]]
    pictures[0].write_bytes(bytes([*content[:200], content[200] ^ 1, *content[201:]]))
    clips[1].write_bytes(b"")
    clips[2].write_bytes(b"")
    clips[2].with_name(f"{clips[2].name}.sha256").unlink()
    suites.prepare(suite, counting)
    assert counting.totals == [3]
    assert {path: path.read_bytes() for path in sound} == sound
