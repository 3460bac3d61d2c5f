"""The page of two numbers at once: what a model gains in one and pays in the other, and which are beaten in both."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from bench.web import content
from bench.web.content import Text
from bench.web.pages import leaderboard, tradeoffs
from bench.web.pages.tradeoffs import Pair, Tradeoff
from leaderboard import notices, ranked, source
from leaderboard.choices import choose, toggle
from leaderboard.place import place
from leaderboard.source import Board

OWN = "Own choice"
BETTER = {"more": 1, "less": -1}


def show() -> None:
    """Draws the page."""
    st.title("Trade-offs", anchor=False)
    board = source.read()
    place(content.problems(board.problems), "problems")
    if board.rows.empty:
        notices.show_empty()
        return
    left, right = st.columns(2)
    suite = choose(left, "Suite", board.suites, key="suite")
    measured = board.catalogue.ordered(leaderboard.measured(board.scores_of(suite)))
    pair = _choose_pair(right, measured)
    if pair is None:
        place([Text(tradeoffs.ONE_METRIC, "note")], "one")
        return
    found = _choose_signs(board, suite, pair)
    with st.container(horizontal=True):
        is_log = [
            toggle(st.container(width="content"), f"Logarithmic {column.metric}", key=f"log_{axis}")
            for column, axis in ((found.across, "x"), (found.up, "y"))
        ]
    place([Text(tradeoffs.ABOUT, "quiet"), *tradeoffs.drawn(found, (is_log[0], is_log[1]))], "tradeoff")


def _choose_pair(place: DeltaGenerator, measured: Sequence[str]) -> Pair | None:
    """The metrics across and up; None where there are no two."""
    if len(measured) < 2:
        return None
    able = tradeoffs.questions(measured)
    question = choose(place, "Question", [*able, OWN], key="question")
    if question != OWN:
        return able[question]
    left, right = st.columns(2)
    across = choose(left, "Across", list(measured), key="x")
    return across, choose(right, "Up", [metric for metric in measured if metric != across], key="y")


def _choose_signs(board: Board, suite: str, pair: Pair) -> Tradeoff:
    """The two numbers, with the visitor's word on what is better where the metrics' cards leave it open."""
    standing = ranked.ranking(board, suite, pair, []).standing
    with st.container(horizontal=True):
        across, up = (_choose_sign(board, metric, axis) for metric, axis in zip(pair, "xy", strict=True))
    return tradeoffs.tradeoff(standing, pair, board.catalogue, (across, up))


def _choose_sign(board: Board, metric: str, axis: str) -> int:
    sign = board.catalogue.card(metric).sign
    if sign:
        return sign
    about = f"{metric} is neither good nor bad in itself: it depends on what was asked for."
    place = st.container(width=260)
    return BETTER[choose(place, f"Better in {metric}", list(BETTER), key=f"better_{axis}", about=about)]


if __name__ == "__main__":
    show()
