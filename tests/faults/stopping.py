"""Runs stopped_writer, and counts what came of it."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from tests.faults.all_faults import Figures
from tests.faults.conftest import needed
from tests.faults.stopped_writer import Point

ROOT = Path(__file__).parents[2]


def stopped_at(folder: Path, action: str, every: int, calls: Sequence[str]) -> list[Point]:
    """What came of strace's action at every such call of a writer that resumes afterwards."""
    if not shutil.which("strace"):
        needed("strace")
    words = [sys.executable, "-m", "tests.faults.stopped_writer", str(folder), action, str(every), *calls]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return [Point(**json.loads(line)) for line in done.stdout.splitlines()]


def counted(points: Sequence[Point], figures: Figures) -> None:
    """Adds them up; that nothing is lost, there twice, unreadable or left over is checked here."""
    figures.tried = len(points)
    figures.lost = sum(point.lost for point in points)
    figures.duplicated = sum(point.duplicated for point in points)
    figures.unreadable = sum(point.unreadable for point in points)
    figures.refused = sum(point.ended == "refused" for point in points)
    figures.slowest = max(point.seconds for point in points)
    bad = [point for point in points if point.lost or point.duplicated or point.unreadable or point.left]
    assert not bad
