"""Tables that fit the terminal: no name and no number is ever cut or broken, at any width.

Where there is no room, columns that matter least are left out and named, or a wide table is split into several. Cells
are plain text, never markup.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from rich import box
from rich.cells import cell_len
from rich.table import Table
from rich.text import Text

from bench.base.wording import printable

GAP = 2
"""Spaces between columns."""

NARROWEST = 18
"""Cells that no column of text is made narrower than, if its words allow."""


@dataclass(frozen=True)
class Column:
    """A column of a grid.

    Attributes:
        heading: its words may stand below each other.
        align: of cells and heading.
        wraps: whether its cells are texts, which may go over several lines at their spaces. Others are names and
            numbers, which stay whole.
        spare: 0 for a column that is always shown; where there is no room, the one with the highest number goes first.
    """

    heading: str
    align: Literal["left", "right"] = "left"
    wraps: bool = False
    spare: int = 0


@dataclass(frozen=True)
class Grid:
    """A table before its width is known.

    Attributes:
        columns: the first ones say what a line is about.
        lines: texts, as many as there are columns.
        title: above it; '' for none.
        groups: of each line; lines of one group stand together, below its name. None if there are no groups.
        splits: how many columns say what a line is about, in a table that is split where it is too wide: each part has
            these columns and some of the others. 0: columns are left out instead.
    """

    columns: tuple[Column, ...]
    lines: Sequence[Sequence[str]]
    title: str = ""
    groups: Sequence[str] = ()
    splits: int = 0


def tables(grid: Grid, width: int) -> Iterator[Table | str]:
    """The grid as tables that fit, and a line that says what was left out.

    Args:
        grid: what to show.
        width: of the terminal, cells.
    """
    for part in _parts(_in_lines(grid), width):
        left_out = _left_out(part, width)
        kept = [place for place in range(len(part.columns)) if place not in left_out]
        shown = _only(part, kept)
        yield _table(shown, width) if _least(shown) <= width else _records(shown)
        if left_out:
            names = ", ".join(part.columns[place].heading for place in left_out)
            yield f"{width} columns are too narrow for: {names} (--json has all)"


def _in_lines(grid: Grid) -> Grid:
    """The same texts, which are other people's, each in one line and without what would act on the terminal."""
    return replace(
        grid,
        title=_line(grid.title),
        columns=tuple(replace(column, heading=_line(column.heading)) for column in grid.columns),
        lines=[list(map(_line, line)) for line in grid.lines],
        groups=list(map(_line, grid.groups)),
    )


def _line(text: str) -> str:
    return printable(" ".join(text.split()))


def _parts(grid: Grid, width: int) -> Iterator[Grid]:
    """The grid, or several with a share of its columns each."""
    if not grid.splits or _least(grid) <= width:
        yield grid
        return
    about = [place for place in range(grid.splits) if not grid.columns[place].spare]
    room = width - _least(_only(grid, about))
    part: list[int] = []
    for place in range(grid.splits, len(grid.columns)):
        if part and sum(_floor(grid, each) + GAP for each in (*part, place)) > room:
            yield _only(grid, [*about, *part])
            part = []
        part.append(place)
    yield _only(grid, [*about, *part])


def _left_out(grid: Grid, width: int) -> list[int]:
    """Places of the columns that there is no room for, in their order."""
    kept = list(range(len(grid.columns)))
    while _least(_only(grid, kept)) > width:
        spare = max(kept, key=lambda place: (grid.columns[place].spare, place))
        if not grid.columns[spare].spare:
            break
        kept.remove(spare)
    return [place for place in range(len(grid.columns)) if place not in kept]


def _only(grid: Grid, places: Sequence[int]) -> Grid:
    columns = tuple(grid.columns[place] for place in places)
    return replace(grid, columns=columns, lines=[[line[place] for place in places] for line in grid.lines])


def _least(grid: Grid) -> int:
    """The width below which something would be broken."""
    floors = [_floor(grid, place) for place in range(len(grid.columns))]
    return sum(floors) + GAP * max(len(floors) - 1, 0)


def _floor(grid: Grid, place: int) -> int:
    """The width below which a column's words, or its names and numbers, would be broken."""
    column, cells = grid.columns[place], _cells(grid, place)
    heading = _longest(column.heading.split())
    if not column.wraps:
        return max(heading, _longest(cells))
    whole = max(cell_len(column.heading), _longest(cells))
    return max(heading, _longest(word for cell in cells for word in cell.split()), min(NARROWEST, whole))


def _cells(grid: Grid, place: int) -> list[str]:
    """What stands in a column; names of groups stand in the first."""
    return [*(line[place] for line in grid.lines), *(grid.groups if place == 0 else ())]


def _longest(words: Iterator[str] | Sequence[str]) -> int:
    return max(map(cell_len, words), default=0)


def _widths(grid: Grid, width: int) -> list[int]:
    """Floors, and what is left over: first for texts, as much as they need, then for headings in one line."""
    places = range(len(grid.columns))
    widths = [_floor(grid, place) for place in places]
    wanted = [max(cell_len(grid.columns[place].heading), _longest(_cells(grid, place))) for place in places]
    left = width - sum(widths) - GAP * (len(widths) - 1)
    for place in sorted(places, key=lambda place: not grid.columns[place].wraps):
        texts = [each for each in places if grid.columns[each].wraps and widths[each] < wanted[each]]
        share = left // max(len(texts), 1) if grid.columns[place].wraps else left
        more = max(0, min(wanted[place] - widths[place], share))
        widths[place], left = widths[place] + more, left - more
    return widths


def _table(grid: Grid, width: int) -> Table:
    drawn = Table(
        title=Text(grid.title, style="bold") if grid.title else None, title_justify="left", box=box.SIMPLE_HEAD,
        show_edge=False, pad_edge=False, collapse_padding=True,
    )  # fmt: skip
    for column, own in zip(grid.columns, _widths(grid, width), strict=True):
        drawn.add_column(Text(column.heading), justify=column.align, width=own, overflow="fold")
    group = ""
    for at, line in enumerate(grid.lines):
        if grid.groups and grid.groups[at] != group:
            group = grid.groups[at]
            if at:
                drawn.add_row()
            drawn.add_row(Text(group, style="bold"))
        drawn.add_row(*map(Text, line))
    return drawn


def _records(grid: Grid) -> str:
    """Lines as records, one value below the other: for terminals that are narrower than a name and a number."""
    return "\n\n".join(
        "\n".join(
            f"{column.heading}: {cell}" for column, cell in zip(grid.columns, line, strict=True) if cell
        )
        for line in grid.lines
    )
