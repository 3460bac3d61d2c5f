"""The two suites that are shipped."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import get_args

import numpy as np
import pytest
from PIL import Image

from bench import suites
from bench.media import pictures
from bench.suites import scenes

SHIPPED = Path(suites.__file__).parents[2] / "suites"


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
