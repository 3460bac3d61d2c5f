"""A broken part of rows among many sound ones, and parts of other versions: the rest is read, each is named.

Bits that flip: tests/runs/test_bit_flips.py.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from bench.runs import RunFolder, parquet, result_files
from tests.faults.all_faults import Figures
from tests.made import measurement
from tests.runs.test_parquet import _older


def _break(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 4
    path.write_bytes(content)


def _make_older(path: Path) -> None:
    pq.write_table(_older(parquet.read_table(path)), path)


def _make_newer(path: Path) -> None:
    table = parquet.read_table(path)
    table = table.append_column("charm", pa.array([1.0] * len(table)))
    pq.write_table(table.replace_schema_metadata({"schema_version": "999"}), path)


@pytest.mark.parametrize(("change", "reads"), [(_break, False), (_make_older, True), (_make_newer, False)])
def test_a_part_among_many(
    tmp_path: Path,
    change: Callable[[Path], None],
    reads: bool,
    times: Callable[[int, int], int],
    figures: Figures,
) -> None:
    """In the middle; of an older version it is read like the others."""
    folder, count = RunFolder(tmp_path / "still-tiny-0"), times(30, 1000)
    for number in range(count):
        folder.rows.add([measurement(case=f"c{number}")])
    parts = sorted((folder.path / "measurements").iterdir())
    change(parts[count // 2])
    begun = time.perf_counter()
    rows, problems = folder.rows.read()
    figures.tried, figures.slowest = count, time.perf_counter() - begun
    figures.lost, figures.duplicated = (
        count - len(rows) - len(problems),
        len(rows) - len({row.case for row in rows}),
    )
    figures.refused = len(problems)
    assert (figures.lost, figures.duplicated, figures.refused) == (0, 0, 0 if reads else 1)
    assert all(str(problem).startswith(str(parts[count // 2])) for problem in problems)


def test_a_broken_run_among_many(tmp_path: Path, times: Callable[[int, int], int], figures: Figures) -> None:
    """As the board reads them: it goes on with the others, and counts it."""
    count = times(20, 1000)
    for number in range(count):
        parquet.write(
            tmp_path / "tiny@0" / f"r{number}.parquet", [measurement(run=f"r{number}", case=f"c{number}")]
        )
    broken = tmp_path / "tiny@0" / "r7.parquet"
    _break(broken)
    begun = time.perf_counter()
    rows, problems = result_files.read_all(result_files.find([tmp_path]))
    figures.tried, figures.slowest, figures.refused = count, time.perf_counter() - begun, len(problems)
    figures.lost = count - 1 - len(rows)
    assert figures.lost == 0
    assert [str(problem).startswith(str(broken)) for problem in problems] == [True]
