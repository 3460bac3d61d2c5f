"""What pages show, as plain values: tables, facts, figures, notes. The board and the static site only place them.

Everything here is text, numbers and plots as data; texts may come from strangers and are never markup. `Prose` alone is
Markdown, and only for words of our own. Where something leads is a Link, which each host turns into an address.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import ClassVar, Literal, Protocol, TypeAlias

from bench.base.wording import number

NOTHING = "–"
"""What a cell says that has no value; missing is never 0."""

SHADES = 5
"""Steps of a cell's shade, the best last."""

Tone: TypeAlias = Literal["", "null", "reference", "here", "better", "worse", "quiet"]
"""How a badge or a cell looks; '' for plain."""


class Plot(Protocol):
    """A plot as data; see bench.base.svg."""

    @property
    def title(self) -> str:
        """What it shows, for readers who cannot see it."""
        ...

    def svg(self) -> str:
        """The picture."""
        ...


@dataclass(frozen=True)
class Link:
    """Where words lead.

    Attributes:
        page: of ours: 'leaderboard', 'compare', 'model', 'metrics', 'elsewhere', 'about'; '' for an address.
        query: what the page shows there: runs, case, …
        address: of the web, where it is no page of ours.
    """

    page: str = ""
    query: tuple[tuple[str, str], ...] = ()
    address: str = ""


def to(page: str, **query: str) -> Link:
    """A link to a page of ours and what it shows there: the name of the page, then run=…, case=…."""
    return Link(page, tuple(query.items()))


def to_several(page: str, runs: Sequence[str], **query: str) -> Link:
    """A link to a page of ours that shows several runs."""
    return Link(page, (*(("runs", run) for run in runs), *query.items()))


@dataclass(frozen=True)
class Badge:
    """A word in a frame."""

    text: str
    tone: Tone = ""


@dataclass(frozen=True)
class Cell:
    """What stands in a cell.

    Attributes:
        text: as it reads.
        value: what sorting goes by; None for what comes last, however it is sorted.
        half: half of an interval, in words, behind the text.
        note: a smaller line below.
        about: a tooltip.
        link: where the text leads.
        rank: the place of this row where the table is sorted by this column.
        badges: behind the text.
        tone: how it looks.
        ends: of its interval, for a mark on the scale of the column; NaN where there is none.
        shade: how good it is among its column, from 0 to SHADES - 1; None for no shade.
        clip: address of a clip that plays in a loop, of the host's own files; '' for none.
    """

    text: str
    value: float | str | None = None
    half: str = ""
    note: str = ""
    about: str = ""
    link: Link | None = None
    rank: str = ""
    badges: tuple[Badge, ...] = ()
    tone: Tone = ""
    ends: tuple[float, float] | None = None
    shade: int | None = None
    clip: str = ""

    @property
    def words(self) -> str:
        """All that it says, in one line."""
        parts = (f"{self.text} {self.half}".rstrip(), *(badge.text for badge in self.badges), self.note)
        return " · ".join(part for part in parts if part)


def words(text: str, **more: object) -> Cell:
    """A cell of text, which sorts by it."""
    return Cell(text, text.casefold() or None, **more)  # type: ignore[arg-type]


def figure(value: float | None, **more: object) -> Cell:
    """A cell of a number, four significant digits; NOTHING for None and NaN."""
    if value is None or math.isnan(value):
        return Cell(NOTHING, None, **more)  # type: ignore[arg-type]
    return Cell(minus(number(value)), value, **more)  # type: ignore[arg-type]


def minus(text: str) -> str:
    """A number's text with a true minus."""
    return text.replace("-", "−")


@dataclass(frozen=True)
class Column:
    """A column of a table.

    Attributes:
        key: its name in addresses.
        title: above it.
        about: a tooltip.
        unit: below the title.
        sign: +1 where higher is better, −1 where lower is, 0 where neither: the first click puts the best first.
        is_text: whether it holds texts, which sort from a to z.
        scale: of the marks in its cells; None for no marks.
        ticks: values that are marked on the bars of its cells; None for a strip instead of a bar.
        is_extra: whether it is hidden until the visitor asks for all columns.
    """

    key: str
    title: str
    about: str = ""
    unit: str = ""
    sign: int = 0
    is_text: bool = False
    scale: tuple[float, float] | None = None
    ticks: tuple[float, ...] | None = None
    is_extra: bool = False


@dataclass(frozen=True)
class Row:
    """A row of a table.

    Attributes:
        key: what it is about, for choosing rows: a run's id; '' for nothing.
        cells: one per column.
        facets: what filters look at: name -> value.
        is_apart: whether it is a baseline, which entries are held against: a thin line between them.
        is_quiet: whether it is drawn faintly.
    """

    key: str
    cells: tuple[Cell, ...]
    facets: Mapping[str, str] = field(default_factory=dict)
    is_apart: bool = False
    is_quiet: bool = False


