"""Numbers that papers and boards published: apart from what was measured, each with its source."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.scoring import reported
from bench.scoring.recipes import Recipe, registry
from bench.scoring.reported import EVIDENCE, Metric, Reported, Source
from bench.types import ARROWS, BETTER, SIGNS
from bench.web import content
from bench.web.content import Badge, Block, Cell, Column, Details, Heading, Link, Listing, Row, Table, Text
from bench.web.pages import frames, reported_plots
from bench.web.pages.cells import recipe_details

if TYPE_CHECKING:
    import pandas as pd

BANNER = (
    "Published by others, not measured here. Each paper has its own clips, sizes and code: the same model's FVD is 405 "
    "in one and 527 in another. Compare within one table only; none of these numbers is in a ranking of ours."
)
NONE = "There are no reported numbers here: they are files in the folder of published results."

FILES: Mapping[str, Callable[[pd.DataFrame], str]] = {"csv": frames.as_csv, "json": frames.as_json}
"""File ending -> what makes such a file of a table."""

RECOMPUTED, DIFFERENCE = reported.ADDED


def read(folders: Iterable[Path]) -> tuple[list[Reported], list[str]]:
    """All numbers of folders of published results, and why files were set aside."""
    numbers: list[Reported] = []
    problems: list[str] = []
    for folder in folders:
        found, broken = reported.read(folder / reported.FOLDER)
        numbers += found
        problems += map(str, broken)
    return numbers, problems


# The page


def page(numbers: Sequence[Reported], problems: Sequence[str], anchor: Callable[[str], str]) -> list[Block]:
    """The whole page, without choices: one benchmark below the other.

    Args:
        numbers: of all benchmarks.
        problems: why files were set aside.
        anchor: of a benchmark's name.
    """
    made = head(numbers, problems)
    names = reported.benchmarks(numbers)
    if names:
        made.append(
            Listing(tuple(Cell(name, link=content.to("elsewhere", benchmark=name)) for name in names))
        )
    for name in names:
        made += [Heading(name, anchor(name)), *benchmark(numbers, name), _files(name)]
    return made


def _files(benchmark: str) -> Listing:
    """Ways to one benchmark's numbers as files."""
    return Listing(
        tuple(
            Cell(ending.upper(), link=content.to("elsewhere", benchmark=benchmark, format=ending))
            for ending in FILES
        ),
        "Download",
    )


def files(numbers: Sequence[Reported], name: str) -> dict[str, str]:
    """File ending -> one benchmark's numbers, as its table has them.

    Args:
        numbers: of any benchmarks.
        name: of the benchmark.
    """
    rows = frame(numbers, name)
    return {ending: written(rows) for ending, written in FILES.items()}


def head(numbers: Sequence[Reported], problems: Sequence[str]) -> list[Block]:
    """What stands above all numbers."""
    nothing: list[Block] = [] if numbers else [Text(NONE, "note")]
    return [Text(BANNER, "warning"), *content.problems(problems), *nothing]


def benchmark(numbers: Sequence[Reported], name: str, plotted: str = "") -> list[Block]:
    """One benchmark.

    Args:
        numbers: of any benchmarks.
        name: of the benchmark.
        plotted: title of the metric that is plotted; '' for the first.
    """
    own = [each for each in numbers if each.benchmark == name]
    metrics, rows = reported.metrics(own, name), frame(own, name)
    chosen = next((metric for metric in metrics if metric.title == plotted), metrics[0])
    recipe = _recipe(rows)
    return [
        *([Text(own[0].about, "quiet")] if own[0].about else []),
        _sources(own),
        table(rows, metrics),
        *reported_plots.of_metric(rows, chosen),
        _meaning(metrics),
        Details(
            "How the numbers came here",
            [content.Facts(tuple((mark, Cell(said)) for mark, said in EVIDENCE.items()))],
        ),
        *([Details("The recomputed total", [*recipe_details(recipe).blocks])] if recipe else []),
    ]


def _sources(own: Sequence[Reported]) -> Listing:
    return Listing(tuple(_source(each) for each in dict.fromkeys(each.source for each in own)))


