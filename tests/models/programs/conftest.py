"""Fixtures of all tests of programs: a file of the example, and a case for it."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

from bench.types import Case
from tests.models.programs.made_programs import EXAMPLE, Write, picture, toml


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Writes a program file for the example and gives its path."""

    def written(*words: str, name: str = "mine", **content: Any) -> str:
        usual = [sys.executable, str(EXAMPLE), "--image", "{image}", "--prompt={prompt}", "--seed", "{seed}"]
        usual += ["--frames", "{frames}", "--out", "{output}"]
        keys = {"command": [*usual, *words], "frames": 3, "fps": 8, "output": "clip.mkv"} | content
        path = tmp_path / f"{name}.toml"
        path.write_text("\n".join(f"{key} = {toml(value)}" for key, value in keys.items()))
        return str(path)

    return written


@pytest.fixture
def case(tmp_path: Path) -> Case:
    return picture(tmp_path, "duck", prompt="it swims")
