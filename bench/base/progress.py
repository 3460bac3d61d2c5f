"""Reports of progress, independent of how they are shown.

The library calls a Progress; this one ignores everything. The command line passes one that draws bars on stderr.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager


class Bar:
    """One piece of work of a known number of parts; this one is not drawn."""

    def advance(self) -> None:
        """One part is done."""

    def step(self, done: int, total: int) -> None:
        """Within the part being worked on, done of total steps are over."""


class Progress:
    """Receives the progress of long work; this one ignores it."""

    @contextmanager
    def bar(self, title: str, total: int) -> Iterator[Bar]:
        """A bar that exists while its block runs."""
        yield Bar()

    @contextmanager
    def part(self, number: int, of: int) -> Iterator[None]:
        """The bars of the block are about one of several parts of about the same size, counted from 1."""
        yield

    def say(self, text: str) -> None:
        """One line for a person."""

    def agrees(self, question: str, unasked: bool = True) -> bool:
        """Whether a person says yes; where nobody can be asked, `unasked`."""
        return unasked
