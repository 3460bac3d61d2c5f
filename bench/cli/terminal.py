"""Output for people: bars on stderr, tables on stdout."""

from __future__ import annotations

import itertools
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from rich import box
from rich.console import Console
from rich.markup import escape
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress as RichProgress,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.table import Table
from rich.text import Text

from bench.base.progress import Bar, Progress
from bench.base.wording import half, number
from bench.evaluators.catalogue import Catalogue
from bench.models.plans import Plan
from bench.runs import parquet
from bench.scoring import summary, totals, views

if TYPE_CHECKING:
    import pandas as pd

    from bench.engine.dry_run import PlannedCase
    from bench.scoring.views import Chosen


def stdout() -> Console:
    """The console for results; wide unless it is a terminal, so that no cell of a piped table is cut off."""
    console = Console(highlight=False)
    return console if console.is_terminal else Console(highlight=False, width=max(console.width, 200))


def stderr() -> Console:
    """The console for progress and errors."""
    return Console(stderr=True, highlight=False)


class TerminalProgress(Progress):
    """Bars that redraw themselves on a terminal; in a log, a line at the beginning, twice a minute, and at the end."""

    def __init__(self) -> None:
        self.console = stderr()

    @contextmanager
    def bar(self, title: str, total: int) -> Iterator[Bar]:
        if not self.console.is_terminal:
            plain = _LoggedBar(self, title, total)
            self.say(f"{title}: {total} …" if total > 1 else f"{title} …")
            yield plain
            self.say(f"{title}: done in {plain.minutes()}")
            return
        columns = (
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[step]}"),
            TimeElapsedColumn(),
            TimeRemainingColumn(),
        )
        with RichProgress(*columns, console=self.console, transient=True) as drawn:
            yield _DrawnBar(drawn, drawn.add_task(title, total=total, step=""))

    def say(self, text: str) -> None:
        self.console.print(text, markup=False)


class _LoggedBar(Bar):
    def __init__(self, progress: TerminalProgress, title: str, total: int) -> None:
        self.progress, self.title, self.total, self.done = progress, title, total, 0
        self.started = self.said = time.monotonic()

    def advance(self) -> None:
        self.done += 1
        if time.monotonic() - self.said > 30:
            self.said = time.monotonic()
            self.progress.say(f"{self.title}: {self.done} of {self.total} after {self.minutes()}")

    def minutes(self) -> str:
        seconds = round(time.monotonic() - self.started)
        return f"{seconds // 60} min {seconds % 60} s" if seconds >= 60 else f"{seconds} s"


class _DrawnBar(Bar):
    def __init__(self, drawn: RichProgress, task: TaskID) -> None:
        self.drawn, self.task = drawn, task

    def advance(self) -> None:
        self.drawn.update(self.task, advance=1, step="")

    def step(self, done: int, total: int) -> None:
        self.drawn.update(self.task, step=f"{done}/{total}")


def scores_tables(seen: Chosen, metrics: Sequence[str] = ()) -> Iterator[Table | str]:
    """One table per suite: each cell a mean and half its 95 % interval; the longer of runs and metrics goes down.

    Args:
        seen: the rows of one view.
        metrics: names of metrics to show, or of evaluators whose main metrics are shown; none for all main metrics. A
            metric that no run has a value of is not shown.
    """
    rows = seen.rows
    names, known = summary.names(rows), summary.catalogue_of(rows)
    scores = summary.scores(rows)
    for suite, group in scores.groupby(parquet.suite_ids(scores), sort=False):
        measured = group[group["mean"].notna()]
        there = list(measured["metric"].unique())
        chosen = set(known.chosen(metrics, there))
        shown = [metric for metric in known.ordered(there) if metric in chosen]
        cells = {(row["run"], row["metric"]): _cell(row) for row in measured.to_dict("records")}
        runs = list(group["run"].unique())
        lines = [[cells.get((run, metric), "–") for metric in shown] for run in runs]
        for line, run in zip(lines, runs, strict=True):
            line.append(_coverage(group[group["run"] == run]))
        headings = [*(f"{metric} {known.card(metric).arrow}".rstrip() for metric in shown), "clips"]
        title = f"{suite}, {views.heading(seen.views[suite])}"
        yield _table(title, [names[run] for run in runs], headings, lines)
        if suite in seen.notes:
            yield seen.notes[suite]


def _table(title: str, runs: list[str], metrics: list[str], lines: list[list[str]]) -> Table:
    """Runs down and metrics across, or transposed if there are more metrics than runs."""
    down, across, corner = runs, metrics, "entry"
    if len(metrics) > len(runs):
        down, across, corner = metrics, runs, "metric"
        lines = [list(column) for column in zip(*lines, strict=True)]
    table = Table(corner, title=title, title_justify="left")
    for heading in across:
        table.add_column(escape(heading), justify="right")
    for heading, line in zip(down, lines, strict=True):
        table.add_row(escape(heading), *line)
    return table


def totals_table(rows: pd.DataFrame) -> Table:
    """The totals of one run with their parts, or why there is none."""
    table = Table("total", title="Totals", title_justify="left")
    for heading in ("mean", "95 % interval", "cases"):
        table.add_column(heading, justify="right")
    table.add_column("parts")
    for total in totals.records(rows):
        table.add_row(*_total_row(total))
    return table


