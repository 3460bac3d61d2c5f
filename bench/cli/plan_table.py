"""What a run would do, for people: `bench run --dry-run`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from bench.cli.layout import Column, Grid
from bench.models.plans import Plan

if TYPE_CHECKING:
    from bench.engine.dry_run import PlannedCase


def plan_table(rows: Sequence[PlannedCase]) -> Grid:
    """What a run would do: one line for the cases of a model that are planned alike."""
    columns = (
        Column("model"), Column("cases", wraps=True), Column("clips", "right"), Column("frames", "right"),
        Column("size"), Column("fps", "right"), Column("steps", "right", spare=2), Column("cost, $", "right", spare=1),
        Column("what to know", wraps=True),
    )  # fmt: skip
    return Grid(columns, [_line(group) for group in alike(rows)])


def _line(group: Sequence[PlannedCase]) -> list[str]:
    plan, clips = group[0].plan, sum(row.clips for row in group)
    cropped = sum(row.plan.crop is not None for row in group)
    notes = [
        group[0].error,
        *plan.notes,
        f"cuts off the edges of {cropped} of {len(group)} images" if cropped else "",
    ]
    return [
        group[0].label,
        group[0].case if len(group) == 1 else f"{len(group)} ({group[0].case} …)",
        str(clips),
        _frames(plan),
        f"{plan.width} × {plan.height}" if plan.width and plan.height else "as the image",
        _or_dash(plan.fps),
        _or_dash(plan.steps),
        "" if plan.cost is None else f"{plan.cost * clips:.2f}",
        "; ".join(note for note in notes if note),
    ]


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
