"""What a run is, in a glance: the facts of its model's card, its checkpoint, its clips, and whom to compare it with."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import streamlit as st

from bench.models.card_facts import paper_address
from bench.runs import RunFolder
from bench.runs.row_facts import json_object
from bench.types import ModelCard
from leaderboard import source, words
from leaderboard.source import Board
from leaderboard.tables import SOURCES

COMPARE = Path(__file__).with_name("compare.py")

MOST = 8
"""Settings in one line."""

ACCESS = {"open": "open weights", "hosted": "hosted", "program": "a program"}


def show(board: Board, run: str, rows: pd.DataFrame, folder: RunFolder | None) -> None:
    """Draws it.

    Args:
        board: for the other runs of the suite.
        run: id.
        rows: of the run, all columns.
        folder: of its clips; None where only its numbers are here.
    """
    first = rows.iloc[0]
    known = source.model_card(str(first["model"]))
    with st.container(border=True):
        st.subheader(words.plain(board.names[run]), anchor=False)
        with st.container(horizontal=True, gap="small"):
            for text, colour in _badges(first, known, folder):
                st.badge(words.plain(text), color=colour)  # type: ignore[arg-type]
        with st.grid("auto", min_column_width=150):
            for name, text in _about(rows, known).items():
                _show_fact(name, text)
        for text in (_settings(rows), known.note):
            if text:
                st.caption(words.plain(text))
        _show_links(board, run, known)


def _badges(first: pd.Series, known: ModelCard, folder: RunFolder | None) -> list[tuple[str, str]]:
    """Texts and their colours."""
    found = [
        ("" if known.role == "model" else known.role, "gray"),
        (ACCESS.get(known.access, "") if known.role == "model" else "", "violet"),
        (
            "" if known.lifecycle == "active" else f"{known.lifecycle}, {known.as_of}".rstrip(", "),
            "orange",
        ),
        (f"{first['suite']}@{first['suite_version']}", "gray"),
        ("clips here", SOURCES["clips here"]) if folder else ("numbers only", SOURCES["numbers only"]),
    ]
    return [(text, colour) for text, colour in found if text]


def _about(rows: pd.DataFrame, known: ModelCard) -> dict[str, str]:
    """Names and texts of the facts, those that are known."""
    first = rows.iloc[0]
    clips = rows[rows["case"].notna()].drop_duplicates(["case", "seed"])
    found = {
        "Model": known.title or known.name,
        "Licence": known.licence,
        "Parameters": "" if known.parameters is None else f"{known.parameters:g} B",
        "Conditions on": _takes(known),
        "Native": _native(known),
        "Reads text": words.yes_or_no(first["reads_text"]),
        "Checkpoint": str(first["checkpoint"]),
        "Digest": _short(str(first["checkpoint_digest"])),
        "Clips": f"{len(clips)} of {_counted(clips['case'].nunique(), 'case')}" if len(clips) else "",
        "Measured": str(first["created"])[:10],
    }
    return {name: text for name, text in found.items() if text and text != "—"}


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}{'s' * (count != 1)}"


def _takes(card: ModelCard) -> str:
    return ", ".join([*(["prompt"] if card.reads_text else []), *card.takes])


def _native(card: ModelCard) -> str:
    size = f"{card.width} × {card.height}" if card.width and card.height else ""
    frames = f"{card.frames} frames" if card.frames else ""
    return ", ".join(part for part in (size, frames, f"{card.fps:g} fps" if card.fps else "") if part)


def _short(digest: str) -> str:
    """Enough to recognise it by; the whole stands under Provenance."""
    return digest if len(digest) <= 18 else f"{digest[:16]}…"


def _settings(rows: pd.DataFrame) -> str:
    """What the clips were made with, by the first that says; the whole stands under Provenance."""
    texts = (text for text in rows["settings"] if text and text != "{}")
    said = {
        name: value for name, value in json_object(next(texts, "")).items() if value not in (None, "", [])
    }
    shown = [f"{name} {value}" for name, value in said.items() if isinstance(value, (int, float, str))]
    return f"Settings: {', '.join(shown[:MOST])}{', …' if len(shown) > MOST else ''}" if shown else ""


def _show_fact(name: str, text: str) -> None:
    with st.container(gap=None):
        st.caption(name)
        st.text(text)


def _show_links(board: Board, run: str, known: ModelCard) -> None:
    """The model's paper, and the comparison with another run of the suite."""
    others = _others(board, run)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        if others:
            other = st.selectbox(
                "Compare with",
                others,
                index=None,
                format_func=board.names.__getitem__,
                placeholder="another run",
                width=300,
            )
            query = [("runs", run), ("runs", other or others[0])]
            st.page_link(
                COMPARE, label="Compare side by side", query_params=query, disabled=other is None, icon=None
            )
        if paper := paper_address(known.paper):
            st.link_button("Paper", paper)


def _others(board: Board, run: str) -> list[str]:
    """The other runs on the same version of the suite, by name."""
    scores = board.scores
    own = scores[scores["run"] == run].iloc[0]
    is_alike = (scores["suite"] == own["suite"]) & (scores["suite_version"] == own["suite_version"])
    return sorted({*scores.loc[is_alike, "run"]} - {run}, key=lambda each: (board.names[each], each))
