"""Why values of a run are missing, and where those that are there come from."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from bench.runs.row_facts import json_object
from bench.scoring import breakdown, summary
from bench.web import content
from bench.web.content import Block, Cell, Details, Row, Table, Text

if TYPE_CHECKING:
    import pandas as pd

ABOUT_MISSING = (
    "Failed: something broke. Not measurable: the clip has no such value to give (too short, no text), which is no "
    "fault. Neither counts as 0: the mean is over the clips that have a value, and every table says over how many."
)

PROVENANCE = (
    "suite", "suite_version", "label", "model", "checkpoint", "checkpoint_digest", "adapter_version", "reads_text",
    "clip_sha256", "device", "bench_version", "commit",
)  # fmt: skip
"""Columns of a row that say where its number came from, in reading order; those of JSON follow."""

JSON_COLUMNS = ("settings", "decoded", "made_with", "software")

MOST_REASONS = 40
"""Reasons of missing values that are listed; the files have all."""

MOST_VALUES = 3
"""Different values of one column that are listed before the rest is counted."""


def missing(rows: pd.DataFrame) -> list[Block]:
    """Why values are missing: the reasons, those that cost most clips first."""
    reasons = breakdown.by_reason(rows).to_dict("records")
    if not reasons:
        return [Text("Every clip has every value.", "note")]
    columns = (
        content.Column("why", "Why", is_text=True), content.Column("status", "Status", is_text=True),
        content.Column("clips", "Clips"), content.Column("metrics", "Metrics", is_text=True),
    )  # fmt: skip
    lines = [
        Row("", (*(content.words(str(reason[name])) for name in ("error", "status")), content.figure(reason["clips"]),
                 content.words(str(reason["metrics"]))))
        for reason in reasons[:MOST_REASONS]
    ]  # fmt: skip
    made: list[Block] = [
        Text(ABOUT_MISSING, "small"),
        Table("Reasons why values are missing", columns, tuple(lines)),
    ]
    if len(reasons) > MOST_REASONS:
        made.append(Text(f"And {len(reasons) - MOST_REASONS} more reasons, in the results.", "small"))
    return made


def missing_by_clip(rows: pd.DataFrame) -> list[Block]:
    """Every clip that each reason cost something."""
    holes = summary.failures(rows)
    columns = tuple(
        content.Column(name, name.capitalize(), is_text=True)
        for name in ("case", "seed", "status", "metrics", "why")
    )
    lines = [
        Row("", tuple(map(content.words, (
            str(hole["case"]) if isinstance(hole["case"], str) else "the set",
            "" if hole["seed"] is None or math.isnan(hole["seed"]) else str(int(hole["seed"])),
            str(hole["status"]), str(hole["metrics"]), str(hole["error"]),
        ))))
        for hole in holes.to_dict("records")
    ]  # fmt: skip
    table = Table("Why values are missing, clip by clip", columns, tuple(lines), is_tall=True)
    return [Details("Clip by clip", [table])] if lines else []


def provenance(rows: pd.DataFrame) -> content.Facts:
    """Where the numbers of some rows come from; where rows differ, the first values and how many more."""
    found: dict[str, str | Cell] = {
        name.replace("_", " "): _several(rows[name]) for name in PROVENANCE if name in rows
    }
    days = sorted({str(text)[:10] for text in rows["created"].astype(object).dropna()})
    found["measured"] = " to ".join(dict.fromkeys([days[0], days[-1]])) if days else ""
    for name in JSON_COLUMNS:
        texts = (
            [str(text) for text in rows[name].astype(object).dropna().unique() if text]
            if name in rows
            else []
        )
        # the rows of one clip say the same; a failure may say nothing
        for key, value in json_object(texts[-1] if texts else "").items():
            found[f"{name.replace('_', ' ')}: {key}"] = str(value)
    return content.facts(found)


def _several(column: pd.Series[Any]) -> str:
    values = sorted({str(value) for value in column.astype(object).dropna().unique() if str(value)})
    more = f" and {len(values) - MOST_VALUES} more" if len(values) > MOST_VALUES else ""
    return ", ".join(values[:MOST_VALUES]) + more
