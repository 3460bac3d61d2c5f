"""Who is shown side by side: a suite, some of its runs, a case and a seed, all in the address."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from bench.types import Suite
from bench.web.pages import case as case_page
from leaderboard.choices import choose
from leaderboard.place import place
from leaderboard.source import Board


def choose_suite(where: DeltaGenerator, board: Board) -> str:
    """A suite; that of the first run in the address where none is chosen, so that an address of runs is enough."""
    suites = board.suite_of
    named = next((suites[run] for run in st.query_params.get_all("runs") if run in suites), None)
    if named and st.query_params.get("suite") not in board.suites:
        st.session_state["suite"] = named  # whatever another page, which the visitor came from, had there
    about = "Numbers compare only within one version of a suite."
    return choose(where, "Suite", board.suites, key="suite", about=about)


def choose_runs(
    where: DeltaGenerator, options: Sequence[str], most: int, first: Sequence[str], about: str
) -> list[str]:
    """Several runs in the order of their choice; first, where neither visitor nor address names any of options.

    Args:
        where: where the widget stands.
        options: ids of runs.
        most: how many may be chosen.
        first: those that are chosen at first; a visitor who takes all of them away has none.
        about: a tooltip.
    """
    named = [run for run in st.query_params.get_all("runs") if run in options]
    chosen: list[str] | None = st.session_state.get("runs")
    is_stale = bool(chosen) and not any(run in options for run in chosen or ())
    if is_stale or (chosen is None and not named):
        st.session_state["runs"] = list(first)
    return list(
        where.multiselect("Models", options, key="runs", bind="query-params", max_selections=most, help=about)
    )


def choose_clip(rows: pd.DataFrame, runs: Sequence[str], suite: Suite | None) -> tuple[str, int] | None:
    """A case, by name or by steps through the suite, and a seed; None where all rows are about whole sets.

    Args:
        rows: of all runs of the suite; case or seed is missing in rows about whole sets.
        runs: those that are shown: the first case that all of them have is chosen at first.
        suite: None where it is not known here.
    """
    of_clips = rows[rows["case"].notna() & rows["seed"].notna()]
    if of_clips.empty:
        return None
    left, right = st.columns([3, 1])
    cases = case_page.ordered(of_clips["case"].astype(str).unique(), suite)
    of_runs = of_clips[of_clips["run"].isin(runs)].groupby("case", observed=True)["run"].nunique().to_dict()
    shared = next((case for case in cases if of_runs.get(case, 0) == len(runs)), None)
    case = choose(left, "Case", cases, key="case", first=shared)
    of_case = of_clips[of_clips["case"] == case]
    seed = choose(right, "Seed", sorted(int(seed) for seed in of_case["seed"].unique()), key="seed")
    _show_steps(cases, case, of_case)
    return case, seed


def _show_steps(cases: Sequence[str], case: str, rows: pd.DataFrame) -> None:
    """Where in the suite this is, and the ways to the neighbours; in one row on a phone, too."""
    number = cases.index(case)
    before, after = cases[number - 1] if number else "", cases[number + 1] if number + 1 < len(cases) else ""
    with st.container(horizontal=True, vertical_alignment="center"):
        for label, to in (("← Previous", before), ("Next →", after)):
            st.button(label, key=label, on_click=_go_to, args=(to,), disabled=not to)
        place([case_page.place(cases, case, rows)], "steps")


def _go_to(case: str) -> None:
    """Chooses a case; for a button's callback, which runs before the widgets do."""
    st.session_state["case"] = case
