"""What tells runs of one suite apart: who is compared at first, their scores side by side, each against the first."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from itertools import combinations
from typing import TYPE_CHECKING, TypeVar

from bench.comparison import columns
from bench.comparison.extreme_cases import extremes
from bench.comparison.notes import notes, sentence
from bench.comparison.plots import forest
from bench.scoring import views
from bench.scoring.standings import ORDER
from bench.types import NATIVE
from bench.web import content, player
from bench.web.content import Block, Cell, Column, Figure, Heading, Listing, Row, Table, Text, minus
from bench.web.pages.cells import metric_cell, score_cell

if TYPE_CHECKING:
    import pandas as pd

    from bench.comparison.differences import Difference, Pair, Verdict
    from bench.scoring.standings import Line
    from bench.web.pages.leaderboard import Ranking

T = TypeVar("T")

SIGNS: Mapping[Verdict, str] = {
    "better": "▲", "worse": "▼", "differs": "◆", "no difference shown": "○", "too few cases": "·",
    "not comparable": "≠",
}  # fmt: skip
"""Verdict -> the sign that says it to readers who see no colours."""

ABOUT = "Runs of one suite on one case, each against the first."

ALONE = "Choose a second model to see what tells them apart."

TOLD_APART = "What tells them apart"

CAPTION = (
    "Over the cases that both have. Better or worse: the interval of the difference excludes 0. “No difference "
    "shown” is not “equal”."
)


# Who is compared


def best_first(found: Ranking) -> list[str]:
    """The suite's runs: complete models, the best first, then other models, then what they are held against."""
    column = next((column for column in found.standing.columns if column.card.sign), None)

    def place(line: Line) -> tuple[int, bool, float, str]:
        score = line.total if found.totals or not column else line.scores.get(column)
        sign = 1 if found.totals or not column else column.card.sign
        worth = score.mean * sign if score and math.isfinite(score.mean) else -math.inf
        is_complete = line.run not in found.left_out and line.coverage == 1 and math.isfinite(worth)
        return ORDER.index(line.role), not is_complete, -worth, line.name

    return [line.run for line in sorted(found.standing.lines, key=place)]


def cases_of(rows: pd.DataFrame) -> dict[str, frozenset[str]]:
    """Run -> the cases that it has a value of; without the runs that have none.

    Args:
        rows: run, case and value of Measurement.
    """
    valued = rows.loc[rows["value"].notna() & rows["case"].notna(), ["run", "case"]]
    found = valued.drop_duplicates().astype(str).groupby("run")["case"].agg(frozenset)
    return {str(run): cases for run, cases in found.items()}


def opening(ordered: Sequence[str], cases: Mapping[str, Collection[str]], case: str = "") -> list[str]:
    """The runs that the page opens on: all that have the case, if one is named; else the two best that share one.

    Args:
        ordered: ids of runs, the best first.
        cases: run -> the cases that it has, see cases_of.
        case: that was named; '' for none.

    Returns:
        As many as a player takes; the two best, or the only one, where no two share a case.
    """
    of_runs = {run: {*cases.get(run, ())} for run in ordered}
    having = [run for run in ordered if case in of_runs[run]]
    pairs = ([a, b] for a, b in combinations(ordered, 2) if of_runs[a] & of_runs[b])
    return having[: player.MOST] or next(pairs, list(ordered[:2]))


# What tells them apart


def verdicts(pairs: Sequence[Pair]) -> list[Block]:
    """The verdicts in a sentence per pair; for no pair, how to get one."""
    return [Text(sentence(pair), "note") for pair in pairs] or [Text(ALONE, "note")]


def scores(found: Ranking, runs: Sequence[str]) -> Table:
    """Scores of some runs, one row per metric.

    Args:
        found: the ranking of their suite.
        runs: ids, in the order shown.
    """
    lines = {line.run: line for line in found.standing.lines}
    shown = [lines[run] for run in runs if run in lines]
    totals = [
        Row("", (Cell(f"Total: {recipe.name} ↑"), *(score_cell(by_run[line.run].total) for line in shown)))
        for recipe, by_run in found.totals
    ]
    metrics = [
        Row(
            "",
            (
                metric_cell(found.known, column.metric),
                *(score_cell(line.scores.get(column)) for line in shown),
            ),
        )
        for column in found.standing.columns
    ]
    across = [Column(line.run, line.name) for line in shown]
    return Table(
        "Scores side by side", (Column("metric", "Metric", is_text=True), *across), (*totals, *metrics)
    )


def pair(
    found: Pair,
    suite: str,
    runs: Sequence[str],
    kept: Sequence[tuple[str, str]] = (),
    view: str = NATIVE,
) -> list[Block]:
    """One run against the first.

    Args:
        found: the comparison.
        suite: name@version, for links to cases.
        runs: all runs that are compared, the first first: links keep them.
        kept: what else links to cases keep of the address, name and value.
        view: in which they are compared.
    """
    title = f"{found.b.name} against {found.a.name}, {views.heading(view)}"
    made: list[Block] = [Heading(title, level=3)]
    if found.differences or found.skipped:
        made.append(_table(found))
    drawn = forest(found)
    if drawn:
        made.append(
            Figure(
                drawn, caption="Standard deviations of the cases' differences, with the table's intervals."
            )
        )
    cases = [
        Cell(
            f"{'▲' if each.gain > 0 else '▼'} {each.case}",
            link=replace(link, query=(*link.query, *kept)),
            half=minus(f"{each.gain:+.2f} × the usual difference"),
        )
        for each in extremes(found)
        for link in [content.to_several("compare", runs, case=each.case, suite=suite)]
    ]
    if cases:
        made.append(Listing(tuple(cases), "Cases that differ most: click to see the clips"))
    said = notes(found)
    if said:
        made.append(Listing(tuple(map(Cell, said)), tone="quiet"))
    return made


def _table(found: Pair) -> Table:
    shown = columns.table(found)
    headings = [
        Column(column.key, column.heading, column.help, is_text=column.align == "left")
        for column in shown.columns
    ]
    rows = [_told(each, _turned(row)) for each, row in zip(found.differences, shown.compared, strict=True)]
    rows += [Row("", tuple(map(_cell, _turned(row))), is_quiet=True) for row in shown.skipped]
    about = f"{found.b.name} against {found.a.name}, metric by metric"
    return Table(about, _turned(headings), tuple(rows), caption=CAPTION)


def _turned(row: Sequence[T]) -> tuple[T, ...]:
    """The verdict, which stands last elsewhere, beside the metric: on a phone the numbers are scrolled to."""
    metric, *others, verdict = row
    return metric, verdict, *others


def _cell(cell: columns.Cell) -> Cell:
    return Cell(cell.text, cell.text.casefold() or None if cell.number is None else cell.number)


def _told(found: Difference, cells: Sequence[columns.Cell]) -> Row:
    """A turned row with the metric's title before its name, and its verdict as a sign and a word."""
    said = Cell(f"{SIGNS[found.verdict]} {found.verdict_text}", found.verdict, tone=found.colour)
    link = content.to("metrics", metric=found.metric)
    metric = Cell(found.card.heading, found.card.heading.casefold(), note=found.metric, link=link)
    return Row(found.metric, (metric, said, *map(_cell, cells[2:])))
