"""Loading a suite, and what identifies a version."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from pathlib import Path

import pytest

from bench import suites
from bench.errors import UnknownName, UsageError
from bench.suites import scenes
from bench.types import Keyframe, SuiteId
from tests.suites.small_suite import ENTRIES, KEYFRAMES, WISHES, refusal, write_suite


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


def test_a_suite_in_a_version_is_a_value() -> None:
    found = SuiteId("demo", "1f2e3d4c5b6a")
    assert str(found) == "demo@1f2e3d4c5b6a"
    assert SuiteId.parse(str(found)) == found
    assert SuiteId.parse("two@signs@0") == SuiteId("two@signs", "0")


@pytest.mark.parametrize("text", ["", "demo", "demo@", "@0"])
def test_other_texts_name_no_suite_in_a_version(text: str) -> None:
    with pytest.raises(ValueError, match="name@version"):
        SuiteId.parse(text)
