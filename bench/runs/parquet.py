"""Measurement <-> parquet. The schema is derived from the dataclass; a file of any other schema is refused by name.

pyarrow's errors do not tell a disk that fails from a file that is broken: so the bytes are read first, by Python, and
what goes wrong after that is the file's own.
"""

from __future__ import annotations

import types
from collections.abc import Collection, Iterable, Sequence
from contextlib import nullcontext
from dataclasses import MISSING, asdict, fields
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Literal, Union, get_args, get_origin, get_type_hints

from bench.base import files, reading
from bench.errors import BadResults, OtherSchema
from bench.runs import checksums, row_rules
from bench.runs.cards import Cards
from bench.types import Measurement

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

SCHEMA_VERSION = "4"

READABLE = ("1", "2", "3", SCHEMA_VERSION)
"""Schema versions that are read; what a later one added (2: view, made_with; 4: prompt_sent) has its default."""

UNSIGNED = ("seed",)
"""Columns of whole numbers up to LARGEST_SEED; up to 2^63 - 1, as signed ones, in the schemas of SIGNED."""

SIGNED = ("1", "2")

NO_CARDS = Cards()


@cache
def schema() -> pa.Schema:
    """The Arrow schema of Measurement: one column per field, its meaning in the column's metadata."""
    import pyarrow as pa

    hints = get_type_hints(Measurement, include_extras=True)
    columns = [_column(field.name, hints[field.name]) for field in fields(Measurement)]
    return pa.schema(columns, metadata={"schema_version": SCHEMA_VERSION})


def write(path: Path, measurements: Sequence[Measurement], cards: Cards = NO_CARDS) -> None:
    """Writes rows as one parquet file, whole or not at all, with the cards that reading them may need.

    Args:
        path: of the file, which is replaced if it exists; its folder is made if need be.
        measurements: one row each, in this order.
        cards: of the metrics and models that the rows are about; none by default.
    """
    rows = table_of(measurements)
    files.write(path, lambda temporary: write_tables(temporary, [rows], cards))


def write_tables(target: Path | BinaryIO, tables: Iterable[pa.Table], cards: Cards) -> None:
    """Writes tables of rows as one parquet file, one after the other: together they may not fit into memory.

    Args:
        target: a path, or a file open for reading and writing; unlike write, this leaves a part of a file behind if it
            fails.
        tables: with all columns, see read_table.
        cards: what reading the rows may need.
    """
    import pyarrow.parquet as pq

    described = schema().with_metadata({**(schema().metadata or {}), **cards.metadata()})
    with target.open("w+b") if isinstance(target, Path) else nullcontext(target) as file:
        with pq.ParquetWriter(file, described, compression="zstd", write_page_checksum=True) as writer:
            for table in tables:
                writer.write_table(table)
        checksums.add(file)


def read(path: Path) -> list[Measurement]:
    """The rows of one file.

    Raises:
        BadResults: it is broken, too large, of another schema, or a number in it is not finite.
        StorageFailed: it cannot be read now.
    """
    return measurements(read_table(path))


def table_of(measurements: Sequence[Measurement]) -> pa.Table:
    """Rows as a table of our schema, texts as they are."""
    import pyarrow as pa

    return pa.Table.from_pylist([asdict(row) for row in measurements], schema=schema())


def measurements(table: pa.Table) -> list[Measurement]:
    """The rows of a table that was read."""
    return [_measurement(row) for row in table.to_pylist()]


def read_table(path: Path, columns: Sequence[str] | None = None) -> pa.Table:
    """The rows of one file as an Arrow table of exactly our schema.

    Args:
        path: of the file.
        columns: only these, in the schema's order; text in them is dictionary-encoded. None for all, as they are.

    Raises:
        BadResults: it is broken, too large, of another schema, or a number in it is not finite.
        StorageFailed: it cannot be read now.
    """
    import pyarrow as pa

    try:
        content = reading.content(path)
        checksums.verify(path, content)
        return _parsed(path, pa.py_buffer(content), columns)
    except MemoryError as error:
        raise reading.failure(error, path) from error
    except (pa.ArrowException, OSError, ValueError) as error:
        why = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise BadResults(f"{path} is not a whole parquet file: {why}") from error


def _parsed(path: Path, content: pa.Buffer, columns: Sequence[str] | None) -> pa.Table:
    import pyarrow.parquet as pq

    wanted = schema().names if columns is None else columns
    looked_at = {*wanted, *row_rules.COLUMNS}
    with pq.ParquetFile(content) as file:
        _check(path, file)
        row_rules.check_size(path, file.metadata, len(content))
        stored = [name for name in schema().names if name in looked_at and name in file.schema_arrow.names]
    with pq.ParquetFile(content, read_dictionary=_texts(stored), page_checksum_verification=True) as file:
        table = _completed(file.read(stored), looked_at)
    row_rules.check(path, table, len(content))
    found = table.select([name for name in schema().names if name in wanted])
    return found.cast(schema().with_metadata(found.schema.metadata)) if columns is None else found


