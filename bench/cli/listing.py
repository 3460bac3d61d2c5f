"""A list of things that have names: as a table, for machines, and only those in which some words occur."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, TypeVar

from bench.base.registry import Registry
from bench.cli.layout import Column, Grid
from bench.errors import Unavailable, folded

T = TypeVar("T")

SEARCHED = (
    "name", "title", "family", "group", "role", "access", "conditions on", "licence", "weights", "id", "evaluator",
    "run", "label", "suite", "file", "for",
)  # fmt: skip
"""What `bench ls KIND WORD` looks into."""

Entry = dict[str, Any]
"""What is known of one thing, JSON-like; a table shows the columns that it is headed by."""


@dataclass(frozen=True)
class Listing:
    """What a list shows, and what it knows.

    Attributes:
        columns: of the table; each shows the entries' value of its heading.
        entries: in order; those of one 'family' or 'group' stand together.
        names: key of what they are called on the command line.
    """

    columns: tuple[Column, ...]
    entries: list[Entry]
    names: str = "name"

    def ids(self) -> list[str]:
        """What the entries are called on the command line."""
        return [str(entry[self.names]) for entry in self.entries]

    def grid(self) -> Grid:
        """The table."""
        lines = [
            ["" if entry[column.heading] is None else str(entry[column.heading]) for column in self.columns]
            for entry in self.entries
        ]
        groups = [str(entry.get("family") or entry.get("group") or "") for entry in self.entries]
        return Grid(self.columns, lines, groups=groups if any(groups) else ())

    def having(self, words: Sequence[str]) -> Listing:
        """Only the entries that words name, or else those in which each word occurs, in capitals or not.

        Args:
            words: none for all entries.
        """
        wanted = set(map(folded, words))
        exact = [entry for entry in self.entries if folded(str(entry[self.names])) in wanted]
        if len(exact) != len(words):
            exact = [entry for entry in self.entries if _has(entry, words)]
        return replace(self, entries=exact) if words else self

    def is_named_by(self, words: Sequence[str]) -> bool:
        """Whether words are the names of what is listed, in capitals or not."""
        return set(map(folded, words)) == set(map(folded, self.ids()))


def each(registry: Registry[Any], described: Callable[[str], T]) -> list[T]:
    """What is said of each class; one of another package that cannot be described is set aside by name."""
    found = []
    for name in registry:
        try:
            with registry.using(registry[name]):
                found.append(described(name))
        except Unavailable as error:
            registry.broken[name] = str(error)
    return found


def _has(entry: Entry, words: Sequence[str]) -> bool:
    text = folded("\n".join(str(value) for key, value in entry.items() if key in SEARCHED))
    return all(folded(word) in text for word in words)
