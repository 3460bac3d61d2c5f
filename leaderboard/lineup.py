"""Who is shown side by side: a suite, some of its runs, a case and a seed, all in the address."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from bench.scoring.standings import ORDER
from leaderboard.choices import choose
from leaderboard.source import Board


def choose_suite(place: DeltaGenerator, board: Board) -> str:
    """A suite; that of the first run in the address where none is chosen, so that an address of runs is enough."""
    suites = board.suite_of
    named = next((suites[run] for run in st.query_params.get_all("runs") if run in suites), None)
    if named and st.query_params.get("suite") not in board.suites:
        st.session_state["suite"] = named  # whatever another page, which the visitor came from, had there
    about = "Numbers compare only within one version of a suite."
    return choose(place, "Suite", board.suites, key="suite", about=about)


def runs(board: Board, suite: str) -> list[str]:
    """Ids of the suite's runs: models first, then what they are held against, each by name."""
    found = [run for run, of in board.suite_of.items() if of == suite]
    return sorted(found, key=lambda run: (ORDER.index(board.card(run).role), board.names[run], run))


def choose_runs(
    place: DeltaGenerator, options: Sequence[str], most: int, first: Sequence[str], about: str
) -> list[str]:
    """Several runs in the order of their choice; first, where neither visitor nor address names any of options.

    Args:
        place: where the widget stands.
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
        place.multiselect("Models", options, key="runs", bind="query-params", max_selections=most, help=about)
    )


def choose_clip(left: DeltaGenerator, right: DeltaGenerator, rows: pd.DataFrame) -> tuple[str, int] | None:
    """A case and a seed of those that rows have; None where they are all about whole sets.

    Args:
        left, right: where the widgets stand, of the case and of the seed.
        rows: of the runs that are shown; case or seed is missing in rows about whole sets.
    """
    of_clips = rows[rows["case"].notna() & rows["seed"].notna()]
    if of_clips.empty:
        return None
    case = choose(left, "Case", sorted(of_clips["case"].astype(str).unique()), key="case")
    seeds = sorted(int(seed) for seed in of_clips.loc[of_clips["case"] == case, "seed"].unique())
    return case, choose(right, "Seed", seeds, key="seed")


def go_to(case: str) -> None:
    """Chooses a case; for a button's callback, which runs before the widgets do."""
    st.session_state["case"] = case
