"""The first page: who leads on a suite, and how sure that is."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from bench.evaluators.catalogue import MOTION
from bench.scoring.recipes import Recipe, registry
from bench.web import content
from bench.web.pages import leaderboard, leaderboard_plots, leaderboard_table, published, strip
from bench.web.pages.leaderboard import Ranking
from leaderboard import downloads, elsewhere, inputs, notices, players, previews, ranked, source
from leaderboard.choices import choose, choose_several, weight
from leaderboard.place import place
from leaderboard.source import Board

ESSENTIAL, EVERYTHING, OWN = "Essential", "Everything", "Own choice"
MEASURED, NONE = "Measured ones", "no total"


def show() -> None:
    """Draws the page."""
    heading = st.container()
    board = source.read()
    place(content.problems(board.problems), "problems")
    numbers, _ = elsewhere.numbers()
    if board.rows.empty:
        heading.title("Leaderboard", anchor=False)
        place(published.lead(numbers), "published")
        notices.show_empty()
        return
    suite, found, plotted = _choose(board)
    known = notices.known_suite(board, suite)
    heading.title((known and known.title) or suite.partition("@")[0], anchor=False, help=suite)
    place(leaderboard.head(found, numbers), "head")
    loops = _show_clips(found)
    place(leaderboard.below(found, plotted, board.notes.get(suite, ""), loops), "leaderboard")
    downloads.show(board, found)


def _choose(board: Board) -> tuple[str, Ranking, str]:
    """The suite, its ranking as the visitor wants it, and the key of the column that is plotted; in one line."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        about = "Numbers compare only within one version of a suite."
        suite = choose(st.container(width=320), "Suite", board.suites, key="suite", about=about)
        with st.popover("Columns, total, plot"):
            recipes = _choose_recipes(st.container())
            metrics = _choose_metrics(st.container(), board, leaderboard.measured(board.scores_of(suite)))
            found = ranked.ranking(board, suite, metrics, recipes)
            return suite, found, _choose_plotted(st.container(), found)


# Clips


def _show_clips(found: Ranking) -> dict[str, str]:
    """The best clips in step and the cases to choose from; gives the address of a clip for each row that has one."""
    shown = strip.strip(found, _clips_of)
    if shown is None:
        return {}
    asked = st.query_params.get("case", "")
    case = asked if asked in shown.cases else next(iter(shown.cases))
    players.frame(shown.runs, case, shown.cases[case], has_plots=False)
    images = [(each, inputs.address(shown.runs[0], each, seed)) for each, seed in shown.cases.items()]
    place([strip.thumbs(found.suite, images, case)], "cases")
    here = (line.run for line in found.lines if line.provenance == "clips here")
    clips = ((run, source.run_folder(run)) for run in here)
    seed = shown.cases[case]
    return {
        run: previews.lazy_address(run, case, seed)
        for run, folder in clips
        if folder and (record := folder.record(case, seed)) and not record.error
    }


def _clips_of(run: str) -> dict[str, int]:
    """Case -> seed of its first clip, of those that are here."""
    folder = source.run_folder(run)
    found: dict[str, int] = {}
    for record in folder.records() if folder else ():
        if not record.error:
            found.setdefault(record.case, record.seed)
    return found


# Choices


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
    shown = leaderboard_plots.plottable(leaderboard_table.columns(found))
    titles = {column.title: column.key for column in shown}
    return titles[choose(place, "Plot", list(titles), key="plot")] if titles else ""


if __name__ == "__main__":
    show()
