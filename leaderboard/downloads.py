"""What the first page shows, as files: the scores in the one layout of `bench export`, all rows, and citations."""

from __future__ import annotations

import io
import json
import re
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path

import streamlit as st

from bench.exports import Gathered, tables
from bench.runs import parquet
from bench.runs.cards import Cards
from bench.web.pages import citations
from bench.web.pages.leaderboard import Ranking
from leaderboard.source import Board

PARQUET = "application/vnd.apache.parquet"


def show(board: Board, found: Ranking) -> None:
    """Draws the buttons; a file is made when it is asked for."""
    name = file_name(found.suite)
    runs = [line.run for line in found.standing.lines]
    with st.popover("Download"), st.container(horizontal=True):
        _show_button("Scores (CSV)", f"{name}.csv", "text/csv", lambda: scores_csv(board, runs))
        _show_button("Scores (JSON)", f"{name}.json", "application/json", lambda: scores_json(board, runs))
        _show_button(
            "Every measurement (parquet)", f"{name}-rows.parquet", PARQUET, lambda: all_rows(board, runs)
        )
        _show_button("Citations (BibTeX)", f"{name}.bib", "application/x-bibtex", lambda: bibtex(found))


def _show_button(label: str, file: str, mime: str, made: Callable[[], bytes]) -> None:
    """made is called when the file is asked for; a click leaves the page as it is."""
    st.download_button(label, made, file, mime, key=f"download {file}", on_click="ignore")


def file_name(suite: str) -> str:
    """One harmless file name, whatever a stranger calls a suite."""
    return re.sub(r"[^A-Za-z0-9._@-]", "-", suite)[:80].strip(".") or "suite"


def scores_csv(board: Board, runs: Iterable[str]) -> bytes:
    """As `bench export --format csv`."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "scores.csv"
        tables.write_csv(path, gathered(board, runs))
        return path.read_bytes()


def scores_json(board: Board, runs: Iterable[str]) -> bytes:
    """As `bench export --format json`."""
    return json.dumps(tables.as_json(gathered(board, runs)), indent=1, ensure_ascii=False).encode()


def gathered(board: Board, runs: Iterable[str]) -> Gathered:
    """Some runs of the board, as exports take them."""
    wanted = _paths(board, runs)
    rows, scores = (table[table["run"].isin(wanted)] for table in (board.rows, board.scores))
    return Gathered(rows, scores, board.names, wanted, views=board.views, notes=board.notes)


def all_rows(board: Board, runs: Iterable[str]) -> bytes:
    """The rows of runs with all columns, as `bench export --format parquet`."""
    target = io.BytesIO()
    found = tables.rows(_paths(board, runs), may_be_gone=True)  # since the page was drawn
    parquet.write_tables(target, found, Cards.of_attributes(board.rows.attrs))
    return target.getvalue()


def _paths(board: Board, runs: Iterable[str]) -> dict[str, Path]:
    return {run: Path(board.files[run][0]) for run in runs if run in board.files}


def bibtex(found: Ranking) -> bytes:
    """The papers of the models and metrics that a ranking shows."""
    models = dict.fromkeys(line.model for line in found.standing.lines)
    return citations.bibtex(models, found.metrics).encode()
