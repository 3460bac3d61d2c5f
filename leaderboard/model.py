"""The page of one run: what the model is, a clip beside its input, scores, cases, holes, where numbers came from."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from leaderboard import (
    model_cases,
    model_clip,
    model_header,
    model_holes,
    model_origin,
    model_scores,
    model_series,
    notices,
    source,
)
from leaderboard.choices import choose
from leaderboard.source import Board

# no bare strings in a page: Streamlit would show them
TABS = ("This clip", "Scores", "Cases", "Over time", "Missing values", "Provenance")


def show() -> None:
    """Draws the page."""
    st.title("Model")
    board = source.read()
    notices.show_problems(board)
    if board.rows.empty:
        notices.show_empty()
        return
    run = choose(st.container(), "Run", sorted(board.names), key="run")
    rows, folder = source.rows_of(run), source.run_folder(run)
    if rows.empty:
        st.info("The rows of this run are gone: reload the page.")
        return
    model_header.show(board, run, rows, folder)
    # the clip stands above the tabs: what a tab says of a case is seen there at once
    clip_rows = model_clip.choose_clip(rows)
    if len(clip_rows):
        model_clip.show(folder, clip_rows)
    _show_tabs(board, run, rows, clip_rows)


def _show_tabs(board: Board, run: str, rows: pd.DataFrame, clip_rows: pd.DataFrame) -> None:
    """One of TABS; what is not looked at is not drawn."""
    clip, scores, cases, time, holes, origin = st.tabs(TABS, key="tab", bind="query-params")
    with clip:
        if clip.open:
            model_series.show_clip(clip_rows)
    with scores:
        if scores.open:
            model_scores.show(board, run, rows, clip_rows)
    with cases:
        if cases.open:
            model_cases.show(rows, source.run_folder(run))
    with time:
        if time.open:
            model_series.show_bands(rows)
    with holes:
        if holes.open:
            model_holes.show(rows)
    with origin:
        if origin.open:
            model_origin.show(clip_rows if len(clip_rows) else rows)


if __name__ == "__main__":
    show()
