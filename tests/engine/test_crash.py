"""kill -9 at any moment, the same words again: nothing finished is lost or done twice, and the table is the same."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from bench.base import temporaries
from bench.media import pictures
from bench.runs import parquet
from bench.types import Measurement
from tests.made import photograph

CASES = 6


@pytest.fixture(scope="module")
def suite_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("suite") / "half-dozen"
    for number in range(CASES):
        pictures.write(folder / f"{number}.png", photograph(120, 160, seed=number))
    lines = [
        json.dumps({"id": f"c{number}", "image": f"{number}.png", "prompt": "x", "category": "x"})
        for number in range(CASES)
    ]
    (folder / "suite.toml").write_text('title = "Half a dozen small pictures"\n')
    (folder / "cases.jsonl").write_text("\n".join(lines) + "\n")
    return folder


def _words(suite_folder: Path, out: Path) -> list[str]:
    words = [
        "run",
        "-m",
        "noise",
        "--suite",
        str(suite_folder),
        "--metrics",
        "psnr,flicker",
        "--out",
        str(out),
    ]
    return [sys.executable, "-m", "bench", *words]


def _rows(out: Path) -> dict[tuple[str | None, int | None, str, str], tuple[float | None, str | None]]:
    """The rows of the only run, each exactly once."""
    (path,) = out.glob("*/results.parquet")
    rows: list[Measurement] = parquet.read(path)
    by_key = {(row.case, row.seed, row.metric, row.view): (row.value, row.error) for row in rows}
    assert len(by_key) == len(rows)
    return by_key


@pytest.fixture(scope="module")
def expected(suite_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[object, object]:
    """The rows of a run that was not killed."""
    out = tmp_path_factory.mktemp("whole")
    subprocess.run(_words(suite_folder, out), check=True, capture_output=True)
    return dict(_rows(out))


def _clips(out: Path) -> list[Path]:
    return list(out.glob("*/clips/c*.json"))


def _half_clips(out: Path) -> list[Path]:
    return list(out.glob(f"*/clips/{temporaries.PREFIX}*"))


def _parts(out: Path) -> list[Path]:
    return list(out.glob("*/measurements/part-*.parquet"))


def _killed_when(words: list[str], out: Path, is_time: Callable[[], bool]) -> None:
    process = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    while not any(out.iterdir()) and process.poll() is None:
        time.sleep(0.02)  # looking more often than this takes half of its processor while it starts
    while not is_time() and process.poll() is None:
        time.sleep(0.0005)
    process.send_signal(signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL, "the process ended before it could be killed"


@pytest.mark.parametrize(
    ("watched", "count"),
    [
        (_half_clips, 1),
        (_clips, 3),
        (_parts, 1),
        (_parts, CASES - 1),
    ],  # and Ctrl-C after the first clip, below
)
def test_killed_and_run_again(
    suite_folder: Path,
    tmp_path: Path,
    expected: dict[object, object],
    watched: Callable[[Path], list[Path]],
    count: int,
) -> None:
    words = _words(suite_folder, tmp_path)
    _killed_when(words, tmp_path, lambda: len(watched(tmp_path)) >= count)
    kept = {path: path.stat().st_mtime_ns for path in _clips(tmp_path)}
    again = subprocess.run(words, capture_output=True, text=True, check=False)
    assert again.returncode == 0, again.stderr
    assert dict(_rows(tmp_path)) == expected
    assert {path: path.stat().st_mtime_ns for path in kept} == kept
    assert not _half_clips(tmp_path)


def test_ctrl_c_says_how_to_go_on(suite_folder: Path, tmp_path: Path, expected: dict[object, object]) -> None:
    words = _words(suite_folder, tmp_path)
    process = subprocess.Popen(words, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    while not _clips(tmp_path):
        time.sleep(0.001)
    process.send_signal(signal.SIGINT)
    _, stderr = process.communicate(timeout=30)
    assert process.returncode == 130
    assert "the same command goes on from there" in stderr
    assert "Traceback" not in stderr
    subprocess.run(words, check=True, capture_output=True)
    assert dict(_rows(tmp_path)) == expected
