"""Cells and headings that several pages share: what they say, and what they say of holes."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from bench.evaluators import catalogue
from bench.scoring.standings import Column, Score
from bench.web.pages.cells import metric_column, score_cell

NAN = math.nan
KNOWN = catalogue.registered()
SCORE = Score(0.5, NAN, NAN, cases=2, failed=0, unmeasurable=0, clips=2)


@pytest.mark.parametrize(
    ("score", "cases", "words"),
    [
        (SCORE, 2, "0.5"),
        (SCORE, 8, "0.5 · 2 cases"),
        (replace(SCORE, failed=1, clips=3), 2, "0.5 · 2 of 3 clips"),
        (replace(SCORE, mean=NAN, cases=0, failed=2), 2, "– · 0 of 2 clips"),
        (replace(SCORE, mean=12.0, low=9.0, high=18.0), 2, "12 (9 … 18)"),
        (None, 2, "–"),
    ],
)
def test_a_cell_says_what_it_does_not_stand_on(score: Score | None, cases: int, words: str) -> None:
    assert score_cell(score, cases=cases).words == words


@pytest.mark.parametrize(
    ("metric", "version", "is_versioned", "title", "sign"),
    [
        ("ssim_mean", "1", False, f"{KNOWN.card('ssim_mean').title} ↑", 1),
        ("flicker_max_step", "2", True, f"{KNOWN.card('flicker_max_step').title} ↓ v2", -1),
        ("clipsim[model=ViT-L-14]", "1", False, f"{KNOWN.card('clipsim').title} [model=ViT-L-14] ↑", 1),
        ("of_somebody_else", "1", False, "of_somebody_else", 0),
    ],
)
def test_headings_say_which_way_is_better(
    metric: str, version: str, is_versioned: bool, title: str, sign: int
) -> None:
    made = metric_column(KNOWN, Column(metric, version, KNOWN.card(metric, version)), is_versioned)
    assert (made.title, made.sign) == (title, sign)
    assert made.about.startswith(metric)
