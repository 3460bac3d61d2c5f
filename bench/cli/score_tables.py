"""Scores for people: a few metrics of several runs side by side, or every metric of one run."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from bench.base.wording import number, with_interval
from bench.cli.layout import Column, Grid
from bench.evaluators.catalogue import Catalogue
from bench.runs import parquet
from bench.scoring import entries, standings, summary, totals, views
from bench.scoring.recipes import MOVING
from bench.scoring.story import story

if TYPE_CHECKING:
    import pandas as pd

    from bench.scoring.views import Chosen

NOTHING = "–"
"""What stands where there is no number."""

MOST_CASES = 6
"""Clips that are named before the rest is counted."""


def stories(seen: Chosen, scores: pd.DataFrame) -> Iterator[str]:
    """What the totals say, one line per suite in which a run has one, and which runs are not ranked.

    Args:
        seen: the rows of one view.
        scores: of these rows, by summary.scores.
    """
    for suite, group in scores.groupby(parquet.suite_ids(scores), sort=False):
        found = standings.standing(seen.rows, group, str(suite), [], MOVING)
        if not any(line.total for line in found.lines):
            continue
        outside = entries.left_out(seen.rows, group)
        ranked = tuple(line for line in found.lines if line.run not in outside)
        if ranked:
            yield f"{suite}: {story(replace(found, lines=ranked))}"
        names = {line.run: line.name for line in found.lines}
        yield from (f"{suite}: {names[run]} is not ranked: {reason}" for run, reason in outside.items())


def side_by_side(seen: Chosen, scores: pd.DataFrame, metrics: Sequence[str] = ()) -> Iterator[Grid | str]:
    """One table per suite: a mean and half its 95 % interval per run and metric, the total first.

    Metrics that are equal in all runs share a line below it.

    Args:
        seen: the rows of one view.
        scores: of these rows, by summary.scores.
        metrics: names of metrics to show, or of evaluators whose main metrics are shown; none for those of
            Catalogue.headline. A metric that no run has a value of is not shown.
    """
    known, names = summary.catalogue_of(seen.rows), summary.names(seen.rows)
    texts = {(str(row["run"]), str(row["metric"])): _mean(row) for row in scores.to_dict("records")}
    of_recipes: dict[str, dict[str, str]] = {}
    for each in totals.records(seen.rows):
        if each["mean"] is not None:
            of_recipes.setdefault(f"{each['recipe']} v{each['version']}", {})[each["run"]] = _mean(each)
    for suite, group in scores.groupby(parquet.suite_ids(scores), sort=False):
        there = list(group.loc[group["mean"].notna(), "metric"].unique())
        wanted = set(known.chosen(metrics, there) if metrics else known.headline(there))
        runs = [str(run) for run in group["run"].unique()]
        cells = {
            metric: [texts.get((run, metric), NOTHING) for run in runs]
            for metric in known.ordered(there)
            if metric in wanted
        }
        same = [metric for metric in cells if len(runs) > 1 and len({*cells[metric]}) == 1]
        whole = [
            [f"Total: {recipe} ↑", "", *(of_runs.get(run, NOTHING) for run in runs)]
            for recipe, of_runs in of_recipes.items()
            if not of_runs.keys().isdisjoint(runs)
        ]
        lines = [
            *whole,
            *([known.heading(metric), metric, *cells[metric]] for metric in cells if metric not in same),
            ["Clips", "", *(_coverage(group[group["run"] == run]) for run in runs)],
        ]
        columns = (Column("metric"), Column("id", spare=1), *(Column(names[run], "right") for run in runs))
        yield Grid(columns, lines, f"{suite}, {views.heading(seen.views[suite])}", splits=2)
        if same:
            said = (f"{known.card(metric).title or metric} {cells[metric][0]}" for metric in same)
            yield f"the same in {'both' if len(runs) == 2 else f'all {len(runs)}'}: {', '.join(said)}"
        if more := len(there) - len(cells):
            yield f"{more} more metrics: bench show RUN"
        if suite in seen.notes:
            yield seen.notes[suite]


def of_run(seen: Chosen) -> Iterator[Grid | str]:
    """One run in a view: its totals, and every metric, group by group."""
    rows = seen.rows
    known = summary.catalogue_of(rows)
    yield _totals(rows)
    scores = {str(score["metric"]): score for score in summary.scores(rows).to_dict("records")}
    grouped = [(group, metric) for group, own in known.groups(scores).items() for metric in own]
    columns = (
        Column("metric"), Column("id", spare=1), Column("mean ± 95 %", "right"), Column("clips", "right")
    )  # fmt: skip
    title = f"{rows['label'].iloc[0]} on {rows['suite'].iloc[0]}, {seen.heading}"
    lines = [_run_line(known, metric, scores[metric]) for _, metric in grouped]
    yield Grid(columns, lines, title, groups=[group for group, _ in grouped])
    yield "bench ls metrics ID: what a metric means"
    yield from seen.notes.values()


def failures(rows: pd.DataFrame, *statuses: str) -> Iterator[Grid]:
    """Why values are missing: one table per status that occurs, and a line per reason, with its clips."""
    clips = rows.loc[rows["case"].notna(), ["run", "case", "seed"]].drop_duplicates()
    of = {str(label): len(own) for label, own in clips.groupby(rows["label"], observed=True)}
    for status in statuses:
        found = summary.failures(rows[rows["status"] == status])
        if len(found):
            yield _failures(found, status, of)


def _failures(found: pd.DataFrame, title: str, of: Mapping[str, int]) -> Grid:
    """The table; of tells how many clips each entry has."""
    keys = ["label", "metrics", "error"]
    lines = [
        [str(label), _clips(own, of.get(str(label), 0)), str(metrics), str(error)]
        for (label, metrics, error), own in found.groupby(keys, sort=False, observed=True)
    ]
    texts = [Column(heading, wraps=True) for heading in ("clips", "metrics", "why")]
    if len({line[0] for line in lines}) == 1:
        return Grid(tuple(texts), [line[1:] for line in lines], title)
    return Grid((Column("entry"), *texts), lines, title)


def _clips(found: pd.DataFrame, of: int) -> str:
    """'9: bird, cat, …': how many clips, by case, and by seed where that is not 0; 'all 10' for all of the entry."""
    if len(found) == of > 1:
        return f"all {of}"
    has_case = found["case"].notna()
    clips = [
        (f"{case}-{int(seed)}" if seed else str(case)) if known else "the set"
        for case, seed, known in zip(found["case"], found["seed"], has_case, strict=True)
    ]
    more = f" and {len(clips) - MOST_CASES} more" if len(clips) > MOST_CASES else ""
    return f"{len(clips)}: {', '.join(clips[:MOST_CASES])}{more}" if len(clips) > 1 else clips[0]


def _mean(score: Mapping[Any, Any]) -> str:
    """'0.93 ± 0.02'; of a total, too."""
    mean, low, high = (math.nan if score[end] is None else score[end] for end in ("mean", "low", "high"))
    return with_interval(mean, low, high)


def _coverage(cells: pd.DataFrame) -> str:
    """How many clips there are, and how many of them lack a number because something broke."""
    clips = int(cells["clips"].max())
    broken = int((cells["failed"] - cells["unmeasurable"]).max())
    return f"{clips - broken} of {clips}" if broken else str(clips)


# One run


def _totals(rows: pd.DataFrame) -> Grid:
    """The totals of one run with their parts, or why there is none."""
    columns = (
        Column("total"), Column("mean ± 95 %", "right"), Column("cases", wraps=True), Column("parts", wraps=True)
    )  # fmt: skip
    return Grid(columns, [_totals_line(total) for total in totals.records(rows)], "Totals")


def _totals_line(total: Mapping[str, Any]) -> list[str]:
    name = f"{total['recipe']} v{total['version']}"
    if total["mean"] is None:
        return [name, NOTHING, "0", f"no total: {', '.join(total['missing'])} missing"]
    without = (
        f" ({total['clips_without']} of {total['clips']} clips have none)" if total["clips_without"] else ""
    )
    parts = " · ".join(f"{group} {number(part)}" for group, part in total["parts"].items())
    return [name, _mean(total), f"{total['cases']}{without}", parts]


def _run_line(known: Catalogue, metric: str, score: Mapping[Any, Any]) -> list[str]:
    clips, without = int(score["clips"]), int(score["failed"])
    counted = f"{clips - without} of {clips}" if without else str(clips)
    return [known.heading(metric), metric, _mean(score), counted]
