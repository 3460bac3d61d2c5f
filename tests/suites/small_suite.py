"""A small suite of five cases, two files and three scenes, and what loading one is answered with."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bench import suites
from bench.errors import UsageError
from bench.media import pictures

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


def refusal(folder: Path) -> list[str]:
    """The lines that loading it is refused with."""
    with pytest.raises(UsageError) as caught:
        suites.load(folder)
    return str(caught.value).split("\n")