def _total_row(total: Mapping[str, Any]) -> list[str]:
    name = f"{total['recipe']} v{total['version']}"
    if total["mean"] is None:
        return [name, "–", "–", "0", f"no total: {escape(', '.join(total['missing']))} missing"]
    without = (
        f" ({total['clips_without']} of {total['clips']} clips have none)" if total["clips_without"] else ""
    )
    return [
        name,
        f"{total['mean']:.1f}",
        "–" if total["low"] is None else f"{total['low']:.1f} … {total['high']:.1f}",
        f"{total['cases']}{without}",
        " · ".join(f"{group} {number(part)}" for group, part in total["parts"].items()),
    ]


def run_table(seen: Chosen) -> Table:
    """Every metric of one run in a view, group by group: title, mean, interval, coverage and what it means."""
    rows = seen.rows
    known = summary.catalogue_of(rows)
    title = f"{rows['label'].iloc[0]} on {rows['suite'].iloc[0]}, {seen.heading}"
    table = Table("metric", title=title, title_justify="left")
    table.add_column("what it is")
    for heading in ("mean", "95 % interval", "cases", "no value"):
        table.add_column(heading, justify="right")
    table.add_column("definition")
    scores = {score["metric"]: score for score in summary.scores(rows).to_dict("records")}
    for group, metrics in known.groups(scores).items():
        table.add_row(Text(group, style="bold"))
        for metric in metrics:
            table.add_row(*_run_row(known, metric, scores[metric]))
    return table


def _run_row(known: Catalogue, metric: str, score: Mapping[Any, Any]) -> list[str]:
    card = known.card(metric, str(score["metric_version"]))
    has_interval = score["low"] == score["low"]
    return [
        escape(f"{metric} {card.arrow}".rstrip()),
        escape(card.title),
        number(score["mean"]),
        f"{number(score['low'])} … {number(score['high'])}" if has_interval else "–",
        str(score["cases"]),
        str(score["failed"] or ""),
        escape(card.definition),
    ]


def plan_table(rows: Sequence[PlannedCase]) -> Table:
    """What a run would do: one line for the cases of a model that are planned alike."""
    table = Table("model", "cases", "clips", "frames", "size", "fps", "steps", "cost, $", "what to know")
    for group in alike(rows):
        plan, clips = group[0].plan, sum(row.clips for row in group)
        cases = group[0].case if len(group) == 1 else f"{len(group)} ({group[0].case} …)"
        size = f"{plan.width} x {plan.height}" if plan.width and plan.height else "as the image"
        cropped = sum(row.plan.crop is not None for row in group)
        notes = [
            group[0].error,
            *plan.notes,
            f"cuts off the edges of {cropped} of {len(group)} images" if cropped else "",
        ]
        words = [
            group[0].label, cases, str(clips), _frames(plan), size, _or_dash(plan.fps), _or_dash(plan.steps),
            "" if plan.cost is None else f"{plan.cost * clips:.2f}", "; ".join(note for note in notes if note),
        ]  # fmt: skip
        table.add_row(*map(escape, words))
    return table


def alike(rows: Sequence[PlannedCase]) -> list[list[PlannedCase]]:
    """The cases of one model that are planned alike, but for the crop, together."""
    groups: dict[tuple[object, ...], list[PlannedCase]] = {}
    for row in rows:
        groups.setdefault((row.label, replace(row.plan, crop=None), row.error), []).append(row)
    return list(groups.values())


def _frames(plan: Plan) -> str:
    is_cut = plan.made_frames is not None and plan.made_frames != plan.frames
    return f"{plan.frames} of {plan.made_frames}" if is_cut else _or_dash(plan.frames)


def _or_dash(value: float | None) -> str:
    return "–" if value is None else f"{value:g}"


def failures_tables(rows: pd.DataFrame, *statuses: str) -> Iterator[Table]:
    """Why values are missing: one table per status that occurs."""
    for status in statuses:
        failures = summary.failures(rows[rows["status"] == status])
        if len(failures):
            yield _failures_table(failures, status)


def _failures_table(failures: pd.DataFrame, title: str) -> Table:
    import pandas as pd

    table = Table("entry", "case", "seed", "metrics", "why", title=title, title_justify="left")
    for failure in failures.to_dict("records"):
        case = str(failure["case"]) if pd.notna(failure["case"]) else "the set"
        seed = str(int(failure["seed"])) if pd.notna(failure["seed"]) else ""
        table.add_row(*map(Text, (str(failure["label"]), case, seed, failure["metrics"], failure["error"])))
    return table


def listing(headings: Sequence[str], lines: Iterable[Sequence[Any]], groups: Sequence[str] = ()) -> Table:
    """A table of texts, which are not markup; nothing in it is cut off.

    Args:
        headings: of the columns.
        lines: cells of each line.
        groups: of each line, in a table with many columns; lines of one group stand together, under its name.
    """
    is_wide = any(groups)
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, collapse_padding=True) if is_wide else Table()
    for place, heading in enumerate(headings):
        table.add_column(heading, overflow="fold", no_wrap=is_wide and place == 0)
    before = ""
    for line, group in zip(lines, groups or itertools.repeat(""), strict=False):
        if group != before:
            table.add_row(Text(group, style="bold"))
            before = group
        table.add_row(*(Text("" if cell is None else str(cell)) for cell in line))
    return table


def _cell(score: Mapping[Any, Any]) -> str:
    width = half(score["mean"], score["low"], score["high"])
    shown = f"[dim]{width}[/dim]" if width.startswith("(") else width
    return f"{number(score['mean'])} {shown}".rstrip()


def _coverage(cells: pd.DataFrame) -> str:
    """How many clips there are, and how many of them lack a number because something broke."""
    clips = int(cells["clips"].max())
    broken = int((cells["failed"] - cells["unmeasurable"]).max())
    return f"{clips - broken} of {clips}" if broken else str(clips)
