"""SIGKILL at every system call with which a run's folder is written; the same work again, and all is there once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path

from tests.faults.all_faults import Figures
from tests.faults.stopping import counted, stopped_at

CALLS = ("write", "pwrite64", "fsync", "rename", "openat", "close", "unlink", "mkdir", "ftruncate", "flock")


def test_killed_at_a_system_call(tmp_path: Path, times: Callable[[int, int], int], figures: Figures) -> None:
    """Every call in the long run, every sixteenth in the default one."""
    points = stopped_at(tmp_path, "signal=SIGKILL", times(16, 1), CALLS)
    counted(points, figures)
    assert Counter(point.ended for point in points) == {"killed": figures.tried}
    assert {point.call for point in points} >= {"write", "fsync", "rename", "openat", "close"}
    assert figures.tried >= times(12, 60)
