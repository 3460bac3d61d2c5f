"""Rows survive the trip to parquet, and a file that is not ours is refused by name."""

from __future__ import annotations

import math
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from bench.errors import BadResults
from bench.runs import parquet, result_files, row_tables
from bench.types import LARGEST_SEED, Measurement
from tests.made import measurement

GOLDEN = Path(__file__).parents[1] / "golden" / "schema.txt"


def test_rows_come_back_as_they_went(tmp_path: Path) -> None:
    rows = [
        measurement(value=0.1 + 0.2, series=(1.0, 1e-300, -0.0)),
        measurement(case="b", value=None, error="clip has 1 frame, flicker needs 2"),
        measurement(case=None, category=None, seed=None, low=-1.0, high=2.5, n=8),
    ]
    parquet.write(tmp_path / "a.parquet", rows)
    assert parquet.read(tmp_path / "a.parquet") == rows


def test_the_schema_is_the_golden_one() -> None:
    """A change of any column is a visible diff here, and asks for another SCHEMA_VERSION."""
    lines = [f"schema_version {parquet.SCHEMA_VERSION}"]
    lines += [
        f"{column.name}: {column.type}{'' if column.nullable else ' not null'}" for column in parquet.schema()
    ]
    assert "\n".join(lines) + "\n" == GOLDEN.read_text()


def test_every_column_says_what_it_means() -> None:
    assert all(column.metadata[b"meaning"] for column in parquet.schema())


@pytest.mark.parametrize(("value", "error"), [(None, None), (1.0, "why")])
def test_exactly_one_of_value_and_error(value: float | None, error: str | None) -> None:
    with pytest.raises(ValueError, match="exactly one"):
        measurement(value=value, error=error)


def test_status_and_error_agree() -> None:
    with pytest.raises(ValueError, match="a row without an error is measured"):
        measurement(status="failed")


def test_writing_twice_gives_equal_bytes(tmp_path: Path) -> None:
    for name in ("a", "b"):
        parquet.write(tmp_path / name, [measurement()])
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_the_latest_row_of_a_key_counts() -> None:
    old, new, other = measurement(value=1.0), measurement(value=2.0), measurement(seed=1)
    assert _latest(old, other, new) == [new, other]
    of_set = measurement(case=None, category=None, seed=None)
    assert _latest(of_set, old, of_set, new) == [of_set, new]
    assert _latest() == []


def _latest(*rows: Measurement) -> list[Measurement]:
    """As parts with a row each."""
    tables = [row_tables.of([row]) for row in rows]
    return parquet.measurements(row_tables.joined(tables, parquet.schema().names))


def _older(table: pa.Table) -> pa.Table:
    """As version 0.1.0 wrote it: without the view, without what made the clip, with seeds below 2^63."""
    table = table.drop_columns(["view", "made_with"])
    seeds = parquet.schema().field("seed").with_type(pa.int64())
    table = table.set_column(table.column_names.index("seed"), seeds, table["seed"].cast(pa.int64()))
    return table.replace_schema_metadata({"schema_version": "1"})


def test_rows_of_an_older_file_are_native(tmp_path: Path) -> None:
    rows = [measurement(), measurement(seed=1, series=(1.0,))]
    old, new = tmp_path / "old.parquet", tmp_path / "new.parquet"
    pq.write_table(_older(pa.Table.from_pylist([asdict(row) for row in rows], schema=parquet.schema())), old)
    parquet.write(new, [measurement(run="other", view="1.75s@8fps@0.13MP", made_with='{"torch": "2"}')])
    assert parquet.read(old) == rows
    columns = ["run", "metric", "value", "view", "made_with"]
    frame, problems = result_files.read_all([old, new], columns)
    assert not problems
    assert list(frame) == columns
    assert frame["view"].tolist() == ["native", "native", "1.75s@8fps@0.13MP"]
    assert frame["made_with"].tolist() == ["", "", '{"torch": "2"}']
    assert str(frame["view"].dtype) == "category"
    assert list(result_files.read_all([old, new], columns[:3])[0]) == columns[:3]
    parquet.write(old, parquet.read(old))
    assert parquet.read(old) == rows


@pytest.mark.parametrize("columns", [None, ["run", "seed", "value"]])
def test_seeds_are_as_large_as_comfyui_draws_them(tmp_path: Path, columns: list[str] | None) -> None:
    """Beside one of an older file, and beside a number about the set, which has none."""
    large, small, old = tmp_path / "large.parquet", tmp_path / "small.parquet", tmp_path / "old.parquet"
    of_set = measurement(run="large", seed=None, case=None, category=None)
    parquet.write(large, [measurement(run="large", seed=LARGEST_SEED), of_set])
    parquet.write(small, [measurement(run="small", seed=LARGEST_SEED - 1)])
    rows = [asdict(measurement(run="old", seed=2**63 - 1))]
    pq.write_table(_older(pa.Table.from_pylist(rows, schema=parquet.schema())), old)
    assert [row.seed for row in parquet.read(large)] == [LARGEST_SEED, None]
    frame, problems = result_files.read_all([large, small, old], columns)
    assert not problems
    assert frame["seed"].tolist() == [LARGEST_SEED, None, LARGEST_SEED - 1, 2**63 - 1]
    assert result_files.read_all([small, old], columns)[0]["seed"].tolist() == [LARGEST_SEED - 1, 2**63 - 1]


