"""Cells and columns that several pages share: a metric's column, a score's cell, a recipe's details."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

from bench.base.wording import half
from bench.evaluators.catalogue import Catalogue
from bench.web import content
from bench.web.content import Block, Cell, Details, Text, minus

if TYPE_CHECKING:
    from bench.scoring.recipes import Recipe
    from bench.scoring.standings import Column, Score
    from bench.statistics.ranking import Rank


def metric_column(
    known: Catalogue, column: Column, is_versioned: bool, ends: tuple[float, float] | None = None
) -> content.Column:
    """The column of a metric, with its version where another version stands beside it.

    Args:
        known: what is known of the metrics.
        column: the metric, its version and its card.
        is_versioned: whether another version stands beside it.
        ends: least and greatest value of the marks' scale; None for no marks.
    """
    card = column.card
    key = f"{column.metric}@{column.version}" if is_versioned else column.metric
    version = f" v{column.version}" if is_versioned else ""
    about = card.definition or "There is no card of this metric here."
    return content.Column(
        key,
        known.heading(column.metric) + version,
        f"{column.metric}{version}: {about}",
        card.unit,
        card.sign,
        scale=ends,
    )


def score_cell(score: Score | None, rank: Rank | None = None, cases: int = 0) -> Cell:
    """A mean with its interval, the holes behind it, and its rank and tie group in a tooltip.

    Args:
        score: None where the metric was not measured.
        rank: None where the run is not ranked by the metric.
        cases: of the run; fewer behind the mean are noted.

    Returns:
        NOTHING with its holes where there is no mean.
    """
    if score is None or not math.isfinite(score.mean):
        return Cell(content.NOTHING, None, note=holes(score) if score else "")
    made = content.figure(score.mean, note=holes(score, cases), ends=(score.low, score.high))
    if rank:
        made = replace(made, rank=str(rank), about=f"Rank {rank}, tie group {rank.group}")
    return replace(made, half=minus(half(score.mean, score.low, score.high)))


def holes(score: Score, cases: int = 0) -> str:
    """'5 of 8 clips' where some have no value, '2 cases' where the run has more; '' where nothing is missing."""
    if score.failed:
        return f"{score.clips - score.failed} of {score.clips} clips"
    return f"{score.cases} cases" if score.cases < cases else ""


def short_licence(licence: str) -> str:
    """'Apache-2.0' of 'Apache-2.0 (…)'."""
    return licence.partition(" (")[0]


def recipe_details(recipe: Recipe) -> Details:
    """A recipe's formula and what it makes of missing numbers."""
    made: list[Block] = [
        Text(recipe.about),
        content.Code(recipe.formula),
        Text(f"Version {recipe.version}. Scale: {recipe.scale}. Source: {recipe.source}", "small"),
        Text(f"Where a number is missing: {recipe.missing_policy}", "small"),
    ]
    return Details(f"Total: {recipe.name}: {recipe.title}", made)


def metric_cell(known: Catalogue, metric: str) -> Cell:
    """A metric's title, its name below, leading to its page."""
    link = content.to("metrics", metric=metric)
    return Cell(known.heading(metric), known.heading(metric).casefold(), note=metric, link=link)


def best_first(cell: Cell, sign: int) -> tuple[bool, float]:
    """The best first, what has no value last."""
    value = cell.value if isinstance(cell.value, float) else None
    return value is None, -(value or 0.0) * (sign or 1)
