"""The table of a suite: one line a run, one column a metric, as the template draws it."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bench.base import wording
from bench.evaluators import catalogue
from bench.scoring import recipes, standings
from bench.web.static import drawing
from bench.web.static.folders import slug

if TYPE_CHECKING:
    import pandas as pd

    from bench.scoring.recipes import Recipe
    from bench.scoring.standings import Column, Line, Score, Standing
    from bench.types import MetricCard

MOTION = "motion_share"
"""Stands first of all metrics: consistency is worth nothing without it."""

CONSISTENCY = "ssim_mean"
"""What the plot under the table holds against motion."""

DOTS = {"null baseline": "null", "reference clips": "reference"}
"""Kind -> class of its dot."""

Cell = Mapping[str, Any]


@dataclass(frozen=True)
class Board:
    """A suite's standing, and the totals of the recipes that somebody has all metrics for.

    Attributes:
        standing: its lines are ranked by the first recipe.
        totals: recipe -> run -> its line in the standing by that recipe.
    """

    standing: Standing
    totals: tuple[tuple[Recipe, Mapping[str, Line]], ...]

    @property
    def suite(self) -> str:
        """name@version."""
        return self.standing.suite

    @property
    def metrics(self) -> list[str]:
        """Of the columns, once each."""
        return list(dict.fromkeys(column.metric for column in self.standing.columns))


def board(rows: pd.DataFrame, scores: pd.DataFrame, suite: str, here: Iterable[str]) -> Board:
    """The board of a suite by its main metrics.

    Args:
        rows: of the suite, the columns of Measurement.
        scores: by summary.scores.
        suite: name@version.
        here: runs whose clips are on this machine.
    """
    own = scores[(scores["suite"].astype(str) + "@" + scores["suite_version"].astype(str)) == suite]
    wanted, runs = _metrics(own), set(here)
    used = [recipe for recipe in recipes.registry.values() if _is_measured(recipe, own)]
    standing = standings.standing(rows, scores, suite, wanted, used[0] if used else None, runs)
    found = [standing] if used else []
    found += [standings.standing(rows, scores, suite, [], recipe, runs) for recipe in used[1:]]
    by_run = ({line.run: line for line in each.lines} for each in found)
    return Board(standing, tuple(zip(used, by_run, strict=True)))


def content(found: Board) -> dict[str, Any]:
    """What the template asks for: headings, groups of lines, choices of the filters."""
    headings = [*_total_headings(found), *_metric_headings(found.standing)]
    scales = _scales(found)
    groups: dict[str, list[dict[str, Any]]] = {"model": [], "apart": []}
    for line in found.standing.lines:
        drawn = _line(found, line, scales)
        groups["model" if line.role == "model" else "apart"].append(drawn)
    sorted_by = next((number for number, heading in enumerate(headings) if heading["sign"]), 0)
    for lines in groups.values():
        lines.sort(key=lambda line: _order(line["cells"], sorted_by, headings))
    filters = {
        name: sorted({str(line[name]) for lines in groups.values() for line in lines if line[name]})
        for name in ("kind", "access", "licence")
    }
    return {
        "suite": found.suite,
        "headings": headings,
        "groups": groups,
        "filters": filters,
        "sorted_by": headings[sorted_by]["key"] if headings else "",
        "sorted_place": sorted_by,
        "recipes": [recipe for recipe, _ in found.totals],
        "scatter": scatter(found.standing),
    }


def scatter(standing: Standing) -> str:
    """Motion against consistency; '' where fewer than two runs have both."""
    points = [
        drawing.Point(line.name, *place, DOTS.get(line.role, "dot"))
        for line in standing.lines
        if math.isfinite(sum(place := (_mean(line, MOTION), _mean(line, CONSISTENCY))))
    ]
    if len(points) < 2:
        return ""
    return drawing.scatter(points, f"{CONSISTENCY} over {MOTION}", f"{MOTION} →", f"{CONSISTENCY} ↑")


def _mean(line: Line, metric: str) -> float:
    """NaN where there is none."""
    return next((score.mean for column, score in line.scores.items() if column.metric == metric), math.nan)


def half(score: Score) -> str:
    """'± 0.02', or '(9 … 18)' where the interval is lopsided; '' where there is none."""
    return wording.half(score.mean, score.low, score.high).replace("-", "−")


def holes(score: Score) -> str:
    """'5 of 8 clips' where some have no value; '' where all have."""
    return f"{score.clips - score.failed} of {score.clips} clips" if score.failed else ""


def short_licence(licence: str) -> str:
    """'Apache-2.0' of 'Apache-2.0 (…)'."""
    return licence.partition(" (")[0]


def _metrics(scores: pd.DataFrame) -> list[str]:
    """The main metrics, under any settings, that somebody has a value of, motion first; all if there are none."""
    measured = sorted(set(scores.loc[scores["mean"].notna(), "metric"].astype(str)))
    known = catalogue.registered()
    return known.ordered(known.main(measured)) or measured


def _is_measured(recipe: Recipe, scores: pd.DataFrame) -> bool:
    """Whether some run has a value of all its metrics."""
    measured = scores[scores["mean"].notna()].groupby("run", observed=True)["metric"].agg(set)
    return any(not recipe.missing(tuple(map(str, metrics))) for metrics in measured)


def _total_headings(found: Board) -> list[dict[str, Any]]:
    return [
        {
            "key": f"total:{recipe.name}",
            "title": recipe.name,
            "arrow": "↑",
            "sign": 1,
            "unit": recipe.scale,
            "about": recipe.title,
        }
        for recipe, _ in found.totals
    ]


def _metric_headings(standing: Standing) -> list[dict[str, Any]]:
    seen = [column.metric for column in standing.columns]
    return [_heading(column, column.card, seen.count(column.metric) > 1) for column in standing.columns]


def _heading(column: Column, card: MetricCard, is_versioned: bool) -> dict[str, Any]:
    title = f"{column.metric} v{column.version}" if is_versioned else column.metric
    return {
        "key": f"{column.metric}@{column.version}" if is_versioned else column.metric,
        "title": title,
        "arrow": card.arrow,
        "sign": card.sign,
        "unit": card.unit,
        "about": card.definition or "not registered here",
    }


def _scales(found: Board) -> list[tuple[float, float]]:
    """The ends of each column's strip: of means and intervals, so far as these are not wider than all means."""
    lines = found.standing.lines
    columns: list[list[Score | None]] = [
        [by_run[line.run].total for line in lines] for _, by_run in found.totals
    ]
    columns += [[line.scores.get(column) for line in lines] for column in found.standing.columns]
    return [_scale([score for score in column if score]) for column in columns]


