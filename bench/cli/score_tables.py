"""Scores for people: a few metrics of several runs side by side, or every metric of one run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from bench.base.wording import number, one_line, with_interval
from bench.cli.layout import Column, Grid
from bench.evaluators.catalogue import Catalogue
from bench.runs import parquet
from bench.scoring import recipes, standings, summary, totals, views
from bench.scoring.story import story

if TYPE_CHECKING:
    import pandas as pd

    from bench.scoring.views import Chosen

MOST_CASES = 6
"""Clips that are named before the rest is counted."""


def side_by_side(seen: Chosen, metrics: Sequence[str] = ()) -> Iterator[Grid | str]:
    """One table per suite: a mean and half its 95 % interval per run and metric, the total first.

    Metrics that are equal in all runs share a line below it.

    Args:
        seen: the rows of one view.
        metrics: names of metrics to show, or of evaluators whose main metrics are shown; none for those of
            Catalogue.headline. A metric that no run has a value of is not shown.
    """
    rows = seen.rows
    known, names, scores = summary.catalogue_of(rows), summary.names(rows), summary.scores(rows)
    for suite, group in scores.groupby(parquet.suite_ids(scores), sort=False):
        there = list(group.loc[group["mean"].notna(), "metric"].unique())
        wanted = set(known.chosen(metrics, there) if metrics else known.headline(there))
        cells = {(str(row["run"]), str(row["metric"])): row for row in group.to_dict("records")}
        runs = [str(run) for run in group["run"].unique()]
        shown = [metric for metric in known.ordered(there) if metric in wanted]
        same = [metric for metric in shown if _is_same(metric, runs, cells)]
        lines = [
            *_total_lines(rows, runs),
            *(_line(known, metric, runs, cells) for metric in shown if metric not in same),
            ["Clips", "", *(_coverage(group[group["run"] == run]) for run in runs)],
        ]
        columns = (Column("metric"), Column("id", spare=1), *(Column(names[run], "right") for run in runs))
        yield Grid(columns, lines, f"{suite}, {views.heading(seen.views[suite])}", splits=2)
        if same:
            values = ", ".join(
                f"{known.card(metric).title or metric} {number(cells[runs[0], metric]['mean'])}"
                for metric in same
            )
            yield f"the same in all {len(runs)}: {values}"
        if more := len(there) - len(shown):
            yield f"{more} more metrics: bench show RUN"
        if suite in seen.notes:
            yield seen.notes[suite]


def stories(seen: Chosen) -> Iterator[str]:
    """What the totals say, one line per suite in which a run has one."""
    scores = summary.scores(seen.rows)
    for suite, group in scores.groupby(parquet.suite_ids(scores), sort=False):
        found = standings.standing(seen.rows, group, str(suite), [], recipes.MOVING)
        if any(line.total for line in found.lines):
            yield f"{suite}: {story(found)}"


def of_run(seen: Chosen) -> Iterator[Grid | str]:
    """Everything about one run in a view: totals, every metric group by group, and why values are missing."""
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
    for status in statuses:
        found = summary.failures(rows[rows["status"] == status])
        if len(found):
            yield _failures(found, status)


def _failures(found: pd.DataFrame, title: str) -> Grid:
    keys = ["label", "metrics", "error"]
    lines = [
        [str(label), _clips(own), str(metrics), str(error)]
        for (label, metrics, error), own in found.groupby(keys, sort=False, observed=True)
    ]
    texts = [Column(heading, wraps=True) for heading in ("clips", "metrics", "why")]
    if len({line[0] for line in lines}) == 1:
        return Grid(tuple(texts), [line[1:] for line in lines], title)
    return Grid((Column("entry"), *texts), lines, title)


def _clips(found: pd.DataFrame) -> str:
    """'9: bird, cat, …': how many clips, by case, and by seed where that is not 0."""
    has_case = found["case"].notna()
    clips = [
        (f"{case}-{int(seed)}" if seed else str(case)) if known else "the set"
        for case, seed, known in zip(found["case"], found["seed"], has_case, strict=True)
    ]
    more = f" and {len(clips) - MOST_CASES} more" if len(clips) > MOST_CASES else ""
    return f"{len(clips)}: {', '.join(clips[:MOST_CASES])}{more}" if len(clips) > 1 else clips[0]


# Lines of scores


def _is_same(metric: str, runs: Sequence[str], cells: Mapping[tuple[str, str], Mapping[Any, Any]]) -> bool:
    """Whether all of several runs have the same mean, and no spread of cases."""
    own = [cells.get((run, metric)) for run in runs]
    told = {(score["mean"], score["low"], score["high"]) if score else None for score in own}
    return len(runs) > 1 and len(told) == 1 and None not in told


def _line(
    known: Catalogue, metric: str, runs: Sequence[str], cells: Mapping[tuple[str, str], Mapping[Any, Any]]
) -> list[str]:
    scores = [cells.get((run, metric)) for run in runs]
    texts = [with_interval(each["mean"], each["low"], each["high"]) if each else "–" for each in scores]
    return [one_line(known.heading(metric)), one_line(metric), *texts]


def _total_lines(rows: pd.DataFrame, runs: Sequence[str]) -> Iterator[list[str]]:
    """The totals by our recipe, if any run has one."""
    ours = recipes.MOVING
    found = {each["run"]: each for each in totals.records(rows) if each["recipe"] == ours.name}
    own = [found.get(run) for run in runs]
    if any(each and each["mean"] is not None for each in own):
        yield [f"Total: {ours.name} v{ours.version} ↑", "", *map(_total, own)]


def _total(total: Mapping[str, Any] | None) -> str:
    """'81.2 ± 3.1', of 100."""
    if not total or total["mean"] is None:
        return "–"
    if total["low"] is None:
        return f"{total['mean']:.1f}"
    below, above = total["mean"] - total["low"], total["high"] - total["mean"]
    is_even = abs(below - above) < 0.05
    return (
        f"{total['mean']:.1f} ± {above:.1f}"
        if is_even
        else f"{total['mean']:.1f} ({total['low']:.1f} … {total['high']:.1f})"
    )


def _coverage(cells: pd.DataFrame) -> str:
    """How many clips there are, and how many of them lack a number because something broke."""
    clips = int(cells["clips"].max())
    broken = int((cells["failed"] - cells["unmeasurable"]).max())
    return f"{clips - broken} of {clips}" if broken else str(clips)


# One run


def _totals(rows: pd.DataFrame) -> Grid:
    """The totals of one run with their parts, or why there is none."""
    columns = (
        Column("total"), Column("mean", "right"), Column("95 % interval", "right"), Column("cases", wraps=True),
        Column("parts", wraps=True),
    )  # fmt: skip
    return Grid(columns, [_totals_line(total) for total in totals.records(rows)], "Totals")


def _totals_line(total: Mapping[str, Any]) -> list[str]:
    name = f"{total['recipe']} v{total['version']}"
    if total["mean"] is None:
        return [name, "–", "–", "0", f"no total: {', '.join(total['missing'])} missing"]
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


def _run_line(known: Catalogue, metric: str, score: Mapping[Any, Any]) -> list[str]:
    clips, without = int(score["clips"]), int(score["failed"])
    return [
        one_line(known.heading(metric)),
        one_line(metric),
        with_interval(score["mean"], score["low"], score["high"]),
        f"{clips - without} of {clips}" if without else str(clips),
    ]
