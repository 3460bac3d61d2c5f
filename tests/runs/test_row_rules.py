"""Rows of strangers: every rule has a file that breaks it, and no small file takes much time or memory."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from bench.errors import BadResults
from bench.evaluators import catalogue
from bench.runs import parquet, result_files, row_rules
from tests import made

METRICS = ("a", "b", "c", "d")


def _table() -> pa.Table:
    rows = [made.measurement(metric=metric) for metric in METRICS]
    rows += [
        made.measurement(metric="set", case=None, category=None, seed=None, value=2.0, low=1.0, high=3.0, n=4)
    ]
    rows += [made.measurement(metric="none", value=None, error="too short", status="not measurable")]
    return pa.Table.from_pylist([vars(row) for row in rows], schema=parquet.schema())


def _with(column: str, value: Any, metric: str = "a") -> pa.Table:
    rows = [{**row, **({column: value} if row["metric"] == metric else {})} for row in _table().to_pylist()]
    return pa.Table.from_pylist(rows, schema=parquet.schema())


def _written(tmp_path: Path, table: pa.Table, **options: Any) -> Path:
    path = tmp_path / "still-tiny-0.parquet"
    pq.write_table(table, path, compression="zstd", **options)
    return path


BROKEN = {
    "neither value nor error": (_with("value", None), "exactly one of value and error"),
    "value and error": (_with("error", "broke"), "exactly one of value and error"),
    "unknown status": (_with("status", "great"), "the status is one of"),
    "measured without a value": (_with("status", "measured", "none"), "the status is one of"),
    "failed with a value": (_with("status", "failed"), "the status is one of"),
    "negative n": (_with("n", -1, "set"), "n is 0 or more"),
    "value below its interval": (_with("value", 0.5, "set"), "low ≤ value ≤ high"),
    "value above its interval": (_with("value", 3.5, "set"), "low ≤ value ≤ high"),
    "interval upside down": (_with("low", 9.0, "set"), "low ≤ value ≤ high"),
    "an interval of nothing": (_with("low", 0.0, "none"), "low ≤ value ≤ high"),
    "NaN": (_with("value", float("nan")), "finite"),
    "infinite end": (_with("high", float("inf"), "set"), "finite"),
    "a case without a seed": (_with("seed", None), "case and seed, or neither"),
    "a seed without a case": (_with("case", None), "case and seed, or neither"),
    "a row twice": (_with("metric", "b"), "1 rows twice"),
    "a long name": (_with("run", "r" * 1_001), "run of more than 1000 characters"),
    "a long text": (_with("error", "e" * 100_001, "none"), "error of more than 100000 characters"),
}  # fmt: skip


@pytest.mark.parametrize(("table", "message"), BROKEN.values(), ids=BROKEN)
@pytest.mark.parametrize("columns", [None, ("run", "settings")])
def test_a_file_that_breaks_a_rule_is_set_aside(
    tmp_path: Path, table: pa.Table, message: str, columns: tuple[str, ...] | None
) -> None:
    """Whichever columns are asked for."""
    path = _written(tmp_path, table)
    with pytest.raises(BadResults, match=message):
        parquet.read_table(path, columns)
    rows, (problem,) = result_files.read_all([path], columns)
    assert rows.empty
    assert str(problem).startswith(str(path))


def test_a_sound_file_is_read(tmp_path: Path) -> None:
    path = _written(tmp_path, _table())
    assert len(parquet.read(path)) == len(_table())
    assert parquet.read_table(path).schema.equals(parquet.schema())


def test_text_that_is_none_is_broken(tmp_path: Path) -> None:
    table = _table()
    raw = pa.array([b"\xff\xfe"] * len(table), pa.binary()).view(pa.string())
    place = table.column_names.index("category")
    path = _written(tmp_path, table.set_column(place, table.schema.field("category"), raw))
    with pytest.raises(BadResults, match="not a whole parquet file"):
        parquet.read_table(path)


def test_too_many_names_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(row_rules, "MOST_NAMES", 3)
    with pytest.raises(BadResults, match="6 different texts as metric, over the limit of 3"):
        parquet.read_table(_written(tmp_path, _table()))


@pytest.mark.parametrize(
    ("value", "is_sound"), [(1.0, True), (1.0 + 1e-9, True), (1.01, False), (-5.0, False)]
)
def test_values_lie_in_their_metric_s_range(tmp_path: Path, value: float, is_sound: bool) -> None:
    card = catalogue.registered().card("ssim_mean")
    row = made.measurement(value=value, metric_version=str(card.version))
    path = tmp_path / "still-tiny-0.parquet"
    parquet.write(path, [row])
    found, problems = result_files.tables([path], cards=[card])
    assert (len(found), len(problems)) == ((1, 0) if is_sound else (0, 1))
    older = made.measurement(value=value, metric_version=f"{card.version + 1}+ab")
    parquet.write(path, [older])
    assert result_files.tables([path], cards=[card])[1] == []


def test_a_file_in_the_folder_of_another_suite_takes_no_place(tmp_path: Path) -> None:
    own = tmp_path / "tiny@0" / "still-tiny-0.parquet"
    other = tmp_path / "zoo@9" / "still-tiny-0.parquet"
    parquet.write(own, [made.measurement(value=0.1)])
    parquet.write(other, [made.measurement(value=0.9)])
    found, (problem,) = result_files.tables(result_files.find([tmp_path]))
    assert [table["value"].to_pylist() for _, table in found.values()] == [[0.1]]
    assert str(problem).startswith(str(other))


# Bombs


def _repeated(rows: int, **columns: Any) -> pa.Table:
    """One sound row many times, with seeds that tell them apart."""
    one = made.measurement()
    arrays = [
        pa.repeat(pa.scalar(columns.get(field.name, getattr(one, field.name)), field.type), rows)
        for field in parquet.schema()
    ]
    table = pa.table(arrays, schema=parquet.schema())
    seeds = pa.array(np.arange(rows), parquet.schema().field("seed").type)
    return table.set_column(table.column_names.index("seed"), parquet.schema().field("seed"), seeds)


def test_text_that_repeats_is_refused_before_it_is_spread(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(row_rules, "FREE", 100_000)
    path = _written(tmp_path, _repeated(4_000, settings="x" * 90_000))
    with pytest.raises(BadResults, match=r"of text|of memory"):
        parquet.read_table(path)


def test_a_file_of_many_equal_rows_is_refused_by_its_footer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As those of tests/faults, at a hundredth of their size."""
    monkeypatch.setattr(row_rules, "FREE", 2_560_000)
    path = _written(tmp_path, _repeated(50_000), column_encoding=None)
    monkeypatch.setattr(row_rules, "check", lambda *_: pytest.fail("it was read"))
    with pytest.raises(BadResults, match="MB of memory: measured rows never do"):
        parquet.read_table(path)
