"""Runs of one suite on one case: verdicts, clips in lockstep, what tells them apart, and every run's numbers."""

from __future__ import annotations

import io
import json
import tempfile
import zipfile
from collections.abc import Sequence
from functools import partial
from pathlib import Path

import pandas as pd
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from bench.comparison import compare, records
from bench.comparison.differences import Comparison, Side
from bench.comparison.markdown import write_report
from bench.scoring import views
from bench.web import content, player
from bench.web.content import Heading, Text
from bench.web.pages import case as case_page, compare as compare_page
from leaderboard import lineup, notices, players, ranked, source
from leaderboard.choices import choose_several
from leaderboard.place import place
from leaderboard.source import Board


def show() -> None:
    """Draws the page."""
    st.title("Compare", anchor=False)
    board = source.read()
    place(content.problems(board.problems), "problems")
    if board.rows.empty:
        notices.show_empty()
        return
    place([Text(compare_page.ABOUT, "quiet")], "about")
    left, middle, right = st.columns([1, 2, 1])
    suite = lineup.choose_suite(left, board)
    ordered = compare_page.best_first(ranked.ranking(board, suite))
    first = compare_page.opening(ordered, board.cases_of, st.query_params.get("case", ""))
    about = (
        "Each run is compared with the first; a run can be taken out and put in again to change the order."
    )
    chosen = lineup.choose_runs(middle, ordered, player.MOST, first, about)
    metrics = _choose_metrics(right, board, ordered)
    found = _compared(board, suite, chosen, metrics) if len(chosen) > 1 else None
    place(compare_page.verdicts(found.pairs if found else ()), "verdicts")
    clip = _show_clips(board, suite, ordered, chosen)
    if found:
        _show_comparison(board, suite, chosen, metrics, found)
    if chosen:
        place([Heading("Scores"), compare_page.scores(ranked.ranking(board, suite), chosen)], "scores")
    if clip:
        rows = board.rows[
            board.rows["run"].isin(ordered)
            & (board.rows["case"] == clip[0])
            & (board.rows["seed"] == clip[1])
        ]
        shown = case_page.table(rows, ordered, board.names, board.catalogue, metrics)
        place([case_page.heading(board.views[suite]), shown], "values")


def _choose_metrics(where: DeltaGenerator, board: Board, runs: Sequence[str]) -> list[str]:
    rows = board.rows[board.rows["run"].isin(runs) & board.rows["value"].notna()]
    metrics = board.catalogue.ordered(map(str, rows["metric"].unique()))
    about = "None for the main metrics. Each metric more makes every p larger: choose before you look."
    return choose_several(where, "Metrics", metrics, key="metrics", about=about)


# The clips


def _show_clips(
    board: Board, suite: str, ordered: Sequence[str], chosen: Sequence[str]
) -> tuple[str, int] | None:
    """The clips of the case and seed that it gives; None where no run has a number about a case."""
    rows = board.rows[board.rows["run"].isin(ordered)]
    clip = lineup.choose_clip(rows, chosen, notices.known_suite(board, suite))
    if clip is None:
        st.info("This suite has numbers about the whole set only: there is no case to look at.")
        return None
    if not chosen:
        st.info("Choose models to see their clips.")
        return clip
    case, seed = clip
    players.frame(chosen, case, seed)
    links = (
        content.Cell(f"{board.names[run]} →", link=content.to("model", run=run, case=case, seed=str(seed)))
        for run in chosen
    )
    place([content.Listing(tuple(links))], "clips")
    return clip


# What tells them apart


def _compared(board: Board, suite: str, chosen: Sequence[str], metrics: Sequence[str]) -> Comparison:
    rows = pd.concat([source.rows_of(run)[list(compare.COLUMNS)] for run in chosen], ignore_index=True)
    rows.attrs = board.rows.attrs  # the cards that came with the rows
    named = tuple((run, board.names[run]) for run in chosen)
    return _comparison(rows, suite, views.heading(board.views[suite]), named, tuple(metrics))


@st.cache_resource(max_entries=32, ttl=600, show_spinner="Comparing …")
def _comparison(
    rows: pd.DataFrame, suite: str, view: str, named: tuple[tuple[str, str], ...], metrics: tuple[str, ...]
) -> Comparison:
    """The comparison; forgotten after some minutes, since features of clips may come without a new row."""
    folders = {run: folder for run, _ in named if (folder := source.run_folder(run))}
    sides = [Side(run, name) for run, name in named]
    wanted = list(metrics) or compare.chosen(rows, ())
    return Comparison(suite, compare.pairs(rows, sides, wanted, folders), view=view)


def _show_comparison(
    board: Board, suite: str, chosen: Sequence[str], metrics: Sequence[str], found: Comparison
) -> None:
    kept = [("metrics", metric) for metric in metrics]
    if (seed := st.session_state.get("seed")) is not None:
        kept.append(("seed", str(seed)))
    pairs = [compare_page.pair(pair, suite, chosen, kept, board.views[suite]) for pair in found.pairs]
    place([Heading(compare_page.TOLD_APART), *(block for blocks in pairs for block in blocks)], "pairs")
    _show_downloads(found)


# Downloads


def _show_downloads(found: Comparison) -> None:
    files = {
        "Report (Markdown and plots)": (report, "comparison.zip", "application/zip"),
        "JSON": (as_json, "comparison.json", "application/json"),
    }
    with st.container(horizontal=True):
        for label, (made, name, mime) in files.items():
            st.download_button(label, partial(made, found), name, mime, on_click="ignore")


def report(found: Comparison) -> bytes:
    """The Markdown report and its plots, as a ZIP archive."""
    packed = io.BytesIO()
    with (
        tempfile.TemporaryDirectory() as folder,
        zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive,
    ):
        for path in write_report(Path(folder) / "comparison.md", found):
            archive.write(path, path.name)
    return packed.getvalue()


def as_json(found: Comparison) -> bytes:
    """Everything that the page says, and more."""
    return json.dumps(records.as_json(found, ()), indent=1).encode()


if __name__ == "__main__":
    show()
