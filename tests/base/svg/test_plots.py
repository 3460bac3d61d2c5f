"""Plots of scores as SVG: every name in them is text, every number is drawn, and marks tell their numbers."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from typing import Protocol

import pytest

from bench.base import svg
from bench.base.svg.plots import MOST_DOTS, Shape
from bench.base.wording import one_line
from tests.base.svg.drawn import elements, texts, told
from tests.leaderboard import hostile

SHAPES: tuple[Shape, ...] = ("circle", "diamond", "triangle", "cross")
NAN = math.nan


class Plot(Protocol):
    def svg(self) -> str: ...


def every_plot(name: str, values: Sequence[float] = (0.0, 1.0)) -> list[Plot]:
    """One of each kind, with a name wherever one goes, and with two numbers."""
    a, b = values
    return [
        svg.Curve(name, [0.0, 1.0], [a, b], [a, a], [b, b], name, name),
        svg.Intervals(name, [svg.Interval(name, a, a, b), svg.Interval("other", b)], name, [(b, name, "#000000")]),
        svg.Scatter(name, [svg.Dot(name, a, b, (a, b), (a, b)), svg.Dot("other", b, a)], name, name),
        svg.Spreads(name, [svg.Spread(name, a, a, b, values=[a, b])], name),
        svg.Matrix(name, [name], [name], [[svg.Tile("#000000", "✓", name)]]),
        svg.Forest(name, [svg.Effect(name, a, a, b)]),
        svg.CasePanels(name, [svg.CaseGains(name, (name, "c1"), (a, b))]),
    ]  # fmt: skip


@pytest.mark.parametrize("name", hostile.TEXTS)
def test_names_are_escaped(name: str) -> None:
    for plot in every_plot(name):
        drawn = plot.svg()
        (picture,) = elements(drawn, "svg")  # one document, of the tags of plots alone
        assert picture.get("aria-label") == one_line(name)
        assert "<script" not in drawn
        words = " ".join([*texts(drawn), *told(drawn)])
        assert one_line(name)[:20] in words


@pytest.mark.parametrize(
    "ends",
    [(-1e308, 1e308), (0.0, 5e-324), (1e308, 1.7e308), (-5e-324, 5e-324), (1e20, 1e20 + 16384), (3.0, 3.0)],
)
def test_numbers_at_the_ends_of_float64_are_drawn(ends: tuple[float, float]) -> None:
    drawn = [plot.svg() for plot in every_plot("a", ends)] + [svg.strip(ends[0], *ends, ends)]
    assert not re.search("nan|inf", "".join(drawn).lower())


def test_what_has_no_interval_is_drawn_without() -> None:
    for plot in (
        svg.Intervals("t", [svg.Interval("a", 1.0)], "x"),
        svg.Scatter("t", [svg.Dot("a", 1.0, 2.0)], "x", "y"),
        svg.Spreads("t", [svg.Spread("a", 1.0)], "x"),
        svg.Curve("t", [0.0, 1.0], [1.0, 2.0]),
    ):
        drawn = plot.svg()
        assert "nan" not in drawn
        assert elements(drawn, "circle")
    empty = svg.Intervals("t", [svg.Interval("a", NAN)], "x").svg()
    assert (texts(empty)[-1], elements(empty, "circle")) == ("a", [])


def test_a_curve_has_its_band_and_a_dot_per_point_where_these_are_few() -> None:
    points = [float(n) for n in range(MOST_DOTS)]
    drawn = svg.Curve("t", points, points, [y - 1 for y in points], [y + 1 for y in points], up="%").svg()
    assert len(elements(drawn, "circle")) == MOST_DOTS
    assert told(drawn)[2] == "2: 2 ± 1"
    assert sum("fill-opacity" in element.attrib for element in elements(drawn, "path")) == 1
    longer = [*points, 99.0]
    assert not elements(svg.Curve("t", longer, longer).svg(), "circle")


def test_a_strip_spans_its_interval_and_is_empty_without_a_mean() -> None:
    assert svg.strip(NAN, 0.0, 1.0, (0.0, 1.0)) == ""
    # 84 wide with 4 of air on each side: 0 at 4, 1 at 80
    assert 'd="M4.0 4H80.0"' in svg.strip(0.5, 0.0, 1.0, (0.0, 1.0))
    assert 'cx="42.0"' in svg.strip(0.5, 0.0, 1.0, (0.0, 1.0))
    assert "path" not in svg.strip(0.5, NAN, NAN, (0.0, 1.0))
    assert svg.strip(0.5, 0.0, 1.0, (1.0, 1.0)) == ""  # a column whose values are all the same has no scale


def test_lines_keep_their_order_and_those_apart_are_shaded() -> None:
    lines = [
        svg.Interval(name, n, n - 1, n + 1, is_apart=name == "still")
        for n, name in enumerate(("b", "a", "still"))
    ]
    drawn = svg.Intervals("t", lines, "x", [(1.0, "the mark", "#c98a1b")]).svg()
    assert texts(drawn)[-3:] == ["b", "a", "still"]
    assert told(drawn) == ["the mark", "b: 0 ± 1", "a: 1 ± 1", "still: 2 ± 1"]
    assert len(elements(drawn, "rect")) == 1


def test_an_interval_is_drawn_to_the_edge_of_the_limits() -> None:
    drawn = svg.Intervals("t", [svg.Interval("a", 0.5, -9.0, 9.0)], "x", limits=(0.0, 1.0)).svg()
    assert "M196.0 18.0H744.0" in drawn


def test_shapes_say_what_colours_say() -> None:
    dots = [svg.Dot(shape, n, n, shape=shape) for n, shape in enumerate(SHAPES)]
    drawn = [svg.Scatter("t", [dot], "x", "y").svg() for dot in dots]
    assert len({*(re.sub(r"[\d.]+|circle|diamond|triangle|cross", "", each) for each in drawn)}) == len(
        SHAPES
    )


def test_names_of_points_do_not_lie_on_each_other() -> None:
    dots = [svg.Dot(f"name {n}", 1.0, 1.0) for n in range(4)]
    drawn = svg.Scatter("t", [*dots, svg.Dot("far", 2.0, 2.0)], "x", "y").svg()
    places = [
        element.get("y") for element in elements(drawn, "text") if (element.text or "").startswith("name")
    ]
    assert len({*places}) == 4
    many = [svg.Dot(f"name {n}", float(n), 1.0) for n in range(MOST_DOTS + 1)]
    assert not [each for each in texts(svg.Scatter("t", many, "x", "y").svg()) if each.startswith("name")]


def test_a_matrix_has_a_tile_with_a_tooltip_where_something_was_found() -> None:
    tiles = [
        [svg.Tile("#4c8dd6", "✓", "shows"), svg.Tile()],
        [svg.Tile("", "?", "few"), svg.Tile("", "", "silent")],
    ]
    drawn = svg.Matrix("t", ["a", "b"], ["noise", "loop"], tiles).svg()
    assert told(drawn) == ["shows", "few", "silent"]
    assert len(elements(drawn, "rect")) == 3
    assert {*texts(drawn)} == {"a", "b", "noise", "loop", "✓", "?"}
