"""What can be taken away: the table shown, all rows behind it, and how to cite them.

Cells come from strangers, and spreadsheets compute what begins with '=': in CSV such texts get an apostrophe in front.
"""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import streamlit as st

from bench.errors import BadResults
from bench.exports.spreadsheets import inert
from bench.runs import parquet
from bench.scoring.standings import Column, Line, Score, Standing
from leaderboard import citations
from leaderboard.source import Board
from leaderboard.tables import plain_heading

MOST_ROWS = 200_000
"""Of rows as CSV or JSON, which are built in memory; parquet takes a hundredth of the room."""


def show(board: Board, standing: Standing) -> None:
    """The buttons for a suite's table and rows."""
    with st.expander("Downloads"):
        name = file_name(standing.suite)
        st.caption("The table as shown, with the ends of intervals and of ranks")
        with st.container(horizontal=True):
            _show_button("CSV", f"{name}.csv", "text/csv", lambda: as_csv(frame(standing)))
            _show_button("JSON", f"{name}.json", "application/json", lambda: as_json(frame(standing)))
            _show_button("Parquet", f"{name}.parquet", PARQUET, lambda: as_parquet(frame(standing)))
        is_shown = board.rows["run"].isin([line.run for line in standing.lines])
        st.caption(f"All {int(is_shown.sum())} measurements of these runs, one row a clip and metric")
        with st.container(horizontal=True):
            _show_rows(board, standing, is_shown, name)
        st.caption("How to cite the benchmark, and the papers of the models and metrics shown")
        with st.container(horizontal=True):
            _show_button("BibTeX", f"{name}.bib", "application/x-bibtex", lambda: _bibtex(standing))


PARQUET = "application/vnd.apache.parquet"


def _show_rows(board: Board, standing: Standing, is_shown: pd.Series[bool], name: str) -> None:
    """With series, settings and provenance as parquet, which is read anew from the files when somebody asks."""
    runs = [line.run for line in standing.lines]
    _show_button("Parquet, all columns", f"{name}-rows.parquet", PARQUET, lambda: all_rows(board, runs))
    if is_shown.sum() <= MOST_ROWS:
        file = f"{name}-rows"
        _show_button("CSV, values only", f"{file}.csv", "text/csv", lambda: as_csv(board.rows[is_shown]))
        _show_button(
            "JSON, values only", f"{file}.json", "application/json", lambda: as_json(board.rows[is_shown])
        )


def _show_button(label: str, file: str, mime: str, made: Callable[[], bytes]) -> None:
    """made is called when somebody asks; a click leaves the page as it is."""
    st.download_button(label, made, file, mime, key=f"download {file}", on_click="ignore")


def file_name(suite: str) -> str:
    """One harmless file name, whatever a stranger calls a suite."""
    return re.sub(r"[^A-Za-z0-9._@-]", "-", suite)[:80].strip(".") or "suite"


# The table


def frame(standing: Standing) -> pd.DataFrame:
    """One row a run, every number in a column of its own; None and NaN where there is nothing."""
    headings = {column: plain_heading(column, standing.columns) for column in standing.columns}
    table = pd.DataFrame([_record(line, headings) for line in standing.lines])
    # places are whole numbers, of which pandas makes others where one is missing
    return table.astype({name: "Int64" for name in table if str(name).endswith((" rank low", " rank high"))})


def _record(line: Line, headings: dict[Column, str]) -> dict[str, Any]:
    record: dict[str, Any] = {
        "name": line.name, "run": line.run, "model": line.model, "kind": line.role, "cases": line.cases,
        "clips": line.clips, "coverage": line.coverage, "clips_here": line.provenance == "clips here",
        "access": line.card.access, "licence": line.card.licence, "parameters_billions": line.card.parameters,
        "reads_text": line.reads_text, **_numbers("total", line.total, line.total_rank),
    }  # fmt: skip
    for column, heading in headings.items():
        record |= _numbers(heading, line.scores.get(column), line.ranks.get(column))
    return record


def _numbers(heading: str, score: Score | None, rank: Any) -> dict[str, Any]:
    ends = ("mean", "low", "high")
    return {
        **{f"{heading} {end}": getattr(score, end) if score else None for end in ends},
        f"{heading} rank low": rank.low if rank else None,
        f"{heading} rank high": rank.high if rank else None,
    }


def _bibtex(standing: Standing) -> bytes:
    models = dict.fromkeys(line.model for line in standing.lines)
    return citations.bibtex(models, [column.metric for column in standing.columns]).encode()


# The rows


def all_rows(board: Board, runs: Iterable[str]) -> bytes:
    """The rows of runs with all columns, as one parquet file of the schema of results; file by file."""
    target = io.BytesIO()
    with pq.ParquetWriter(target, parquet.schema(), compression="zstd") as writer:
        for run in runs:
            if (stamp := board.files.get(run)) and (table := _table(Path(stamp[0]), run)):
                writer.write_table(table)
    return target.getvalue()


def _table(path: Path, run: str) -> pa.Table | None:
    """A run's rows; None where its file is gone or was broken since the page was drawn."""
    try:
        table = parquet.read_table(path)
    except BadResults:
        return None
    return table.filter(pc.equal(table["run"], run))


# Formats


def as_csv(table: pd.DataFrame) -> bytes:
    """Comma-separated, a heading line, UTF-8; no cell that a spreadsheet would compute."""
    texts = table.select_dtypes(exclude="number").columns
    safe = table.assign(**{name: table[name].astype(object).map(inert) for name in texts})
    return safe.rename(columns=inert).to_csv(index=False).encode()


def as_json(table: pd.DataFrame) -> bytes:
    """A list of objects; null where there is nothing."""
    records = table.astype(object).where(table.notna(), None).to_dict("records")
    return json.dumps(records, ensure_ascii=False, allow_nan=False, default=_plain, indent=1).encode()


def as_parquet(table: pd.DataFrame) -> bytes:
    """Parquet with the table's own columns."""
    target = io.BytesIO()
    pq.write_table(pa.Table.from_pandas(table, preserve_index=False), target, compression="zstd")
    return target.getvalue()


def _plain(value: Any) -> Any:
    """NumPy's numbers as Python's."""
    return value.item()
