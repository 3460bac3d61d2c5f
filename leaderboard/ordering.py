"""In which order a table's lines stand: best first by a number that the visitor chose; what has none comes last."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import streamlit as st

from bench.scoring.standings import Column, Line, Standing
from leaderboard import tables
from leaderboard.choices import choose, toggle
from leaderboard.source import card

NAME, COVERAGE = "Name", "Coverage"


@dataclass(frozen=True)
class Order:
    """How lines are sorted.

    Attributes:
        by: what stands in the choice: TOTAL, a metric's heading, NAME or COVERAGE.
        column: the metric's; None for anything else.
        is_reversed: worst first; what has no number stays last.
    """

    by: str
    column: Column | None = None
    is_reversed: bool = False

    def sorted(self, lines: Sequence[Line]) -> list[Line]:
        """The lines in this order; ties by name."""
        by_name = sorted(lines, key=lambda line: line.name.casefold())
        if self.by == NAME:
            return by_name[::-1] if self.is_reversed else by_name
        found = [(self._number(line), line) for line in by_name]
        there = [(number, line) for number, line in found if not math.isnan(number)]
        there.sort(key=lambda pair: pair[0], reverse=self.is_reversed == self._is_lower_first)
        return [line for _, line in there] + [line for number, line in found if math.isnan(number)]

    @property
    def _is_lower_first(self) -> bool:
        known = card(self.column.metric) if self.column else None
        return known is not None and known.direction == "lower"

    def _number(self, line: Line) -> float:
        score = tables.score_of(line, self.column)
        if self.by == COVERAGE:
            return line.coverage
        return score.mean if score else math.nan


def choose_order(standing: Standing) -> Order:
    """The visitor's order; by the total, or by the first metric that knows which way is better."""
    of_metrics = {tables.plain_heading(column, standing.columns): column for column in standing.columns}
    options = [*([tables.TOTAL] if standing.recipe else []), *directed_first(of_metrics), NAME, COVERAGE]
    place = st.container(width=260)
    by = choose(place, "Sort by", options, key="sort")
    is_reversed = toggle(st.container(width="content"), "Worst first", key="reverse")
    return Order(by, of_metrics.get(by), is_reversed)


def directed_first(headings: Mapping[str, Column]) -> list[str]:
    """Headings, those first whose metrics know which way is better."""
    return sorted(headings, key=lambda heading: _is_undirected(headings[heading]))


def _is_undirected(column: Column) -> bool:
    known = card(column.metric)
    return known is None or known.direction == "none"
