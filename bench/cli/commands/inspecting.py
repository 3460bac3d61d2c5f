"""`bench ls`, `show` and `doctor`: what exists, what a run holds, what is missing."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bench.base.json_values import records
from bench.cli import completion
from bench.cli.commands.output import print_all, print_json, say, warn
from bench.cli.options import (
    DeviceOption,
    DtypeOption,
    JsonOption,
    MemoryOption,
    OfflineOption,
    OutOption,
    RunArgument,
    SetOption,
    ViewOption,
    of_models,
    shown,
)
from bench.errors import UsageError, meant


def ls(
    kind: Annotated[
        str,
        typer.Argument(
            metavar="KIND",
            help="What to list: models, metrics, suites, weights or runs.",
            autocompletion=completion.kinds,
        ),
    ],
    words: Annotated[
        list[str] | None, typer.Argument(help="Only what has these words, as wan.", metavar="WORD")
    ] = None,
    is_long: Annotated[bool, shown("--long", help="Metrics: definitions, too.")] = False,
    out: OutOption = Path("runs"),
    as_json: JsonOption = False,
) -> None:
    """List models, metrics, suites, weights or runs.

    bench ls models                   what can be run
    bench ls models wan               those of one family
    bench ls metrics                  a line per metric
    bench ls metrics warping_error    what it means
    bench ls runs                     what is stored
    """
    from bench.cli import listings

    kind = meant("kind", kind, listings.KINDS)
    found = listings.of(kind, out, words or [])
    warn(listings.problems(kind, out))
    if as_json:
        print_json(found.entries)
    elif kind == "metrics" and (is_long or found.is_named_by(words or [])):
        from bench.cli import listed_metrics, terminal

        print_all(listed_metrics.definitions(found, terminal.stdout().width))
    else:
        print_all([found.grid(), *listings.notes(kind)])


def show(
    run: RunArgument,
    view: ViewOption = "default",
    out: OutOption = Path("runs"),
    as_json: JsonOption = False,
) -> None:
    """Print every metric of a run, and why values are missing."""
    from bench import runs
    from bench.cli import listings, score_tables
    from bench.runs import row_facts, row_tables
    from bench.scoring import summary, totals, views

    folder = runs.named(out, run)
    found, problems = folder.rows.table()
    warn(problems)
    seen = views.chosen(row_tables.frame([found]), view)
    rows = seen.rows
    if as_json:
        scores, failures = records(summary.scores(rows)), records(summary.failures(rows))
        shown = {"view": seen.heading, "view_notes": dict(seen.notes), "totals": totals.records(rows)}
        print_json({**shown, "scores": scores, "failures": failures})
        return
    if not len(rows):
        raise UsageError(f"run '{run}' has no measurements yet: bench evaluate {run}")
    print_all(
        [
            *score_tables.of_run(seen),
            *filter(None, [row_facts.gif_note(rows["decoded"]), listings.terms_of_suite(folder)]),
            *score_tables.failures(rows, "not measurable", "failed"),
        ]
    )


def doctor(
    models: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="MODEL",
            help="Models, also with treatments; none: this machine.",
            autocompletion=completion.models,
        ),
    ] = None,
    settings: SetOption = None,
    checkpoint: Annotated[
        str, of_models(metavar="PATH", help="Folder or hub id in place of the model's own weights.")
    ] = "",
    device: DeviceOption = "auto",
    dtype: DtypeOption = "auto",
    memory: MemoryOption = "full",
    offline: OfflineOption = False,
    as_json: JsonOption = False,
) -> None:
    """Say what models lack on this machine, and the line that fixes it.

    Packages, weights, keys, programs, servers, memory; nothing is downloaded.
    Exit 1: something is missing.

    bench doctor                             this machine: GPU, codecs, hub
    bench doctor svd kling wan2.1-i2v-480p   what each of them lacks
    bench doctor command --set program=my.toml
    """
    from bench.doctor import machine, model_checkups
    from bench.types import Runtime

    where = Runtime(device, dtype, memory)
    found = model_checkups.checkups(models or [], settings or [], checkpoint, where) or [machine.checkup()]
    if as_json:
        print_json([each.as_json() for each in found])
    else:
        say("\n".join(str(each) for each in found))
    raise typer.Exit(not all(each.is_fit for each in found))
