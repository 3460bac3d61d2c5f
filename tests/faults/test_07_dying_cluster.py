"""Workers and a node of a Ray cluster are killed while `bench run` uses them: every row comes, as from one process."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from tests import tiny_checkpoints
from tests.faults import small_runs
from tests.faults.all_faults import Figures
from tests.ray_cluster import LocalCluster, cluster

pytest.importorskip("ray", reason="the extra ray is not installed")

ALIKE = {"OMP_NUM_THREADS": "1", "CI": "true", "NO_COLOR": "1"}
"""Of both runs: torch's sums on a CPU depend on how many threads there are."""


@pytest.fixture(scope="module")
def local() -> Iterator[LocalCluster]:
    with cluster(nodes=2) as found:
        yield found


def test_every_row_comes_though_workers_and_a_node_die(
    local: LocalCluster, tmp_path: Path, times: Callable[[int, int], int], figures: Figures
) -> None:
    suite = small_runs.written_suite(tmp_path / "suite", times(3, 12))
    seeds = "0" if times(0, 1) == 0 else "0,1,2,3"
    check(
        local,
        tmp_path,
        ["-m", "noise", "--suite", str(suite), "--seeds", seeds],
        figures,
        times(1, 10),
        times(0, 1),
    )


@pytest.mark.long
def test_a_network_makes_the_same_clips_on_a_dying_cluster(
    local: LocalCluster, tmp_path: Path, figures: Figures
) -> None:
    suite = small_runs.written_suite(tmp_path / "suite", 4)
    tiny = tiny_checkpoints.write("svd", tmp_path / "svd")
    words = [
        "-m",
        "svd",
        "--checkpoint",
        str(tiny),
        "--set",
        "steps=2",
        "--suite",
        str(suite),
        "--seeds",
        "0,1",
    ]
    check(local, tmp_path, words, figures, 2)


def check(
    local: LocalCluster, folder: Path, words: list[str], figures: Figures, kills: int, nodes: int = 0
) -> None:
    """Runs a command in one process and on the cluster, and compares all rows."""
    command = [sys.executable, "-m", "bench", "run", *words, "--metrics", "psnr,flicker"]
    alone = subprocess.run(
        [*command, "--out", str(folder / "alone")], env=os.environ | ALIKE, capture_output=True, check=False
    )
    assert alone.returncode == 0, alone.stderr
    on_ray = ["--engine", "ray", "--address", local.address, "--gpus", "cpu:2", "--workers", "2"]
    begun = time.perf_counter()
    with (folder / "said").open("w") as said:
        driver = subprocess.Popen(
            [*command, *on_ray, "--out", str(folder / "out")],
            env=local.environment | ALIKE,
            stdout=said,
            stderr=said,
        )
        figures.tried = killed(local, folder / "out", driver, kills, nodes)
        assert driver.wait(timeout=600) == 0, (folder / "said").read_text()
    figures.slowest = time.perf_counter() - begun
    expected, found = small_runs.rows(folder / "alone"), small_runs.rows(folder / "out")
    figures.lost = len(expected.keys() - found.keys())
    figures.duplicated, figures.unreadable = len(found.keys() - expected.keys()), 0
    assert figures.tried == kills + nodes, (folder / "said").read_text()
    assert found == expected


def killed(local: LocalCluster, out: Path, driver: subprocess.Popen[bytes], kills: int, nodes: int) -> int:
    """Kills a working actor, or midway a node, whenever something was finished since the last time; how many."""
    done, seen, chance = 0, 0, random.Random(0)
    while done < kills + nodes and driver.poll() is None:
        now, working = len(small_runs.finished(out)), local.actors(doing="work")
        if now <= seen or not working:
            time.sleep(0.01)
            continue
        if nodes and done == kills // 2:
            local.kill()
            local.add()
        else:
            with suppress(ProcessLookupError):
                os.kill(chance.choice(working), signal.SIGKILL)
        done, seen = done + 1, now
    return done
