"""Numbers as text."""

from __future__ import annotations

import json
import math

import pytest

from bench.base import wording

NAN = math.nan


@pytest.mark.parametrize(
    ("mean", "low", "high", "text"),
    [
        (0.6, 0.4, 0.8, "0.6 ± 0.2"),
        (12.0, 9.0, 18.0, "12 (9 … 18)"),
        (5.0, NAN, NAN, "5"),
        (1.0, 1.0, 1.0, "1 ± 0"),
        (13469.0, 11169.0, 15769.0, "13469 ± 2300"),
        (1000.0, 877.0, 1123.0, "1000 ± 120"),
        (0.0, -1e308, 1.7e308, "0"),
        (NAN, NAN, NAN, "–"),
    ],
)
def test_intervals(mean: float, low: float, high: float, text: str) -> None:
    assert wording.with_interval(mean, low, high) == text


HOSTILE = {
    "colour": "\x1b[31mred",
    "title": "\x1b]0;owned\x07name",
    "of eight bits": "\x9b2Jgone",
    "back": "good\b\b\b\bevil",
    "return": "0.99\r0.01",
    "delete": "a\x7fb",
    "direction": "a\u202ebcd",
    "invisible": "a\u200bb\ufeffc",
    "lines": "a\u2028b\x0bc\x85d",
    "tags": "a\U000e0041b",
    "half": "a\ud800b",
}
"""What labels, metrics and reasons of strangers may hold."""


@pytest.mark.parametrize("name", HOSTILE)
def test_nothing_that_is_shown_acts_on_a_terminal(name: str) -> None:
    shown = wording.printable(HOSTILE[name])
    assert "�" in shown
    assert shown.isprintable()
    shown = wording.printable_json(json.dumps({"a": HOSTILE[name]}, ensure_ascii=False))
    assert shown.isprintable()
    assert json.loads(shown) == {"a": HOSTILE[name]}


@pytest.mark.parametrize(
    "text", ["svd@step-2000", "größer als 東京 · ½ ≤ 1", "two\nlines\tof it", "👩\u200d🎤 sings"]
)
def test_what_people_write_is_shown_as_it_is(text: str) -> None:
    assert wording.printable(text) == wording.printable_json(text) == text
