"""kill -9 at any moment, the same words again: nothing finished is lost or done twice, and the table is the same."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

import pytest

from tests.command_line import bench
from tests.faults import small_runs
from tests.faults.all_faults import Figures
from tests.faults.small_runs import Row

CASES = 6

Rows: TypeAlias = dict[tuple[object, ...], Row]


@pytest.fixture(scope="module")
def suite_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return small_runs.written_suite(tmp_path_factory.mktemp("suite") / "half-dozen", CASES)


@pytest.fixture(scope="module")
def expected(suite_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Rows:
    """The rows of a run that was not killed."""
    out = tmp_path_factory.mktemp("whole")
    assert bench(*small_runs.words(suite_folder, out)).exit_code == 0
    return small_runs.rows(out)


def _killed_after_one_more(suite_folder: Path, out: Path) -> bool:
    """Whether the run was killed, once one more file was finished; if not, it ended before."""
    before = small_runs.finished(out)
    command = small_runs.command(suite_folder, out)
    process = small_runs.begun(command, out, lambda: bool(small_runs.finished(out) - before))
    process.send_signal(signal.SIGKILL)
    process.communicate()
    return process.returncode == -signal.SIGKILL


def test_killed_again_and_again(
    suite_folder: Path,
    tmp_path: Path,
    expected: Rows,
    times: Callable[[int, int], int],
    figures: Figures,
) -> None:
    """One run after another, each killed after every clip and every row, until all have been killed often enough."""
    figures.lost = figures.duplicated = figures.unreadable = 0
    figures.slowest, wanted, number = 0.0, times(4, 50), 0
    while figures.tried < wanted:
        number += 1
        out = tmp_path / f"{number}"
        made, goes_on = dict[Path, int](), True
        while goes_on and figures.tried < wanted:
            goes_on = _killed_after_one_more(suite_folder, out)
            figures.tried += goes_on
            there = {path: path.stat().st_mtime_ns for path in small_runs.records(out)}
            figures.lost += len(made.keys() - there.keys())
            assert made.items() <= there.items()  # no clip was made twice
            made = there
        begun = time.perf_counter()
        again = bench(*small_runs.words(suite_folder, out))
        figures.slowest = max(figures.slowest, time.perf_counter() - begun)
        assert again.exit_code == 0, again.stderr
        assert "broken" not in again.stderr
        assert small_runs.rows(out) == expected
        assert not small_runs.temporary(out)


def test_killed_while_a_clip_is_written(suite_folder: Path, tmp_path: Path, expected: Rows) -> None:
    command = small_runs.command(suite_folder, tmp_path)
    process = small_runs.begun(command, tmp_path, lambda: bool(small_runs.half_clips(tmp_path)))
    process.send_signal(signal.SIGKILL)
    process.communicate()
    assert process.returncode == -signal.SIGKILL, "the process ended before it could be killed"
    assert bench(*small_runs.words(suite_folder, tmp_path)).exit_code == 0
    assert small_runs.rows(tmp_path) == expected
    assert not small_runs.temporary(tmp_path)
