"""Suites of others: small files of our own in their layout become suites; other layouts are refused in one line.

The crop rule was run beside VBench's crop_to_diff_ratio.py (45e79ec) on 160,000 boxes: equal, or refused by both. The
sentences of WBench's turns were compared with its prompt_builder.py (0104d92) on all keys and pairs of keys.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from bench import suites
from bench.errors import UnknownName, UsageError
from bench.media import pictures, video
from bench.suites import importing
from bench.suites.importing import crops, msrvtt, ucf101, wbench_turns
from bench.suites.importing.drafts import Options
from bench.types import Suite
from tests.command_line import bench
from tests.suites import others

WRITERS: dict[str, Callable[[Path], Path]] = {
    "vbench-i2v": others.vbench_i2v, "i2v-bench": others.i2v_bench, "vbvr": others.vbvr, "wbench": others.wbench,
    "ucf101": others.ucf101, "msrvtt": others.msrvtt,
}  # fmt: skip


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(ucf101, "CLIPS", 4)
    monkeypatch.setattr(msrvtt, "CLIPS", 2)
    return tmp_path


def imported(name: str, folder: Path, ratio: str = "", called: str = "") -> Suite:
    return importing.import_suite(name, folder, Path("suites"), Options(ratio), called)


@pytest.mark.parametrize("name", importing.names())
def test_every_suite_is_found_by_its_name_with_licence_source_and_digest(name: str, here: Path) -> None:
    made = imported(name, WRITERS[name](here / "theirs"))
    found = suites.load(name)
    assert (found.id, len(found.cases)) == (made.id, len(made.cases))
    assert found.title and found.licence and found.source
    assert found.made_by.startswith(f"bench suite import {name}, from files with digest ")
    assert all(case.image.is_file() and case.digest for case in found.cases)
    assert name in suites.names()


@pytest.mark.parametrize("name", importing.names())
def test_importing_again_writes_nothing_anew_and_goes_on_where_it_was_stopped(name: str, here: Path) -> None:
    folder = WRITERS[name](here / "theirs")
    first = imported(name, folder)
    place = here / "suites" / name
    before = {path: path.stat().st_mtime_ns for path in place.rglob("*.*") if path.parent != place}
    lost = sorted(before)[0]
    lost.unlink()
    (place / "suite.toml").unlink()
    (place / "images" / "old.png").write_bytes(b"of an earlier version of these files")
    again = imported(name, folder)
    assert again.id == first.id
    after = {path: path.stat().st_mtime_ns for path in place.rglob("*.*") if path.parent != place}
    assert set(after) == set(before)
    assert {path: at for path, at in after.items() if path != lost} == {
        path: at for path, at in before.items() if path != lost
    }


class TestVBenchI2V:
    def test_prompts_cameras_dimensions_seeds_and_shared_pictures(self, here: Path) -> None:
        suite = imported("vbench-i2v", others.vbench_i2v(here / "theirs"))
        duck, lake, *moves = suite.cases
        assert suite.seeds == (0, 1, 2, 3, 4)
        assert (duck.id, duck.prompt, duck.category, duck.camera) == (
            "a_duck_on_a_pond",
            others.DUCK,
            "animal",
            None,
        )
        assert set(duck.dimensions) == {f"vbench_{each}" for each in (*others.SUBJECT, "imaging_quality")}
        assert [case.camera for case in moves] == [
            "pan_left", "pan_right", "tilt_up", "tilt_down", "zoom_in", "zoom_out", "static",
        ]  # fmt: skip
        assert {case.dimensions for case in moves} == {("vbench_camera_motion",)}
        assert {case.image for case in moves} == {lake.image}
        ready = here / "theirs" / "data" / "crop" / "16-9" / f"{others.DUCK}.jpg"
        assert duck.image.read_bytes() == ready.read_bytes()

    @pytest.mark.parametrize("place", ["", "data", "repository"])
    def test_its_repository_and_the_folders_in_it_do(self, place: str, here: Path) -> None:
        whole = others.vbench_i2v(here / "repository" / "vbench2_beta_i2v")
        folder = here / "repository" if place == "repository" else whole / place
        assert len(imported("vbench-i2v", folder).cases) == 9

    def test_another_ratio_is_cut_from_the_whole_pictures(self, here: Path) -> None:
        suite = imported("vbench-i2v", others.vbench_i2v(here / "theirs"), "5:4")
        assert pictures.read(suite.cases[0].image).shape == (48, 60, 3)
        origin = here / "theirs" / "data" / "origin" / f"{others.DUCK}.jpg"
        box = crops.box_of(json.loads((here / "theirs/data/i2v-bench-info.json").read_text())[0], (5, 4), "")
        with Image.open(origin) as whole:
            x, y, width, height = box
            whole.crop((x, y, x + width, y + height)).save(here / "cut.jpg")
        assert suite.cases[0].image.read_bytes() == (here / "cut.jpg").read_bytes()

    @pytest.mark.parametrize(
        ("first", "second", "boxes"),
        [
            (
                [0, 530, 4882, 4882],
                (4882, 4882, [0, 1094, 4880, 2745]),
                {"1-1": [0, 530, 4882, 4882], "8-5": [0, 1345, 4880, 3050], "7-4": [0, 1584, 4879, 2788]},
            ),
            (
                [0, 252, 3376, 1899],
                (3376, 1899, [720, 0, 1899, 1899]),
                {"1-1": [720, 252, 1899, 1899], "8-5": [26, 252, 3032, 1895], "16-9": [0, 252, 3376, 1899]},
            ),
        ],
        ids=["portrait", "landscape"],
    )
    def test_boxes_are_those_that_its_readme_states(self, first: Any, second: Any, boxes: Any) -> None:
        width, height, inner = second
        entry = {
            "first_crop": {"first_bbox": first},
            "second_crop": {"width": width, "height": height, "second_bbox": inner},
        }
        found = {ratio: list(crops.box_of(entry, crops.sides(ratio), "")) for ratio in boxes}
        assert found == boxes

    @pytest.mark.parametrize("ratio", ["9:16", "2:1", "wide", "16:0", "0:1", "1778:1000"])
    def test_ratios_that_it_has_not(self, ratio: str, here: Path) -> None:
        with pytest.raises(UsageError, match="crops from 1:1 to 16:9"):
            imported("vbench-i2v", others.vbench_i2v(here / "theirs"), ratio)

    def test_two_ratios_need_two_names(self, here: Path) -> None:
        folder = others.vbench_i2v(here / "theirs")
        imported("vbench-i2v", folder)
        with pytest.raises(
            UsageError, match="was made by `bench suite import vbench-i2v`: choose another --name"
        ):
            imported("vbench-i2v", folder, "5:4")
        assert imported("vbench-i2v", folder, "5:4", "vbench-i2v-5x4").name == "vbench-i2v-5x4"

    @pytest.mark.parametrize(
        ("damage", "said"),
        [
            (lambda f: (f / "vbench2_i2v_full_info.json").unlink(), "has no vbench2_i2v_full_info.json"),
            (lambda f: shutil.rmtree(f / "data"), "has neither crop/ nor origin/"),
            (lambda f: (f / f"data/crop/16-9/{others.DUCK}.jpg").unlink(), "1 of 2 pictures of VBench-I2V are missing"),
            (lambda f: (f / f"data/crop/16-9/{others.DUCK}.jpg").write_bytes(b"<html>"), "download it again"),
            (lambda f: (f / "vbench2_i2v_full_info.json").write_text("[{"), "is not JSON"),
            (lambda f: (f / "vbench2_i2v_full_info.json").write_text("[3]"), "is a list of JSON objects"),
            (lambda f: (f / "vbench2_i2v_full_info.json").write_text("[]"), "is an empty list"),
            (lambda f: others.write_json(f / "vbench2_i2v_full_info.json", [{"a": 1}]), "'image_name' is text"),
            (lambda f: _renamed(f, "../../secret.jpg"), "is no path inside of 16-9/"),
            (lambda f: _renamed(f, "a\u0000b.jpg"), "control characters"),
            (lambda f: _renamed(f, 7), "'image_name' is text, not 7"),
        ],
    )  # fmt: skip
    def test_bad_files_are_named_in_one_line(self, damage: Any, said: str, here: Path) -> None:
        folder = others.vbench_i2v(here / "theirs")
        damage(folder)
        answer = bench("suite", "import", "vbench-i2v", folder)
        *bars, line = answer.stderr.splitlines()
        assert (answer.exit_code, answer.stdout) == (2, "")
        assert line.startswith("error: ") and said in line
        assert all(bar.startswith("import vbench-i2v") for bar in bars)
        assert not (here / "suites" / "vbench-i2v" / "suite.toml").exists()

    def test_boxes_of_another_picture(self, here: Path) -> None:
        folder = others.vbench_i2v(here / "theirs")
        others.picture(folder / "data" / "origin" / f"{others.DUCK}.jpg", 20, 20)
        with pytest.raises(UsageError, match="is 20 x 20, and the box"):
            imported("vbench-i2v", folder, "5:4")
        others.write_json(folder / "data" / "i2v-bench-info.json", [{"file_name": f"{others.DUCK}.jpg"}])
        with pytest.raises(UsageError, match=f"has no boxes for 1 pictures, such as {others.LAKE}"):
            imported("vbench-i2v", folder, "5:4")


def _renamed(folder: Path, image: object) -> None:
    entries = [{**entry, "image_name": image} for entry in others.vbench_entries()]
    others.write_json(folder / "vbench2_i2v_full_info.json", entries)


class TestI2VBench:
    def test_first_frames_texts_and_references(self, here: Path) -> None:
        suite = imported("i2v-bench", others.i2v_bench(here / "theirs"))
        assert {case.id: (case.prompt, case.category) for case in suite.cases} == {
            "Food-0001": ("Soup, steaming.", "Food"), "Pet-cat": ("A cat yawns.", "Pet"),
        }  # fmt: skip
        for case in suite.cases:
            assert case.reference is not None
            assert (pictures.read(case.image) == video.read_clip(case.reference).frames[0]).all()
        assert suite.reference_note

    @pytest.mark.parametrize(
        ("name", "content"),
        [
            ("list.json", '{"0001.mp4": "Soup."}'),
            ("list.json", '[{"video_path": "Food/0001.mp4", "prompt": "Soup."}]'),
            ("list.jsonl", '{"videoid": "0001", "name": "Soup."}\n'),
            ("list.csv", "Video;Caption\n0001.mp4;Soup.\n"),
        ],
    )
    def test_lists_of_captions(self, name: str, content: str, here: Path) -> None:
        folder = others.i2v_bench(here / "theirs")
        (folder / "Food" / "captions.csv").unlink()
        (folder / name).write_text(content)
        (folder / "._list.csv").write_bytes(b"\0\5\26\7")
        assert suites.load(imported("i2v-bench", folder).folder or "").cases[0].prompt == "Soup."

    @pytest.mark.parametrize(
        ("name", "content", "said"),
        [
            ("list.csv", 'video,caption\n0001.mp4,"Soup', r"list\.csv:2: not CSV"),
            (
                "list.csv",
                "video,caption\n0001.mp4,Soup, hot\n",
                r"list\.csv:2: the line has not as many fields",
            ),
            ("list.json", '["Soup"]', r"list\.json is a list of JSON objects"),
            ("list.jsonl", '{"id": "a", "text": "b\u2028c"}\n\n{"id"', r"list\.jsonl:3 is not JSON"),
        ],
    )
    def test_broken_lists(self, name: str, content: str, said: str, here: Path) -> None:
        (others.i2v_bench(here / "theirs") / name).write_text(content)
        with pytest.raises(UsageError, match=said):
            imported("i2v-bench", here / "theirs")

    def test_what_is_no_such_folder(self, here: Path) -> None:
        folder = others.i2v_bench(here / "theirs")
        (folder / "Food" / "captions.csv").unlink()
        with pytest.raises(
            UsageError, match=r"1 of 2 clips have no text, such as .*0001.mp4: put 0001.txt beside"
        ):
            imported("i2v-bench", folder)
        (folder / "Food" / "0001.txt").write_text("Soup.")
        (folder / "Food" / "0001.mp4").write_bytes(b"no clip")
        with pytest.raises(UsageError, match="download it again"):
            imported("i2v-bench", folder)
        (here / "empty").mkdir()
        with pytest.raises(UsageError, match="has no clip"):
            imported("i2v-bench", here / "empty")


def test_vbvr_keeps_the_solution_from_models(here: Path) -> None:
    suite = imported("vbvr", others.vbvr(here / "theirs"))
    assert [(case.id, case.category) for case in suite.cases] == [
        ("G-131_next-00000", "in domain"), ("O-5_sort-00000", "out of domain"),
    ]  # fmt: skip
    assert all(
        case.prompt == "Sort the shapes." and case.reference and not case.keyframes for case in suite.cases
    )
    first = here / "theirs" / "In-Domain_50" / "G-131_next_data-generator" / "00000" / "first_frame.png"
    assert suite.cases[0].image.read_bytes() == first.read_bytes()
    (first.parent / "prompt.txt").unlink()
    with pytest.raises(UsageError, match="1 of 6 files of VBVR-Bench are missing"):
        imported("vbvr", here / "theirs")
    with pytest.raises(UsageError, match="has no sample, as In-Domain_50/<task>/00000/"):
        imported("vbvr", here / "theirs" / "In-Domain_50")


class TestWBench:
    def test_first_turns(self, here: Path) -> None:
        suite = imported("wbench", others.wbench(here / "theirs"))
        assert [(case.id, case.camera, case.category, case.prompt) for case in suite.cases] == [
            ("case_1", "pan_left", "navigation", "A street. The camera pans to the left."),
            (
                "case_2", None, "navigation",
                "A street. A cyclist. The subject moves forward. The camera follows, maintaining distance and framing.",
            ),
            ("case_10", None, "event edit", "A street. It begins to snow."),
        ]  # fmt: skip

    def test_its_repository_does(self, here: Path) -> None:
        others.wbench(here / "WBench" / "data")
        assert len(imported("wbench", here / "WBench").cases) == 3

    @pytest.mark.parametrize(
        ("perspective", "action", "said"),
        [
            ("first_person", "W+up", "The camera pushes forward while tilting up."),
            ("first_person", "S+A", "The camera moves diagonally backward-left."),
            ("first_person", "S+left", "Camera moves: S+left"),
            (
                "third_person",
                "down",
                "The camera cranes downward while tilting up to keep the subject centered.",
            ),
            (
                "third_person",
                "S+D",
                "The subject moves backward-right. The camera retreats along the same diagonal.",
            ),
            ("third_person", "S+A", "Camera moves: S+A"),
        ],
    )
    def test_sentences(self, perspective: str, action: str, said: str) -> None:
        assert wbench_turns.sentence("navigation", action, perspective) == said

    @pytest.mark.parametrize(
        ("change", "said"),
        [
            ({"settings": 3}, "'settings' is an object, not 3"),
            ({"interactions": []}, "'interactions' is a list of turns"),
            ({"id": None}, "'id' is a number or a name"),
            ({"settings": {"initial_image": "/etc/passwd"}}, "is no path inside of theirs/"),
            ({"settings": {"initial_image": "images/none.jpg"}}, "1 of 3 pictures of WBench are missing"),
        ],
    )
    def test_bad_cases(self, change: dict[str, Any], said: str, here: Path) -> None:
        path = others.wbench(here / "theirs") / "cases" / "case_1.json"
        others.write_json(path, json.loads(path.read_text()) | change)
        with pytest.raises(UsageError, match=said):
            imported("wbench", here / "theirs")


def test_only_what_an_importer_wrote_is_replaced(here: Path) -> None:
    folder = others.wbench(here / "theirs")
    own = here / "suites" / "wbench"
    own.mkdir(parents=True)
    (own / "notes.txt").write_text("mine")
    with pytest.raises(UsageError, match="is not empty, and no suite"):
        imported("wbench", folder)
    (own / "suite.toml").write_text('title = "Mine"')
    with pytest.raises(UsageError, match="is a suite that was made by hand"):
        imported("wbench", folder)
    assert (own / "notes.txt").read_text() == "mine"


def test_what_cannot_be_asked(here: Path) -> None:
    folder = others.wbench(here / "theirs")
    with pytest.raises(UnknownName, match="unknown suite 'wbensh': did you mean wbench"):
        importing.importer("wbensh")
    with pytest.raises(UsageError, match="wbench takes no --ratio: leave it out"):
        imported("wbench", folder, "16:9")
    with pytest.raises(UsageError, match="is no folder: give the one that holds cases/ and images/"):
        imported("wbench", here / "none")
    with pytest.raises(UsageError, match="a suite is called by letters"):
        imported("wbench", folder, called="../mine")


def test_names_that_differ_in_capitals_alone_are_two_cases(here: Path) -> None:
    folder = others.vbench_i2v(here / "theirs")
    entries = others.vbench_entries()[:1]
    both = [*entries, {**entries[0], "prompt_en": others.DUCK.title()}]
    others.write_json(folder / "vbench2_i2v_full_info.json", both)
    first, second = imported("vbench-i2v", folder).cases
    assert first.id == "a_duck_on_a_pond"
    assert second.id.startswith("A_Duck_On_A_Pond-")
    others.write_json(folder / "vbench2_i2v_full_info.json", [*entries, *entries])
    with pytest.raises(UsageError, match="two cases are called"):
        imported("vbench-i2v", folder)


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads every file")
def test_a_file_that_may_not_be_read(here: Path) -> None:
    folder = others.wbench(here / "theirs")
    (folder / "images" / "case_1.jpg").chmod(0)
    with pytest.raises(UsageError, match="cannot be read"):
        imported("wbench", folder)


@pytest.mark.parametrize("name", importing.names())
def test_baselines_run_on_it_and_show_says_whose_it_is(name: str, here: Path) -> None:
    suite = imported(name, WRITERS[name](here / "theirs"))
    done = bench(
        "run", "still,drift", "--suite", name, "--limit", "1", "--metrics", "temporal_flickering", "-q"
    )
    assert done.exit_code == 0, done.stdout + done.stderr
    shown = bench("show", "still", columns=300).stdout
    assert f"suite {name} is from {suite.source}; licence: {suite.licence}" in shown


def test_the_command_says_what_it_made(here: Path) -> None:
    answer = bench("suite", "import", "vbench-i2v", others.vbench_i2v(here / "theirs"))
    assert answer.exit_code == 0, answer.stderr
    assert "9 cases, 45 clips per model, in " in answer.stdout
    assert "licence: code and lists Apache-2.0" in answer.stdout
    found = json.loads(bench("ls", "suites", "vbench-i2v", "--json").stdout)[0]
    assert found["source"].startswith("Vchitect/VBench")
    assert found["seeds"] == 5
    again = bench("suite", "import", "vbench-i2v", here / "theirs", "--json")
    assert json.loads(again.stdout)["version"] == found["version"]