def test_a_negative_seed_of_an_older_file_is_refused(tmp_path: Path) -> None:
    table = _older(pa.Table.from_pylist([asdict(measurement())], schema=parquet.schema()))
    seeds = pa.array([-1], pa.int64())
    column = table.schema.get_field_index("seed")
    pq.write_table(table.set_column(column, table.schema.field(column), seeds), tmp_path / "x.parquet")
    with pytest.raises(BadResults, match="Integer value -1 not in range"):
        parquet.read_table(tmp_path / "x.parquet")


def test_an_older_file_lacks_nothing_else(tmp_path: Path) -> None:
    table = _older(pa.Table.from_pylist([asdict(measurement())], schema=parquet.schema()))
    pq.write_table(table.drop_columns(["n"]), tmp_path / "x.parquet")
    with pytest.raises(BadResults, match="other columns than schema 1: n"):
        parquet.read_table(tmp_path / "x.parquet")


def test_one_row_per_view() -> None:
    native, viewed = measurement(), measurement(view="1.75s@8fps@0.13MP")
    assert _latest(native, viewed, native) == [native, viewed]


def _other_schema(table: pa.Table) -> pa.Table:
    return table.drop_columns(["n"])


def _other_version(table: pa.Table) -> pa.Table:
    return table.replace_schema_metadata({"schema_version": "999"})


def _other_type(table: pa.Table) -> pa.Table:
    return table.set_column(table.column_names.index("value"), "value", pa.array(["x"] * len(table)))


@pytest.mark.parametrize(
    ("spoil", "message"),
    [(_other_schema, "other columns.*n"), (_other_version, "schema version 999"), (_other_type, "types")],
)
def test_a_foreign_schema_is_refused(tmp_path: Path, spoil: Any, message: str) -> None:
    table = pa.Table.from_pylist([asdict(measurement())], schema=parquet.schema())
    spoiled = spoil(table)
    if spoil is not _other_version:
        spoiled = spoiled.replace_schema_metadata({"schema_version": parquet.SCHEMA_VERSION})
    pq.write_table(spoiled, tmp_path / "x.parquet")
    with pytest.raises(BadResults, match=message):
        parquet.read_table(tmp_path / "x.parquet")


@pytest.mark.parametrize("column", ["value", "low", "high"])
@pytest.mark.parametrize("number", [math.nan, math.inf, -math.inf])
def test_a_number_that_is_not_finite_is_refused(tmp_path: Path, column: str, number: float) -> None:
    """A Measurement cannot hold one, but the board reads tables, and a file may come from elsewhere."""
    path = tmp_path / "a.parquet"
    parquet.write(
        path, [measurement(), measurement(case=None, category=None, seed=None, low=0.0, high=1.0, n=2)]
    )
    table = pq.read_table(path)
    place = table.schema.get_field_index(column)
    spoilt = pa.array([table[column][0].as_py(), number], pa.float64())
    pq.write_table(table.set_column(place, table.schema.field(column), spoilt), path)
    for columns in (None, ["run", column]):
        with pytest.raises(
            BadResults, match=rf"a\.parquet: .* {column} -?(nan|inf).* value, low and high are finite"
        ):
            parquet.read_table(path, columns)
    _, (problem,) = result_files.read_all([path])
    assert "a.parquet" in str(problem)


def test_one_corrupt_file_does_not_take_the_others_with_it(tmp_path: Path) -> None:
    good, cut, text = (tmp_path / name for name in ("good.parquet", "cut.parquet", "text.parquet"))
    parquet.write(good, [measurement()])
    cut.write_bytes(good.read_bytes()[:-100])
    text.write_text("not parquet at all")
    rows, problems = result_files.read_all([cut, good, text, tmp_path / "missing.parquet"])
    assert len(rows) == 1
    assert [
        name in str(problem) for name, problem in zip(("cut", "text", "missing"), problems, strict=True)
    ] == [True] * 3


def test_a_run_in_two_files_counts_once(tmp_path: Path) -> None:
    parquet.write(tmp_path / "old.parquet", [measurement(value=1.0)])
    parquet.write(tmp_path / "new.parquet", [measurement(value=2.0)])
    rows, (problem,) = result_files.read_all([tmp_path / "old.parquet", tmp_path / "new.parquet"])
    assert str(problem).startswith(str(tmp_path / "old.parquet"))
    assert rows["value"].tolist() == [2.0]


def test_a_failed_write_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    parquet.write(path, [measurement(value=1.0)])
    broken: Measurement = replace(measurement(), run=7)  # type: ignore[arg-type]  # Arrow refuses a number for text
    with pytest.raises((TypeError, pa.ArrowException)):
        parquet.write(path, [broken])
    assert parquet.read(path) == [measurement(value=1.0)]
    assert [file.name for file in tmp_path.iterdir()] == ["a.parquet"]
