"""What commands print, and how they end."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from functools import wraps
from typing import TYPE_CHECKING, Any

import typer

from bench.base import reading, storage
from bench.base.progress import Progress
from bench.errors import BenchError

if TYPE_CHECKING:
    from rich.console import Console

    from bench.cli.layout import Grid


def plain_errors(command: Callable[..., None]) -> Callable[..., None]:
    """The command with our errors and the disk's in one line and exit 2; Ctrl-C says how to go on; the rest crashes."""

    @wraps(command)
    def guarded(**options: Any) -> None:
        try:
            command(**options)
        except BenchError as error:
            typer.echo(f"error: {error}", err=True)
            raise typer.Exit(2) from None
        except MemoryError as error:
            typer.echo(f"error: {reading.failure(error)}", err=True)
            raise typer.Exit(2) from None
        except OSError as error:
            failure = storage.failure(error)
            if failure is None:
                raise
            typer.echo(f"error: {failure}", err=True)
            raise typer.Exit(2) from None
        except KeyboardInterrupt:
            typer.echo(
                "stopped: finished clips and rows are kept; the same command goes on from there", err=True
            )
            raise typer.Exit(130) from None

    return guarded


def progress() -> Progress:
    """Bars on stderr."""
    from bench.cli.terminal import TerminalProgress

    return TerminalProgress()


def warn(problems: Iterable[object]) -> None:
    """One line on stderr for each problem."""
    for problem in problems:
        typer.echo(f"warning: {problem}", err=True)


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
    console.print(line, markup=False, soft_wrap=True)


def print_json(content: Any) -> None:
    """JSON on stdout."""
    typer.echo(json.dumps(content, indent=1, ensure_ascii=False))


def records(frame: Any) -> Any:
    """Rows of a pandas frame as JSON-like dictionaries, NaN as null."""
    return json.loads(frame.to_json(orient="records"))
