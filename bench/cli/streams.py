"""stdout belongs to the command, in whatever encoding, for as long as somebody reads it.

What libraries, models and metrics print, child processes and C code too, goes to stderr: `--json` gives JSON and
nothing else. Signs that an encoding lacks are written plainly. Where the reader has gone (`bench ls models | head -1`),
the command ends quietly as SIGPIPE ends other programs, with 141: no gate takes that for a verdict.

The process's own streams are taken over by `process_streams`, around the whole command line; `owned` is around one
command.
"""

from __future__ import annotations

import codecs
import errno
import io
import os
import sys
import traceback
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TextIO

from bench.errors import UsageError

PIPE_CLOSED = 141
"""128 + SIGPIPE: what a shell says of a program whose reader has gone."""

CRASHED = 70
"""EX_SOFTWARE: a mistake of ours. Python's own 1 would say that a run is worse, or that a clip failed."""

PLAIN: Mapping[str, str] = {
    "↑": "^", "↓": "v", "–": "-", "−": "-", "—": "-", "…": "...", "±": "+-", "×": "x", "≥": ">=", "≤": "<=",
    "·": "*", "→": "->", "τ": "tau", "ν": "nu", "Δ": "delta", "²": "^2", "’": "'", "‘": "'", "“": '"', "”": '"',
}  # fmt: skip
"""Our own signs, for encodings that lack them; other characters are written as Python escapes them, so that no two
names look the same."""


class ReaderGone(BaseException):
    """Nobody reads our output any more. No Exception: work that catches errors of others must not catch this."""


_results: ContextVar[TextIO | None] = ContextVar("results", default=None)


def results() -> TextIO:
    """Where a command's results go."""
    return _results.get() or sys.stdout


@contextmanager
def owned() -> Iterator[None]:
    """Keeps stdout for `results`, while everything that Python code prints goes to stderr."""
    before, token = sys.stdout, _results.set(sys.stdout)
    sys.stdout = sys.stderr
    try:
        yield
    finally:
        sys.stdout = before
        _results.reset(token)


@contextmanager
def process_streams() -> Iterator[None]:
    """Takes over this process's stdout and stderr: descriptor 1 is stderr's now, for C code and child processes.

    Raises:
        SystemExit: PIPE_CLOSED, where a reader has gone; CRASHED after any error that is not ours, with its traceback.
    """
    _open_standard_descriptors()
    before = sys.stdout, sys.stderr
    kept = os.dup(1)
    sys.stdout, sys.stderr = _Stream(kept, before[0]), _Stream(os.dup(2), before[1], is_log=True)
    os.dup2(2, 1)
    try:
        yield
    except ReaderGone:
        sys.exit(PIPE_CLOSED)
    except Exception:
        traceback.print_exc()
        sys.exit(CRASHED)
    finally:
        os.dup2(kept, 1)
        sys.stdout, sys.stderr = before


def give_back() -> None:
    """Descriptor 1 is stdout again, for a program that takes this process's place."""
    if isinstance(stream := results(), _Stream):
        os.dup2(stream.fileno(), 1)


def is_unicode(stream: TextIO) -> bool:
    """Whether any text can be written to it as it is."""
    try:
        return codecs.lookup(stream.encoding or "utf-8").name.startswith("utf")
    except LookupError:
        return False


class _Stream(io.TextIOWrapper):
    """A stream of this process that is written through at once, in the encoding that Python had chosen.

    Args:
        descriptor: that this stream alone has.
        like: Python's stream; None where the process was started without one.
        is_log: whether what cannot be written for lack of space may be lost: that ends no run.
    """

    def __init__(self, descriptor: int, like: TextIO | None, is_log: bool = False) -> None:
        raw = io.BufferedWriter(io.FileIO(descriptor, "w"))
        super().__init__(raw, like.encoding if like else "utf-8", errors=HANDLER, write_through=True)
        self._is_log = is_log

    def write(self, text: str) -> int:
        """Writes all of a text.

        Raises:
            ReaderGone: nobody reads it.
            UsageError: it cannot be written, as to a full disk.
        """
        try:
            super().write(text)
            self.flush()
        except OSError as error:
            _to_nowhere(self.fileno())
            if error.errno == errno.EPIPE:
                raise ReaderGone from None
            if not self._is_log:
                raise UsageError(f"the output cannot be written: {error.strerror}") from None
        return len(text)


def _open_standard_descriptors() -> None:
    """A process may be started without them (`>&-`); then the next file that it opens would be its stdout."""
    for descriptor in range(3):
        try:
            os.fstat(descriptor)
        except OSError:
            os.open(os.devnull, os.O_RDWR)  # takes the lowest that is free


def _to_nowhere(descriptor: int) -> None:
    """What is still in a buffer must not raise once more when the stream is closed."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, descriptor)
    os.close(nowhere)


def _plainly(error: UnicodeError) -> tuple[str | bytes, int]:
    if not isinstance(error, UnicodeEncodeError):
        raise error
    signs = error.object[error.start : error.end]
    return "".join(PLAIN.get(sign) or ascii(sign)[1:-1] for sign in signs), error.end


HANDLER = "bench-plainly"
codecs.register_error(HANDLER, _plainly)
