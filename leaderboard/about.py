"""The page about the benchmark, with what of it is on this machine."""

from __future__ import annotations

import streamlit as st

from bench.exports import moments
from bench.scoring import entries
from bench.web import content
from bench.web.pages import about
from leaderboard import source
from leaderboard.place import place


def show() -> None:
    """Draws the page."""
    st.title("About", anchor=False)
    board = source.read()
    here = about.on_this_machine(len(board.names), len(board.suites))
    recipes = entries.measured_recipes(board.scores)
    created = source.read_columns(("run", "created"))["created"]
    cited = about.cited(board.suites, moments.newest(created.unique())[:10])
    place([*content.problems(board.problems), *about.page(recipes, cited=cited, here=here)], "about")


if __name__ == "__main__":
    show()
