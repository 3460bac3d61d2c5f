"""A suite's ranking as the files are now, kept for what visitors choose: ranking 200 models takes seconds."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from bench.scoring.recipes import Recipe
from bench.web.pages import leaderboard
from bench.web.pages.leaderboard import Choice, Ranking
from leaderboard import source
from leaderboard.source import Board, Stamp


def ranking(
    board: Board, suite: str, metrics: Sequence[str] = (), recipes: Sequence[Recipe] | None = None
) -> Ranking:
    """The ranking of a suite. Shared by all visitors: read, never changed.

    Args:
        board: what the files say.
        suite: name@version.
        metrics: to show; none for a few of each group.
        recipes: of totals; None for those that some run has all metrics of.
    """
    key = (
        None
        if recipes is None
        else tuple((each.name, each.version, *each.weights.items()) for each in recipes)
    )
    stamps = tuple(board.files.values())
    cases = board.cases.get(suite, 0)
    return _ranking(stamps, suite, tuple(metrics), key, source.here(), cases, board, recipes)


@st.cache_resource(max_entries=32, show_spinner="Ranking …")
def _ranking(
    stamps: tuple[Stamp, ...],
    suite: str,
    metrics: tuple[str, ...],
    recipe_keys: object,
    here: frozenset[str],
    cases: int,
    _board: Board,
    _recipes: Sequence[Recipe] | None,
) -> Ranking:
    """Streamlit does not look at what begins with '_': stamps and keys say it all."""
    choice = Choice(metrics, None if _recipes is None else tuple(_recipes))
    return leaderboard.ranking(_board.rows, _board.scores, suite, here, choice, cases)
