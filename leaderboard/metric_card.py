"""What a metric is, from its card: what it says, in which unit, where it comes from, and what it does not see."""

from __future__ import annotations

import inspect
import re

import streamlit as st

from bench import evaluators
from bench.base import weights
from bench.evaluators import Evaluator
from bench.evaluators.catalogue import span
from bench.types import BETTER, MetricCard
from leaderboard import words
from leaderboard.source import card

ARXIV = re.compile(r"(?i)arxiv[: ]+(\d{4}\.\d{4,5})")
MOVES = {"shows": "green", "ignores": "gray"}
"""What a card may claim of a damage -> its colour."""


def show(metric: str) -> None:
    """Draws it, or says that nobody here knows the metric."""
    known = card(metric)
    with st.container(border=True):
        st.subheader(words.plain(words.heading(metric)), anchor=False)
        if known is None:
            st.text(
                "No card: this metric is not registered on this machine. Its numbers are shown as they came."
            )
            return
        owner = _owner(known)
        _show_badges(known, owner)
        st.text(known.definition)
        with st.grid("auto", min_column_width=150):
            for name, text in _about(known, owner).items():
                if text:
                    _show_fact(name, text)
        whole = (inspect.getdoc(owner) or "").partition("\n")[0]
        for name, text in {
            "Blind to": known.blind_to,
            "Its evaluator": whole,
            "Source": known.source,
        }.items():
            if text:
                _show_fact(name, text)
        _show_claims(known)
        _show_papers(known)


def _owner(known: MetricCard) -> type[Evaluator]:
    """The evaluator that measures it."""
    return next(
        evaluator for name in evaluators.registry if known in (evaluator := evaluators.registry[name]).cards
    )


def _show_badges(known: MetricCard, owner: type[Evaluator]) -> None:
    with st.container(horizontal=True, gap="small"):
        st.badge(BETTER[known.direction], color="gray" if known.direction == "none" else "blue")
        st.badge(words.plain(f"evaluator {owner.name}"), color="gray")
        st.badge(f"version {known.version}", color="gray")
        if known.is_main:
            st.badge("shown by default", color="violet")


def _about(known: MetricCard, owner: type[Evaluator]) -> dict[str, str]:
    """'' where there is nothing to say."""
    shortest = f"{owner.min_frames} frames" if owner.min_frames > 1 else ""
    return {
        "Range": span(known),
        "Unit": known.unit or "none: a pure number",
        "Along the clip": known.series,
        "Shortest clip": shortest,
        "Needs": _weights(owner),
    }


def _weights(owner: type[Evaluator]) -> str:
    """The third-party weights that it looks through."""
    files = owner().weights()
    return ", ".join(
        f"{file.name} ({'here' if weights.path(file) else 'not on this machine'})" for file in files
    )


def _show_fact(name: str, text: str) -> None:
    with st.container(gap=None):
        st.caption(name)
        st.text(text)


def _show_claims(known: MetricCard) -> None:
    """Damages that it must show, and those that it must not, by its card; calibration checks both."""
    claims = [("shows", name) for name in known.shows] + [("ignores", name) for name in known.ignores]
    if claims:
        with st.container(horizontal=True, gap="small"):
            for claim, damage in claims:
                st.badge(words.plain(f"{claim} {damage}"), color=MOVES[claim])  # type: ignore[arg-type]


def _show_papers(known: MetricCard) -> None:
    papers = dict.fromkeys(ARXIV.findall(known.source))
    if papers:
        with st.container(horizontal=True):
            for number in papers:
                st.link_button(f"arXiv {number}", f"https://arxiv.org/abs/{number}")
