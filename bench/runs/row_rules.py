"""What every row of a file obeys, and what a file may ask for: rows may come from a stranger.

Sizes are checked on the file's footer, before memory is spent: columns of equal values take no room in a file, and a
page of zeros next to none. Rules are checked on whole columns, in which texts are dictionary-encoded.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

from bench.base import files
from bench.errors import BadResults
from bench.types import MetricCard, Status

if TYPE_CHECKING:
    import pyarrow as pa

MAX_ROWS = 20_000_000

FREE, FACTOR = 256 << 20, 64
"""Bytes that any file may take in memory, and those that each of its own bytes may become: rows of ours become 20."""

PLAIN_FACTOR = 128
"""The same where texts are not dictionary-encoded: rows of ours become 60 to 80."""

LONGEST_NAME, LONGEST_TEXT = 1_000, 100_000
"""Characters."""

MOST_NAMES = 5_000
"""Different names in one column of a file."""

NAMES = ("run", "suite", "suite_version", "label", "model", "metric", "metric_version", "view", "status")

KEY = ("run", "case", "seed", "metric", "view")
"""There is one row per value of these columns; a later one replaces an earlier one."""

NUMBERS = ("value", "low", "high")
"""Columns of measured numbers, each finite or null."""

COLUMNS = (*NAMES, "case", "seed", "error", "n", *NUMBERS)
"""Columns that the rules are about."""

ROUNDING = 1e-6
"""Relative: by how much a value may lie beyond its metric's range."""


def check_size(path: Path, footer: Any, size: int) -> None:
    """Refuses a file that asks for far more memory than it has bytes.

    Args:
        path: of the file.
        footer: its metadata.
        size: of the file, bytes.

    Raises:
        BadResults: it does, or has too many rows.
    """
    rows = footer.num_rows
    if not 0 <= rows <= MAX_ROWS:
        raise BadResults(f"{path} has {rows} rows, over the limit of {MAX_ROWS}")
    chunks = [
        footer.row_group(i).column(j) for i in range(footer.num_row_groups) for j in range(footer.num_columns)
    ]
    asked = sum(max(chunk.total_uncompressed_size, 0) + 9 * max(chunk.num_values, 0) for chunk in chunks)
    if asked > FREE + FACTOR * size:
        raise BadResults(
            f"{path} has {size} bytes and asks for {asked / 1e6:.0f} MB of memory: measured rows never do"
        )


def check(path: Path, table: pa.Table, size: int) -> None:
    """Refuses a table that breaks a rule.

    Args:
        path: of its file.
        table: with COLUMNS at least; texts are dictionary-encoded.
        size: of the file, bytes.

    Raises:
        BadResults: a row does; the message names the first.
    """
    import pyarrow as pa
    import pyarrow.compute as pc

    table.validate(full=True)
    for name in table.column_names:
        if pa.types.is_dictionary(table.schema.field(name).type):
            _check_texts(path, name, table[name])
    if _plain_bytes(table) > FREE + PLAIN_FACTOR * size:
        raise BadResults(
            f"{path} has {size} bytes and gigabytes of text: its rows repeat as no measured ones do"
        )
    for rule, broken in RULES.items():
        bad = pc.fill_null(broken(table), False)
        if pc.any(bad).as_py():
            raise BadResults(f"{path}: {_named(table.filter(bad))} breaks the rule of rows: {rule}")
    counts = _encoded(table).group_by(list(KEY), use_threads=False).aggregate([([], "count_all")])
    if len(counts) < len(table):
        raise BadResults(f"{path} has {len(table) - len(counts)} rows twice: one per {', '.join(KEY)}")


def check_ranges(path: Path, table: pa.Table, cards: Iterable[MetricCard]) -> None:
    """Refuses values that a metric cannot have.

    Args:
        path: of the file.
        table: of rows, texts dictionary-encoded.
        cards: of known metrics; rows of others, or of other versions, are not looked at.

    Raises:
        BadResults: a value lies outside of its metric's range.
    """
    ranges = {(card.name, str(card.version)): card for card in cards}
    about = table.select(["metric", "metric_version", "value"]).unify_dictionaries().combine_chunks()
    found = about.group_by(["metric", "metric_version"], use_threads=False)
    for row in found.aggregate([("value", "min"), ("value", "max")]).to_pylist():
        card = ranges.get((row["metric"].partition("[")[0], row["metric_version"].partition("+")[0]))
        for value in (row["value_min"], row["value_max"]):
            if card and value is not None and not _is_within(value, card):
                raise BadResults(
                    f"{path} has {value} as {files.short(row['metric'])}, which is from {card.low} to {card.high}"
                )


