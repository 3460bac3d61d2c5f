"""What `bench run` and `evaluate` print at the end: the verdict, three numbers, where to look, and then the table."""

from __future__ import annotations

import shlex
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from bench.base.json_values import records
from bench.base.wording import duration
from bench.cli.commands.output import print_all, print_json, warn
from bench.cli.loudness import is_quiet
from bench.types import NATIVE

if TYPE_CHECKING:
    import pandas as pd

    from bench.cli.layout import Grid
    from bench.engine.jobs import JobReport
    from bench.engine.requests import MetricRequest
    from bench.runs import RunFolder
    from bench.scoring.views import Chosen

MOST_PATHS = 3
"""Runs whose folders are printed one by one; of more, the folder that they lie in."""


@dataclass(frozen=True)
class Done:
    """A job that has ended.

    Attributes:
        report: what it did.
        wanted: the metrics that were asked for.
        out: the folder of runs.
        seconds: how long it took.
    """

    report: JobReport
    wanted: MetricRequest
    out: Path
    seconds: float


def print_report(done: Done, as_json: bool) -> None:
    """Tables, failures, what is missing and where things are; exits 1 if something asked for is not there."""
    from bench.scoring import summary, totals, views

    report, wanted = done.report, done.wanted
    lacking = report.unavailable if wanted.names else {}
    warn(f"not measured: {evaluator}: {reason}" for evaluator, reason in lacking.items())
    seen = views.chosen(report.rows, _shown_view(wanted, report.rows))
    if as_json:
        runs = [str(folder.path) for folder in report.folders]
        scores = records(summary.scores(seen.rows))
        found = {
            "runs": runs,
            "views": dict(seen.views),
            "view_notes": dict(seen.notes),
            "totals": totals.records(seen.rows),
            "scores": scores,
        }
        print_json({**found, "unavailable": report.unavailable})
    else:
        print_all(_shown(done, seen))
    raise typer.Exit(bool(report.failed or report.lost or lacking))


def _shown_view(wanted: MetricRequest, rows: pd.DataFrame) -> str:
    """The default view if clips were measured in it, else the first in which they were; native if nothing was there."""
    from bench.media import clip_view
    from bench.scoring import views

    if clip_view.DEFAULT in wanted.views:
        return views.DEFAULT
    first = str(wanted.views[0] or NATIVE)
    return first if first in rows["view"].unique() else NATIVE


def _shown(done: Done, seen: Chosen) -> Iterator[Grid | str]:
    from bench.cli import score_tables
    from bench.scoring import summary

    report, scores = done.report, summary.scores(seen.rows)
    yield from score_tables.stories(seen, scores)
    clips = made(report) if report.is_generating else f"{report.kept} clips, {_measured(report)}"
    share = f"shard {report.shard}: " if report.shard else ""
    yield f"{share}{clips}, in {duration(done.seconds)}"
    if not is_quiet():
        yield from where_to_look(report.folders, done.out)
    yield from score_tables.side_by_side(seen, scores, done.wanted.names)
    yield from score_tables.failures(seen.rows, "failed")
    holes = int((seen.rows["status"] == "not measurable").sum())
    if holes:
        yield f"{holes} numbers are not measurable on these clips: bench show RUN says why"
    if not done.wanted.names:
        yield from (
            f"not measured: {evaluator}: {reason}" for evaluator, reason in report.unavailable.items()
        )


def where_to_look(folders: Sequence[RunFolder], out: Path) -> Iterator[str]:
    """Where the runs lie, and the commands that show more of them, each with what it is for."""
    from bench.runs import buckets

    place = buckets.named(out)
    paths = [f"{place}/{folder.path.name}" for folder in folders]
    yield from paths if len(paths) <= MOST_PATHS else [f"{len(paths)} runs in {place}"]
    names = [shlex.quote(name) for name in _names(folders, out)]
    commands = {f"bench show {names[0]}": "every metric, and why values are missing"}
    if len({folder.run.suite_id for folder in folders[:2]}) == 1 < len(folders):
        commands[f"bench compare {names[0]} {names[1]}"] = "which is better, and how sure that is"
    commands["bench board"] = "the leaderboard, with the clips"
    option = "" if out == Path("runs") else f" --out {shlex.quote(place)}"
    room = max(len(f"{command}{option}") for command in commands)
    for command, purpose in commands.items():
        yield f"{command + option:<{room}}   {purpose}"


def _names(folders: Sequence[RunFolder], out: Path) -> list[str]:
    """The label of each run, or its id where another run has that label."""
    from bench import runs

    labels = Counter(folder.run.label for folder in runs.find(out))
    return [folder.run.label if labels[folder.run.label] == 1 else folder.path.name for folder in folders]


def made(report: JobReport) -> str:
    """'63 clips generated (0 were there), 10353 numbers measured'."""
    lost = (
        f"; {report.lost_before} failed before: --retry-failed tries them again" if report.lost_before else ""
    )
    clips = f"{report.made} clips generated ({report.kept} were there{lost})"
    if not report.made:
        clips = f"nothing to generate ({report.kept} clips are there{lost})"
    return f"{clips}, {_measured(report)}"


def _measured(report: JobReport) -> str:
    done = f"{report.measured} numbers measured" if report.measured else "nothing to measure"
    others = f"; other processes are at {report.elsewhere} more clips" if report.elsewhere else ""
    return done + others
