"""The page of metrics: all of them in an index, and one of them in full, with what runs and damages do to it."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from bench import evaluators
from bench.evaluators import catalogue
from bench.evaluators.catalogue import span
from leaderboard import choices, metric_card, metric_curves, metric_runs, notices, source
from leaderboard.choices import choose
from leaderboard.source import Board, card

# no bare strings in a page: Streamlit would show them
BETTER = {"higher": "↑ higher", "lower": "↓ lower", "none": "–"}
INDEX_HEIGHT = 300


def show() -> None:
    """Draws the page."""
    st.title("Metrics", anchor=False)
    board = source.read()
    notices.show_problems(board)
    left, right = st.columns([2, 1])
    search = choices.text(left, "Search", key="search", placeholder="a name, or words of a definition")
    owner = choose(right, "Evaluator", ["all", *evaluators.registry], key="evaluator")
    found = [name for name in names(board) if is_found(name, search, owner)]
    if not found:
        st.info("No metric matches: take a word away.")
        return
    _show_index(board, found)
    metric = choose(st.container(), "Metric", found, key="metric")
    metric_card.show(metric)
    metric_runs.show(board, metric)
    metric_curves.show(metric)


def names(board: Board) -> list[str]:
    """Every metric that is registered here, by evaluator, and what else was measured: other settings, strangers'."""
    known = list(catalogue.registered().cards)
    return [*known, *sorted({*map(str, board.scores["metric"].unique())} - {*known})]


def owner_of(metric: str) -> str:
    """The evaluator that measures it; '' where it is not registered here."""
    bare = catalogue.bare(metric)
    cards = {name: evaluators.registry[name].cards for name in evaluators.registry}
    return next((name for name, own in cards.items() if any(each.name == bare for each in own)), "")


def is_found(metric: str, search: str, owner: str) -> bool:
    """Whether a metric has every word of a search, in its name, its evaluator's or its definition."""
    own, known = owner_of(metric), card(metric)
    text = f"{metric} {own} {known.definition if known else ''}".lower()
    return owner in ("all", own) and all(word in text for word in search.lower().split())


def _show_index(board: Board, found: Sequence[str]) -> None:
    """A click on a line chooses the metric."""
    runs = (
        board.scores[board.scores["mean"].notna()]
        .astype({"metric": object})
        .groupby("metric")["run"]
        .nunique()
    )
    lines = pd.DataFrame([_line(metric, int(runs.get(metric, 0))) for metric in found])
    config = {
        "Metric": st.column_config.TextColumn(pinned=True, width="medium"),
        "Main": st.column_config.TextColumn(help="Shown where nobody chose"),
        "Runs": st.column_config.NumberColumn(help="Runs on this board that have a value"),
        "Definition": st.column_config.TextColumn(width="large"),
    }
    st.dataframe(
        lines,
        hide_index=True,
        height=min(INDEX_HEIGHT, 38 + 35 * len(lines)),
        column_config=config,
        key="index",
        on_select=lambda: _choose_line(found),
        selection_mode="single-row",
        alt="All metrics",
    )


def _choose_line(found: Sequence[str]) -> None:
    chosen = st.session_state["index"]["selection"]["rows"]
    if chosen and chosen[0] < len(found):
        st.session_state["metric"] = found[chosen[0]]


def _line(metric: str, runs: int) -> dict[str, object]:
    known = card(metric)
    return {
        "Metric": metric,
        "Evaluator": owner_of(metric),
        "Better": BETTER[known.direction] if known else "",
        "Unit": known.unit if known else "",
        "Range": span(known) if known else "",
        "Main": "●" if known and known.is_main else "",
        "Version": known.version if known else None,
        "Runs": runs,
        "Definition": known.definition if known else "not registered on this machine",
    }


if __name__ == "__main__":
    show()
