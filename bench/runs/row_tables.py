"""Tables of rows in memory: one row per key, chosen and brought back to plain text without an object per row.

Text is dictionary-encoded: a million rows take some hundred megabytes, a million Measurements six gigabytes.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from bench.runs import parquet, row_rules
from bench.runs.cards import Cards
from bench.types import Measurement

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

BATCH = 1 << 17
"""Rows that are plain text at a time while a file is written."""


def joined(tables: Sequence[pa.Table], columns: Sequence[str]) -> pa.Table:
    """Tables below each other, one row per key: the last of each, in the order of first appearance.

    Args:
        tables: of these columns, text dictionary-encoded; see parquet.read_table.
        columns: those of KEY among them.
    """
    import pyarrow as pa

    if not tables:
        return encoded(parquet.schema().empty_table().select(list(columns)))
    together = pa.concat_tables(tables).unify_dictionaries()
    places = _latest(together)
    return together if len(places) == len(together) else together.take(places)


def encoded(table: pa.Table) -> pa.Table:
    """The table with its text dictionary-encoded."""
    import pyarrow as pa

    for place, column in enumerate(table.schema):
        if column.type == pa.string():
            values = table[column.name].dictionary_encode()
            table = table.set_column(place, column.with_type(values.type), values)
    return table


def of(measurements: Sequence[Measurement]) -> pa.Table:
    """Rows as a table like those that are read."""
    return encoded(parquet.table_of(measurements))


def without(table: pa.Table, clips: Collection[tuple[str, int]]) -> pa.Table:
    """The rows that are not about clips of these cases and seeds."""
    return table.filter(~about(table, clips)) if clips else table


def about(table: pa.Table, clips: Collection[tuple[str, int]]) -> NDArray[np.bool_]:
    """(N,) bool: which rows are about clips of these cases and seeds."""
    import pandas as pd

    keys = pd.DataFrame({name: codes(table[name]) for name in ("case", "seed")})
    groups = keys.groupby(["case", "seed"], sort=False).ngroup().to_numpy()
    _, first = np.unique(groups, return_index=True)  # of the clips, which are fewer than rows
    found = table.select(["case", "seed"]).take(first).to_pylist()
    return np.array([(each["case"], each["seed"]) in clips for each in found], dtype=np.bool_)[groups]


def unique(table: pa.Table, columns: Sequence[str]) -> set[tuple[Any, ...]]:
    """What there is in these columns, each once."""
    import pandas as pd

    keys = pd.DataFrame({name: codes(table[name]) for name in columns})
    _, first = np.unique(keys.groupby(list(columns), sort=False).ngroup().to_numpy(), return_index=True)
    found = table.select(list(columns)).take(first).to_pylist()
    return {tuple(each[name] for name in columns) for each in found}


def where(table: pa.Table, column: str, holds: Callable[[Any], bool]) -> NDArray[np.bool_]:
    """(N,) bool: for which rows something holds of a text.

    Args:
        table: of rows, texts dictionary-encoded.
        column: of text.
        holds: is asked once per text, and once for None.
    """
    found = []
    for chunk in table[column].chunks:
        answers = np.array([holds(text) for text in (*chunk.dictionary.to_pylist(), None)], dtype=np.bool_)
        found.append(answers[chunk.indices.fill_null(-1).to_numpy(zero_copy_only=False)])
    return np.concatenate([np.zeros(0, dtype=np.bool_), *found])


def texts(table: pa.Table, column: str) -> list[Any]:
    """A column of text, None where there is none: equal texts are one object."""
    return [text for chunk in table[column].chunks for text in _texts(chunk)]


def plain(table: pa.Table) -> Iterator[pa.Table]:
    """The table in parts, its text as it is stored."""
    for start in range(0, len(table), BATCH):
        yield table.slice(start, BATCH).cast(parquet.schema())


def with_cards(table: pa.Table, cards: Cards) -> pa.Table:
    """The table, so that parquet.cards gives these cards of it."""
    return table.replace_schema_metadata({**(table.schema.metadata or {}), **cards.metadata()})


def frame(tables: Sequence[pa.Table]) -> pd.DataFrame:
    """Tables with all columns as a pandas frame like parquet.joined's: text is text, not categories."""
    return parquet.joined([_decoded(table) for table in tables])


def _decoded(table: pa.Table) -> pa.Table:
    """The table with its text as such: pandas takes ten times as long for that."""
    import pyarrow as pa

    columns = [
        each.with_type(pa.large_string()) if pa.types.is_dictionary(each.type) else each
        for each in table.schema
    ]
    return table.cast(pa.schema(columns, table.schema.metadata))


def _latest(table: pa.Table) -> NDArray[np.int64]:
    """Places of the rows that count."""
    import pandas as pd

    keys = pd.DataFrame({name: codes(table[name]) for name in row_rules.KEY})
    groups = keys.groupby(list(row_rules.KEY), sort=False).ngroup().to_numpy()
    places = np.zeros(groups.max() + 1 if len(groups) else 0, dtype=np.int64)
    places[groups] = np.arange(len(groups))  # of several, the last stays
    return places


def codes(column: pa.ChunkedArray) -> NDArray[np.int64]:
    """A number per row, the same for the same content; -1 for none. Chunks have one dictionary."""
    import pyarrow as pa

    if not pa.types.is_dictionary(column.type):
        column = column.dictionary_encode()
    codes = [chunk.indices.fill_null(-1).to_numpy(zero_copy_only=False) for chunk in column.chunks]
    return np.concatenate([np.zeros(0, np.int64), *codes]).astype(np.int64)


def _texts(chunk: Any) -> list[Any]:
    values = [*chunk.dictionary.to_pylist(), None]
    return [values[code] for code in chunk.indices.fill_null(-1).to_pylist()]
