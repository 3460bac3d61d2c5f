"""What kill, scancel, docker stop and a closed terminal do to a run whose program is at work."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from bench.base import signals
from bench.base.signals import Stopped
from bench.media import pictures
from tests.models.programs import example_program
from tests.models.programs.made_programs import is_alive

RUN = """
import sys
from pathlib import Path
import typer
from bench.cli.commands.output import plain_errors
from bench.models.programs.command import Command, Settings
from bench.types import Case

def generate():
    Command(Settings(sys.argv[1])).generate(Case(id="duck", image=Path(sys.argv[2]), prompt=""), 0)

try:
    plain_errors(generate)()
except typer.Exit as end:
    sys.exit(end.exit_code)
"""


@pytest.mark.parametrize("sent", ["SIGTERM", "SIGHUP", "SIGKILL"])
def test_a_run_that_is_told_to_end_takes_its_program_with_it(sent: str, tmp_path: Path) -> None:
    """The program, what it has started and its folder stayed, 9 of 9; after SIGKILL nobody can delete the folder."""
    note, temporary = tmp_path / "pids", tmp_path / "tmp"
    temporary.mkdir()
    pictures.write(tmp_path / "duck.png", np.zeros((8, 8, 3), dtype=np.uint8))
    words = [
        sys.executable,
        str(example_program.__file__),
        "--image",
        "{image}",
        "--mode",
        "slow",
        "--note",
        str(note),
    ]
    (tmp_path / "slow.toml").write_text(f"command = {json.dumps(words)}")
    run = subprocess.Popen(
        [sys.executable, "-c", RUN, str(tmp_path / "slow.toml"), str(tmp_path / "duck.png")],
        env=os.environ | {"TMPDIR": str(temporary)},
        stderr=subprocess.PIPE,
        cwd=Path(__file__).parents[3],
    )
    wait_until(lambda: note.exists() and len(note.read_text().split()) == 2)
    assert any(temporary.glob("bench-command-*"))
    run.send_signal(getattr(signal, sent))
    _, said = run.communicate(timeout=100)
    number = int(getattr(signal, sent))
    assert run.returncode == (-number if sent == "SIGKILL" else 128 + number)
    wait_until(lambda: not any(is_alive(int(pid)) for pid in note.read_text().split()))
    if sent != "SIGKILL":
        assert said.startswith(b"stopped: finished clips and rows are kept")
        assert not list(temporary.iterdir())


def wait_until(is_so: object, seconds: float = 100.0) -> None:
    end = time.monotonic() + seconds
    while not is_so():  # type: ignore[operator]
        assert time.monotonic() < end
        time.sleep(0.02)


def test_a_second_signal_does_not_disturb_the_cleaning_up() -> None:
    cleaned = False
    with pytest.raises(Stopped, match="15"), signals.as_interrupts():
        try:
            os.kill(os.getpid(), signal.SIGTERM)
            time.sleep(10)
        finally:
            os.kill(os.getpid(), signal.SIGTERM)
            os.kill(os.getpid(), signal.SIGHUP)
            time.sleep(0.01)
            cleaned = True
    assert cleaned
    assert signal.getsignal(signal.SIGTERM) is signal.SIG_DFL


def test_nohup_stays_what_it_is() -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with signals.as_interrupts():
            os.kill(os.getpid(), signal.SIGHUP)
            assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
        assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGHUP, before)
