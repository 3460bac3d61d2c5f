"""The first page: who leads on a suite, and how sure that is. Models ranked, what is no model in a table of its own."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pandas as pd
import streamlit as st

from bench.base.wording import number
from bench.evaluators.catalogue import span
from bench.scoring.standings import Column, Line, Standing
from leaderboard import (
    charts,
    columns,
    downloads,
    filters,
    notices,
    ordering,
    ranked,
    source,
    tables,
    totals,
    words,
)
from leaderboard.choices import choose
from leaderboard.ordering import Order
from leaderboard.source import Board, card

HERE = Path(__file__).parent
MOST_COMPARED = 4
MOST_REASONS = 5
MOST_UNSCROLLED, TALLEST = 20, 740
"""Lines of a table, beyond which it scrolls and has so many pixels."""

MOST_PLOTTED = 40
"""Lines of a plot: more are a carpet."""

ABOUT_TABLE = (
    "Mean over cases of the mean over seeds ± half its 95 % interval; ↑ higher is better, ↓ lower is better. A rank of "
    "1–3 means that the data allow each of these places. “5 of 8 clips” marks a mean that some clips have no value "
    "for; models with a value for fewer than 95 % of their clips are not ranked. Tick rows to compare them."
)
ABOUT_OTHERS = (
    "Null baselines need no model, reference clips are real ones. They are never ranked. Consistency metrics reward "
    "not moving: a model that is no better than a still picture there has shown nothing yet."
)


def show() -> None:
    """Draws the page."""
    st.title("I2V Bench", anchor=False)
    board = source.read()
    notices.show_problems(board)
    if board.rows.empty:
        notices.show_empty()
        return
    standing = _choose_standing(board)
    models = [line for line in standing.lines if line.role == "model"]
    others = [line for line in standing.lines if line.role != "model"]
    kept, order = _choose_models(standing, models)
    shown, others = order.sorted(kept), order.sorted(others)
    _show_picked([*_show_models(standing, models, shown, order), *_show_others(standing, others, order)])
    _show_plot(standing, shown, others)
    st.page_link(
        HERE / "reported.py", label="Numbers that papers and other boards reported, apart from these"
    )
    downloads.show(board, replace(standing, lines=(*shown, *others)))
    _show_definitions(standing)


# What is chosen


def _choose_standing(board: Board) -> Standing:
    left, middle, right = st.columns(3)
    suite = choose(
        left, "Suite", board.suites, key="suite", about="Numbers compare only within one version of a suite."
    )
    scores = board.scores[board.scores["suite"] + "@" + board.scores["suite_version"] == suite]
    measured = list(dict.fromkeys(scores.loc[scores["mean"].notna(), "metric"]))
    recipe = totals.choose_recipe(middle, measured)
    metrics = columns.choose_metrics(right, scores)
    if recipe:
        recipe = totals.weighted(recipe, measured)
    return ranked.standing(board, suite, metrics, recipe)


def _choose_models(standing: Standing, models: Sequence[Line]) -> tuple[list[Line], Order]:
    """Those that pass the filters, and the order of all lines."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        chosen = filters.choose_filters(models) if models else filters.Filters()
        order = ordering.choose_order(standing)
    kept = [line for line in models if chosen.keeps(line, standing.columns)]
    filters.show_active(chosen, len(kept), len(models))
    return kept, order


# The tables


def _show_models(
    standing: Standing, models: Sequence[Line], shown: Sequence[Line], order: Order
) -> list[Line]:
    """Draws the models, or why there are none; those that the visitor ticked."""
    if not models:
        st.info("No model has been measured on this suite yet, only what costs nothing. Measure one:")
        st.code(f"bench run MODEL --suite {standing.suite.split('@', maxsplit=1)[0]}", language=None)
        return []
    if not shown:
        st.info("No model passes these filters.")
        return []
    picked = _show_table(standing, shown, order, "Scores of models: one row a run, one column a metric")
    st.caption(ABOUT_TABLE)
    return picked


def _show_others(standing: Standing, lines: Sequence[Line], order: Order) -> list[Line]:
    """Draws what is no model; those that the visitor ticked."""
    if not lines:
        return []
    st.subheader("For reference", anchor=False)
    st.caption(ABOUT_OTHERS)
    return _show_table(standing, lines, order, "Scores of null baselines and reference clips")


