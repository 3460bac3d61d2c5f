"""Published numbers of one benchmark as a table, and each model's total recomputed by a recipe."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bench.scoring.recipes import Recipe
from bench.scoring.reported.numbers import Metric, Reported

if TYPE_CHECKING:
    import pandas as pd

ORIGIN = ("evidence", "citation", "link", "date", "note", "is_doubtful")
"""Columns of a table that say where a row is from."""

ADDED = ("Recomputed total", "Difference")
"""Columns that a page adds to those of a table: the recipe's total of a row, and that minus the published total."""

TAKEN = frozenset({"model", *ORIGIN, *ADDED})
"""Names that no metric may have, since the table has columns of these names."""


@dataclass(frozen=True)
class Recomputed:
    """A published total and the recipe's total of the same row.

    Attributes:
        model: the row's.
        published: by the source; None if it has none.
        total: by the recipe; None if the row lacks a metric.
        missing: the metrics that the row lacks.
    """

    model: str
    published: float | None
    total: float | None
    missing: tuple[str, ...]

    @property
    def difference(self) -> float | None:
        """Recomputed minus published; None if either is missing."""
        return None if self.published is None or self.total is None else self.total - self.published


def benchmarks(reported: Sequence[Reported]) -> list[str]:
    """Names of the benchmarks, the one with the most models first."""
    models: dict[str, set[str]] = {}
    for each in reported:
        models.setdefault(each.benchmark, set()).add(each.model)
    return sorted(models, key=lambda name: -len(models[name]))


def metrics(reported: Sequence[Reported], benchmark: str) -> list[Metric]:
    """A benchmark's columns that have a number for some model, in the order of the most complete model."""
    of_model: dict[str, list[Metric]] = {}
    for each in reported:
        if each.benchmark == benchmark:
            of_model.setdefault(each.model, []).append(each.metric)
    most_first = sorted(of_model.values(), key=len, reverse=True)
    return list(dict.fromkeys(metric for own in most_first for metric in own))


def table(reported: Sequence[Reported], benchmark: str) -> pd.DataFrame:
    """A benchmark's numbers, one row per model, in the file's order.

    Returns:
        model; one column per metric, under its name, NaN where there is no number; then the columns of ORIGIN.
    """
    import pandas as pd

    rows: dict[str, dict[str, Any]] = {}
    names = [metric.name for metric in metrics(reported, benchmark)]
    for each in reported:
        if each.benchmark == benchmark:
            row = rows.setdefault(each.model, {"model": each.model, **dict.fromkeys(names, float("nan"))})
            row[each.metric.name] = each.value
            row |= {**vars(each.source), "note": each.note, "is_doubtful": each.is_doubtful}
    return pd.DataFrame(list(rows.values()), columns=["model", *names, *ORIGIN])


def totals(reported: Sequence[Reported], benchmark: str, recipe: Recipe) -> list[Recomputed]:
    """The recipe's total of each model of a benchmark, with the published total.

    Args:
        reported: numbers of any benchmarks.
        benchmark: the one whose models are wanted.
        recipe: the published total is the metric called by the recipe's name and '_total'.

    Returns:
        One per model, in the file's order.
    """
    values: dict[str, dict[str, float]] = {}
    for each in reported:
        if each.benchmark == benchmark:
            values.setdefault(each.model, {})[each.metric.name] = each.value
    published = f"{recipe.name}_total"
    return [
        Recomputed(model, row.get(published), recipe.total(row), recipe.missing(row))
        for model, row in values.items()
    ]
