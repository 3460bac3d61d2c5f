"""Disks that are full, failing or read-only: a message, no broken file, and the same words go on once they are mended.

Errors of single reads and writes of an evaluation: tests/engine/test_storage_errors.py, tests/runs/test_unreadable.py.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.faults import small_runs
from tests.faults.all_faults import Figures
from tests.faults.stopping import counted, stopped_at

EVERYWHERE = ("openat", "mkdir", "rename", "unlink")
CALLS = {
    "EIO": (*EVERYWHERE, "read", "pread64", "write", "fsync", "close", "getdents64", "newfstatat"),
    "EACCES": EVERYWHERE,
    "ENOSPC": (*EVERYWHERE, "write", "fsync"),
}
"""Error -> the system calls that may end with it."""


@pytest.mark.parametrize(
    "error", ["EIO", *(pytest.param(name, marks=pytest.mark.long) for name in ("EACCES", "ENOSPC"))]
)
def test_a_system_call_fails(
    tmp_path: Path, error: str, times: Callable[[int, int], int], figures: Figures
) -> None:
    """The writer says so in one line, or does without; either way the next one finds everything."""
    points = stopped_at(tmp_path, f"error={error}", times(40, 3), CALLS[error])
    counted(points, figures)
    assert {point.ended for point in points} <= {"refused", "finished"}
    assert all(len(point.said.splitlines()) == 1 for point in points if point.ended == "refused")
    assert figures.refused


IN_A_SMALL_DISK = """
mount -t tmpfs -o size=$1,mode=777 tmpfs "$2" || exit 99
shift 2; out=$1; shift
"$@"; echo "first exit: $?"
find "$out" -name '*.corrupt-*'
mount -o remount,ro "$(dirname "$out")"
"$@"; echo "read-only exit: $?"
mount -o remount,rw,size=64m "$(dirname "$out")"
"$@"; echo "then exit: $?"
cp -r "$out" "$KEPT"
"""
"""Of arguments: size, folder to mount at, folder of runs, the command."""


def test_a_disk_fills_up_and_is_read_only_then(
    tmp_path: Path, times: Callable[[int, int], int], figures: Figures
) -> None:
    """In a mount namespace of its own: whether that may be made depends on the machine."""
    unshare = ["unshare", "--mount", "--map-root-user"]
    if (
        not shutil.which("unshare")
        or subprocess.run([*unshare, "true"], check=False, capture_output=True).returncode
    ):
        pytest.skip("no mount namespaces here")
    suite_folder = small_runs.written_suite(tmp_path / "suite", 4)
    figures.lost = figures.duplicated = figures.unreadable = figures.refused = 0
    for number in range(times(1, 12)):
        disk, kept = tmp_path / f"{number}", tmp_path / f"kept-{number}"
        disk.mkdir()
        size = f"{times(600, 60 + 120 * number)}k"
        script = [*unshare, "env", f"KEPT={kept}", "sh", "-c", IN_A_SMALL_DISK, "sh", size, str(disk)]
        done = subprocess.run(
            [*script, str(disk / "out"), *small_runs.command(suite_folder, disk / "out")],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        if done.returncode == 99:
            pytest.skip(f"no tmpfs here: {done.stderr}")
        figures.tried += 2
        figures.refused += "first exit: 2" in done.stdout
        assert "read-only exit: 2" in done.stdout, done.stdout + done.stderr
        figures.refused += 1
        assert "then exit: 0" in done.stdout, done.stdout + done.stderr
        assert "Traceback" not in done.stderr, done.stderr
        assert "corrupt" not in done.stdout
        assert len(small_runs.rows(kept)) == len(small_runs.rows(kept))
    assert figures.refused > times(1, 12)
