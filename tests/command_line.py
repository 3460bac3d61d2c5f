"""`bench` as somebody types it, in this process."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import typer.main
from typer.testing import CliRunner, Result

from bench.cli.commands import app


def bench(*words: object, columns: int = 100) -> Result:
    """What it prints and its exit code, on a terminal of so many columns; a new process would cost seconds."""
    return CliRunner(env={"COLUMNS": str(columns)}).invoke(
        app, [str(word) for word in words], prog_name="bench"
    )


def parsed(words: list[str]) -> dict[str, Any]:
    """The options of a command line, by their names in Python; nothing is run.

    Raises:
        TyperException: there is no such option, or it does not take that.
    """
    name = next(name for name in commands() if words[: len(name.split())] == name.split())
    with commands()[name].make_context(name, words[len(name.split()) :]) as context:
        return dict(context.params)


def commands() -> dict[str, Any]:
    """Every command, as it is typed -> what it is; of groups, those in them."""
    return dict(_below(typer.main.get_command(app)))


def _below(group: Any, before: str = "") -> Iterator[tuple[str, Any]]:
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from _below(command, f"{before}{name} ")
        else:
            yield before + name, command
