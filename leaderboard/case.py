"""One case of a suite: what every run made of it, side by side, and every number about it."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from bench.types import Suite
from bench.web import content, player
from bench.web.pages import case as case_page
from bench.web.pages.leaderboard import MOST_COMPARED
from leaderboard import lineup, notices, players, source
from leaderboard.choices import choose, choose_several
from leaderboard.place import place
from leaderboard.source import Board


def show() -> None:
    """Draws the page."""
    st.title("Case", anchor=False)
    board = source.read()
    place(content.problems(board.problems), "problems")
    if board.rows.empty:
        notices.show_empty()
        return
    suite = lineup.choose_suite(st.container(), board)
    runs = lineup.runs(board, suite)
    rows = board.rows[board.rows["run"].isin(runs) & board.rows["case"].notna() & board.rows["seed"].notna()]
    if rows.empty:
        st.info("This suite has numbers about the whole set only: there is no case to look at.")
        return
    place([content.Text(case_page.ABOUT, "quiet")], "about")
    case, seed = _choose_clip(rows, notices.known_suite(board, suite))
    _show_clips(board, suite, runs, case, seed)
    _show_values(board, suite, runs, rows[(rows["case"] == case) & (rows["seed"] == seed)])


def _choose_clip(rows: pd.DataFrame, suite: Suite | None) -> tuple[str, int]:
    """A case, by name or by steps through the suite, and a seed."""
    left, right = st.columns([3, 1])
    cases = case_page.ordered(rows["case"].astype(str).unique(), suite)
    case = choose(left, "Case", cases, key="case")
    of_case = rows[rows["case"] == case]
    seeds = sorted(int(seed) for seed in of_case["seed"].unique())
    seed = choose(right, "Seed", seeds, key="seed")
    _show_steps(cases, case, of_case)
    return case, seed


def _show_steps(cases: Sequence[str], case: str, rows: pd.DataFrame) -> None:
    """Where in the suite this is, and the ways to the neighbours; in one row on a phone, too."""
    number = cases.index(case)
    before, after = cases[number - 1] if number else "", cases[number + 1] if number + 1 < len(cases) else ""
    with st.container(horizontal=True, vertical_alignment="center"):
        for label, to in (("← Previous", before), ("Next →", after)):
            st.button(label, key=label, on_click=lineup.go_to, args=(to,), disabled=not to)
        place([case_page.place(cases, case, rows)], "steps")


def _show_clips(board: Board, suite: str, runs: Sequence[str], case: str, seed: int) -> None:
    about = f"At most {player.MOST} clips side by side; null baselines and reference clips come last."
    chosen = lineup.choose_runs(st.container(), runs, player.MOST, runs[: player.MOST], about)
    if not chosen:
        st.info("Choose a model to see its clip.")
        return
    players.frame(chosen, case, seed)
    if len(chosen) > 1:
        compared = chosen[:MOST_COMPARED]
        link = content.to_several("compare", compared, suite=suite, case=case, seed=str(seed))
        place(
            [content.Text(f"Compare {', '.join(board.names[run] for run in compared)} →", link=link)],
            "compare",
        )


def _show_values(board: Board, suite: str, runs: Sequence[str], rows: pd.DataFrame) -> None:
    metrics = board.catalogue.ordered(map(str, rows["metric"].unique()))
    about = "None for the main metrics"
    chosen = choose_several(st.container(), "Metrics", metrics, key="metrics", about=about)
    shown = case_page.table(rows, runs, board.names, board.catalogue, chosen)
    place([case_page.heading(board.views[suite]), shown], "values")


if __name__ == "__main__":
    show()
