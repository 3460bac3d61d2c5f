"""All rows below a folder in one parquet file, for whatever reads many runs at once: DuckDB, pandas, polars.

    <out>/compact.parquet

Nothing needs it: it can be deleted, and is made again whole. Rows are sorted by suite, run, metric and view, so that a
reader who asks for some of these skips most of the file by its statistics. One run at a time is in memory.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from bench.base import files
from bench.base.progress import Bar, Progress
from bench.errors import UsageError
from bench.runs import finding, parquet, row_tables
from bench.runs.cards import Cards
from bench.runs.folder import RunFolder

if TYPE_CHECKING:
    import pyarrow as pa

NAME = "compact.parquet"

WITHIN = [("metric", "ascending"), ("view", "ascending"), ("case", "ascending"), ("seed", "ascending")]
"""How the rows of one run are sorted."""


def write(out: Path, progress: Progress) -> Path:
    """Writes the file of all runs below a folder, in place of an earlier one; gives its path.

    Args:
        out: the folder of runs.
        progress: is told about runs.

    Raises:
        UsageError: there are no runs.
        BadResults: a file of rows is broken: part of the rows would pass for all.
        StorageFailed: a file cannot be read or written now.
    """
    folders = sorted(finding.find(out), key=_place)
    if not folders:
        raise UsageError(f"there are no runs in {out}: bench run makes some, --out says where they are")
    cards = Cards.merged(folder.rows.cards() for folder in folders)
    with progress.bar(f"compact {out}", len(folders)) as bar:
        tables = _tables(folders, bar)
        files.write(out / NAME, lambda target: parquet.write_tables(target, tables, cards))
    return out / NAME


def _place(folder: RunFolder) -> tuple[str, str]:
    run = folder.run
    return str(run.suite_id), run.id


def _tables(folders: Sequence[RunFolder], bar: Bar) -> Iterator[pa.Table]:
    for folder in folders:
        table, problems = folder.rows.table()
        if problems:
            raise problems[0]
        yield from row_tables.plain(_sorted(table))
        bar.advance()


def _sorted(table: pa.Table) -> pa.Table:
    """The table in the order of WITHIN; Arrow cannot sort texts that are dictionary-encoded."""
    import pyarrow.compute as pc

    keys = table.select([name for name, _ in WITHIN])
    plain = keys.cast(parquet.schema().empty_table().select(keys.column_names).schema)
    return table.take(pc.sort_indices(plain, sort_keys=WITHIN))