def _show_table(standing: Standing, lines: Sequence[Line], order: Order, title: str) -> list[Line]:
    by = None if order.by == tables.TOTAL else order.column
    values = tables.numbers(lines, standing.columns, by)
    config = {**tables.facts_config(), **tables.metrics_config(standing.columns)}
    if standing.recipe:
        config[tables.TOTAL] = tables.total_config(standing.recipe)
    state = st.dataframe(
        tables.styled(values, tables.texts(lines, standing.columns, by)),
        hide_index=True,
        column_order=tables.telling(values),
        column_config=config,
        placeholder=tables.NOTHING,
        height="content" if len(lines) <= MOST_UNSCROLLED else TALLEST,
        on_select="rerun",
        selection_mode="multi-row",
        alt=title,
    )
    _show_totals_missing(lines)
    return [lines[row] for row in state.selection.rows if row < len(lines)]


def _show_totals_missing(lines: Sequence[Line]) -> None:
    """Why there is no total: a cell without a number has no room for it."""
    reasons = [f"{line.name}: {', '.join(line.total_missing)}" for line in lines if line.total_missing]
    if reasons:
        more = f"; and {len(reasons) - MOST_REASONS} more" if len(reasons) > MOST_REASONS else ""
        st.text(f"No total, for want of: {'; '.join(reasons[:MOST_REASONS])}{more}")


def _show_picked(lines: Sequence[Line]) -> None:
    """The ways on from what is ticked."""
    if not lines:
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        if 2 <= len(lines) <= MOST_COMPARED:
            runs = [line.run for line in lines]
            st.page_link(
                HERE / "compare.py", label=f"Compare {len(lines)} selected", query_params={"runs": runs}
            )
        else:
            st.text(f"Tick 2 to {MOST_COMPARED} rows to compare them, not {len(lines)}.")
        for line in lines[:MOST_COMPARED]:
            label = f"Open {words.plain(line.name)}"
            st.page_link(HERE / "model.py", label=label, query_params={"run": line.run})


# The plot


def _show_plot(standing: Standing, models: Sequence[Line], others: Sequence[Line]) -> None:
    headings = {tables.plain_heading(column, standing.columns): column for column in standing.columns}
    totals = [tables.TOTAL] if any(line.total for line in standing.lines) else []
    options = [*totals, *ordering.directed_first(headings)]
    if not options:
        return
    chosen = choose(st.container(width=420), "Plot", options, key="plot")
    column = headings.get(chosen)
    there = [line for line in models if tables.has_score(line, column)]
    lines = [*there[:MOST_PLOTTED], *(line for line in others if tables.has_score(line, column))]
    if not lines:
        st.info("No run has a value for this metric.")
        return
    motion = next(
        (each for each in standing.columns if each.metric == columns.MOTION and each != column), None
    )
    title, unit = (words.heading(column.metric), words.unit(column.metric)) if column else (f"{chosen} ↑", "")
    chart = charts.scores(_points(lines, column, motion), title, unit, motion.metric if motion else "")
    st.altair_chart(chart, alt=f"Plot of {chosen}")
    if len(there) > MOST_PLOTTED:
        st.caption(
            f"The first {MOST_PLOTTED} of {len(there)} models in this order; filter or sort for others."
        )


def _points(lines: Sequence[Line], column: Column | None, beside: Column | None) -> pd.DataFrame:
    """What the plot draws, a row a line; column is None for the total."""
    points = []
    for line in lines:
        score, margin = tables.score_of(line, column), line.scores.get(beside) if beside else None
        numbers = (score.mean, score.low, score.high) if score else (math.nan,) * 3
        points.append(
            {
                "name": line.name,
                "kind": line.role,
                "text": words.with_interval(*numbers),
                **dict(zip(("mean", "low", "high"), numbers, strict=True)),
                "beside": number(margin.mean) if margin else tables.NOTHING,
            }
        )
    return pd.DataFrame(points)


# What it means


def _show_definitions(standing: Standing) -> None:
    with st.expander("What the metrics mean"):
        for metric in dict.fromkeys(column.metric for column in standing.columns):
            show_definition(metric)


def show_definition(metric: str) -> None:
    """A metric's card in words."""
    known = card(metric)
    st.markdown(f"**{words.plain(words.heading(metric))}**")
    if known is None:
        st.text("No card: this metric is not registered on this machine.")
        return
    facts = {
        "Definition": known.definition,
        "Range": f"{span(known)} {known.unit}".rstrip(),
        "Source": known.source,
        "Blind to": known.blind_to,
        "Series": known.series,
    }
    st.markdown("\n".join(f"- {name}: {words.plain(text)}" for name, text in facts.items() if text))


if __name__ == "__main__":
    show()
