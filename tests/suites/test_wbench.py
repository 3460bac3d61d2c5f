"""WBench: first turns, keys of navigation put into words.

The sentences were compared with WBench's prompt_builder.py (0104d92) on all keys and pairs of keys.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from bench.errors import UsageError
from bench.suites.importing import wbench_turns
from tests.suites import others
from tests.suites.others import imported


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
