"""Plots of the leaderboard: one column with its intervals, and motion against likeness to the image."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import TYPE_CHECKING

from bench.base import svg
from bench.base.svg.canvas import GRAY
from bench.base.wording import minus, with_interval
from bench.evaluators.catalogue import MOTION
from bench.scoring import totals
from bench.web.content import Cell, Column, Figure, Table
from bench.web.pages import roles
from bench.web.pages.cells import best_first

if TYPE_CHECKING:
    from bench.scoring.standings import Line, Score
    from bench.web.pages.leaderboard import Ranking

LIKENESS = ("first_frame_similarity", "first_frame_ssim", "ssim_mean")
"""What the scatter holds against motion: the first that was measured."""

SCATTER = "Motion against likeness to the image"

MOST_PLOTTED = 40
"""Models in the plot of one column: more are a carpet."""


def plottable(columns: Iterable[Column]) -> list[Column]:
    """The columns that can be plotted: those with a better direction first."""
    return sorted((column for column in columns if column.scale), key=lambda column: not column.sign)


def of_column(found: Ranking, shown: Table, key: str = "") -> Figure | None:
    """One column's means with their intervals; None where no run has a value.

    Args:
        found: the ranking.
        shown: its table.
        key: of the column; '' for the first that can be plotted.
    """
    column = next((column for column in plottable(shown.columns) if key in ("", column.key)), None)
    if column is None:
        return None
    place = shown.columns.index(column)
    lines = {line.run: line for line in found.standing.lines}
    there = [row for row in shown.rows if row.cells[place].value is not None]
    there.sort(key=lambda row: (row.is_apart, *best_first(row.cells[place], column.sign)))
    models = [row for row in there if not row.is_apart]
    kept = [*models[:MOST_PLOTTED], *(row for row in there if row.is_apart)]
    drawn = [_interval(lines[row.key], row.cells[place], row.is_apart) for row in kept]
    if not drawn:
        return None
    marks = [(each.mean, f"{each.name}: {each.told}", each.colour) for each in drawn if each.is_apart]
    across = f"{column.title} ({column.unit})" if column.unit else column.title
    cut = f"The first {MOST_PLOTTED} of {len(models)} models." if len(models) > MOST_PLOTTED else ""
    limits = totals.SCALE if column.key.startswith("total:") else (-math.inf, math.inf)
    return Figure(svg.Intervals(column.title, drawn, across, marks, limits), caption=cut)


def _interval(line: Line, cell: Cell, is_apart: bool) -> svg.Interval:
    low, high = cell.ends or (math.nan, math.nan)
    mean = cell.value if isinstance(cell.value, float) else math.nan
    told = with_interval(mean, low, high)
    return svg.Interval(
        line.name, mean, low, high, roles.COLOURS[line.role], roles.SHAPES[line.role], told, is_apart
    )


def motion_against_likeness(found: Ranking) -> Figure | None:
    """Every run's motion and likeness to the image, baselines as ghosts; None where fewer than two runs have both."""
    up = next((name for name in LIKENESS if any(_score(line, name) for line in found.lines)), "")
    spots = [
        (line, x, y)
        for line in sorted(found.lines, key=lambda line: line.role == "model")  # models lie on top
        if (x := _score(line, MOTION)) and (y := _score(line, up))
    ]
    if len(spots) < 2:
        return None
    heading = found.known.heading(up)
    dots = [_dot(*spot) for spot in spots]
    return Figure(
        svg.Scatter(
            f"{heading} over {found.known.heading(MOTION)}", dots, f"{found.known.heading(MOTION)} →", heading,
        ),
        caption="Up and to the right moves and stays like its image. A still picture is at the upper left: nothing is "
        "more like the image, and nothing moves. Gray ghosts are null baselines, which need no model; arms are 95 % "
        "intervals.",
    )  # fmt: skip


def _dot(line: Line, x: Score, y: Score) -> svg.Dot:
    ends = (x.low, x.high), (y.low, y.high)
    is_ghost = line.role != "model"
    told = "; ".join(minus(with_interval(each.mean, each.low, each.high)) for each in (x, y))
    colour = GRAY if line.role == "null baseline" else roles.COLOURS[line.role]
    return svg.Dot(line.name, x.mean, y.mean, *ends, colour, roles.SHAPES[line.role], told, is_ghost)


def _score(line: Line, metric: str) -> Score | None:
    found = (score for column, score in line.scores.items() if column.metric == metric)
    return next((score for score in found if math.isfinite(score.mean)), None)
