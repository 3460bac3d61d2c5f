"""Files of rows of many runs: where they lie, which run each is called by, and the rows of all of them.

pyarrow's dataset reader takes the first file's schema and fills or drops columns silently, and one corrupt file fails
the whole read: so every file is opened and checked on its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from bench.errors import BadResults, BenchError, StorageFailed
from bench.runs import parquet, row_rules
from bench.types import MetricCard

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

FOLDED = "results.parquet"
"""Name of the file of all rows, in the folder of each run."""


def find(folders: Iterable[Path]) -> list[Path]:
    """Result files below folders: of runs, `<run>/results.parquet`, and published, `<suite>@<version>/*.parquet`."""
    found: list[Path] = []
    for folder in folders:
        found += sorted(folder.glob(f"*/{FOLDED}")) + sorted(folder.glob("*@*/*.parquet"))
    return found


def read_all(
    paths: Iterable[Path], columns: Sequence[str] | None = None
) -> tuple[pd.DataFrame, list[BenchError]]:
    """All rows of many files, one frame row each, and the files that had to be set aside; see tables."""
    found, problems = tables(paths, columns)
    return parquet.joined([table for _, table in found.values()], columns), problems


def tables(
    paths: Iterable[Path], columns: Sequence[str] | None = None, cards: Iterable[MetricCard] = ()
) -> tuple[dict[str, tuple[Path, pa.Table]], list[BenchError]]:
    """Run -> its file and rows, and the files that had to be set aside.

    A run's file or folder is called by its id. The same run in two files (published, and here) counts once: the later
    one wins, but never one of another name over one of its own. What is left out is among the problems.

    Args:
        paths: of the files.
        columns: only these, 'run' among them; see parquet.read_table. With 'series' among them, which takes 'case',
            too, only series of whole sets are given: those of clips are most of a file.
        cards: of metrics whose values are checked to lie in their range, for which columns have 'metric',
            'metric_version' and 'value'.
    """
    read: list[tuple[Path, str, pa.Table]] = []
    problems: list[BenchError] = []
    for path in paths:
        try:
            table = parquet.read_table(path, columns)
            if cards:
                row_rules.check_ranges(path, table, cards)
            brief = _without_series_of_clips(table) if columns and "series" in columns else table
            read += [(path, run, rows) for run, rows in _by_run(brief).items()]
        except (BadResults, StorageFailed) as problem:
            problems.append(problem)
    found: dict[str, tuple[Path, pa.Table]] = {}
    for path, run, rows in sorted(read, key=lambda each: not _is_of(*each)):  # its own files first
        before = found.get(run)
        takes_place = before and _is_of(before[0], run, before[1])
        if _is_of(path, run, rows) or not (takes_place or path.name == FOLDED):
            if before and not takes_place:
                problems.append(stranger(before[0], run))
            found[run] = (path, rows)
        else:
            problems.append(stranger(path, run))
    return found, problems


def _by_run(table: pa.Table) -> dict[str, pa.Table]:
    import pyarrow as pa

    found = table["run"].unique().to_pylist()
    if len(found) == 1:
        return {found[0]: table}
    return {run: table.filter(pa.compute.equal(table["run"], run)) for run in found}


def _without_series_of_clips(table: pa.Table) -> pa.Table:
    import pyarrow.compute as pc

    place = table.column_names.index("series")
    kept = pc.if_else(pc.is_null(table["case"]), table["series"], None)
    return table.set_column(place, table.schema.field(place), kept)


def _is_of(path: Path, run: str, rows: pa.Table) -> bool:
    """Whether a file is called by the run: <run>/results.parquet, or <suite>@<version>/<run>.parquet."""
    if path.name == FOLDED:
        return run == path.parent.name
    is_in_place = "suite" not in rows.column_names or path.parent.name == _suite_id(rows)
    return run == path.stem and is_in_place


def _suite_id(rows: pa.Table) -> str:
    return "@".join(str(rows[name][0].as_py()) for name in ("suite", "suite_version"))


def stranger(path: Path, run: str) -> BadResults:
    """Rows of a run in a file of another name: a copy, a renamed folder, or somebody who takes the run's place."""
    return BadResults(
        f"{path} holds rows of run '{run}', and is not called by that id: they are left out; rename it, or delete it"
    )