def _is_within(value: float, card: MetricCard) -> bool:
    low = card.low is None or value >= card.low - ROUNDING * max(1.0, abs(card.low))
    return low and (card.high is None or value <= card.high + ROUNDING * max(1.0, abs(card.high)))


def _check_texts(path: Path, name: str, column: pa.ChunkedArray) -> None:
    import pyarrow.compute as pc

    longest = LONGEST_NAME if name in NAMES else LONGEST_TEXT
    for texts in _dictionaries(column):
        if (pc.max(pc.utf8_length(texts)).as_py() or 0) > longest:
            raise BadResults(f"{path} has a {name} of more than {longest} characters")
        if name in NAMES and len(texts) > MOST_NAMES:
            raise BadResults(
                f"{path} has {len(texts)} different texts as {name}, over the limit of {MOST_NAMES}"
            )
        if len(pc.unique(texts)) < len(texts):
            raise BadResults(f"{path} has a text twice in the dictionary of {name}")


def _dictionaries(column: pa.ChunkedArray) -> Iterator[pa.Array]:
    """Each once: chunks of a row group share theirs."""
    last = None
    for chunk in column.chunks:
        if last is None or not chunk.dictionary.equals(last):
            last = chunk.dictionary
            yield last


def _plain_bytes(table: pa.Table) -> int:
    """How much its texts would take without dictionaries."""
    import pyarrow as pa
    import pyarrow.compute as pc

    chunks = [
        chunk for column in table.columns if pa.types.is_dictionary(column.type) for chunk in column.chunks
    ]
    sums = (pc.sum(pc.binary_length(chunk.dictionary).take(chunk.indices)).as_py() for chunk in chunks)
    return sum(each or 0 for each in sums)


def _encoded(table: pa.Table) -> pa.Table:
    """The key of each row, as numbers."""
    import pyarrow as pa

    keys = table.select(list(KEY)).unify_dictionaries().combine_chunks()
    columns = [column.chunk(0) if column.num_chunks else pa.array([], column.type) for column in keys.columns]
    return pa.table(
        [each.indices if pa.types.is_dictionary(each.type) else each for each in columns], names=list(KEY)
    )


def _named(rows: pa.Table) -> str:
    row = rows.slice(0, 1).to_pylist()[0]
    about = ", ".join(f"{name} {row[name]}" for name in ("case", "seed", "status", *NUMBERS, "n"))
    return files.short(f"{row['metric']} ({about})")


# The rules: table -> which of its rows break it


def _is_not_finite(table: pa.Table) -> Any:
    import pyarrow.compute as pc

    finite = [pc.fill_null(pc.is_finite(table[name]), True) for name in NUMBERS]
    return pc.invert(pc.and_(pc.and_(*finite[:2]), finite[2]))


def _has_both_or_neither(table: pa.Table) -> Any:
    import pyarrow.compute as pc

    return pc.equal(pc.is_null(table["value"]), pc.is_null(table["error"]))


def _has_another_status(table: pa.Table) -> Any:
    import pyarrow as pa
    import pyarrow.compute as pc

    status = table["status"].cast(pa.string())
    is_known = pc.is_in(status, pa.array(get_args(Status)))
    is_right = pc.equal(pc.equal(status, "measured"), pc.is_valid(table["value"]))
    return pc.invert(pc.and_(is_known, is_right))


def _has_negative_count(table: pa.Table) -> Any:
    import pyarrow.compute as pc

    return pc.less(table["n"], 0)


def _lies_outside(table: pa.Table) -> Any:
    import pyarrow.compute as pc

    value, low, high = (table[name] for name in NUMBERS)
    below, above = pc.greater(low, value), pc.greater(value, high)
    is_bare = pc.and_(pc.is_null(value), pc.or_(pc.is_valid(low), pc.is_valid(high)))
    return pc.or_(is_bare, pc.or_(pc.fill_null(below, False), pc.fill_null(above, False)))


def _has_half_a_clip(table: pa.Table) -> Any:
    import pyarrow.compute as pc

    return pc.not_equal(pc.is_null(table["case"]), pc.is_null(table["seed"]))


RULES: Mapping[str, Callable[[pa.Table], Any]] = {
    "value, low and high are finite": _is_not_finite,
    "exactly one of value and error": _has_both_or_neither,
    f"the status is one of {', '.join(get_args(Status))}, and measured if there is a value": _has_another_status,
    "n is 0 or more": _has_negative_count,
    "low ≤ value ≤ high": _lies_outside,
    "case and seed, or neither": _has_half_a_clip,
}
