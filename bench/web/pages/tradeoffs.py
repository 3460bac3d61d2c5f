"""Two numbers at once: what a model gains in one and pays in the other, and which models are beaten in both."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from bench.base import svg
from bench.base.svg.canvas import AMBER, BLUE, GRAY, GREEN
from bench.evaluators.catalogue import Catalogue
from bench.scoring import standings
from bench.scoring.standings import Column, Line, Score
from bench.statistics import pareto
from bench.statistics.pareto import Place, Span, Spot
from bench.web import content
from bench.web.content import Block, Cell, Figure, Heading, Row, Table, Text
from bench.web.pages import roles
from bench.web.pages.cells import metric_column, score_cell

if TYPE_CHECKING:
    import pandas as pd

QUESTIONS: Mapping[str, tuple[Sequence[str], Sequence[str]]] = {
    "Motion and consistency": (("motion_share",), ("first_frame_ssim", "ssim_mean", "warping_error")),
    "Smoothness and motion": (("motion_share",), ("motion_smoothness", "flicker_compensated")),
    "Quality and seconds": (
        ("cost_seconds",),
        ("fvd_debiased", "fvd_lite0_debiased", "first_frame_ssim", "ssim_mean"),
    ),
    "Quality and memory": (("cost_peak_memory",), ("fvd_debiased", "fvd_lite0_debiased", "first_frame_ssim")),
    "Quality and money": (("cost_usd",), ("fvd_debiased", "fvd_lite0_debiased", "first_frame_ssim")),
}
"""Question -> metrics across and up, the first that was measured of each."""

ABOUT = (
    "Each cross is a run: its means, and their 95 % intervals as arms. Blue models are on the front (dashed): no other "
    "is at least as good in both numbers and better in one. Amber models are behind it, but their intervals reach it. "
    "Gray models are beaten: another is better in both, beyond all intervals. Null baselines and reference clips "
    "(green) are drawn, never ranked."
)

ONE_METRIC = "There is one metric only on this suite: nothing to trade."

ORDER: tuple[Place, ...] = ("on the front", "not told apart", "beaten")
"""Of places in the table."""

NOT_RANKED = "not ranked"

COLOURS: Mapping[str, str] = {**dict(zip(ORDER, (BLUE, AMBER, GRAY), strict=True)), NOT_RANKED: GREEN}
"""Place, or NOT_RANKED -> its colour."""

Pair: TypeAlias = tuple[str, str]
"""The metrics across and up."""


@dataclass(frozen=True)
class Tradeoff:
    """Two numbers of every run.

    Attributes:
        across, up: the two metrics.
        lines: runs that have a value of both.
        signs: which way is better in each.
        known: what is known of the metrics.
    """

    across: Column
    up: Column
    lines: tuple[Line, ...]
    signs: tuple[int, int]
    known: Catalogue

    def spot(self, line: Line) -> Spot:
        """Where a run is."""
        return _span(line.scores[self.across]), _span(line.scores[self.up])

    def places(self) -> Mapping[str, Place]:
        """Run -> its place among the models."""
        return pareto.places(self._spots(), self.signs)

    def front(self) -> list[Line]:
        """The models on the front, from left to right."""
        of_run = {line.run: line for line in self.lines}
        return [of_run[run] for run in pareto.front(self._spots(), self.signs)]

    def _spots(self) -> dict[str, Spot]:
        return {line.run: self.spot(line) for line in self.lines if line.role == "model"}


def questions(measured: Sequence[str]) -> dict[str, Pair]:
    """Question -> its metrics, of those questions that can be asked.

    Args:
        measured: the metrics that some run has a value of.
    """
    found = {name: _first(wanted, measured) for name, wanted in QUESTIONS.items()}
    return {name: pair for name, pair in found.items() if pair}


def _first(wanted: tuple[Sequence[str], Sequence[str]], measured: Sequence[str]) -> Pair | None:
    across, up = (next((metric for metric in side if metric in measured), None) for side in wanted)
    return (across, up) if across and up else None


def tradeoff(
    found: standings.Standing, pair: Pair, known: Catalogue, undirected: tuple[int, int] = (1, 1)
) -> Tradeoff:
    """Two numbers of every run of a standing.

    Args:
        found: has columns of both metrics; of several versions the one that most runs have is taken, since numbers of
            two versions do not compare.
        pair: the metrics.
        known: what is known of them.
        undirected: +1 where more is better, −1 where less is, for metrics whose cards leave it open.
    """
    across, up = (_version(found, metric) for metric in pair)
    lines = tuple(line for line in found.lines if _has_value(line, across) and _has_value(line, up))
    signs = across.card.sign or undirected[0], up.card.sign or undirected[1]
    return Tradeoff(across, up, lines, signs, known)


def _version(found: standings.Standing, metric: str) -> Column:
    own = [column for column in found.columns if column.metric == metric]
    return max(own, key=lambda column: sum(_has_value(line, column) for line in found.lines))


def _has_value(line: Line, column: Column) -> bool:
    return column in line.scores and math.isfinite(line.scores[column].mean)


def _span(score: Score) -> Span:
    return Span(score.mean, score.low, score.high)


# The page


def page(rows: pd.DataFrame, scores: pd.DataFrame, suite: str, known: Catalogue) -> list[Block]:
    """The whole page of a suite, without choices: every question that some run answers.

    Args:
        rows: the columns of Measurement; of this suite at least.
        scores: of these rows, by summary.scores.
        suite: name@version.
        known: what is known of the metrics.
    """
    own = scores[(scores["suite"].astype(str) + "@" + scores["suite_version"].astype(str)) == suite]
    made: list[Block] = []
    for name, pair in questions(known.ordered(own.loc[own["mean"].notna(), "metric"].astype(str))).items():
        found = tradeoff(standings.standing(rows, scores, suite, pair), pair, known)
        if found.lines:
            made += [Heading(name, level=3), *drawn(found)]
    nothing = Text("No question of two numbers can be answered on this suite.", "note")
    return [Text(ABOUT, "quiet"), *made] if made else [nothing]


def drawn(found: Tradeoff, is_log: tuple[bool, bool] = (False, False)) -> list[Block]:
    """The plot, and every model's place in words.

    Args:
        found: what is drawn.
        is_log: whether the axes across and up are logarithmic, where all values are positive.
    """
    if not found.lines:
        return [Text("No run has a value of both metrics.", "note")]
    sides = (found.across, found.up)
    can_be_log = [_can_be_log(found, column) for column in sides]
    refused = [
        Text(f"{column.metric} reaches 0 or below, which no logarithmic axis shows.", "quiet")
        for column, can_be, wanted in zip(sides, can_be_log, is_log, strict=True)
        if wanted and not can_be
    ]
    plot = _scatter(found, is_log[0] and can_be_log[0], is_log[1] and can_be_log[1])
    return [*refused, Figure(plot), *_places(found)]


def _can_be_log(found: Tradeoff, column: Column) -> bool:
    ends = [end for line in found.lines for end in (line.scores[column].mean, line.scores[column].low)]
    return not any(end <= 0 for end in ends)  # NaN is not


def _scatter(found: Tradeoff, is_log_x: bool, is_log_y: bool) -> svg.Scatter:
    across, up = (
        f"{_title(found, column)} · {'more' if sign > 0 else 'less'} is better"
        for column, sign in zip((found.across, found.up), found.signs, strict=True)
    )
    return svg.Scatter(
        f"{found.up.metric} against {found.across.metric}",
        [_dot(found, line, place) for line, place in _with_places(found)],
        across,
        up,
        [(x.mean, y.mean) for x, y in map(found.spot, found.front())],
        # the edge of what is beaten, in steps: nothing is claimed of what might lie between two models
        is_front_held=found.signs[0] < 0,
        is_log_x=is_log_x,
        is_log_y=is_log_y,
    )


def _title(found: Tradeoff, column: Column) -> str:
    title, unit = found.known.heading(column.metric), column.card.unit
    return f"{title} ({unit})" if unit else title


def _with_places(found: Tradeoff) -> list[tuple[Line, str]]:
    places = found.places()
    return [(line, places.get(line.run, NOT_RANKED)) for line in found.lines]


def _dot(found: Tradeoff, line: Line, place: str) -> svg.Dot:
    x, y = found.spot(line)
    across, up = (score_cell(line.scores[column]).words for column in (found.across, found.up))
    told = f"{across}; {up}; {place}"
    ends = (x.low, x.high), (y.low, y.high)
    return svg.Dot(line.name, x.mean, y.mean, *ends, COLOURS[place], roles.SHAPES[line.role], told)


def _places(found: Tradeoff) -> list[Block]:
    """The plot in words, for those who cannot see it and to copy."""
    places = found.places()
    if not places:
        return [Text("No model has both numbers, only null baselines and reference clips.", "note")]
    lines = sorted(
        (line for line in found.lines if line.run in places), key=lambda line: ORDER.index(places[line.run])
    )
    sides = (found.across, found.up)
    columns = (
        content.Column("name", "Model", is_text=True),
        content.Column("place", "Place", is_text=True),
        *(metric_column(found.known, column, found.across.metric == found.up.metric) for column in sides),
    )
    rows = tuple(
        Row(line.run, (
            Cell(line.name, line.name.casefold(), link=content.to("model", run=line.run)),
            Cell(places[line.run], str(ORDER.index(places[line.run]))),
            *(score_cell(line.scores[column]) for column in sides),
        ))
        for line in lines
    )  # fmt: skip
    return [Table("Place of every model", columns, rows)]
