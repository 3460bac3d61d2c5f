"""Tables of rows: what a list of Measurements would say, in memory and time that grow with the rows alone."""

from __future__ import annotations

import resource
import time
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from bench.engine.rows import KnownRows
from bench.runs import parquet, row_tables
from bench.runs.cards import Cards
from bench.runs.row_store import RowStore
from tests.made import measurement

ROWS = [
    measurement(seed=2**64 - 1, value=0.1 + 0.2),
    measurement(seed=2**64 - 2, error="why", value=None, series=None),
    measurement(case=None, category=None, seed=None, low=0.0, high=1.0, n=3, series=(1.0, 2.0)),
]


def test_a_table_gives_the_rows_back() -> None:
    table = row_tables.of(ROWS)
    assert parquet.measurements(table) == ROWS
    (plain,) = row_tables.plain(table)
    assert plain.schema == parquet.schema()
    assert parquet.measurements(plain) == ROWS
    assert list(row_tables.plain(table.slice(0, 0))) == []


def test_a_frame_is_that_of_the_rows() -> None:
    found, expected = row_tables.frame([row_tables.of(ROWS)]), parquet.frame(ROWS)
    assert (found.dtypes == expected.dtypes).all()
    assert found.drop(columns="series").equals(expected.drop(columns="series"))
    empty = row_tables.frame([])
    assert list(empty) == list(expected)


def test_clips_are_left_out_by_case_and_seed() -> None:
    kept = row_tables.without(row_tables.of(ROWS), {("a", 2**64 - 1), ("b", 0)})
    assert parquet.measurements(kept) == ROWS[1:]


def test_known_rows_are_those_of_the_table() -> None:
    table = row_tables.of(ROWS)
    assert all(row in _known(table, with_failures=True) for row in ROWS)
    assert [row in _known(table, with_failures=False) for row in ROWS] == [True, False, True]


def _known(table: pa.Table, with_failures: bool) -> KnownRows:
    known = KnownRows()
    known.add(table, with_failures)
    return known


def _large(store: RowStore, clips: int) -> None:
    """50 rows per clip."""
    store.path.mkdir()
    of_clip = row_tables.of([measurement(metric=f"m{n}", settings=" " * 400) for n in range(50)])

    def tables() -> list[pa.Table]:
        place = of_clip.schema.get_field_index("case")
        names = [pa.array([f"case-{n}"] * 50).dictionary_encode() for n in range(clips)]
        return [of_clip.set_column(place, of_clip.schema.field("case"), name) for name in names]

    together = pa.concat_tables(tables()).unify_dictionaries()
    values = pa.array(np.random.default_rng(0).random(len(together)))  # equal ones would be taken for a bomb
    place = together.schema.get_field_index("value")
    together = together.set_column(place, together.schema.field("value"), values)
    parquet.write_tables(store.folded, row_tables.plain(together), Cards())


@pytest.mark.long
def test_a_million_rows_are_read_and_folded_in_seconds_and_below_two_gigabytes(tmp_path: Path) -> None:
    """26 s and 6 GB per read before."""
    store = RowStore(tmp_path / "run")
    _large(store, 20_000)
    started = time.process_time()
    assert len(store.table()[0]) == 1_000_000
    assert len(_known(store.table(KnownRows.COLUMNS)[0], with_failures=True)) == 1_000_000
    store.add([measurement(case="case-7", metric="m7", value=2.0)])
    store.fold(gone={("case-8", 0)})
    assert len(store.table()[0]) == 999_950
    assert time.process_time() - started < 60
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss < 2_000_000
