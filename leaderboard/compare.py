"""Two to four runs of one suite: the same case's clips in lockstep, and what tells each run from the first."""

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

from bench.comparison import compare, records
from bench.comparison.differences import Comparison, Side
from bench.comparison.markdown import write_report
from bench.scoring import views
from bench.web import content
from bench.web.content import Heading, Text
from bench.web.pages import compare as compare_page
from bench.web.pages.leaderboard import MOST_COMPARED
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
    left, right = st.columns([1, 2])
    suite = lineup.choose_suite(left, board)
    options = lineup.runs(board, suite)
    about = (
        "Each run is compared with the first; a run can be taken out and put in again to change the order."
    )
    chosen = lineup.choose_runs(right, options, MOST_COMPARED, options[:2], about)
    if not chosen:
        st.info("Choose two to four models to see them side by side.")
        return
    place([Text(compare_page.ABOUT, "quiet")], "about")
    _show_clips(board, suite, chosen)
    place([Heading("Scores"), compare_page.scores(ranked.ranking(board, suite), chosen)], "scores")
    if len(chosen) > 1:
        _show_comparison(board, suite, chosen)
    else:
        others = "Choose a second model" if len(options) > 1 else "Make a second run on this suite"
        st.info(f"{others} to see what tells them apart.")


# The clips


def _show_clips(board: Board, suite: str, chosen: Sequence[str]) -> None:
    left, right = st.columns([3, 1])
    clip = lineup.choose_clip(left, right, board.rows[board.rows["run"].isin(chosen)])
    if clip is None:
        st.info("These runs have numbers about the whole set only: there is no case to look at.")
        return
    case, seed = clip
    players.frame(chosen, case, seed)
    links = [
        content.Cell(
            "All models on this case →", link=content.to("case", suite=suite, case=case, seed=str(seed))
        )
    ]
    links += [
        content.Cell(f"{board.names[run]} →", link=content.to("model", run=run, case=case, seed=str(seed)))
        for run in chosen
    ]
    place([content.Listing(tuple(links))], "clips")


# What tells them apart


def _show_comparison(board: Board, suite: str, chosen: Sequence[str]) -> None:
    place([Heading(compare_page.TOLD_APART)], "told apart")
    rows = pd.concat([source.rows_of(run)[list(compare.COLUMNS)] for run in chosen], ignore_index=True)
    rows.attrs = board.rows.attrs  # the cards that came with the rows
    valued = sorted(rows.loc[rows["value"].notna(), "metric"].unique())
    about = "None for the main metrics. Each metric more makes every p larger: choose before you look."
    metrics = choose_several(st.container(), "Metrics", valued, key="metrics", about=about)
    view = views.heading(board.views[suite])
    found = _compared(rows, suite, view, tuple((run, board.names[run]) for run in chosen), tuple(metrics))
    kept = [("metrics", metric) for metric in metrics]
    if (seed := st.session_state.get("seed")) is not None:
        kept.append(("seed", str(seed)))
    view = board.views[suite]
    pairs = [compare_page.pair(pair, suite, chosen, kept, view) for pair in found.pairs]
    place([block for blocks in pairs for block in blocks], "pairs")
    _show_downloads(found)


@st.cache_resource(max_entries=32, ttl=600, show_spinner="Comparing …")
def _compared(
    rows: pd.DataFrame, suite: str, view: str, named: tuple[tuple[str, str], ...], metrics: tuple[str, ...]
) -> Comparison:
    """The comparison; forgotten after some minutes, since features of clips may come without a new row."""
    folders = {run: folder for run, _ in named if (folder := source.run_folder(run))}
    sides = [Side(run, name) for run, name in named]
    wanted = list(metrics) or compare.chosen(rows, ())
    return Comparison(suite, compare.pairs(rows, sides, wanted, folders), view=view)


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
