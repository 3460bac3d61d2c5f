"""`bench` as somebody types it, in this process."""

from __future__ import annotations

from typer.testing import CliRunner, Result

from bench.cli.commands import app


def bench(*words: object, columns: int = 100) -> Result:
    """What it prints and its exit code, on a terminal of so many columns; a new process would cost seconds."""
    return CliRunner(env={"COLUMNS": str(columns)}).invoke(
        app, [str(word) for word in words], prog_name="bench"
    )
