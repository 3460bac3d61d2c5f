"""A run as an array of shards, with the real `bench`, on a Slurm of one machine."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from pathlib import Path

import pytest

from bench import runs
from tests.command_line import bench
from tests.slurm import fake_slurm

CASES = ["run", "drift", "--limit", "3", "--set", "num_frames=4", "--metrics", "flicker", "--view", "native"]


def numbers(out: Path) -> dict[tuple[str, str, int, str], float | None]:
    """(model, case, seed, metric) -> value, of all runs."""
    rows = [row for folder in runs.find(out) for row in folder.rows.read()[0]]
    found = {(row.model, row.case, row.seed, row.metric): row.value for row in rows}
    assert len(found) == len(rows), "a row appears twice"
    return {key: value for key, value in found.items() if not key[3].startswith("cost")}


def test_shards_make_what_one_process_makes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    slurm = fake_slurm.install(tmp_path / "slurm", monkeypatch)
    out = tmp_path / "all the runs"
    answer = bench("launch", "slurm", "--array", "2%2", "--submit", "--", *CASES, "--out", out)
    assert answer.exit_code == 0, answer.stderr
    assert "jobs 1, 2, 3: one clip, 2 shards, and what is left" in answer.stdout
    ended = [line for line in slurm.journal() if line.startswith("ended")]
    assert ended == ["ended 1_0 0", "ended 2_0 0", "ended 2_1 0", "ended 3_0 0"], slurm.output("1_0")
    assert bench(*CASES, "--out", "alone").exit_code == 0
    assert numbers(out) == numbers(tmp_path / "alone")


def test_a_task_that_is_told_to_stop_keeps_no_failure_and_is_queued_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    slurm = fake_slurm.install(tmp_path / "slurm", monkeypatch)
    (tmp_path / "slow.toml").write_text(
        'title = "Slow"\ncommand = ["sh", "-c", "touch {here}/begun; sleep 60"]'
    )
    words = ["run", "command", "--set", "program=slow.toml", "--limit", 1, "--metrics", "ssim"]
    assert bench("launch", "slurm", "--array", "1", "--", *words).exit_code == 0
    task = subprocess.Popen(
        ["bash", "bench.sbatch", "shard"],
        env=os.environ | {"SLURM_ARRAY_JOB_ID": "7", "SLURM_ARRAY_TASK_ID": "0"},
        stderr=subprocess.PIPE,
        text=True,
    )
    deadline = time.monotonic() + 60
    while not (tmp_path / "begun").exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    task.send_signal(signal.SIGUSR1)
    _, said = task.communicate(timeout=60)
    assert (task.returncode, slurm.journal()) == (0, ["requeued 7_0"]), said
    assert "the same command goes on from there" in said
    (folder,) = runs.find(tmp_path / "runs")
    assert folder.records() == []
