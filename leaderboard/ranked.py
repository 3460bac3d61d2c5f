"""A suite's standing as the files are now, kept for what visitors choose: ranking 200 models takes seconds."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from bench import runs
from bench.scoring import standings
from bench.scoring.recipes import Recipe
from bench.scoring.standings import Standing
from leaderboard import source
from leaderboard.source import Board, Stamp


def standing(board: Board, suite: str, metrics: Sequence[str], recipe: Recipe | None = None) -> Standing:
    """The standing of a suite. Shared by all visitors: read, never changed."""
    key = (recipe.name, recipe.version, tuple(recipe.weights.items())) if recipe else None
    here = frozenset(folder.path.name for folder in runs.find(source.folders()[0]))
    return _standing(tuple(board.files.values()), suite, tuple(metrics), key, here, board, recipe)


@st.cache_resource(max_entries=32, show_spinner="Ranking …")
def _standing(
    stamps: tuple[Stamp, ...],
    suite: str,
    metrics: tuple[str, ...],
    recipe_key: object,
    here: frozenset[str],
    _board: Board,
    _recipe: Recipe | None,
) -> Standing:
    """Streamlit does not look at what begins with '_': stamps and key say it all."""
    return standings.standing(_board.rows, _board.scores, suite, metrics, _recipe, here)
