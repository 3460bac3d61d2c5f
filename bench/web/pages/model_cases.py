"""The cases of one run: by category, and those that it is best and worst at."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from bench.base import svg
from bench.base.svg import canvas
from bench.base.wording import number
from bench.evaluators.catalogue import Catalogue
from bench.scoring import breakdown, summary
from bench.scoring.standings import Score
from bench.web import content
from bench.web.content import (
    Block,
    Card,
    Cell,
    Details,
    Figure,
    Figures,
    Gallery,
    Heading,
    Row,
    Table,
    Text,
)
from bench.web.pages.cells import metric_cell, score_cell

if TYPE_CHECKING:
    import pandas as pd

COUNT = 6
"""Cases at each end of a metric: one line of small pictures."""

ABOUT_CATEGORIES = (
    "Mean ± half of its 95 % interval over the cases of each category; a single case has no interval. Dashed: the mean "
    "of all cases."
)


def categories(rows: pd.DataFrame, metrics: Sequence[str], known: Catalogue) -> list[Block]:
    """Means by category, as a plot per metric and as a table with categories across.

    Args:
        rows: of the run.
        metrics: which.
        known: what is known of them.
    """
    cases = rows[rows["case"].notna()].astype({"category": object}).fillna({"category": ""})
    found = cases.groupby("category")["case"].nunique().to_dict()
    counts = {str(name): int(found[name]) for name in sorted(found, key=lambda name: (not name, name))}
    if len(counts) < 2:
        only = (
            f"All cases are of one category: {next(iter(counts))}."
            if any(counts)
            else "No case has a category."
        )
        return [Text(only, "small")]
    means = {
        (str(record["metric"]), str(record["category"])): Score(**{n: record[n] for n in summary.NUMBERS})
        for record in breakdown.by_category(rows[rows["metric"].isin(metrics)]).to_dict("records")
    }
    of_metric = {
        metric: {name: means[metric, name] for name in counts if (metric, name) in means}
        for metric in metrics
    }
    shown = {
        metric: scores
        for metric, scores in of_metric.items()
        if any(math.isfinite(each.mean) for each in scores.values())
    }
    drawn = [_category_figure(metric, scores, cases, known) for metric, scores in shown.items()]
    columns = [
        content.Column("metric", "Metric", is_text=True),
        *(
            content.Column(f"category {name}", name or "none", unit=_cases(count))
            for name, count in counts.items()
        ),
    ]
    lines = [
        Row(metric, (metric_cell(known, metric), *(score_cell(scores.get(name)) for name in counts)))
        for metric, scores in shown.items()
    ]
    return [
        Figures(tuple(drawn)),
        Table("Scores by category", tuple(columns), tuple(lines), caption=ABOUT_CATEGORIES),
    ]


def _category_figure(
    metric: str, scores: Mapping[str, Score], cases: pd.DataFrame, known: Catalogue
) -> Figure:
    """Means of one metric with their intervals, one line per category; dashed, the mean of all cases."""
    lines = [
        svg.Interval(f"{name or 'none'} ({score.cases})", score.mean, score.low, score.high)
        for name, score in scores.items()
        if math.isfinite(score.mean)
    ]
    overall = breakdown.by_case(cases, metric, 0)["value"].mean()
    marks = [(float(overall), f"all cases: {number(overall)}", canvas.GRAY)]
    longest = max((len(each.name) for each in lines), default=0)
    left = 20 + 7 * min(longest, canvas.LONGEST_NAME)
    card = known.card(metric)
    plot = svg.Intervals(f"{metric} by category", lines, card.unit, marks, width=340, left=left)
    return Figure(plot, known.heading(metric), about=card.definition)


def _cases(count: int) -> str:
    return f"{count} case{'s' * (count != 1)}"


def extremes(
    rows: pd.DataFrame, metrics: Sequence[str], known: Catalogue, suite: str, run: str
) -> list[Block]:
    """The best and the worst case by each metric that has a better direction; nothing where none differ.

    Args:
        rows: of the run.
        metrics: which, in the order of the table's rows.
        known: what is known of them.
        suite: 'name@version', for the links to the cases.
        run: id, for the same links.
    """
    found = []
    for metric in metrics:
        sign = known.card(metric).sign
        cases = breakdown.by_case(rows, metric, sign).to_dict("records") if sign else []
        if cases and cases[0]["value"] != cases[-1]["value"]:
            ends = [cell for case in (cases[0], cases[-1]) for cell in _end(case, suite, run)]
            found.append(Row(metric, (metric_cell(known, metric), *ends)))
    columns = (
        content.Column("metric", "Metric", is_text=True),
        content.Column("best", "Best case", is_text=True), content.Column("best_value", "Value"),
        content.Column("worst", "Worst case", is_text=True), content.Column("worst_value", "Value"),
    )  # fmt: skip
    return [Table("Best and worst cases", columns, tuple(found))] if found else []


def _end(case: Mapping[Any, Any], suite: str, run: str) -> tuple[Cell, Cell]:
    name = str(case["case"])
    link = content.to_several("compare", (run,), suite=suite, case=name, seed=str(case["seed"]))
    return content.words(name, link=link), content.figure(float(case["value"]))


def telling_metrics(rows: pd.DataFrame, known: Catalogue) -> list[str]:
    """Metrics of cases: first those whose cases differ, of these main ones, of these those with a better direction."""
    measured = rows[rows["case"].notna() & rows["value"].notna()]
    spread = measured.groupby("metric", observed=True)["value"].agg(
        lambda values: values.max() - values.min()
    )

    def key(metric: str) -> tuple[bool, bool, bool]:
        card = known.card(metric)
        return bool(spread[metric] == 0), not card.is_main, not card.sign

    return sorted(known.ordered(map(str, spread.index)), key=key)


def by_metric(
    rows: pd.DataFrame, metric: str, known: Catalogue, run: str, images: Mapping[str, str]
) -> list[Block]:
    """The best and the worst cases under one metric, with their input images, and all of them.

    Args:
        rows: of the run.
        metric: which.
        known: what is known of it.
        run: id.
        images: case -> address of its input image; '' for one that cannot be shown.
    """
    card = known.card(metric)
    found = breakdown.by_case(rows, metric, card.sign)
    count = min(COUNT, (len(found) + 1) // 2)
    made: list[Block] = []
    if len(found) > 1 and found["value"].nunique() == 1:
        made.append(
            Text(f"All {len(found)} cases have the same value: there is no best and no worst.", "note")
        )
    names = ("Best", "Worst") if card.sign else ("Highest", "Lowest")
    for name, cases in zip(names, (found.head(count), found.iloc[count:].tail(count)[::-1]), strict=True):
        if len(cases):
            cards = [_card(case, metric, card.unit, run, images) for case in cases.to_dict("records")]
            made += [Heading(name, level=3), Gallery(tuple(cards))]
    lines = [
        Row("", (content.words(str(case["case"])), content.figure(float(case["value"]))))
        for case in found.to_dict("records")
    ]
    columns = (content.Column("case", "Case", is_text=True), content.Column("value", "Value", sign=card.sign))
    title = f"All {len(found)} cases" if len(found) > 1 else "The one case"
    return [*made, Details(title, [Table(f"{metric} of each case", columns, tuple(lines))])]


def _card(case: Mapping[Any, Any], metric: str, unit: str, run: str, images: Mapping[str, str]) -> Card:
    name = str(case["case"])
    link = content.to("model", run=run, case=name, seed=str(case["seed"]), tab="Cases", by=metric)
    value = f"{content.figure(float(case['value'])).text} {unit}".rstrip()
    is_lost = images.get(name) == ""
    return Card(
        Cell(name, link=link),
        images.get(name, ""),
        lines=(value, "The image cannot be shown.") if is_lost else (value,),
    )
