"""The page of one run: facts, scores, categories, bands along the clips, best and worst cases, holes, provenance."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from bench.evaluators import catalogue
from bench.models import card_facts
from bench.runs.row_facts import json_object
from bench.scoring import breakdown, summary
from bench.scoring.standings import Score
from bench.web.pages import boards
from bench.web.static import drawing
from bench.web.static.folders import slug

if TYPE_CHECKING:
    import pandas as pd

    from bench.scoring.standings import Line
    from bench.statistics.series_bands import Band

PROVENANCE = (
    "run", "model", "checkpoint", "checkpoint_digest", "adapter_version", "device", "bench_version", "commit",
)  # fmt: skip
JSON_COLUMNS = ("settings", "software")
MOST_REASONS = 40
"""Of missing values that are listed; the files have all."""


def content(
    line: Line, rows: pd.DataFrame, scores: pd.DataFrame, metrics: Sequence[str], bands: dict[str, Band]
) -> dict[str, Any]:
    """What the template asks for.

    Args:
        line: of the standing.
        rows: of this run, the columns of exports.gathering.
        scores: of this run.
        metrics: the main ones.
        bands: metric -> how it goes along the clips.
    """
    return {
        "slug": slug(line.run),
        "name": line.name,
        "kind": line.role,
        "facts": _facts(line),
        "card": line.card,
        "paper": card_facts.paper_address(line.card.paper),
        "is_here": line.provenance == "clips here",
        "total": line.total,
        "total_rank": line.total_rank,
        "lacks": line.total_missing,
        "scores": _scores(line, scores),
        "categories": _categories(rows, metrics),
        "bands": [
            {"metric": _title(metric), "unit": _unit(metric), "cases": band.cases, "svg": _band(metric, band)}
            for metric, band in bands.items()
        ],
        "extremes": _extremes(rows, metrics),
        "holes": _holes(rows),
        "provenance": _provenance(rows),
    }


def _facts(line: Line) -> list[tuple[str, str]]:
    card = line.card
    reads = {True: "yes", False: "no", None: ""}[line.reads_text]
    found = [("Reads text", reads), ("Cases", str(line.cases)), ("Clips", str(line.clips))]
    if line.role == "model":
        size = f"{line.card.parameters:g} billion" if line.card.parameters else ""
        native = f"{card.width} × {card.height}" if card.width else ""
        length = f"{card.frames} frames at {card.fps:g} a second" if card.frames and card.fps else ""
        found = [
            ("Title", card.title), ("Licence", card.licence), ("Access", line.card.access), ("Parameters", size),
            ("Native", ", ".join(text for text in (native, length) if text)),
            ("Takes", ", ".join(card.takes)), ("State", f"{card.lifecycle} {card.as_of}".strip()), *found,
        ]  # fmt: skip
    return [(name, text) for name, text in found if text]


def _scores(line: Line, scores: pd.DataFrame) -> list[dict[str, Any]]:
    ranks = {(column.metric, column.version): str(rank) for column, rank in line.ranks.items()}
    found = []
    for row in scores.sort_values("metric", key=lambda names: names.astype(str)).to_dict("records"):
        score = _score(row)
        card = catalogue.registered().card(row["metric"])
        is_there = math.isfinite(score.mean)
        found.append(
            {
                "metric": _title(row["metric"]),
                "unit": card.unit,
                "version": row["metric_version"],
                "value": score.mean if is_there else None,
                "half": boards.half(score) if is_there else "",
                "rank": ranks.get((row["metric"], row["metric_version"]), ""),
                "cases": score.cases,
                "unmeasurable": score.unmeasurable,
                "failed": score.failed - score.unmeasurable,
            }
        )
    return found


def _categories(rows: pd.DataFrame, metrics: Sequence[str]) -> dict[str, Any]:
    """A table of means, categories across; empty for fewer than two."""
    scores = breakdown.by_category(rows[rows["metric"].isin(metrics)])
    names = [str(name) for name in dict.fromkeys(scores["category"])]
    if len(names) < 2:
        return {"names": [], "lines": []}
    cells = {
        (row["metric"], row["category"]): (row["mean"], boards.half(_score(row)))
        for row in scores.to_dict("records")
    }
    lines = [
        (_title(metric), [_finite(cells.get((metric, name))) for name in names])
        for metric in metrics
        if any(_finite(cells.get((metric, name))) for name in names)
    ]
    return {"names": names, "lines": lines}


def _score(row: Mapping[Any, Any]) -> Score:
    return Score(**{name: row[name] for name in summary.NUMBERS})


def _finite(cell: tuple[float, str] | None) -> tuple[float, str] | None:
    return cell if cell and math.isfinite(cell[0]) else None


def _band(metric: str, band: Band) -> str:
    line = drawing.Line(
        *(list(map(float, values)) for values in (band.places_P, band.mean_P, band.low_P, band.high_P))
    )
    across = "% of the clip" if band.is_by_share else "frame"
    return drawing.plot(line, f"{metric} along the clips", across)


def _unit(metric: str) -> str:
    return catalogue.registered().card(metric).unit


def _extremes(rows: pd.DataFrame, metrics: Sequence[str]) -> list[dict[str, Any]]:
    """The best and the worst case by each metric that has a better way."""
    found = []
    for metric in metrics:
        sign = catalogue.registered().card(metric).sign
        cases = breakdown.by_case(rows, metric, sign).to_dict("records") if sign else []
        if cases and cases[0]["value"] != cases[-1]["value"]:
            found.append({"metric": _title(metric), "best": cases[0], "worst": cases[-1]})
    return found


def _holes(rows: pd.DataFrame) -> dict[str, Any]:
    reasons = breakdown.by_reason(rows).to_dict("records")
    return {"lines": reasons[:MOST_REASONS], "more": max(0, len(reasons) - MOST_REASONS)}


def _provenance(rows: pd.DataFrame) -> list[tuple[str, str]]:
    facts = [(name.replace("_", " "), _several(rows[name])) for name in PROVENANCE]
    days = sorted({str(text)[:10] for text in rows["created"].astype(object).dropna()})
    facts.append(("measured", " to ".join(dict.fromkeys([days[0], days[-1]])) if days else ""))
    for name in JSON_COLUMNS:
        texts = [str(text) for text in rows[name].astype(object).dropna().unique() if text]
        facts += [
            (f"{name}: {key}", str(value)) for key, value in json_object(texts[-1] if texts else "").items()
        ]
    return [(name, text) for name, text in facts if text]


def _several(column: pd.Series[Any]) -> str:
    """Each column's value; where rows differ, the first of them and how many more."""
    values = sorted({str(value) for value in column.astype(object).dropna().unique() if str(value)})
    return ", ".join(values[:3]) + (f" and {len(values) - 3} more" if len(values) > 3 else "")


def _title(metric: str) -> str:
    return f"{metric} {catalogue.registered().card(metric).arrow}".rstrip()
