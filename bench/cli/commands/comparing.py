"""`bench compare`, `same` and `votes`: which run is better, or whether it is the same, by metrics and by people."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bench.cli import completion
from bench.cli.commands.output import print_all, print_json, progress, warn
from bench.cli.options import (
    DeviceOption,
    JsonOption,
    LimitOption,
    OutOption,
    ViewOption,
    WorkersOption,
    how,
    of_metrics,
    shown,
    words_of,
)


def compare(
    runs: Annotated[
        list[str],
        typer.Argument(
            metavar="RUN",
            help="Runs, the baseline first: id, its beginning, or label.",
            autocompletion=completion.runs,
        ),
    ],
    metrics: Annotated[
        str,
        of_metrics(
            metavar="A,B,…",
            help="Metrics or evaluators; 'all'; main ones by default.",
            autocompletion=completion.metrics,
        ),
    ] = "",
    fail_if_worse: Annotated[
        list[str] | None,
        of_metrics(
            metavar="METRIC[:MARGIN]",
            help="Exit 1 if this is worse than the baseline's by more than MARGIN, with 95 % confidence; repeat.",
        ),
    ] = None,
    across_protocols: Annotated[
        bool, how("--across-protocols", help="Give verdicts even if rate, length, size or coding differ.")
    ] = False,
    markdown: Annotated[
        Path | None, shown(metavar="FILE", help="Report to write, with plots beside it.")
    ] = None,
    view: ViewOption = "default",
    out: OutOption = Path("runs"),
    as_json: JsonOption = False,
) -> None:
    """Say whether one run is better than another, and how sure that is; nothing is measured again.

    Differences are paired by case and each run is held against the first. A
    verdict is given where it would be false in 5 of 100 comparisons at most, over
    all metrics shown together; none by a metric that depends on what the clips
    differ in besides what they show, such as the frame rate.

    bench compare svd@step-1000 svd@step-2000
    bench compare still drift --metrics ssim,flicker --markdown report.md
    bench compare old new --fail-if-worse clipsim:0.01   in a training pipeline
    """
    from bench.cli import tables
    from bench.comparison import gates, notes, records
    from bench.comparison.compare import comparison
    from bench.comparison.markdown import write_report

    asked = [gates.gate(words) for words in fail_if_worse or []]
    found = comparison(out, runs, words_of(metrics), asked, across_protocols, view)
    broken = gates.broken(found.pairs, asked)
    warn(found.problems)
    written = write_report(markdown, found) if markdown else []
    if as_json:
        print_json(records.as_json(found, broken))
    else:
        for pair in found.pairs:
            table = tables.comparison(pair, f"{found.suite}, {found.view}")
            lead = [notes.sentence(pair), *notes.needed(pair)]
            rest = [note for note in notes.notes(pair) if note not in lead]
            print_all([*lead, table, *tables.not_compared(pair), *notes.extreme_lines(pair), *rest])
        print_all([*found.view_notes, *notes.gate_lines(broken), *map(str, written)])
    raise typer.Exit(bool(broken))


def same(
    base: Annotated[
        str,
        typer.Argument(
            metavar="BASE",
            help="The run that is held to be right: id, its beginning, or label.",
            autocompletion=completion.runs,
        ),
    ],
    other: Annotated[
        str,
        typer.Argument(
            metavar="OTHER", help="The run that should be the same.", autocompletion=completion.runs
        ),
    ],
    margin: Annotated[
        float, of_metrics(metavar="SHARE", help="Share of a change of seed that counts as the same.")
    ] = 0.1,
    limit: LimitOption = None,
    floor: Annotated[
        str, how(metavar="HOW", help="BASE made again: run what is missing, reuse what is there, none.")
    ] = "run",
    ceiling: Annotated[
        str,
        how(metavar="HOW", help="BASE under other seeds: run what is missing, reuse what is there, none."),
    ] = "run",
    device: DeviceOption = "auto",
    workers: WorkersOption = 1,
    out: OutOption = Path("runs"),
    as_json: JsonOption = False,
) -> None:
    """Say whether a run is still the same: how far its clips are from BASE's, as a share of a change of seed.

    Clips of the same case and seed are compared frame by frame: PSNR, SSIM, LPIPS
    where its weights are, motion, decay of the first frame, colour. BASE made
    again is the floor (0), BASE under other seeds the ceiling (1); both are made
    once and kept. The same is what is shown to lie within the margin.

    bench same svd svd@quantised
    bench same svd-demo-1f2e svd-demo-9a8b --workers 4   two runs with one label
    bench same svd fast --floor none --ceiling reuse
    """
    from bench.base import devices
    from bench.cli import fidelity_table
    from bench.engine.requests import RunConfig
    from bench.fidelity import job, notes, records, repeats

    modes = repeats.mode(floor, "--floor"), repeats.mode(ceiling, "--ceiling")
    request = job.SameRequest(base, other, *modes, margin, limit)
    config = RunConfig(out, devices.resolve(device, "auto"), workers=workers or 1)
    found = job.same(request, config, progress())
    if as_json:
        print_json(records.as_json(found))
    else:
        first, *rest = notes.lines(found)
        print_all([first, fidelity_table.table(found), *rest])
    raise typer.Exit(bool(found.failures))


def votes(
    file: Annotated[
        Path, typer.Argument(metavar="FILE", help="Votes, as bench board --votes FILE stores them.")
    ],
    out: OutOption = Path("runs"),
    as_json: JsonOption = False,
) -> None:
    """Say which runs people prefer, how sure that is, and which metrics agree with them."""
    from bench.cli import tables
    from bench.votes import polls, texts

    found = polls.read(file, [Path("results"), out])
    warn(found.problems)
    if as_json:
        print_json(polls.as_json(found))
        return
    for poll in found.polls:
        print_all([*tables.poll(poll, found.names), *texts.notes(poll)])
    if not found.polls:
        print_all([f"no votes in {file} yet"])
