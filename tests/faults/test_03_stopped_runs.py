"""Ctrl-C, and the signals of schedulers: the command ends soon, says how to go on, and goes on."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.command_line import bench
from tests.faults import small_runs
from tests.faults.all_faults import Figures

CASES = 30
EXITS = {"SIGINT": 130, "SIGTERM": 0, "SIGUSR1": 0}
"""A scheduler's signal is no failure: the job is sent again, and goes on."""

LONGEST = 10.0


@pytest.mark.parametrize("name", EXITS)
def test_stopped_by_a_signal(
    tmp_path: Path, name: str, times: Callable[[int, int], int], figures: Figures
) -> None:
    """At one clip or row after the other."""
    suite_folder = small_runs.written_suite(tmp_path / "thirty", CASES)
    out = tmp_path / "out"
    figures.lost = figures.duplicated = figures.unreadable = 0
    figures.slowest = 0.0
    command = small_runs.command(suite_folder, out)
    for _ in range(times(1, 20)):
        before = small_runs.finished(out)
        process = small_runs.begun(
            command, out, lambda before=before: bool(small_runs.finished(out) - before)
        )  # type: ignore[misc]
        process.send_signal(getattr(signal, name))
        sent = time.perf_counter()
        _, said = process.communicate(timeout=60)
        figures.slowest = max(figures.slowest, time.perf_counter() - sent)
        figures.tried += 1
        assert process.returncode == EXITS[name], said
        assert "the same command goes on from there" in said
        assert "Traceback" not in said
        assert not small_runs.temporary(out)
    assert bench(*small_runs.words(suite_folder, out)).exit_code == 0
    assert len(small_runs.rows(out)) % CASES == 0
    assert figures.slowest < LONGEST
