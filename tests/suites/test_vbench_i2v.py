"""VBench-I2V: its prompts, cameras, dimensions and crops; other files are refused in one line.

The crop rule was run beside VBench's crop_to_diff_ratio.py (45e79ec) on 160,000 boxes: equal, or refused by both.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from bench.errors import UsageError
from bench.media import pictures
from bench.suites.importing import crops
from tests.command_line import bench
from tests.suites import others
from tests.suites.others import imported


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
        assert set(duck.dimensions) == {f"vbench_{each}" for each in others.SUBJECT}
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
