"""HTML of pages as elements, as a browser reads it, and as lines that say all that a page says, for tests."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
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


# What a page says, line by line

WHOLE = {"h1", "h2", "h3", "h4", "p", "pre", "li", "summary", "label", "button", "b", "figcaption"}
"""Elements that are one line each."""

SILENT = {"script", "style", "noscript"}
"""Elements that no reader of a page with scripts sees."""

FACTS = ("key", "sign", "value", "rank")
"""What cells know besides their words: columns their name and direction, others what they sort by."""


def lines(element: Element, without: Sequence[str] = ()) -> Iterator[str]:
    """All that a part of a page says: words, where links lead, tooltips, rows of tables with what they sort by, plots.

    Args:
        element: the part.
        without: keys of columns to leave out.
    """
    if element.tag == "table":
        yield from _table(element, without)
    elif element.tag == "svg":
        yield _plot(element)
    elif element.tag in WHOLE:
        yield _line(element)
    elif element.tag in {"a", "video", "img"}:
        yield _linked(element)
    elif element.tag not in SILENT:
        for child in element:
            yield from lines(child, without)


def said(element: Element) -> str:
    """Its words, with where links lead and what tooltips say."""
    parts = [element.text or ""]
    for child in element:
        inner = "" if child.tag == "svg" else _linked(child) if child.tag == "a" else said(child)
        parts += [inner, child.tail or ""]
    text = re.sub(r"\s+", " ", " ".join(parts)).strip()
    return f"{text} {{{element.get('title')}}}" if element.get("title") else text


def _linked(element: Element) -> str:
    """Words and the kind of page they lead to, or an address of the web; pictures and clips have no words."""
    return f"[{said(element) or element.tag} → {element.get('data-page') or element.get('href', 'a file')}]"


def _line(element: Element) -> str:
    before = "#" * int(element.tag[1]) if element.tag[0] == "h" else "▸" if element.tag == "summary" else ""
    tone = element.get("class", "")
    return f"{before} {said(element)}{f' ({tone})' if tone else ''}".strip()


def _table(table: Element, without: Sequence[str]) -> Iterator[str]:
    yield f"table: {table.get('aria-label', '')}"
    keys: list[str] = []
    for row in table.iter("tr"):
        cells = [cell for cell in row if "pick" not in cell.get("class", "").split()]
        keys = keys or [cell.get("data-key", "") for cell in cells]
        shown = [cell for place, cell in enumerate(cells) if keys[place] not in without or not keys[place]]
        yield " | ".join(map(_cell, shown))


def _cell(cell: Element) -> str:
    facts = [f"{name}={cell.get(f'data-{name}')}" for name in FACTS if f"data-{name}" in cell.attrib]
    strips = [path.get("d", "") for svg in cell.iter("svg") for path in svg.iter("path")]
    return " ".join([said(cell), *facts, *strips])


def _plot(plot: Element) -> str:
    told = [words(title) for title in plot.iter("title")]
    return f"plot: {plot.get('aria-label', '')}: {'; '.join([*map(words, plot.iter('text')), *told])}"


# Tables


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
