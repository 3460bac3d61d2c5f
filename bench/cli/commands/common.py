"""What every command has: --config, --quiet and --verbose, declared once, and a help without Python's types."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperCommand, TyperGroup

from bench.cli import config
from bench.cli.loudness import loudness, to_stderr
from bench.cli.options import how, shown
from bench.errors import BenchError


def _read(context: typer.Context, path: Path | None) -> None:
    """Makes the options of a file the defaults of the command."""
    if path is None or context.resilient_parsing:
        return
    try:
        context.default_map = {**(context.default_map or {}), **config.read(path, context)}
    except BenchError as error:
        to_stderr(f"error: {error}")
        raise typer.Exit(2) from None


def _declared(
    context: typer.Context,
    config: Annotated[
        Path | None,
        how(
            "--config",
            metavar="FILE",
            is_eager=True,
            callback=_read,
            help="TOML file of options by their long names; the command line wins. bench run --dry-run prints one.",
        ),
    ] = None,
    quiet: Annotated[bool, shown("--quiet", "-q", help="Only results and errors.")] = False,
    verbose: Annotated[
        bool,
        shown("--verbose", "-v", help="Also what is read, fetched and chosen, and tracebacks of errors."),
    ] = False,
) -> None:
    """Only its parameters count: `common` adds them to those of each command."""


ADDED = dict(inspect.signature(_declared, eval_str=True).parameters)


def common(command: Callable[..., None]) -> Callable[..., None]:
    """The command with --config, --quiet and --verbose."""
    own = inspect.signature(command, eval_str=True)

    @wraps(command)
    def loud(**options: Any) -> None:
        context, quiet, verbose = options["context"], options.pop("quiet"), options.pop("verbose")
        options.pop("config")
        for name in config.overridden(context):
            options[name] = own.parameters[name].default
        if "context" not in own.parameters:
            options.pop("context")
        with loudness(quiet, verbose):
            command(**options)

    parameters = [
        each.replace(kind=inspect.Parameter.KEYWORD_ONLY) for each in (own.parameters | ADDED).values()
    ]
    loud.__signature__ = own.replace(parameters=parameters)  # type: ignore[attr-defined]
    return loud


class _Help:
    """A help that shows metavars, and no types such as <list[str]>."""

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Writes the help."""
        for param in self.get_params(ctx):  # type: ignore[attr-defined]
            if param.name == "help" and ctx.parent:
                param.rich_help_panel = shown.keywords["rich_help_panel"]
            if param.param_type_name == "argument" or getattr(param, "is_flag", False):
                param.display_type_rich = lambda ctx: None  # where Typer has it
            param._get_number_range_help_str = lambda: None
        super().format_help(ctx, formatter)  # type: ignore[misc]


class Command(_Help, TyperCommand):
    """A command of `bench`."""


class Group(_Help, TyperGroup):
    """`bench` itself."""