@dataclass(frozen=True)
class Table:
    """A table.

    Attributes:
        about: what it is, for readers who cannot see it.
        columns: from left to right.
        rows: in the order in which they stand at first.
        caption: below it.
        sorted_by: key of the column that it is sorted by at first; '' for none.
        filters: name of a facet -> what the filter is called.
        sizes: the facet that is a size, for a filter by the largest; '' for none.
        picks: how many rows may be chosen to be compared; 0 for none.
        is_tall: whether it scrolls in itself.
        subject: place of the column that holds what a row is about.
        extra: what the switch that shows the extra columns is called.
    """

    kind: ClassVar[str] = "table"

    about: str
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    caption: str = ""
    sorted_by: str = ""
    filters: Mapping[str, str] = field(default_factory=dict)
    sizes: str = ""
    picks: int = 0
    is_tall: bool = False
    subject: int = 0
    extra: str = "All columns"

    def options(self, facet: str) -> list[str]:
        """What rows say of a facet, sorted; without ''."""
        return sorted({row.facets.get(facet, "") for row in self.rows} - {""})


@dataclass(frozen=True)
class Heading:
    """A heading below the page's title; anchor names its place in an address."""

    kind: ClassVar[str] = "heading"

    text: str
    anchor: str = ""
    level: int = 2


@dataclass(frozen=True)
class Text:
    """One paragraph of anybody's words."""

    kind: ClassVar[str] = "text"

    text: str
    tone: Literal["", "lead", "quiet", "small", "note", "warning"] = ""
    link: Link | None = None


@dataclass(frozen=True)
class Prose:
    """Words of our own, as Markdown."""

    kind: ClassVar[str] = "prose"

    markdown: str


@dataclass(frozen=True)
class Code:
    """Lines to copy."""

    kind: ClassVar[str] = "code"

    text: str


@dataclass(frozen=True)
class Facts:
    """Names and what is known."""

    kind: ClassVar[str] = "facts"

    rows: tuple[tuple[str, Cell], ...]


@dataclass(frozen=True)
class Badges:
    """Words in frames, in a line."""

    kind: ClassVar[str] = "badges"

    badges: tuple[Badge, ...]


@dataclass(frozen=True)
class Figure:
    """A plot with words around it."""

    kind: ClassVar[str] = "figure"

    plot: Plot
    title: str = ""
    caption: str = ""
    about: str = ""


@dataclass(frozen=True)
class Figures:
    """Small figures side by side."""

    kind: ClassVar[str] = "figures"

    figures: tuple[Figure, ...]


@dataclass(frozen=True)
class Listing:
    """A list of lines."""

    kind: ClassVar[str] = "listing"

    lines: tuple[Cell, ...]
    title: str = ""
    tone: Literal["", "quiet", "bar"] = ""


@dataclass(frozen=True)
class Card:
    """A picture or a clip with words below it; addresses are of the host's own files, '' for none."""

    title: Cell
    image: str = ""
    clip: str = ""
    lines: tuple[str, ...] = ()


@dataclass(frozen=True)
class Gallery:
    """Cards side by side."""

    kind: ClassVar[str] = "gallery"

    cards: tuple[Card, ...]


@dataclass(frozen=True)
class Thumbs:
    """Small pictures in one line, each with a link; one of them is the one that is shown."""

    kind: ClassVar[str] = "thumbs"

    cards: tuple[Card, ...]
    chosen: str = ""


@dataclass(frozen=True)
class Details:
    """Blocks behind a line that opens them."""

    kind: ClassVar[str] = "details"

    summary: str
    blocks: Sequence[Block]
    is_open: bool = False


@dataclass(frozen=True)
class Columns:
    """Lists of blocks side by side."""

    kind: ClassVar[str] = "columns"

    columns: tuple[Sequence[Block], ...]


Block: TypeAlias = (
    Table
    | Heading
    | Text
    | Prose
    | Code
    | Facts
    | Badges
    | Figure
    | Figures
    | Listing
    | Gallery
    | Thumbs
    | Details
    | Columns
)
"""A part of a page."""


def facts(found: Mapping[str, str | Cell]) -> Facts:
    """Those facts that say something."""
    cells = {name: each if isinstance(each, Cell) else Cell(each) for name, each in found.items()}
    return Facts(tuple((name, cell) for name, cell in cells.items() if cell.text))


def problems(lines: Sequence[str]) -> list[Block]:
    """Files that were set aside, one warning each."""
    return [Text(f"Set aside: {' '.join(line.split())}", "warning") for line in lines]
