"""Plots of a comparison as SVG."""

from __future__ import annotations

from bench.base import svg
from bench.base.svg.canvas import GRAY, GREEN, RED
from tests.base.svg.drawn import elements, texts, told


def test_an_effect_beyond_the_plot_has_an_arrow() -> None:
    drawn = svg.Forest("t", [svg.Effect("x", 40.0, 39.0, 41.0), svg.Effect("y", -40.0, -41.0, -39.0)]).svg()
    assert "▶" in drawn
    assert "◀" in drawn


def test_an_effect_tells_its_numbers_with_a_true_minus_and_its_name_as_it_is() -> None:
    drawn = svg.Forest("t", [svg.Effect("clipsim[model=ViT-L-14]", -0.5, -0.75, -0.125)]).svg()
    assert told(drawn) == ["clipsim[model=ViT-L-14]: −0.50 (−0.75 … −0.12) standard deviations"]


def test_colours_are_of_verdicts() -> None:
    effects = [
        svg.Effect("b", 1.0, 0.5, 1.5, "better"), svg.Effect("w", -1.0, -1.5, -0.5, "worse"),
        svg.Effect("unsure", 0.2, -0.3, 0.7), svg.Effect("neither", 1.0, 0.5, 1.5),
    ]  # fmt: skip
    circles = elements(svg.Forest("t", effects).svg(), "circle")
    assert [circle.get("fill") for circle in circles] == [GREEN, RED, GRAY, GRAY]


def test_a_bar_per_case_up_for_a_gain() -> None:
    panels = [svg.CaseGains("ssim", ("c0", "c1", "c2"), (-2.0, 0.0, 1.0)), svg.CaseGains("no cases", (), ())]
    drawn = svg.CasePanels("t", panels).svg()
    bars = elements(drawn, "rect")
    assert [bar.get("fill") for bar in bars] == [RED, GRAY, GREEN]
    assert [bar.get("height") for bar in bars] == ["48.0", "0.0", "24.0"]  # the largest has half of the panel
    assert [bar.get("y") for bar in bars] == ["90.0", "90.0", "66.0"]
    assert told(drawn) == ["c0: −2", "c1: +0", "c2: +1"]
    assert texts(drawn) == ["t", "ssim", "no cases"]
