"""The leaderboard as a table: numbers that sort as numbers and read as texts with their intervals and holes."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict
from typing import Any
from urllib.parse import quote

import pandas as pd
import streamlit as st
from pandas.io.formats.style import Styler

from bench.scoring.recipes import Recipe
from bench.scoring.standings import Column, Line, Score
from bench.types import ARROWS
from leaderboard import words
from leaderboard.source import card

MODEL, TOTAL, RANK, GROUP = "Model", "Total", "Rank", "Tie group"
NOTHING = "–"


def headings(columns: Sequence[Column]) -> dict[Column, str]:
    """What stands above each column: versions of one metric never share one, and say which they are."""
    found = {}
    for column in columns:
        known = card(column.metric)
        arrow = ARROWS[known.direction] if known else ""
        found[column] = f"{plain_heading(column, columns)} {arrow}".rstrip()
    return found


def plain_heading(column: Column, columns: Sequence[Column]) -> str:
    """The metric's name, as an address holds it; with its version where another one stands beside it."""
    is_alone = [each.metric for each in columns].count(column.metric) == 1
    return column.metric if is_alone else f"{column.metric} v{column.version}"


def numbers(lines: Sequence[Line], columns: Sequence[Column], by: Column | None) -> pd.DataFrame:
    """One row a line: what sorting goes by; NaN where there is nothing.

    Args:
        lines: in the order shown.
        columns: the metrics.
        by: the column whose ranks are shown; None for the total's.
    """
    shown = headings(columns)
    return pd.DataFrame(
        [
            {
                RANK: _low(line, by),
                GROUP: _group(line, by),
                TOTAL: line.total.mean if line.total else float("nan"),
                **{heading: _mean(line, column) for column, heading in shown.items()},
                **_facts(line),
            }
            for line in lines
        ],
        columns=[RANK, GROUP, TOTAL, *shown.values(), *FACTS],
    )


def texts(lines: Sequence[Line], columns: Sequence[Column], by: Column | None) -> pd.DataFrame:
    """The same rows: what the cells of ranks and scores say."""
    shown = headings(columns)
    return pd.DataFrame(
        [
            {
                RANK: str(rank) if (rank := rank_of(line, by)) else NOTHING,
                TOTAL: _total(line),
                **{heading: _cell(line, column) for column, heading in shown.items()},
            }
            for line in lines
        ],
        columns=[RANK, TOTAL, *shown.values()],
    )


def rank_of(line: Line, by: Column | None) -> Any:
    """The rank of a line in a column, or in the total; None where it has none."""
    return line.total_rank if by is None else line.ranks.get(by)


def score_of(line: Line, column: Column | None) -> Score | None:
    """A line's score in a column; its total for None."""
    return line.total if column is None else line.scores.get(column)


def has_score(line: Line, column: Column | None) -> bool:
    """Whether there is a number, not only failures to get one."""
    score = score_of(line, column)
    return score is not None and not math.isnan(score.mean)


def styled(values: pd.DataFrame, said: pd.DataFrame) -> Styler:
    """Numbers that read as texts.

    By layers, each of which says one text a number: a call a cell, as Styler would have it, takes 6 s for 200 lines.
    """
    styler = values.style
    for heading in map(str, said):
        for rows, of_number in _layers(values[heading], said[heading]):
            styler = styler.format(of_number, subset=pd.IndexSlice[rows, [heading]])
    return styler


def _layers(values: pd.Series[Any], said: pd.Series[Any]) -> Iterator[tuple[list[Any], Callable[[Any], str]]]:
    """Rows, and what their numbers say: equal numbers with other intervals come in layers of their own."""
    layers: list[tuple[list[Any], dict[Any, str]]] = []
    for row, value, text in zip(values.index, values, said, strict=True):
        number = None if pd.isna(value) else value  # NaN is no key: it differs from itself
        layer = next((each for each in layers if each[1].get(number, text) == text), None)
        if layer is None:
            layers.append(layer := ([], {}))
        layer[0].append(row)
        layer[1][number] = text
    return ((rows, _says(of_number)) for rows, of_number in layers)


def _says(of_number: Mapping[Any, str]) -> Callable[[Any], str]:
    return lambda value: of_number[None if pd.isna(value) else value]


