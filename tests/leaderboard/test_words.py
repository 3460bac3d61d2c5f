"""Numbers and names as text."""

from __future__ import annotations

import math
import string
from typing import get_args

import pytest
from hypothesis import given, strategies as st

from bench.evaluators.catalogue import registered, span
from bench.runs.row_facts import json_object
from bench.types import Role
from leaderboard import charts, words

NAN = float("nan")


@given(st.text(string.printable))
def test_plain_text_has_no_live_markup(text: str) -> None:
    """Taking every backslash with the sign behind it away leaves nothing that Markdown knows."""
    escaped = words.plain(text)
    rest, position = [], 0
    while position < len(escaped):
        if escaped[position] == "\\":
            position += 2
        else:
            rest.append(escaped[position])
            position += 1
    assert not set(rest) & set("\\`*_{}[]()#+-.!|<>~$:&=\n")


@given(st.text(string.printable))
def test_plain_text_says_the_same(text: str) -> None:
    shown = words.plain(text).replace("\\\\", "\0").replace("\\", "").replace("\0", "\\")
    assert shown.replace(words.WORD_JOINER, "") == " ".join(text.split())


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
    assert words.with_interval(mean, low, high) == text


def test_a_cell_says_what_it_does_not_stand_on() -> None:
    score = {"mean": 0.5, "low": NAN, "high": NAN, "cases": 2, "failed": 0, "clips": 2}
    assert words.cell(score, cases=2) == "0.5"
    assert words.cell(score, cases=8) == "0.5 · 2 cases"
    assert words.cell({**score, "failed": 1, "clips": 3}, cases=2) == "0.5 · 2 of 3 clips"
    assert words.cell({**score, "mean": NAN, "cases": 0, "failed": 2}, cases=2) == "– · 0 of 2 clips"


def test_whether_a_model_reads_text() -> None:
    assert [words.yes_or_no(value) for value in (True, False, None, NAN)] == ["yes", "no", "—", "—"]


def test_headings_say_which_way_is_better() -> None:
    assert words.heading("ssim_mean") == "ssim_mean ↑"
    assert words.heading("flicker_max_step", "2") == "flicker_max_step v2 ↓"
    assert words.heading("clipsim[model=ViT-L-14]") == "clipsim[model=ViT-L-14] ↑"
    assert words.heading("of_somebody_else") == "of_somebody_else"


def test_ranges() -> None:
    spans = {name: span(registered().card(name)) for name in ("ssim_mean", "fvd_lite0_debiased")}
    assert spans == {"ssim_mean": "-1 … 1", "fvd_lite0_debiased": "any"}
    fvd = registered().card("fvd_lite0")
    assert fvd
    assert span(fvd) == "≥ 0"


@pytest.mark.parametrize("text", ["", "not JSON", "[1]", "3", '"x"', "{"])
def test_facts_of_nonsense_are_none(text: str) -> None:
    assert json_object(text) == {}


def test_facts() -> None:
    assert json_object('{"fps": 8.0}') == {"fps": 8.0}
    assert math.isclose(json_object('{"fps": 8.0}')["fps"], 8.0)


def test_every_kind_of_entry_has_a_colour_in_plots() -> None:
    """Vega draws no point for a kind that its scale does not know."""
    assert set(get_args(Role)) == set(charts.COLOURS) == set(charts.SHAPES)
