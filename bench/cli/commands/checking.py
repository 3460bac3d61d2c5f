"""`bench verify`: whether the files of runs are as they were written."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bench.cli.commands.output import print_json, progress, say
from bench.cli.options import FoldersArgument, JsonOption, OutOption, how


def verify(
    runs: FoldersArgument = None,
    repair: Annotated[
        bool, how("--repair", help="Move what is wrong aside, so that the next run makes it again.")
    ] = False,
    out: OutOption = Path("runs"),
    as_json: JsonOption = False,
) -> None:
    """Check every clip, record, row and feature of runs against its digest.

    Names what is missing, changed, duplicated, orphaned or of another version,
    and what to do. Exit 1: something is. Nothing is ever deleted: --repair gives
    files that are in the way names that end in .corrupt-….

    bench verify                     all runs
    bench verify svd                 one run
    bench verify /lustre/i2v --repair
    """
    from bench.runs import verification

    shown = progress()
    found, renamed = [], []
    for folder in verification.places(out, runs or []):
        faults = verification.faults(folder, shown)
        found += faults
        if repair and any(each.aside for each in faults):
            renamed += verification.set_aside(folder, faults)
    if as_json:
        print_json({"faults": [each.as_json() for each in found], "renamed": [str(path) for path in renamed]})
    else:
        say("\n".join([*map(str, found), *(f"kept as {path}" for path in renamed)]) or "all files are sound")
    raise typer.Exit(bool(found))
