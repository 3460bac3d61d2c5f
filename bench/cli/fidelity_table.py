"""The table of `bench same`."""

from __future__ import annotations

from bench.base.wording import minus, number, one_line
from bench.cli.layout import Column, Grid
from bench.fidelity import notes
from bench.fidelity.findings import Fidelity, Share

COLUMNS = (
    Column("Measure"),
    Column("Between", "right"),
    Column("Floor", "right", spare=2),
    Column("Ceiling", "right", spare=1),
    Column("Share (95 % interval)", "right"),
    Column("Within", "right", spare=3),
    Column("Verdict", wraps=True),
    Column("Farthest clip, frame", spare=4),
)
"""Between OTHER and BASE; of BASE made again; of BASE under other seeds; and what OTHER's is of the latter."""


def table(found: Fidelity) -> Grid:
    """One row per measure."""
    lines = [_line(each, found.margin) for each in found.shares]
    return Grid(COLUMNS, lines, f"{one_line(found.other)} against {one_line(found.base)}, clip by clip")


def _line(found: Share, margin: float) -> list[str]:
    unit = f", {found.of.unit}" if found.of.unit else ""
    worst = found.clips[0] if found.clips else None
    within = f"{found.within(margin)} of {len(found.clips)}" if found.value is not None else "–"
    return [
        f"{found.of.title}{unit}",
        *(_number(found, each) for each in (found.other, found.floor, found.ceiling)),
        notes.share_text(found),
        within,
        found.verdict or "–",
        f"{one_line(worst.case)}-{worst.seed}, {worst.frame}" if worst else "–",
    ]


def _number(found: Share, distance: float | None) -> str:
    return "–" if distance is None else minus(number(found.of.value(distance)))
