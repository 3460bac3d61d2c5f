"""HTML of pages as elements, as a browser reads it, for tests of what stands in tables."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html.parser import HTMLParser
from xml.etree.ElementTree import Element, TreeBuilder

VOID = {"br", "hr", "img", "input", "link", "meta", "source"}
"""Elements without an end."""


class _Builder(HTMLParser):
    def __init__(self, page: str) -> None:
        super().__init__()
        self.builder = TreeBuilder()
        self.builder.start("page", {})
        self.feed(page)
        self.close()
        self.builder.end("page")

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.builder.start(tag, {name: value or "" for name, value in attrs})
        if tag in VOID:
            self.builder.end(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.builder.end(tag)

    def handle_endtag(self, tag: str) -> None:
        self.builder.end(tag)

    def handle_data(self, data: str) -> None:
        self.builder.data(data)


def tree(page: str) -> Element:
    """A document, or a part of one, below one element; fails where an element is not closed."""
    return _Builder(page).builder.close()


def words(element: Element) -> str:
    """All of its text in one line."""
    return re.sub(r"\s+", " ", " ".join(element.itertext())).strip()


@dataclass(frozen=True)
class Grid:
    """A table as it was drawn.

    Attributes:
        about: what it is called for readers who cannot see it.
        columns: key -> title, from left to right.
        rows: key -> cell, from top to bottom.
    """

    about: str
    columns: dict[str, str]
    rows: list[dict[str, Element]]

    def texts(self, key: str) -> list[str]:
        """The words of a column, from top to bottom."""
        return [words(row[key]) for row in self.rows]

    def row(self, first: str) -> dict[str, str]:
        """Key -> words, of the row whose first cell begins with that text."""
        lines = ({key: words(cell) for key, cell in row.items()} for row in self.rows)
        return next(line for line in lines if next(iter(line.values())).startswith(first))


def grids(page: Element) -> Iterator[Grid]:
    """The tables that have columns."""
    for table in page.iter("table"):
        headings = [cell for cell in table.iter("th") if "data-key" in cell.attrib]
        if headings:
            keys = [heading.attrib["data-key"] for heading in headings]
            rows = [_cells(row) for row in table.iter("tr") if row.find("th[@scope='row']") is not None]
            titles = (words(heading) for heading in headings)
            yield Grid(
                table.get("aria-label", ""),
                dict(zip(keys, titles, strict=True)),
                [dict(zip(keys, row, strict=True)) for row in rows],
            )


def _cells(row: Element) -> list[Element]:
    return [cell for cell in row if "pick" not in cell.get("class", "").split()]
