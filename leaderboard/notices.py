"""What any page says where there are no results yet, and what a suite is called."""

from __future__ import annotations

import streamlit as st

from bench.web.content import Code, Text
from bench.web.static import suites_here
from leaderboard import source
from leaderboard.place import place


def show_empty() -> None:
    """Says where nothing was found and how to get something."""
    out, published = source.folders()
    places = " or ".join(str(folder) for folder in [out, *published])
    place(
        [Text(f"No results in {places} yet. Make some, then reload this page:", "note"), Code("bench run")],
        "empty",
    )


@st.cache_data(show_spinner=False)
def suite_title(suite: str) -> str:
    """The title of a suite that is on this machine; '' for others."""
    known = suites_here.known(suite, [])
    return known.title if known else ""
