"""What blocks of a page say, for tests: all of their words, their tables and their plots, also those behind a line."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TypeVar

from bench.web import html
from bench.web.content import Block, Cell, Code, Columns, Details, Figure, Figures, Link, Table

B = TypeVar("B")


class Plain:
    """Addresses for HTML that is only looked at."""

    def address(self, link: Link) -> str:
        """The page alone."""
        return f"{link.page}.html"

    def key(self, run: str) -> str:
        """Its id."""
        return run


def markup(blocks: Sequence[Block]) -> str:
    """Blocks as HTML."""
    return html.fragment(blocks, Plain())


def every(blocks: Iterable[Block]) -> Iterator[Block]:
    """The blocks and all that are inside of them."""
    for block in blocks:
        yield block
        if isinstance(block, Details):
            yield from every(block.blocks)
        elif isinstance(block, Columns):
            yield from every(inner for column in block.columns for inner in column)


def of_type(blocks: Iterable[Block], kind: type[B]) -> list[B]:
    """The blocks of one type, also those inside of others."""
    return [block for block in every(blocks) if isinstance(block, kind)]


def tables(blocks: Iterable[Block]) -> list[Table]:
    """All tables."""
    return of_type(blocks, Table)


def figures(blocks: Iterable[Block]) -> list[Figure]:
    """All figures, single and side by side."""
    found = []
    for block in every(blocks):
        found += (
            [block] if isinstance(block, Figure) else [*block.figures] if isinstance(block, Figures) else []
        )
    return found


def codes(blocks: Iterable[Block]) -> list[str]:
    """All lines to copy."""
    return [block.text for block in of_type(blocks, Code)]


def cells(table: Table, key: str) -> list[Cell]:
    """A column, from top to bottom."""
    place = [column.key for column in table.columns].index(key)
    return [row.cells[place] for row in table.rows]


def column(table: Table, key: str) -> list[str]:
    """The texts of a column, from top to bottom."""
    return [cell.text for cell in cells(table, key)]


def line(table: Table, first: str) -> dict[str, Cell]:
    """Key -> cell, of the row that has that as one of its first two cells, or its note."""
    about = ({word for cell in row.cells[:2] for word in (cell.text, cell.note)} for row in table.rows)
    row = next(row for row, words in zip(table.rows, about, strict=True) if first in words)
    return {column.key: cell for column, cell in zip(table.columns, row.cells, strict=True)}