def _completed(table: pa.Table, columns: Collection[str]) -> pa.Table:
    """The table, of dictionary-encoded texts, with those of columns that its file is too old to have, in our order."""
    import pyarrow as pa

    for name, default in _later().items():
        if name in columns and name not in table.column_names:
            column = schema().field(name)
            values = pa.repeat(pa.scalar(default, column.type), len(table))
            values = values.dictionary_encode() if column.type == pa.string() else values
            table = table.append_column(column.with_type(values.type), values)
    for name in set(UNSIGNED) & set(table.column_names):
        column = schema().field(name)
        table = table.set_column(table.column_names.index(name), column, table[name].cast(column.type))
    return table.select([name for name in schema().names if name in columns])


def _later() -> dict[str, Any]:
    """Columns that files of an older schema lack, and what is read instead."""
    return {each.name: each.default for each in fields(Measurement) if each.default is not MISSING}


def _texts(columns: Sequence[str]) -> list[str]:
    import pyarrow as pa

    return [name for name in columns if schema().field(name).type == pa.string()]


def cards(tables: Iterable[pa.Table]) -> Cards:
    """The cards that tables of rows came with; see read_table."""
    return Cards.merged(Cards.of_metadata(table.schema.metadata) for table in tables)


def joined(rows: Sequence[pa.Table], columns: Sequence[str] | None = None) -> pd.DataFrame:
    """Tables of the same columns below each other as one frame; dictionary-encoded text becomes categories.

    The cards that came with the tables are attributes of the frame (see bench.runs.cards).
    """
    import pyarrow as pa

    if not rows:
        return frame(schema().empty_table().select(list(columns or schema().names)))
    return frame(pa.concat_tables(rows).unify_dictionaries(), cards(rows))


def frame(rows: pa.Table | Sequence[Measurement], cards: Cards = NO_CARDS) -> pd.DataFrame:
    """Rows as a pandas frame: one row per measurement, the columns of Measurement; the cards as its attributes."""
    import pyarrow as pa

    if not isinstance(rows, pa.Table):
        rows = table_of(rows)
    table: pd.DataFrame = rows.to_pandas(integer_object_nulls=True)
    table.attrs.update(cards.attributes())
    return table


def suite_ids(rows: pd.DataFrame) -> pd.Series[str]:
    """The suite of each row as text, 'name@version', from the columns suite and suite_version, categories or not."""
    return rows["suite"].astype(object) + "@" + rows["suite_version"].astype(object)


def _check(path: Path, file: Any) -> None:
    found = file.schema_arrow
    version = (found.metadata or {}).get(b"schema_version", b"").decode(errors="replace")
    if not version:
        raise BadResults(f"{path} is a parquet file, but not one of results")
    if version not in READABLE:
        raise OtherSchema(f"{path} has schema version {version}, this bench reads {SCHEMA_VERSION}")
    expected = schema() if version == SCHEMA_VERSION else _older(found.names, version)
    if not found.equals(expected):
        different = {column.name for column in found} ^ {column.name for column in expected}
        raise BadResults(
            f"{path} has other columns than schema {version}: {', '.join(sorted(different)) or 'types'}"
        )


def _older(names: Sequence[str], version: str) -> pa.Schema:
    """The columns that an older file must have: all but those that came later and are not in it."""
    import pyarrow as pa

    present = [column for column in schema() if column.name in names or column.name not in _later()]
    signed = UNSIGNED if version in SIGNED else ()
    return pa.schema(
        [column.with_type(pa.int64()) if column.name in signed else column for column in present]
    )


def _column(name: str, hint: Any) -> pa.Field:
    import pyarrow as pa

    python_type, meaning = get_args(hint)
    members = get_args(python_type) if get_origin(python_type) in (Union, types.UnionType) else (python_type,)
    is_nullable = type(None) in members
    (member,) = [member for member in members if member is not type(None)]
    if get_origin(member) is Literal:
        member = str
    arrow_types = {str: pa.string(), int: pa.int64(), float: pa.float64(), bool: pa.bool_()}
    arrow_type = pa.list_(pa.float64()) if get_origin(member) is tuple else arrow_types[member]
    arrow_type = pa.uint64() if name in UNSIGNED else arrow_type
    return pa.field(name, arrow_type, nullable=is_nullable, metadata={"meaning": meaning})


def _measurement(row: dict[str, Any]) -> Measurement:
    series = row.pop("series")
    try:
        return Measurement(**row, series=None if series is None else tuple(series))
    except ValueError as error:
        raise BadResults(f"a row of run {row.get('run')} is not a measurement: {error}") from error
