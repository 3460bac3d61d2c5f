"""Starts a program, keeps its output, and leaves none of its processes behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import IO, TypeAlias

from bench.base import credentials
from bench.errors import ProgramFailed, Unavailable
from bench.models.programs import Program
from bench.models.programs.templates import OF_A_CLIP, OF_A_START, OF_A_STEP, Values, filled

Watch: TypeAlias = Callable[[], None]
"""Called while a program works; may raise Cancelled to end it."""

POLL_SECONDS = 0.1
GRACE_SECONDS = 3.0
"""Between SIGTERM and SIGKILL to a process group."""

TAIL = 600
"""Characters of the end of a program's output that a message repeats."""

WATCHER = """
import os, signal, sys
for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
    signal.signal(number, signal.SIG_IGN)
sys.stdin.read()
os.killpg(int(sys.argv[1]), signal.SIGKILL)
"""
"""Ends a process group when its standard input ends, because the process at the other end has died. Linux's own signal
for that would reach the program alone, and not what it has started."""


def ignore() -> None:
    """A watch that never cancels."""


@dataclass(frozen=True)
class Call:
    """One start of a program.

    Attributes:
        name: for messages.
        words: the command.
        cwd: where it starts.
        env: all of its variables.
        log: path without suffix; its output goes to .out.log and .err.log.
    """

    name: str
    words: Sequence[str]
    cwd: Path
    env: Mapping[str, str]
    log: Path

    def tail(self) -> str:
        """The end of stderr, or else of stdout, in one line."""
        for kind in ("err", "out"):
            said = " ".join(self._said(kind)[-TAIL:].split())
            if said:
                return said
        return "it said nothing"

    def stdout(self) -> str:
        """All of stdout, without white space at its ends."""
        return self._said("out").strip()

    def redacted(self, text: str) -> str:
        """A text of the program's without keys and tokens."""
        return credentials.redacted(text, credentials.values(self.env))

    def redact_secrets(self) -> None:
        """Takes keys and tokens out of its output."""
        for kind in ("err", "out"):
            said = self._all(kind)
            clean = self.redacted(said)
            if clean != said:
                self._log(kind).write_text(clean, encoding="utf-8")

    def _log(self, kind: str) -> Path:
        return self.log.with_name(f"{self.log.name}.{kind}.log")

    def _said(self, kind: str) -> str:
        return self.redacted(self._all(kind))

    def _all(self, kind: str) -> str:
        path = self._log(kind)
        return path.read_text(encoding="utf-8", errors="replace") if path.exists() else ""

    def open_logs(self) -> tuple[IO[bytes], IO[bytes]]:
        """Files for stdout and stderr, empty."""
        self.log.parent.mkdir(parents=True, exist_ok=True)
        return self._log("out").open("wb"), self._log("err").open("wb")


class Process:
    """A program at work, in a process group of its own; a context manager that ends the whole group.

    Raises:
        Unavailable: the program or the folder that it starts in is not here.
    """

    def __init__(self, call: Call) -> None:
        self.call = call
        if not call.cwd.is_dir():
            raise Unavailable(f"program '{call.name}' starts in {call.cwd}, which is no folder here")
        self._process = _started(call)
        try:
            self._watcher = _watcher(self._process.pid)
        except BaseException:
            self._signal(signal.SIGKILL)
            self._process.wait()
            raise

    def __enter__(self) -> Process:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.end()

    def code(self, seconds: float = 0.0) -> int | None:
        """The exit code, waited for that long; None while the program runs."""
        with suppress(subprocess.TimeoutExpired):
            return self._process.wait(seconds)
        return None

    def end(self) -> None:
        """Ends every process of the group, including those that the program started and left."""
        try:
            if self._process.poll() is None:
                self._signal(signal.SIGTERM)
                self.code(GRACE_SECONDS)
        finally:  # Ctrl-C, a second time
            self._signal(signal.SIGKILL)
            self._process.wait()
        self._watcher.kill()  # first: the number of a group that has ended may become another's
        self._watcher.communicate()
        self.call.redact_secrets()

    def _signal(self, number: int) -> None:
        with suppress(ProcessLookupError, PermissionError):  # macOS: PermissionError for a group of zombies
            os.killpg(self._process.pid, number)


def run(call: Call, timeout: float, watch: Watch = ignore) -> None:
    """Runs a program to its end.

    Args:
        call: what is started.
        timeout: seconds.
        watch: called while it runs; may raise Cancelled.

    Raises:
        ProgramFailed: it exits with anything but 0, or takes longer than timeout seconds.
        Unavailable: it cannot be started.
    """
    with Process(call) as process:
        end = time.monotonic() + timeout
        while (code := process.code(POLL_SECONDS)) is None and time.monotonic() < end:
            watch()
    if code is None:
        raise ProgramFailed(
            f"program '{call.name}' took longer than {timeout:g} seconds; it said: {call.tail()}"
        )
    if code:
        raise failed(call, code)


def failed(call: Call, code: int) -> ProgramFailed:
    """The error of a program that exits with code."""
    how = f"was ended by signal {-code}" if code < 0 else f"exits with code {code}"
    return ProgramFailed(f"program '{call.name}' {how}: {call.tail()}")


def call(program: Program, values: Values, log: Path) -> Call:
    """The start of a program, with the placeholders of its file replaced.

    Args:
        program: what is started.
        values: of every placeholder that its file may use.
        log: path without suffix, for its output.

    Raises:
        Unavailable: its file asks for a variable of the environment that is not set.
    """
    cwd = Path(filled(program.cwd, values)).expanduser()
    return Call(program.name, program.words(values), cwd, program.environment(values), log)


def version(program: Program, values: Values) -> str:
    """The version that the program prints; '' if its file does not ask for it, or it fails."""
    try:
        words = program.version_words(values)
        if not words:
            return ""
        with tempfile.TemporaryDirectory(prefix="bench-version-") as folder:
            blank = dict.fromkeys(OF_A_CLIP | OF_A_START | OF_A_STEP, "")
            start = call(program, blank | dict(values) | {"workdir": folder}, Path(folder, "version"))
            return answer(replace(start, words=words))
    except (Unavailable, ProgramFailed):
        return ""


def answer(call: Call, seconds: float = 30.0) -> str:
    """What a short command prints on stdout.

    Raises:
        ProgramFailed, Unavailable: as run.
    """
    run(call, seconds)
    return call.stdout()


def _started(call: Call) -> subprocess.Popen[bytes]:
    out, err = call.open_logs()
    with out, err:
        try:
            return subprocess.Popen(
                list(call.words),
                cwd=call.cwd,
                env=dict(call.env),
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=err,
                start_new_session=True,
            )
        except (OSError, ValueError) as error:  # ValueError: a NUL byte in a prompt
            raise Unavailable(f"program '{call.name}' cannot start: {error}") from None


def _watcher(group: int) -> subprocess.Popen[bytes]:
    """A process that ends the group if this one dies: killed, it cannot end it itself."""
    return subprocess.Popen(
        [sys.executable, "-ISc", WATCHER, str(group)],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