def _source(source: Source) -> Cell:
    said = ", ".join(part for part in (source.evidence, source.date) if part)
    return Cell(source.citation, link=Link(address=source.link), half=said)


# The table


def frame(numbers: Sequence[Reported], benchmark: str) -> pd.DataFrame:
    """reported.table with what a recipe makes of the rows whose total was published, if any recipe has one.

    Rows whose total was not published get none: it would pass for the source's.
    """
    rows = reported.table(numbers, benchmark)
    for recipe in registry.values():
        totals = {each.model: each for each in reported.totals(numbers, benchmark, recipe)}
        of_rows = [totals[model] for model in rows["model"]]
        if any(each.difference is not None for each in of_rows):
            rows[RECOMPUTED] = [None if each.published is None else each.total for each in of_rows]
            rows[DIFFERENCE] = [each.difference for each in of_rows]
            rows.attrs["recipe"] = recipe.name
    return rows


def _recipe(rows: pd.DataFrame) -> Recipe | None:
    return registry.get(str(rows.attrs.get("recipe", "")))


def table(rows: pd.DataFrame, metrics: Sequence[Metric]) -> Table:
    """One row per model, one column per metric, then the recomputed total and where the row is from.

    Args:
        rows: see frame.
        metrics: the columns.
    """
    added = [name for name in reported.ADDED if name in rows and rows[name].notna().any()]
    facts = [name for name in ("date", "note") if rows[name].any()]
    columns = (
        Column("model", "Model", "As the source calls it", is_text=True),
        *(_column(metric) for metric in metrics),
        *(ADDED[name] for name in added),
        Column("evidence", "Evidence", "How the number came here; see below", is_text=True),
        Column("citation", "Source", is_text=True),
        *(FACTS[name] for name in facts),
    )
    numbers = [*(metric.name for metric in metrics), *added]
    lines = tuple(_row(record, numbers, facts) for record in rows.to_dict("records"))
    doubtful = ", ".join(rows.loc[rows["is_doubtful"].astype(bool), "model"])
    caption = "Click a heading to sort. ↑ higher is better, ↓ lower is better, as the source sees it."
    if doubtful:
        caption += f" Not plotted, since the source's row is broken: {doubtful}."
    about = "Reported numbers: one row per model, one column per metric"
    return Table(about, columns, lines, caption=caption, is_tall=True)


ADDED: Mapping[str, Column] = {
    RECOMPUTED: Column(RECOMPUTED, RECOMPUTED, "By the recipe below, from this row's own numbers", sign=1),
    DIFFERENCE: Column(DIFFERENCE, DIFFERENCE, "Recomputed less published"),
}
FACTS: Mapping[str, Column] = {
    "date": Column("date", "Date", "Of the source, or of the day on which it was read", is_text=True),
    "note": Column("note", "Note", is_text=True),
}


def _column(metric: Metric) -> Column:
    title = f"{metric.title} {ARROWS[metric.direction]}".rstrip()
    return Column(metric.name, title, metric.protocol, metric.unit, SIGNS[metric.direction])


def _row(record: Mapping[Any, Any], numbers: Sequence[str], facts: Sequence[str]) -> Row:
    is_doubtful, model = bool(record["is_doubtful"]), str(record["model"])
    badges = (Badge("doubtful"),) if is_doubtful else ()
    cells = (
        Cell(model, model.casefold(), badges=badges),
        *(content.figure(record[name]) for name in numbers),
        content.words(record["evidence"]),
        content.words(record["citation"], link=Link(address=record["link"])),
        *(content.words(record[name]) for name in facts),
    )
    return Row("", cells, is_quiet=is_doubtful)


# What it means


def _meaning(metrics: Sequence[Metric]) -> Details:
    columns = tuple(
        Column(name, title, is_text=True)
        for name, title in (
            ("name", "Name"), ("title", "Title"), ("unit", "Unit"), ("better", "Better"),
            ("protocol", "Protocol, where the source says"),
        )
    )  # fmt: skip
    rows = tuple(
        Row("", tuple(map(content.words, (each.name, each.title, each.unit, BETTER[each.direction], each.protocol))))
        for each in metrics
    )  # fmt: skip
    return Details("What the columns mean", [Table("Columns and their meaning", columns, rows)])