def telling(values: pd.DataFrame) -> list[str]:
    """The columns of numbers that say something, the name and the way to the run before the metrics."""
    first = [MODEL, RANK, TOTAL, "Open", "Kind"]
    silent = {heading for heading in (RANK, GROUP, TOTAL, "Size") if values[heading].isna().all()}
    silent |= {heading for heading in ("Access", "Licence") if not values[heading].any()}
    silent |= {"Kind"} if set(values["Kind"]) == {"model"} else set()
    metrics = [heading for heading in map(str, values) if heading not in (*first, GROUP, *FACTS)]
    order = [*first, *metrics, GROUP, *(heading for heading in FACTS if heading not in first)]
    return [heading for heading in order if heading not in silent]


# What is known of an entry


def _facts(line: Line) -> dict[str, Any]:
    return {
        MODEL: line.name,
        "Open": f"model?run={quote(line.run, safe='')}",
        "Kind": line.role,
        "Coverage": line.coverage,
        "Source": [line.provenance],
        "Access": line.card.access or "",
        "Size": line.card.parameters,
        "Licence": line.card.licence,
        "Reads text": words.yes_or_no(line.reads_text),
        "Cases": line.cases,
        "Clips": line.clips,
    }


def facts_config() -> dict[str, Any]:
    """How the columns that are no metrics look."""
    column = st.column_config
    return {
        RANK: column.NumberColumn(
            width=70,
            help="The best and the worst place that the data allow: models whose ranges overlap may be equally good",
        ),
        GROUP: column.NumberColumn(help="Models of one group are not told apart from the best of the group"),
        MODEL: column.TextColumn(pinned=True, width=170, help="The model, and its checkpoint after @"),
        "Open": column.LinkColumn(display_text="open", width=60, help="Its clips, series, failures and provenance"),
        "Kind": column.TextColumn(help="Null baselines need no model, reference clips are real: neither is ranked"),
        "Coverage": column.ProgressColumn(
            format="percent", min_value=0.0, max_value=1.0, width=110,
            help="Clips with a value, in the shown metric that has fewest; below 95 % there is no rank",
        ),
        "Source": column.MultiselectColumn(
            options=list(SOURCES), color=list(SOURCES.values()), width=110,
            help="Whether the clips behind the numbers are on this machine, to look at and to measure again",
        ),
        "Access": column.TextColumn(
            width=80, help="open: anyone with the weights; hosted: a service; program: anyone with the program"
        ),
        "Size": column.NumberColumn(format="%g B", width=70, help="Parameters, in billions"),
        "Licence": column.TextColumn(width=110, help="Of the weights"),
        "Reads text": column.TextColumn(width=90, help="Whether the prompt reaches the model; — where nobody said"),
        "Cases": column.NumberColumn(width=70, help="Cases with at least one value"),
        "Clips": column.NumberColumn(width=70, help="Clips of the run: cases × seeds, with and without values"),
    }  # fmt: skip


FACTS = (
    MODEL, "Open", "Kind", "Coverage", "Source", "Access", "Size", "Licence", "Reads text", "Cases", "Clips",
)  # fmt: skip

SOURCES = {"clips here": "blue", "numbers only": "gray"}
"""Where the numbers come from -> the colour of its badge."""


# Scores


def metrics_config(columns: Sequence[Column]) -> dict[str, Any]:
    """How the columns of metrics look: a definition in each heading's tooltip."""
    return {
        heading: st.column_config.NumberColumn(heading, help=_help(column.metric))
        for column, heading in headings(columns).items()
    }


def total_config(recipe: Recipe) -> Any:
    """How the total's column looks."""
    return st.column_config.NumberColumn(f"{TOTAL} ↑", help=words.plain(f"{recipe.title}. {recipe.formula}"))


def _help(metric: str) -> str:
    known = card(metric)
    if known is None:
        return "No card: this metric is not registered on this machine."
    blind = f" Blind to: {words.plain(known.blind_to)}" if known.blind_to else ""
    return words.plain(known.definition) + blind


def _mean(line: Line, column: Column) -> float:
    score = line.scores.get(column)
    return score.mean if score else float("nan")


def _cell(line: Line, column: Column) -> str:
    score = line.scores.get(column)
    return words.cell(asdict(score), line.cases) if score else NOTHING


def _total(line: Line) -> str:
    return words.with_interval(line.total.mean, line.total.low, line.total.high) if line.total else NOTHING


def _low(line: Line, by: Column | None) -> float:
    rank = rank_of(line, by)
    return float(rank.low) if rank else float("nan")


def _group(line: Line, by: Column | None) -> float:
    rank = rank_of(line, by)
    return float(rank.group) if rank else float("nan")
