"""The commands in groups: each parses, calls one library function and prints.

Imported from here: `app`. Knows every room. Progress goes to stderr, results to stdout, `--json` is for machines. Exit
0: all good; 1: a clip could not be made or measured because something broke, now or before, or a metric asked for by
name cannot be measured here, or a gate is broken; 2: wrong use, nothing was started. Only what was asked for counts.
0 also: a scheduler's SIGTERM or SIGUSR1 stopped run, generate or evaluate, which go on when they are started again.
70: a mistake of ours, with a traceback; 130: Ctrl-C; 141: the reader of the output has gone.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

import typer

from bench.base.provenance import bench_version
from bench.cli import streams
from bench.cli.commands import (
    calibrating,
    checking,
    comparing,
    creating,
    fetching,
    inspecting,
    launching,
    running,
    sharing,
    suites,
)
from bench.cli.commands.common import Command, Group, common
from bench.cli.commands.output import plain_errors
from bench.cli.commands.places import placed


class _CommandLine(typer.Typer):
    """Typer's, in a process whose streams are ours; what tests call goes without."""

    def __call__(self, *words: Any, **named: Any) -> Any:
        with streams.process_streams():
            return super().__call__(*words, **named)


app = _CommandLine(
    cls=Group,
    name="bench",
    help="I2V Bench: animate a fixed suite of images with image-to-video models, measure the clips, compare.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="bench run with no arguments needs no GPU and no download: the null models on nine photographs.",
)

COMMANDS = {
    "Make and measure": (running.run, running.generate, running.evaluate),
    "Look and judge": (
        inspecting.show, comparing.compare, comparing.same, sharing.board, comparing.votes,
        calibrating.calibrate,
    ),
    "Share": (sharing.export, sharing.serve, sharing.publish, checking.compact),
    "What there is": (inspecting.ls, checking.progress, checking.verify, inspecting.doctor, fetching.fetch),
    "Your own": (creating.new,),
}  # fmt: skip
"""The commands, in the groups and the order of the help."""

GROUPS: dict[str, tuple[str, str, dict[str, Callable[..., None]]]] = {
    "launch": (
        "Make and measure",
        "Write the script that runs a command on a cluster, and send it.",
        {"slurm": launching.slurm},
    ),
    "suite": (
        "Your own",
        "Bring suites of others here: VBench-I2V, I2V-Bench, VBVR, WBench, UCF-101, MSR-VTT.",
        {"import": suites.import_},
    ),
}
"""Commands of two words: the first one, its group in the help, what it says of itself, and the second ones."""

REQUEUED = COMMANDS["Make and measure"]
"""The commands that a scheduler may stop and start again."""

for panel, commands in COMMANDS.items():
    for command in commands:
        is_requeued = command in REQUEUED
        complete = common(plain_errors(placed(command, is_reading=not is_requeued), is_requeued))
        app.command(cls=Command, rich_help_panel=panel)(complete)

for word, (panel, about, second_words) in GROUPS.items():
    group = typer.Typer(
        cls=Group,
        help=about,
        no_args_is_help=True,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    for second, command in second_words.items():
        group.command(second, cls=Command)(common(plain_errors(command)))
    app.add_typer(group, name=word, rich_help_panel=panel)


def _version(is_asked: bool) -> None:
    if is_asked:
        typer.echo(bench_version())
        raise typer.Exit


@app.callback()
def main(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """I2V Bench: animate a fixed suite of images with image-to-video models, measure the clips, compare."""
