"""The table of docs/reliability.md: a line per fault, with the figures of the last long run of its tests."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import astuple, fields
from pathlib import Path

from tests.faults.all_faults import FAULTS, Fault, Figures

PAGE = Path(__file__).parents[2] / "docs" / "reliability.md"
BEGIN, END = "<!-- figures: written by pytest tests/faults --long -->\n", "<!-- end of figures -->\n"
COLUMNS = ["", "fault", "what must hold", *(field.name for field in fields(Figures))]
NOT_RUN = ("not run", *[""] * (len(fields(Figures)) - 1))


def together(figures: Iterable[Figures]) -> Figures:
    """Figures of several tests of one fault: sums, and the slowest of all."""
    columns = zip(*map(astuple, figures), strict=True)
    known = [[value for value in column if value is not None] for column in columns]
    *counts, slowest = known
    return Figures(*(sum(each) if each else None for each in counts), max(slowest, default=None))  # type: ignore[arg-type]


def rows(page: str) -> dict[int, list[str]]:
    """Number of the fault -> its cells."""
    table = page.partition(BEGIN)[2].partition(END)[0].splitlines()[2:]
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in table]
    return {int(row[0]): row for row in cells}


def renewed(page: str, found: Mapping[int, Figures]) -> str:
    """The page with other figures of these faults; those of others stay."""
    before, after = page.partition(BEGIN)[0], page.partition(END)[2]
    known = {number: tuple(row[3:]) for number, row in rows(page).items()}
    lines = [COLUMNS, ["---", "---", "---", *["---:"] * len(fields(Figures))]]
    lines += [
        [*told(fault), *(shown(found[fault.number]) if fault.number in found else known.get(fault.number, NOT_RUN))]
        for fault in FAULTS
    ]  # fmt: skip
    return before + BEGIN + "".join(f"| {' | '.join(line)} |\n" for line in lines) + END + after


def told(fault: Fault) -> tuple[str, ...]:
    return str(fault.number), fault.title, fault.mark


def shown(figures: Figures) -> tuple[str, ...]:
    *counts, slowest = astuple(figures)
    cells = ("–" if count is None else f"{count:,}" for count in counts)
    return *cells, "–" if slowest is None else f"{slowest:.1f} s"
