"""`bench compact` writes all rows below a folder into one file, sorted, whole, and equal each time."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import pyarrow.compute as pc
import pyarrow.parquet as pq

from bench.base.progress import Progress
from bench.runs import compact, finding, parquet, result_files
from tests.command_line import bench
from tests.leaderboard import boards


def test_it_has_every_row_of_every_run_sorted(tmp_path: Path) -> None:
    boards.two_runs(tmp_path / "runs")
    answer = bench("compact", "--out", tmp_path / "runs")
    path = tmp_path / "runs" / "compact.parquet"
    assert (answer.exit_code, answer.stdout) == (0, f"{path}\n")
    expected = [row for folder in finding.find(tmp_path / "runs") for row in folder.rows.read()[0]]
    found = parquet.read(path)
    assert sorted(map(str, map(asdict, found))) == sorted(map(str, map(asdict, expected)))
    keys = [(row.run, row.metric, row.view) for row in found]
    assert keys == sorted(keys)
    assert pc.count_distinct(pq.read_table(path)["run"]).as_py() == 2


def test_it_can_be_made_again_and_is_no_run_s_file(tmp_path: Path) -> None:
    boards.two_runs(tmp_path / "runs")
    path = compact.write(tmp_path / "runs", Progress())
    first = path.read_bytes()
    path.unlink()
    assert compact.write(tmp_path / "runs", Progress()).read_bytes() == first
    assert path not in result_files.find([tmp_path / "runs"])


def test_a_broken_file_leaves_the_earlier_one(tmp_path: Path) -> None:
    boards.two_runs(tmp_path / "runs")
    path = compact.write(tmp_path / "runs", Progress())
    before = path.read_bytes()
    next((tmp_path / "runs").glob("*/results.parquet")).write_bytes(b"PAR1")
    answer = bench("compact", "--out", tmp_path / "runs")
    assert (answer.exit_code, "is not a whole parquet file" in answer.stderr) == (2, True)
    assert path.read_bytes() == before


def test_no_runs_is_said(tmp_path: Path) -> None:
    answer = bench("compact", "--out", tmp_path)
    assert (answer.exit_code, "there are no runs in" in answer.stderr) == (2, True)
