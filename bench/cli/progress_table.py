"""How far runs are, as a table and lines."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from bench.base.wording import duration, some
from bench.cli.layout import Column, Grid
from bench.engine.run_progress import RunProgress

COLUMNS = (
    Column("run"),
    Column("asked", "right"),
    Column("made", "right"),
    Column("failed", "right", spare=2),
    Column("missing", "right"),
    Column("measured", "right"),
    Column("under way", "right", spare=3),
    Column("clips/h", "right", spare=1),
    Column("done in", "right"),
)

MOST_NAMED = 8
"""Processes that one line names."""


def shown(found: Sequence[RunProgress]) -> Iterator[Grid | str]:
    """A table of all runs, and who works on each.

    Args:
        found: one per run.
    """
    yield Grid(COLUMNS, [_cells(each) for each in found])
    for each in found:
        yield from _about(each)


def _cells(run: RunProgress) -> list[str]:
    measured = "–" if run.measured is None else f"{run.measured}"
    rate = "–" if run.rate is None else f"{run.rate:.1f}"
    counts = [run.asked, run.made, run.failed, run.missing]
    return [run.run, *map(str, counts), measured, str(len(run.under_way)), rate, _left(run)]


def _left(run: RunProgress) -> str:
    """'2 h 5 min (1 h 50 min – 2 h 20 min)'; whoever counts on it should see that nobody is at work."""
    if not run.missing:
        return "–"
    if run.hours is None:
        return "unknown"
    expected, low, high = (duration(3600 * each) for each in run.hours)
    return f"{expected} ({low} – {high})"


def _about(run: RunProgress) -> Iterator[str]:
    if run.under_way:
        units = Counter(run.under_way.values()).most_common()
        yield f"{run.run}: at work: {some([f'{who} ({count})' for who, count in units], MOST_NAMED)}"
    elif not run.is_done:
        yield f"{run.run}: nobody is at work on this machine; the command that made it goes on"
    if run.makers:
        yield f"{run.run}: made by {some([f'{who} ({count})' for who, count in run.makers.items()], MOST_NAMED)}"
    if (ends := run.ends(datetime.now(UTC))) and run.missing:
        expected, low, high = (each.isoformat(timespec="minutes") for each in ends)
        yield f"{run.run}: ends about {expected}, between {low} and {high}"
