"""The page of metrics: all of them in an index, one of them in full, and their calibration in a tab of its own."""

from __future__ import annotations

import streamlit as st

from bench.web import content
from bench.web.content import Heading, Text
from bench.web.pages import metric_runs, metrics
from bench.web.pages.metric_runs import Measured
from leaderboard import calibration, choices, curves, source
from leaderboard.choices import choose
from leaderboard.place import place
from leaderboard.source import Board, Stamp

ALL = "all"
TABS = ("Every metric", "Calibration")


def show() -> None:
    """Draws the page."""
    st.title("Metrics", anchor=False)
    board = source.read()
    place([*content.problems(board.problems), Text(metrics.ABOUT, "quiet")], "about")
    every, calibrated = st.tabs(TABS, key="tab", bind="query-params")
    with every:
        if every.open:
            _show_metrics(board)
    with calibrated:
        if calibrated.open:
            calibration.show()


def _show_metrics(board: Board) -> None:
    known = board.catalogue
    left, right = st.columns([2, 1])
    search = choices.text(left, "Search", key="search", placeholder="a name, or words of a definition")
    owners = list(dict.fromkeys(known.owners.values()))
    owner = choose(right, "Evaluator", [ALL, *owners], key="evaluator")
    table, problems = curves.read()
    calibrated = (metric.name for metric in table.metrics) if table else ()
    every = metrics.names(known, [*map(str, board.scores["metric"].unique()), *calibrated])
    found = metrics.found(known, every, search, "" if owner == ALL else owner)
    if not found:
        st.info("No metric matches: take a word away.")
        return
    place([metrics.index(known, board.scores, found)], "index")
    name = choose(st.container(), "Metric", found, key="metric")
    place(metrics.metric(known, name, is_here=True), "card")
    _show_runs(board, name)
    place([*problems, *metrics.under_damage(known, name, table)], "curves")


def _show_runs(board: Board, metric: str) -> None:
    if not board.suites:
        return
    place([Heading(metric_runs.TITLE)], "runs")
    about = "Numbers compare only within one version of a suite."
    suite = choose(st.container(), "Suite", board.suites, key="suite", about=about)
    measured = _measured(board, tuple(board.files.values()), suite)
    place(metric_runs.on_runs(measured, metric), "spread")


@st.cache_resource(max_entries=4, show_spinner="Reading values …")
def _measured(_board: Board, stamps: tuple[Stamp, ...], suite: str) -> Measured:
    """The values on one suite; stamps are of the board's files, so that a changed one is read anew."""
    return metric_runs.measured(_board.rows, _board.scores, suite)


if __name__ == "__main__":
    show()
