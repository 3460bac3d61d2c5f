"""Plots of the leaderboard as data: which columns can be plotted, who is drawn, in which order and how."""

from __future__ import annotations

from dataclasses import replace
from typing import get_args

from bench.base.svg import Intervals, Scatter, canvas
from bench.evaluators import catalogue
from bench.scoring.recipes import MOVING
from bench.scoring.standings import Line, Score
from bench.types import Role
from bench.web.pages import leaderboard_plots, leaderboard_table, roles
from tests.leaderboard import hostile
from tests.leaderboard.lines import FLICKER, MOTION, SSIM, about, line, missing, ranking, score

STILL = line("still", {SSIM: score(1.0), MOTION: score(0.0)}, card=about(role="null baseline"))


def _drawn(lines: list[Line], key: str = "") -> Intervals:
    found = ranking(lines)
    figure = leaderboard_plots.of_column(found, leaderboard_table.table(found), key)
    assert figure
    assert isinstance(figure.plot, Intervals)
    return figure.plot


def test_what_knows_a_better_end_is_offered_first() -> None:
    shown = leaderboard_table.columns(ranking([line("a")], (MOTION, SSIM)))
    assert [column.key for column in leaderboard_plots.plottable(shown)] == ["ssim_mean", "motion_share"]


def test_the_best_is_drawn_first_and_what_is_no_model_apart() -> None:
    low, high = line("low", {SSIM: score(0.2, 0.1)}), line("high", {SSIM: score(0.8)})
    drawn = _drawn([STILL, low, high, line("none", {SSIM: missing()})])
    assert [each.name for each in drawn.lines] == ["high", "low", "still"]
    assert [each.is_apart for each in drawn.lines] == [False, False, True]
    assert (drawn.lines[1].mean, drawn.lines[1].told) == (0.2, "0.2 ± 0.1")
    assert [(value, told) for value, told, _ in drawn.marks] == [(1.0, "still: 1 ± 0.1")]
    assert drawn.title == catalogue.registered().heading("ssim_mean")


def test_another_column_may_be_plotted_and_lower_may_be_better() -> None:
    found = ranking([line("a", {FLICKER: score(5.0)}), line("b", {FLICKER: score(1.0)})], (SSIM, FLICKER))
    figure = leaderboard_plots.of_column(found, leaderboard_table.table(found), "flicker_max_step")
    assert figure
    assert isinstance(figure.plot, Intervals)
    assert [each.name for each in figure.plot.lines] == ["b", "a"]
    assert leaderboard_plots.of_column(found, leaderboard_table.table(found)) is None  # nobody has an SSIM


def test_the_axis_of_a_total_ends_where_its_scale_does() -> None:
    lines = [line(name, total=Score(mean, low, high, 10, 0, 0, 10)) for name, mean, low, high in (
        ("low", 5.0, -5.0, 15.0), ("high", 95.0, 85.0, 105.0),
    )]  # fmt: skip
    found = replace(ranking(lines), totals=((MOVING, {each.run: each for each in lines}),))
    figure = leaderboard_plots.of_column(found, leaderboard_table.table(found), "total:moving")
    assert figure
    assert isinstance(figure.plot, Intervals)
    assert figure.plot.limits == (0.0, 100.0)
    assert _drawn(lines, "ssim_mean").limits[0] < -1e9  # of numbers without a scale


def test_many_models_are_cut_and_that_is_said() -> None:
    found = ranking([line(f"model {n:02}", {SSIM: score(n / 100)}) for n in range(50)] + [STILL])
    figure = leaderboard_plots.of_column(found, leaderboard_table.table(found))
    assert figure
    assert figure.caption == "The first 40 of 50 models."
    assert isinstance(figure.plot, Intervals)
    assert len(figure.plot.lines) == 41
    assert figure.plot.lines[0].name == "model 49"


def test_motion_stands_beside_likeness() -> None:
    """Most other numbers are best where nothing moves."""
    figure = leaderboard_plots.motion_against_likeness(ranking([line("a"), STILL]))
    assert figure
    assert isinstance(figure.plot, Scatter)
    assert {each.name: (each.x, each.y) for each in figure.plot.dots} == {
        "a": (0.1, 0.8),
        "still": (0.0, 1.0),
    }
    assert {each.name: (each.is_ghost, each.colour) for each in figure.plot.dots} == {
        "a": (False, canvas.BLUE), "still": (True, canvas.GRAY),
    }  # fmt: skip
    names = [name for name in ("a", "still") if f">{name}</text>" in figure.plot.svg()]
    assert names == ["a"]  # a ghost says its name when it is pointed at
    assert leaderboard_plots.motion_against_likeness(ranking([line("a")])) is None


def test_every_role_has_a_colour_and_a_sign() -> None:
    assert set(get_args(Role)) == set(roles.COLOURS) == set(roles.SHAPES) == set(roles.TONES)
    lines = [line(role, card=about(role=role)) for role in get_args(Role)]
    drawn = _drawn(lines).lines
    assert {each.name: (each.colour, each.shape) for each in drawn} == {
        role: (roles.COLOURS[role], roles.SHAPES[role]) for role in get_args(Role)
    }


def test_names_of_strangers_are_text() -> None:
    lines = [replace(line("x"), run=str(place), name=text) for place, text in enumerate(hostile.TEXTS)]
    svg = _drawn(lines).svg()
    assert not any(sign in svg for sign in ("<script", "<img", "<iframe", "<a ", "<foreignObject"))
