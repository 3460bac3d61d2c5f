"""What a run would do, for people: `bench run --dry-run`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from bench.base import wording
from bench.cli.layout import Column, Grid
from bench.models.plans import Plan

if TYPE_CHECKING:
    from bench.doctor.outlook import Outlook
    from bench.engine.dry_run import PlannedCase
    from bench.engine.fetching import Fetch


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


def outlook_lines(
    rows: Sequence[PlannedCase], found: Sequence[Outlook], of_metrics: Sequence[Fetch]
) -> Iterator[str]:
    """What a run would fetch, need and take.

    Args:
        rows: what would be made.
        found: by model.
        of_metrics: what metrics would fetch.
    """
    fetches = [*(fetch for each in found for fetch in each.fetches), *of_metrics]
    yield f"to be fetched: {'; '.join(map(str, fetches)) or 'nothing'}"
    for each in found:
        clips = sum(row.clips for row in rows if row.label == each.label and not row.error)
        yield f"{each.label}: {'; '.join(filter(None, [_memory(each), _time(each, clips)]))}"


def _memory(outlook: Outlook) -> str:
    here = "" if outlook.memory_here is None else f"this machine has {wording.size(outlook.memory_here)}"
    if outlook.memory is None:
        return f"memory it needs is unknown, {here}" if here else ""
    is_too_little = outlook.memory_here is not None and outlook.memory >= outlook.memory_here
    verdict = ", too little" if is_too_little else ""
    return f"at least {wording.size(outlook.memory)} of memory, {here or 'that of this machine is unknown'}{verdict}"


def _time(outlook: Outlook, clips: int) -> str:
    if outlook.seconds is None:
        return "time unknown: there is no stored run of it on this device"
    seconds = "under 1 s" if outlook.seconds < 0.5 else wording.duration(outlook.seconds)
    other = "" if outlook.is_alike else ", whose settings differ"
    return (
        f"about {wording.duration(max(outlook.seconds * clips, 1))} for {clips} clips, {seconds} per clip as in"
        f" {outlook.like}{other}"
    )
