"""Scores as CSV and JSON, measurements as parquet: the board's numbers for spreadsheets and scripts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.base import files
from bench.base.json_values import records
from bench.errors import BadResults, UsageError
from bench.exports.spreadsheets import inert
from bench.runs import parquet, publishing
from bench.runs.cards import Cards
from bench.scoring import summary
from bench.types import NATIVE, SuiteId

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

    from bench.exports.gathering import Gathered

SCHEMA = 1
"""Version of board.json; grows when its content means something else."""

NUMBERS = ("mean", "low", "high", "cases", "failed", "unmeasurable", "clips")

CSV_COLUMNS = (
    "suite", "suite_version", "run", "name", "label", "model", "role", "reads_text", "metric", "metric_version",
    "view", "title", "group", "direction", "unit", *NUMBERS,
)  # fmt: skip


def write_csv(path: Path, gathered: Gathered) -> list[Path]:
    """Writes one line per run and metric: mean, 95 % interval, coverage; empty where there is no value."""
    _check_is_file(path)
    lines = list(_lines(gathered))
    text = _frame(lines).to_csv(index=False, lineterminator="\n")
    files.write_text(path, text)
    return [path]


def write_json(path: Path, gathered: Gathered) -> list[Path]:
    """Writes suites, their entries, the scores of each; null where there is no value."""
    _check_is_file(path)
    files.write_json(path, as_json(gathered))
    return [path]


def as_json(gathered: Gathered) -> dict[str, Any]:
    """The content of board.json."""
    entries: dict[str, dict[str, dict[str, Any]]] = {}
    for line in _lines(gathered):
        suite = str(SuiteId(line["suite"], line["suite_version"]))
        about = {name: line[name] for name in ("run", "name", "label", "model", "role", "reads_text")}
        entry = entries.setdefault(suite, {}).setdefault(line["run"], {**about, "scores": []})
        entry["scores"].append(
            {name: line[name] for name in ("metric", "metric_version", "view", "direction", "unit", *NUMBERS)}
        )
    suites = [{"suite": suite, "entries": list(found.values())} for suite, found in entries.items()]
    return {"schema": SCHEMA, "suites": suites}


def write_parquet(path: Path, gathered: Gathered) -> list[Path]:
    """Writes every measurement of the runs, including series and provenance, in the schema of `results/`."""
    _check_is_file(path)
    cards = Cards.of_attributes(gathered.rows.attrs)
    files.write(path, lambda temporary: parquet.write_tables(temporary, rows(gathered.paths), cards))
    return [path]


def rows(sources: Mapping[str, Path], may_be_gone: bool = False) -> Iterator[pa.Table]:
    """The rows of runs, file by file, without paths of this machine.

    Args:
        sources: run -> its file.
        may_be_gone: passes over a file that is gone or broken by now.

    Raises:
        BadResults: a file is gone or broken, and may not be.
    """
    import pyarrow as pa

    for file in dict.fromkeys(sources.values()):
        wanted = [run for run, source in sources.items() if source == file]
        try:
            table = publishing.public_table(parquet.read_table(file))
        except BadResults:
            if may_be_gone:
                continue
            raise
        yield table.filter(pa.compute.is_in(table["run"], pa.array(wanted)))


def _lines(gathered: Gathered) -> Iterator[dict[str, Any]]:
    """One line per run and metric, JSON-like."""
    known = summary.catalogue_of(gathered.rows)
    ordered = gathered.scores.astype({"suite": str, "suite_version": str, "run": str, "metric": str})
    ordered = ordered.sort_values(["suite", "suite_version", "run", "metric"], kind="stable")
    for score in records(ordered):
        card = known.card(score["metric"], score["metric_version"])
        yield {
            **{name: score[name] for name in ("suite", "suite_version", "run")},
            "name": gathered.names[score["run"]],
            **{name: score[name] for name in ("label", "model")},
            "role": summary.model_card(gathered.rows, score["model"]).role,
            **{name: score[name] for name in ("reads_text", "metric", "metric_version")},
            "view": gathered.views.get(str(SuiteId(score["suite"], score["suite_version"])), NATIVE),
            "title": card.title or card.name,
            "group": known.group(card.name),
            "direction": card.direction if known.knows(card.name) else None,
            "unit": card.unit if known.knows(card.name) else None,
            **{name: score[name] for name in NUMBERS},
        }


def _frame(lines: list[dict[str, Any]]) -> pd.DataFrame:
    import pandas as pd

    safe = [{name: inert(value) for name, value in line.items()} for line in lines]
    return pd.DataFrame(safe, columns=list(CSV_COLUMNS))


def _check_is_file(path: Path) -> None:
    if path.is_dir():
        raise UsageError(f"{path} is a folder: name the file to write, as {path / 'board.csv'}")
