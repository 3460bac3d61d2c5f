"""What is taken away says what was shown, and starts nothing in a spreadsheet."""

from __future__ import annotations

import csv
import io
import json
import math
import re
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
import pytest

from bench.exports.spreadsheets import FORMULA
from bench.runs import parquet
from bench.scoring import summary
from bench.scoring.standings import Standing
from leaderboard import downloads
from leaderboard.source import LIGHT, Board
from tests.leaderboard import boards, hostile
from tests.leaderboard.lines import MOTION, SSIM, about, line, missing, ranked, score

STANDING = Standing(
    "tiny@0",
    (MOTION, SSIM),
    (
        line("=cmd|' /C calc'!A0", {MOTION: score(-0.5), SSIM: score(0.8, 0.02)}, ranks={SSIM: ranked(1, 3)}),
        line("nothing", {SSIM: missing()}, card=about(licence="MIT", parameters=5.0, access="open")),
    ),
    None,
)


def _csv() -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(downloads.as_csv(downloads.frame(STANDING)).decode())))


def test_csv_has_every_number_and_no_formula() -> None:
    first, second = _csv()
    assert first["name"] == "'=cmd|' /C calc'!A0"
    assert float(first["motion_share mean"]) == -0.5  # a number may begin with '-'
    assert (first["ssim_mean low"], first["ssim_mean rank low"], first["ssim_mean rank high"]) == (
        "0.78",
        "1",
        "3",
    )
    assert (second["ssim_mean mean"], second["motion_share mean"]) == ("", "")
    assert (second["licence"], second["parameters_billions"], second["coverage"]) == ("MIT", "5.0", "0.0")


@pytest.mark.parametrize("text", hostile.TEXTS)
def test_no_cell_of_a_stranger_is_computed(text: str) -> None:
    table = pd.DataFrame({text: [text, f" {text}", f"-{text}"]})
    cells = [cell for row in csv.reader(io.StringIO(downloads.as_csv(table).decode())) for cell in row]
    assert len(cells) == 4
    assert not [cell for cell in cells if cell.lstrip(" ").startswith(FORMULA)]


def test_json_has_null_where_there_is_nothing_and_names_as_they_are() -> None:
    first, second = json.loads(downloads.as_json(downloads.frame(STANDING)))
    assert first["name"] == "=cmd|' /C calc'!A0"
    assert first["ssim_mean rank high"] == 3
    assert second["ssim_mean mean"] is None
    assert second["motion_share mean"] is None


def test_parquet_reads_back() -> None:
    table = pq.read_table(io.BytesIO(downloads.as_parquet(downloads.frame(STANDING)))).to_pandas()
    assert table["name"].tolist() == [each.name for each in STANDING.lines]
    assert math.isnan(table["ssim_mean mean"][1])


def test_all_rows_come_from_the_files_with_every_column(tmp_path: Path) -> None:
    suite, _, _ = boards.two_runs(tmp_path / "runs")
    boards.hostile_run(tmp_path / "runs", suite)
    paths = parquet.find([tmp_path / "runs"])
    rows, _ = parquet.read_all(paths)
    stamp = {parquet.read(path)[0].run: (str(path), 0, 0, 0) for path in paths}
    files = {**stamp, "gone": (str(tmp_path / "gone.parquet"), 0, 0, 0)}
    board = Board(rows[list(LIGHT)], summary.scores(rows), summary.names(rows), (), files)
    content = downloads.all_rows(board, ["mover-tiny", "gone", "hostile-tiny"])
    (tmp_path / "taken.parquet").write_bytes(content)
    taken = parquet.read(tmp_path / "taken.parquet")  # of exactly our schema
    expected = [row for run in ("mover-tiny", "hostile-tiny") for row in parquet.read(Path(files[run][0]))]
    assert taken == expected


@pytest.mark.parametrize("suite", ["demo@3ae6ffe128fc", *hostile.TEXTS, "..", "", "a/b"])
def test_a_file_has_one_harmless_name(suite: str) -> None:
    assert re.fullmatch(r"[A-Za-z0-9_@-][A-Za-z0-9._@-]{0,79}", downloads.file_name(suite))
