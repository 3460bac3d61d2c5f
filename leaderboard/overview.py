"""The first page: who leads on a suite, and how sure that is."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from bench.evaluators.catalogue import MOTION
from bench.scoring.recipes import Recipe, registry
from bench.web import content
from bench.web.pages import leaderboard, leaderboard_plots
from bench.web.pages.leaderboard import Ranking
from leaderboard import downloads, notices, ranked, source
from leaderboard.choices import choose, choose_several, weight
from leaderboard.place import place
from leaderboard.source import Board

ESSENTIAL, EVERYTHING, OWN = "Essential", "Everything", "Own choice"
MEASURED, NONE = "Measured ones", "no total"


def show() -> None:
    """Draws the page."""
    st.title("Leaderboard", anchor=False)
    board = source.read()
    place(content.problems(board.problems), "problems")
    if board.rows.empty:
        notices.show_empty()
        return
    places = st.columns(4)
    suite = choose(
        places[0],
        "Suite",
        board.suites,
        key="suite",
        about="Numbers compare only within one version of a suite.",
    )
    scores = board.scores_of(suite)
    recipes = _choose_recipes(places[1])
    metrics = _choose_metrics(places[2], board, leaderboard.measured(scores))
    found = ranked.ranking(board, suite, metrics, recipes)
    plotted = _choose_plotted(places[3], found)
    known = notices.known_suite(board, suite)
    title, note = known.title if known else "", board.notes.get(suite, "")
    place(leaderboard.blocks(found, title, plotted, note), "leaderboard")
    downloads.show(board, found)


def _choose_recipes(place: DeltaGenerator) -> list[Recipe] | None:
    """The recipes of totals, with the visitor's weights for one that was chosen; None for those that were measured."""
    about = "A composite score: several metrics by a formula."
    name = choose(place, "Total", [MEASURED, NONE, *registry], key="total", about=about)
    if name == MEASURED:
        return None
    return [] if name == NONE else [_weighted(registry[name])]


def _weighted(recipe: Recipe) -> Recipe:
    """The recipe with the visitor's weights."""
    with st.expander(f"Weights of {recipe.name}"):
        st.caption("They are kept in the address, and a total by them is labelled as yours.")
        with st.container(horizontal=True):
            chosen = {
                name: weight(st.container(width=190), name, value, key=f"w.{recipe.name}.{name}")
                for name, value in recipe.weights.items()
            }
    # all zero is no score
    is_own = any(chosen.values()) and chosen != dict(recipe.weights)
    return recipe.with_weights(chosen) if is_own else recipe


def _choose_metrics(place: DeltaGenerator, board: Board, measured: Sequence[str]) -> list[str]:
    """The metrics that the visitor wants to see; none for a few of each group."""
    groups = board.catalogue.groups(measured)
    if "metrics" in st.query_params and "columns" not in st.query_params:
        st.session_state.setdefault("columns", OWN)  # an address of metrics alone means these
    about = "Motion stands first: most other numbers are best where nothing moves."
    chosen = choose(place, "Columns", [ESSENTIAL, *groups, EVERYTHING, OWN], key="columns", about=about)
    if chosen == OWN:
        own = choose_several(place, "Metrics", board.catalogue.ordered(measured), key="metrics")
        # in the visitor's own order
        return own if MOTION in own or not own else board.catalogue.with_motion(own, measured)
    if chosen == EVERYTHING:
        return board.catalogue.ordered(measured)
    return board.catalogue.with_motion(groups[chosen], measured) if chosen in groups else []


def _choose_plotted(place: DeltaGenerator, found: Ranking) -> str:
    """Key of the column that is plotted."""
    titles = {column.title: column.key for column in leaderboard_plots.plottable(leaderboard.table(found))}
    return titles[choose(place, "Plot", list(titles), key="plot")] if titles else ""


if __name__ == "__main__":
    show()
