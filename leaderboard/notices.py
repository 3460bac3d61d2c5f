"""What any page says where there are no results yet, and what is known of a suite."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from bench import runs
from bench.runs import RunFolder
from bench.types import Suite
from bench.web.content import Code, Text
from bench.web.static import suites_here
from leaderboard import source
from leaderboard.place import place
from leaderboard.source import Board, Stamp


def show_empty() -> None:
    """Says where nothing was found and how to get something."""
    out, published = source.folders()
    places = " or ".join(str(folder) for folder in [out, *published])
    place(
        [Text(f"No results in {places} yet. Make some, then reload this page:", "note"), Code("bench run")],
        "empty",
    )


def known_suite(board: Board, suite: str) -> Suite | None:
    """A suite that is on this machine, itself or in a run's folder; None for others."""
    found = runs.find(source.folders()[0])
    folders = tuple(each.path for each in found if board.suite_of.get(each.path.name) == suite)
    return _known(suite, folders, tuple(source.stamp_of(path / "suite.json") for path in folders))


@st.cache_resource(max_entries=16, show_spinner=False)
def _known(suite: str, folders: tuple[Path, ...], stamps: tuple[Stamp | None, ...]) -> Suite | None:
    return suites_here.known(suite, map(RunFolder, folders))
