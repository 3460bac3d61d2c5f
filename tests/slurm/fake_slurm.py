"""A Slurm of one machine: `sbatch`, `scontrol` and `scancel` that tests put first on PATH.

sbatch runs an array's tasks one by one before it answers. Dependencies hold: a job that could never start is cancelled.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest


@dataclass(frozen=True)
class FakeSlurm:
    """The folder of its journal, and of the tasks' output."""

    folder: Path

    def journal(self) -> list[str]:
        """What happened, one line per event: 'sent 1 first', 'ended 2_0 0', 'requeued 2_0', 'cancelled 3'."""
        path = self.folder / "journal"
        return path.read_text().splitlines() if path.exists() else []

    def output(self, task: str) -> str:
        """What a task printed, on both streams, in all its attempts."""
        return (self.folder / f"slurm-{task}.out").read_text()


def install(folder: Path, monkeypatch: pytest.MonkeyPatch) -> FakeSlurm:
    """Puts it first on PATH; its files are written to folder."""
    programs = folder / "bin"
    programs.mkdir(parents=True)
    for name in ("sbatch", "scontrol", "scancel"):
        program = programs / name
        program.write_text(f'#!/bin/sh\nexec "{sys.executable}" "{__file__}" {name} "$@"\n')
        program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{programs}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("FAKE_SLURM", str(folder))
    return FakeSlurm(folder)


def _note(line: str) -> None:
    with (Path(os.environ["FAKE_SLURM"]) / "journal").open("a") as journal:
        journal.write(line + "\n")


def _journal() -> list[str]:
    return FakeSlurm(Path(os.environ["FAKE_SLURM"])).journal()


def sbatch(words: list[str]) -> None:
    options = dict(word.removeprefix("--").partition("=")[::2] for word in words if word.startswith("--"))
    script, *steps = [word for word in words if not word.startswith("--")]
    step = " ".join(steps) or "shard"
    if step == os.environ.get("FAKE_SLURM_REFUSES"):
        sys.exit("sbatch: error: Batch job submission failed: Invalid account")
    job = str(1 + sum(line.startswith("sent") for line in _journal()))
    _note(f"sent {job} {step}")
    if _is_possible(options.get("dependency", "")):
        for task in _tasks(
            options.get("array") or re.findall("^#SBATCH --array=(.*)$", Path(script).read_text(), re.M)[0]
        ):
            _run(script, step, job, *task)
    else:
        assert options["kill-on-invalid-dep"] == "yes"
        _note(f"cancelled {job}")
    sys.stdout.write(f"{job}\n" if "parsable" in options else f"Submitted batch job {job}\n")


def _is_possible(dependencies: str) -> bool:
    needed = re.findall(r"afterok:(\d+)", dependencies)
    codes = [line.split() for line in _journal() if line.startswith("ended")]
    return all(code == "0" for _, task, code in codes if task.split("_")[0] in needed)


def _tasks(array: str) -> list[tuple[int, int]]:
    """Index of each task, and how many there are."""
    first, _, last = array.partition("%")[0].partition("-")
    indices = range(int(first), int(last or first) + 1)
    return [(index, len(indices)) for index in indices]


def _run(script: str, step: str, job: str, index: int, count: int) -> None:
    task = f"{job}_{index}"
    array = {
        "JOB_ID": job,
        "TASK_ID": index,
        "TASK_MIN": 0,
        "TASK_MAX": count - 1,
        "TASK_COUNT": count,
        "TASK_STEP": 1,
    }
    environment = {f"SLURM_ARRAY_{name}": str(value) for name, value in array.items()}
    with (Path(os.environ["FAKE_SLURM"]) / f"slurm-{task}.out").open("a") as output:
        done = subprocess.run(
            ["bash", script, step], env=os.environ | environment, stdout=output, stderr=output, check=False
        )
    again = _journal().count(f"requeued {task}") > _journal().count(f"resumed {task}")
    _note(f"resumed {task}" if again else f"ended {task} {done.returncode}")
    if again:
        _run(script, step, job, index, count)


def scontrol(words: list[str]) -> None:
    if os.environ.get("FAKE_SLURM_REFUSES") == "requeue":
        sys.exit("slurm_requeue error: Requested operation is presently disabled")
    assert words[0] == "requeue"
    _note(f"requeued {words[1]}")


def scancel(words: list[str]) -> None:
    for job in words:
        _note(f"scancelled {job}")


if __name__ == "__main__":
    {"sbatch": sbatch, "scontrol": scontrol, "scancel": scancel}[sys.argv[1]](sys.argv[2:])
