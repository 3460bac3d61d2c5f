"""Workers of a Ray cluster die one after the other, and one of its nodes: every unit has its row."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.faults.all_faults import Figures
from tests.ray_cluster import cluster

pytest.importorskip("ray", reason="the extra ray is not installed")


def test_workers_and_a_node_die(tmp_path: Path, times: Callable[[int, int], int], figures: Figures) -> None:
    """The node, once half of the workers have; another one joins later."""
    units, dying = times(8, 40), times(2, 10)
    (tmp_path / "runs").mkdir()
    with cluster(nodes=2) as local:
        words = ["tests.faults.ray_driver", local.address, str(tmp_path / "runs"), str(units), str(dying)]
        begun = time.perf_counter()
        driver = subprocess.Popen(
            [sys.executable, "-m", *words], env=local.environment, stdout=subprocess.PIPE, text=True
        )
        while _died(tmp_path) < units - dying + dying // 2 and driver.poll() is None:
            time.sleep(0.05)
        local.kill()
        local.add()
        said, _ = driver.communicate(timeout=300)
    found = json.loads(said)
    figures.tried, figures.slowest = dying + 1, time.perf_counter() - begun
    figures.lost = units - sum(came == "survived" for came in found.values())
    assert figures.lost == 0, found
    assert len(found) == units


def _died(folder: Path) -> int:
    return len(list(folder.glob("runs/units/*")))
