"""`bench progress`, `verify` and `compact`: how far runs are, whether their files are sound, all rows in one file."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated

import typer

from bench.cli.commands import output
from bench.cli.commands.output import print_all, print_json, say
from bench.cli.options import FoldersArgument, JsonOption, OutOption, ShardOption, how, shown

SECONDS = 5.0
"""Between two looks of --watch."""


def progress(
    runs: FoldersArgument = None,
    shard: ShardOption = "",
    watch: Annotated[
        bool, shown("--watch", help="Print it again every 5 seconds, until all is done.")
    ] = False,
    out: OutOption = Path("runs"),
    as_json: JsonOption = False,
) -> None:
    """Say how far runs are: made, failed, measured, by whom, at what rate, until when.

    It looks at files and locks alone, so that it works beside any number of
    processes on any machine that sees the folder. Exit 1: something is missing.

    bench progress                     all runs
    bench progress svd --watch
    bench progress svd --shard 3/8     only what falls to one shard
    """
    from bench.cli import progress_table
    from bench.engine import run_progress, units
    from bench.runs import verification

    share = units.shard_named(shard)
    folders = verification.places(out, runs or [])
    while True:
        found = [run_progress.of_run(folder, share) for folder in folders]
        is_done = all(each.is_done for each in found)
        if as_json:
            print_json([each.as_json() for each in found])
        else:
            print_all(progress_table.shown(found))
        if is_done or not watch:
            break
        time.sleep(SECONDS)
    raise typer.Exit(not is_done)


def compact(out: OutOption = Path("runs")) -> None:
    """Write the rows of all runs into one parquet file, for DuckDB, pandas and the like.

    It is compact.parquet in the folder of runs. Nothing needs it: delete it at
    any time, and make it again.

    bench compact --out /lustre/i2v
    """
    from bench.runs import compact as all_rows

    say(all_rows.write(out, output.progress()))


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

    bars = output.progress()
    found, renamed = [], []
    for folder in verification.places(out, runs or []):
        faults = verification.faults(folder, bars)
        found += faults
        if repair and any(each.aside for each in faults):
            renamed += verification.set_aside(folder, faults)
    if as_json:
        print_json({"faults": [each.as_json() for each in found], "renamed": [str(path) for path in renamed]})
    else:
        say("\n".join([*map(str, found), *(f"kept as {path}" for path in renamed)]) or "all files are sound")
    raise typer.Exit(bool(found))
