"""The three jobs of a script, of which each waits for those before."""

from __future__ import annotations

import shutil
import subprocess
from contextlib import suppress
from pathlib import Path

from bench.errors import ProgramFailed, Unavailable

SECONDS = 120
"""How long sbatch may take: a busy controller answers late."""


def send(script: Path) -> list[str]:
    """Sends a script's first job, its shards and its last job.

    Shards and the last job are cancelled by Slurm if the first one fails; the last one starts however shards end.

    Returns:
        The ids of the three.

    Raises:
        Unavailable: there is no sbatch here.
        ProgramFailed: sbatch refused one of them; those before it are cancelled.
    """
    if shutil.which("sbatch") is None:
        raise Unavailable(
            "there is no sbatch on this machine",
            f"on a login node of the cluster, the top of {script} says how to send it",
        )
    sent: list[str] = []
    try:
        sent.append(_sbatch(script, "first", "--array=0"))
        sent.append(_sbatch(script, "shard", f"--dependency=afterok:{sent[0]}"))
        sent.append(
            _sbatch(script, "last", "--array=0", f"--dependency=afterok:{sent[0]},afterany:{sent[1]}")
        )
    except ProgramFailed:
        _cancel(sent)
        raise
    return sent


def _sbatch(script: Path, step: str, *options: str) -> str:
    """The id of a job that runs one step of the script."""
    words = ["sbatch", "--parsable", "--kill-on-invalid-dep=yes", *options, str(script.absolute()), step]
    try:
        done = subprocess.run(words, capture_output=True, text=True, timeout=SECONDS, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise ProgramFailed(f"sbatch did not send {script} ({step}): {error}") from error
    job = done.stdout.strip().partition(";")[0]  # id, or id;cluster
    if done.returncode or not job.isdecimal():
        why = " ".join((done.stderr or done.stdout).split()) or f"exit code {done.returncode}"
        raise ProgramFailed(f"sbatch did not send {script} ({step}): {why}")
    return job


def _cancel(jobs: list[str]) -> None:
    with suppress(OSError, subprocess.TimeoutExpired):
        if jobs:
            subprocess.run(["scancel", *jobs], capture_output=True, timeout=SECONDS, check=False)
