"""What commands print, and how they end."""

from __future__ import annotations

import json
import signal
import traceback
from collections.abc import Callable, Iterable
from functools import wraps
from typing import TYPE_CHECKING, Any, NoReturn

import typer

from bench.base import packages, reading, signals, storage
from bench.base.json_values import finite
from bench.base.progress import Progress
from bench.base.signals import Stopped
from bench.base.wording import printable, printable_json
from bench.cli import streams
from bench.cli.loudness import is_quiet, is_verbose, to_stderr
from bench.errors import BenchError

if TYPE_CHECKING:
    from rich.console import Console

    from bench.cli.layout import Grid


def plain_errors(command: Callable[..., None], is_requeued: bool = False) -> Callable[..., None]:
    """The command with stdout to itself, our errors and the disk's in one line and exit 2; the rest crashes.

    Stopped by Ctrl-C or a signal, it says how to go on.

    Args:
        command: that ends so.
        is_requeued: whether schedulers stop the command and start it again: then SIGTERM and SIGUSR1 are no failure.
    """

    @wraps(command)
    def guarded(**options: Any) -> None:
        try:
            with streams.owned(), signals.as_interrupts(), packages.explained():
                command(**options)
        except BenchError as error:
            _end(error)
        except MemoryError as error:
            _end(reading.failure(error))
        except OSError as error:
            failure = storage.failure(error)
            if failure is None:
                raise
            _end(failure)
        except KeyboardInterrupt as stop:
            to_stderr("stopped: finished clips and rows are kept; the same command goes on from there")
            raise typer.Exit(_code_of(stop, is_requeued)) from None

    return guarded


def _code_of(stop: KeyboardInterrupt, is_requeued: bool) -> int:
    if not isinstance(stop, Stopped):
        return 128 + signal.SIGINT
    return 0 if is_requeued and stop.is_of_scheduler else 128 + stop.number


def _end(error: object) -> NoReturn:
    """One line, after the traceback with --verbose; exit 2."""
    if is_verbose():
        to_stderr(traceback.format_exc())
    to_stderr(f"error: {error}")
    raise typer.Exit(2) from None


def progress() -> Progress:
    """Bars on stderr; none with --quiet."""
    if is_quiet():
        return Progress()
    from bench.cli.terminal import TerminalProgress

    return TerminalProgress()


def say(line: object) -> None:
    """One line on stdout."""
    typer.echo(printable(str(line)), file=streams.results())


def warn(problems: Iterable[object]) -> None:
    """One line on stderr per problem; none with --quiet."""
    for problem in () if is_quiet() else problems:
        to_stderr(f"warning: {problem}")


def print_all(shown: Iterable[Grid | str]) -> None:
    """Tables that fit the terminal, and lines that are neither markup nor wrapped, on stdout."""
    from bench.cli import layout, terminal

    console = terminal.stdout()
    for each in shown:
        if isinstance(each, str):
            _print_line(console, each)
            continue
        console.line()
        for table in layout.tables(each, console.width):
            if isinstance(table, str):
                _print_line(console, table)
            else:
                console.print(table)
        console.line()


def _print_line(console: Console, line: str) -> None:
    console.print(printable(line), markup=False, soft_wrap=True)


def print_json(content: Any) -> None:
    """JSON on stdout: every digit of its numbers, and ASCII alone where the encoding is not Unicode."""
    is_ascii = not streams.is_unicode(streams.results())
    say(printable_json(json.dumps(finite(content), indent=1, ensure_ascii=is_ascii, allow_nan=False)))
