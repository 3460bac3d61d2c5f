"""What is taken away says what was shown, and starts nothing in a spreadsheet."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from bench.exports.spreadsheets import FORMULA
from bench.runs import parquet, result_files
from bench.scoring import summary
from bench.web.pages import frames
from leaderboard import downloads
from leaderboard.source import LIGHT, Board
from tests import made
from tests.leaderboard import boards, hostile

FORMULA_NAME = "=cmd|' /C calc'!A0"


def _board(folder: Path) -> Board:
    """A board of the files in a folder."""
    paths = result_files.find([folder])
    rows, _ = result_files.read_all(paths)
    files = {row.run: (str(path), 0, 0, 0) for path in paths for row in parquet.read(path)}
    return Board(rows[list(LIGHT)], summary.scores(rows), summary.names(rows), (), files)


def _csv(board: Board, runs: Sequence[str]) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(downloads.scores_csv(board, runs).decode())))


@pytest.fixture
def board(tmp_path: Path) -> Board:
    """Two runs, a third that nothing could be measured of, and a fourth that nobody asks for."""
    suite, _, _ = boards.two_runs(tmp_path / "runs")
    formula = boards.run(suite, FORMULA_NAME, "mine", run_id="formula-tiny")
    rows = [boards.row(formula, f"c{n}", "flicker_max_step", -0.5) for n in range(2)]
    rows += [boards.row(formula, "c0", "ssim_mean", None)]
    boards.write(tmp_path / "runs", formula, suite, rows, clips=False)
    boards.hostile_run(tmp_path / "runs", suite)
    return _board(tmp_path / "runs")


def test_csv_has_every_number_and_no_formula(board: Board) -> None:
    lines = {(line["run"], line["metric"]): line for line in _csv(board, ["formula-tiny", "mover-tiny"])}
    assert {run for run, _ in lines} == {"formula-tiny", "mover-tiny"}
    own = lines["formula-tiny", "flicker_max_step"]
    assert own["name"] == f"'{FORMULA_NAME}"
    assert float(own["mean"]) == -0.5  # a number may begin with '-'
    distance = lines["mover-tiny", "fvd_lite0_debiased"]
    assert [distance[name] for name in ("mean", "low", "high")] == ["12.0", "9.0", "18.0"]
    assert lines["formula-tiny", "ssim_mean"]["mean"] == ""
    assert (own["role"], own["clips"], lines["formula-tiny", "ssim_mean"]["failed"]) == ("model", "2", "1")


def _computed(text: str) -> list[str]:
    """The texts in a CSV that a spreadsheet would compute; a number may begin with '-'."""
    cells = [cell for row in csv.reader(io.StringIO(text)) for cell in row if not _is_number(cell)]
    assert len(cells) >= 4
    return [cell for cell in cells if cell.lstrip(" ").startswith(FORMULA)]


def _is_number(cell: str) -> bool:
    return re.fullmatch(r"-?[0-9.]+", cell) is not None


@pytest.mark.parametrize("text", hostile.TEXTS)
def test_no_cell_of_a_stranger_is_computed(text: str) -> None:
    names = (text, f" {text}", f"-{text}")
    assert not _computed(frames.as_csv(pd.DataFrame({text: names})))
    rows = parquet.frame(
        [made.measurement(run=name, label=name, model=name, suite=name, metric=name) for name in names]
    )
    board = Board(rows, summary.scores(rows), summary.names(rows), (), dict.fromkeys(names, ("x", 0, 0, 0)))
    assert len(_csv(board, names)) == 3
    assert not _computed(downloads.scores_csv(board, names).decode())


def test_json_has_null_where_there_is_nothing_and_names_as_they_are(board: Board) -> None:
    ((entry,),) = (
        suite["entries"] for suite in json.loads(downloads.scores_json(board, ["formula-tiny"]))["suites"]
    )
    assert entry["name"] == FORMULA_NAME
    means = {score["metric"]: score["mean"] for score in entry["scores"]}
    assert means == {"flicker_max_step": -0.5, "ssim_mean": None}


def test_all_rows_come_from_the_files_with_every_column(board: Board, tmp_path: Path) -> None:
    gone = replace(board, files={**board.files, "gone": (str(tmp_path / "gone.parquet"), 0, 0, 0)})
    content = downloads.all_rows(gone, ["mover-tiny", "gone", "hostile-tiny"])
    (tmp_path / "taken.parquet").write_bytes(content)
    taken = parquet.read(tmp_path / "taken.parquet")  # of exactly our schema
    runs = ("mover-tiny", "hostile-tiny")
    assert taken == [row for run in runs for row in parquet.read(Path(board.files[run][0]))]


@pytest.mark.parametrize("suite", ["demo@3ae6ffe128fc", *hostile.TEXTS, "..", "", "a/b"])
def test_a_file_has_one_harmless_name(suite: str) -> None:
    assert re.fullmatch(r"[A-Za-z0-9_@-][A-Za-z0-9._@-]{0,79}", downloads.file_name(suite))
