"""Publishing a run: its rows in a folder that goes into git, by suite and version; nothing of this machine in them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from bench.base import files
from bench.base.scrubbing import scrubbed
from bench.errors import UsageError
from bench.runs import RunFolder, parquet, row_tables

if TYPE_CHECKING:
    import pyarrow as pa

TEXTS = ("error", "settings", "checkpoint", "device", "made_with", "software", "decoded", "prompt_sent")
"""Columns that may hold paths."""

MAX_BYTES = 5_000_000
"""Limit of one file: files in git are small; results of thousands of cases belong elsewhere."""


def publish(folder: RunFolder, published: Path) -> Path:
    """Writes the run's rows to <published>/<suite>@<version>/<run id>.parquet.

    Reasons of failed rows are kept; paths in them are cut down to file names.

    Returns:
        The path.

    Raises:
        UsageError: the run has no measurements, or its rows are too large for a folder that goes into git.
        BadResults: a file of its rows is broken: part of the rows would pass for all.
    """
    run, (table, problems) = folder.run, folder.rows.table()
    if problems:
        raise problems[0]
    if not len(table):
        raise UsageError(
            f"run '{folder.path.name}' has no measurements yet: bench evaluate {folder.path.name}"
        )
    path = published / str(run.suite_id) / f"{folder.path.name}.parquet"

    def write(temporary: Path) -> None:
        parquet.write_tables(temporary, row_tables.plain(public_table(table)), parquet.cards([table]))
        size = temporary.stat().st_size
        if size > MAX_BYTES:
            raise UsageError(
                f"the rows of {folder.path.name} are {size / 1e6:.0f} MB: too large to go into git"
            )

    files.write(path, write)
    return path


def public_table(table: pa.Table) -> pa.Table:
    """Rows without paths of this machine, texts plain or dictionary-encoded as they were."""
    import pyarrow as pa

    for place, column in enumerate(table.schema):
        if column.name in TEXTS:
            values = table[column.name]
            is_encoded = pa.types.is_dictionary(column.type)
            chunks = (values if is_encoded else values.dictionary_encode()).chunks
            said = [chunk.dictionary.to_pylist() for chunk in chunks]
            public = [[text and scrubbed(text) for text in texts] for texts in said]
            if public != said:
                columns = zip(public, chunks, strict=True)
                found = pa.chunked_array(
                    [pa.array(texts, pa.string()).take(each.indices) for texts, each in columns]
                )
                found = found.dictionary_encode() if is_encoded else found
                table = table.set_column(place, column.with_type(found.type), found)
    return table