def _scale(scores: Sequence[Score]) -> tuple[float, float]:
    means = [score.mean for score in scores if math.isfinite(score.mean)]
    if not means:
        return 0.0, 0.0
    wide = max(means) - min(means)
    ends = [end for score in scores for end in (score.low, score.high) if math.isfinite(end)]
    low = max(min([*means, *ends]), min(means) - wide / 2)
    high = min(max([*means, *ends]), max(means) + wide / 2)
    return low, high


def _line(found: Board, line: Line, scales: Sequence[tuple[float, float]]) -> dict[str, Any]:
    totals = [
        _cell(by_run[line.run].total, str(by_run[line.run].total_rank or ""), ends)
        | {"lacks": by_run[line.run].total_missing}
        for (_, by_run), ends in zip(found.totals, scales, strict=False)
    ]
    columns = zip(found.standing.columns, scales[len(found.totals) :], strict=True)
    cells = [
        _cell(line.scores.get(column), str(line.ranks.get(column) or ""), ends) for column, ends in columns
    ]
    card = line.card
    return {
        "slug": slug(line.run),
        "run": line.run,
        "name": line.name,
        "kind": line.role,
        "access": line.card.access if line.role == "model" else "",
        "licence": short_licence(line.card.licence) if line.role == "model" else "",
        "parameters": line.card.parameters,
        "lifecycle": card.lifecycle,
        "reads_text": line.reads_text,
        "coverage": line.coverage,
        "cases": line.cases,
        "clips": line.clips,
        "is_here": line.provenance == "clips here",
        "cells": [*totals, *cells],
        "is_complete": line.coverage == 1 and all(cell["value"] is not None for cell in cells),
    }


def _cell(score: Score | None, rank: str, ends: tuple[float, float]) -> dict[str, Any]:
    if score is None or not math.isfinite(score.mean):
        return {
            "value": None,
            "half": "",
            "rank": "",
            "strip": "",
            "holes": holes(score) if score else "",
            "lacks": (),
        }
    return {
        "value": score.mean,
        "half": half(score),
        "rank": rank,
        "strip": drawing.strip(score.mean, score.low, score.high, ends),
        "holes": holes(score),
        "lacks": (),
    }


def _order(cells: Sequence[Cell], place: int, headings: Sequence[Mapping[str, Any]]) -> tuple[bool, float]:
    """The best first, what has no value last."""
    value = cells[place]["value"] if cells else None
    return value is None, -(value or 0.0) * (headings[place]["sign"] or 1) if headings else 0.0
