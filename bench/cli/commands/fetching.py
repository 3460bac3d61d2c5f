"""`bench fetch`: weights of metrics, ahead of time."""

from __future__ import annotations

from typing import Annotated

import typer

from bench.base import network
from bench.cli import completion
from bench.cli.commands.output import print_json, progress, say, warn
from bench.cli.options import JsonOption, MetricSetOption, OfflineOption, how
from bench.errors import Unavailable


def fetch(
    names: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="METRIC",
            help="Metrics, evaluators or files of bench ls weights; none: all that are measured by default.",
            autocompletion=completion.metrics,
        ),
    ] = None,
    metric_set: MetricSetOption = None,
    licence: Annotated[
        list[str] | None,
        how("--accept-licence", metavar="NAME", help="A licence with terms that you have read; repeat."),
    ] = None,
    offline: OfflineOption = False,
    as_json: JsonOption = False,
) -> None:
    """Bring the weights of metrics here, for machines that will be offline.

    Each file is checked byte by byte; what is here is not fetched again. The
    folder is $BENCH_CACHE/weights, by default in ~/.cache/i2v-bench.
    Exit 1: something could not be fetched.

    bench fetch                        for all metrics of the default run
    bench fetch clipsim fvd            for these
    bench fetch vbench_motion_smoothness --accept-licence CC-BY-NC-4.0
    """
    from bench.engine import fetch_ahead, resolve_metrics

    network.forget_failures()
    files = fetch_ahead.wanted(names or [], metric_set or [])
    fetch_ahead.accept(licence or [], files)
    shown = progress()
    for name, under in fetch_ahead.unaccepted(files).items():
        what = ", ".join(each.file.name for each in under)
        if shown.agrees(f"{what}: {name}, {under[0].file.terms}. Do you accept that?", unasked=False):
            fetch_ahead.accept([name], files)
    failures = []
    for each in files:
        try:
            path = resolve_metrics.fetch(each.file, shown)
        except Unavailable as error:
            failures.append(str(error))
            continue
        if not as_json:
            say(
                f"{each.file.name} ({each.file.amount}, {each.file.licence}) for {', '.join(each.users)}: {path}"
            )
    if as_json:
        print_json([each.as_json() for each in files])
    warn(failures)
    raise typer.Exit(bool(failures))
