"""The page of one run: a clip beside its input, what was measured along it, holes, and where numbers came from."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import streamlit as st

from bench import pictures, summary
from bench.errors import BadResults, BenchError
from bench.runs import RunFolder
from bench.terminal import card
from bench.types import Case, ClipRecord, Fit, Image
from leaderboard import charts, overview, previews, source, words
from leaderboard.choices import choose
from leaderboard.source import Board

# no bare strings in a page: Streamlit would show them
# columns of a row that say where its number came from, in reading order; those of JSON follow
PROVENANCE = (
    "suite", "suite_version", "label", "model", "checkpoint", "checkpoint_digest", "adapter_version", "reads_text",
    "clip_sha256", "device", "created", "bench_version", "commit",
)  # fmt: skip
SHOWN_HEIGHT = 400
JSON_COLUMNS = ("settings", "decoded", "software")


def show() -> None:
    """Draws the page."""
    st.title("Run")
    board = source.read()
    overview.show_problems(board)
    if board.rows.empty:
        overview.show_empty()
        return
    run = choose(st.container(), "Run", sorted(board.names), key="run")
    rows = source.rows_of(run)
    clip_rows = _choose_clip(rows)
    if len(clip_rows):
        _show_clip(source.run_folder(run), clip_rows)
        _show_series(clip_rows)
    _show_metrics(board, run, clip_rows)
    _show_failures(rows)
    _show_provenance(clip_rows if len(clip_rows) else rows)


def _choose_clip(rows: pd.DataFrame) -> pd.DataFrame:
    """The rows of the case and seed that the visitor chose; none where the run has numbers of the whole set only."""
    of_clips = rows[rows["case"].notna() & rows["seed"].notna()]
    if of_clips.empty:
        return of_clips
    left, right = st.columns([3, 1])
    case = choose(left, "Case", sorted(of_clips["case"].unique()), key="case")
    of_case: pd.DataFrame = of_clips[of_clips["case"] == case]
    seeds = sorted(int(seed) for seed in of_case["seed"].unique())
    seed = choose(right, "Seed", seeds, key="seed")
    of_clip: pd.DataFrame = of_case[of_case["seed"] == seed]
    return of_clip


# The clip


def _show_clip(folder: RunFolder | None, rows: pd.DataFrame) -> None:
    first = rows.iloc[0]
    if folder is None:
        st.info("The clips of this run are not on this machine: only its numbers were published.")
        return
    record = folder.record(first["case"], int(first["seed"]))
    if record is None or record.error:
        st.warning(words.plain(f"There is no clip: {record.error if record else 'its file is gone'}"))
        return
    case = _case(folder, record.case)
    size = _size(rows)
    left, right = st.columns(2)
    with left:
        st.text("Input image")
        _show_image(case, record, size)
    with right:
        st.text("Clip")
        _show_video(folder, record, size)
    if case and case.prompt:
        st.text(
            f"Prompt: {case.prompt}"
            + ("" if first["reads_text"] in (True, None) else " (this model reads no text)")
        )


def _case(folder: RunFolder, case_id: str) -> Case | None:
    try:
        return next((case for case in folder.suite.cases if case.id == case_id), None)
    except BadResults as error:
        st.warning(words.plain(str(error)))
        return None


def _size(rows: pd.DataFrame) -> tuple[int, int] | None:
    """Width and height that the clip was decoded to; None where no row says."""
    for text in rows["decoded"]:
        facts = words.facts(text)
        width, height = facts.get("width"), facts.get("height")
        if isinstance(width, int) and isinstance(height, int) and 0 < width * height <= pictures.MAX_PIXELS:
            return width, height
    return None


def _show_image(case: Case | None, record: ClipRecord, size: tuple[int, int] | None) -> None:
    if case is None:
        st.info("The suite of this run does not name this case any more.")
        return
    try:
        status = case.image.stat()
        image = _fitted(
            str(case.image), (status.st_mtime_ns, status.st_size, status.st_ino), size, record.fit
        )
    except (BenchError, OSError) as error:
        st.warning(words.plain(f"The image cannot be shown: {error}"))
        return
    st.image(image, width=_shown_width(size), alt="The input image, fitted like the clip")


@st.cache_data(max_entries=64, show_spinner=False)
def _fitted(path: str, stamp: tuple[int, int, int], size: tuple[int, int] | None, fit: Fit) -> Image:
    """The image as the model was given it; stamp is of the file, so that another image is read anew."""
    image = pictures.read(Path(path))
    return pictures.fit(image, *size, fit) if size else image


def _show_video(folder: RunFolder, record: ClipRecord, size: tuple[int, int] | None) -> None:
    try:
        with st.spinner("Making a preview that browsers play …"):
            address = previews.address(folder, record)
    except BenchError as error:
        st.warning(words.plain(str(error)))
        return
    st.video(address, loop=True, autoplay=True, muted=True, width=_shown_width(size), alt="The clip")


def _shown_width(size: tuple[int, int] | None) -> int:
    """Pixels across, alike for image and clip; less than a window high, so that both are seen at once."""
    width, height = size or (16, 9)
    return max(120, min(540, SHOWN_HEIGHT * width // height))


# What was measured


def _show_series(rows: pd.DataFrame) -> None:
    drawn = rows[rows["series"].map(lambda series: series is not None and len(series) > 0)]
    if drawn.empty:
        return
    st.subheader("Along the clip")
    with st.grid("auto", min_column_width=300):
        for row in drawn.to_dict("records"):
            _show_one_series(row)


def _show_one_series(row: dict[Any, Any]) -> None:
    decoded, known = words.facts(row["decoded"]), card(row["metric"])
    with st.container():
        st.markdown(
            f"**{words.plain(row['metric'])}**", help=words.plain(known.definition) if known else None
        )
        if known and known.series:
            st.caption(words.plain(known.series))
        chart = charts.series(
            row["series"], _count(decoded.get("frames")), _rate(decoded.get("fps")), words.unit(row["metric"])
        )
        st.altair_chart(chart, alt=f"{row['metric']} along the clip")


def _count(value: object) -> int:
    return value if isinstance(value, int) else 0


def _rate(value: object) -> float:
    return float(value) if isinstance(value, (int, float)) and value > 0 else 0.0


def _show_metrics(board: Board, run: str, clip_rows: pd.DataFrame) -> None:
    st.subheader("Metrics")
    of_clip = dict(zip(clip_rows["metric"], clip_rows["value"], strict=True))
    scores = board.scores[board.scores["run"] == run]
    lines = [_line(score, of_clip.get(score["metric"])) for score in scores.to_dict("records")]
    config = {
        "Metric": st.column_config.TextColumn(pinned=True),
        "This clip": st.column_config.NumberColumn(format="%.4g", help="The value of the clip above"),
        "Mean": st.column_config.NumberColumn(format="%.4g", help="Mean over cases of the mean over seeds"),
        "Low": st.column_config.NumberColumn(format="%.4g", help="Lower end of the mean's 95 % interval"),
        "High": st.column_config.NumberColumn(format="%.4g", help="Upper end of the mean's 95 % interval"),
        "Cases": st.column_config.NumberColumn(
            help="Cases behind the mean; clips, for a number about the whole set"
        ),
        "Not measurable": st.column_config.NumberColumn(help="Clips that have no such value to give"),
        "Failed": st.column_config.NumberColumn(help="Clips where something broke"),
    }
    st.dataframe(
        pd.DataFrame(lines), hide_index=True, column_config=config, placeholder="–", alt="Metrics of the run"
    )
    with st.expander("What the metrics mean"):
        for metric in scores["metric"]:
            overview.show_definition(metric)


def _line(score: dict[Any, Any], of_clip: float | None) -> dict[str, Any]:
    return {
        "Metric": words.heading(score["metric"]),
        "This clip": of_clip,
        "Mean": score["mean"],
        "Low": score["low"],
        "High": score["high"],
        "Unit": words.unit(score["metric"]),
        "Cases": score["cases"],
        "Not measurable": score["unmeasurable"],
        "Failed": score["failed"] - score["unmeasurable"],
        "Version": score["metric_version"],
    }


def _show_failures(rows: pd.DataFrame) -> None:
    st.subheader("Without a value")
    failures = summary.failures(rows)
    if failures.empty:
        st.text("Every clip has every value.")
        return
    shown = failures[["case", "seed", "status", "metrics", "error"]].rename(columns={"error": "why"})
    shown["case"] = shown["case"].fillna("the set")
    st.dataframe(shown, hide_index=True, placeholder="", alt="Why values are missing")


def _show_provenance(rows: pd.DataFrame) -> None:
    st.subheader("Where the numbers come from")
    facts = [*_facts(rows, PROVENANCE), *_json_facts(rows, JSON_COLUMNS)]
    st.dataframe(pd.DataFrame(facts, columns=["fact", "value"]), hide_index=True, alt="Provenance")


def _facts(rows: pd.DataFrame, names: Sequence[str]) -> list[tuple[str, str]]:
    """Each column's value; where rows differ, all of them."""
    return [(name, _several(rows[name])) for name in names]


def _json_facts(rows: pd.DataFrame, names: Sequence[str]) -> list[tuple[str, str]]:
    found = []
    for name in names:
        texts = [text for text in rows[name].unique() if text]
        for text in texts[-1:]:  # the rows of one clip say the same; a failure may say nothing
            found += [(f"{name}: {key}", str(value)) for key, value in words.facts(text).items()]
    return found


def _several(column: pd.Series[Any]) -> str:
    values = [str(value) for value in column.dropna().unique() if str(value)]
    return ", ".join(values) or "–"


if __name__ == "__main__":
    show()
