"""What any page says of the result files: that some were set aside, or that there are none yet."""

from __future__ import annotations

import streamlit as st

from leaderboard import source, words
from leaderboard.source import Board


def show_problems(board: Board) -> None:
    """Names the files that were set aside."""
    if board.problems:
        count = f"{len(board.problems)} result file{'s' * (len(board.problems) > 1)}"
        lines = "\n".join(f"- {words.plain(problem)}" for problem in board.problems)
        st.warning(f"{count} set aside, the rest is shown:\n{lines}")


def show_empty() -> None:
    """Says where nothing was found and how to get something."""
    out, published = source.folders()
    places = " or ".join(words.plain(str(place)) for place in [out, *published])
    st.info(f"No results in {places} yet. Make some, then reload this page:")
    st.code("bench run", language=None)
