"""Which models a table keeps, by what is known of them; null baselines are not filtered, they stand for reference.

What nobody knows of a model is never held against it, unless the visitor asks for known facts only.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st

from bench.scoring.standings import Column, Line
from leaderboard import words
from leaderboard.choices import choose_several, clear, number, pick, text, toggle

UNKNOWN = "unknown"
COMPLETE = 1.0

CLEARED: dict[str, object] = {
    "q": "", "access": [], "licence": [], "reads": [], "size": None, "sized": False, "complete": False,
}  # fmt: skip
"""Name in the address -> its value where nothing is filtered."""


@dataclass(frozen=True)
class Filters:
    """What a model must be to be shown; a filter that nobody set asks for nothing.

    Attributes:
        name: part of its name, of its model's or of its model's title; case does not matter.
        access: who may run it.
        licences: of its weights.
        reads_text: whether the prompt reaches it, 'yes' or 'no'.
        largest: parameters in billions, at most.
        is_sized: whether its size must be known.
        is_complete: whether every clip must have every number shown.
    """

    name: str = ""
    access: tuple[str, ...] = ()
    licences: tuple[str, ...] = ()
    reads_text: tuple[str, ...] = ()
    largest: float | None = None
    is_sized: bool = False
    is_complete: bool = False

    def keeps(self, line: Line, columns: Sequence[Column]) -> bool:
        """Whether a line may stay in a table of these columns."""
        size = line.card.parameters
        return (
            self.name.casefold() in "\n".join((line.name, line.model, line.card.title)).casefold()
            and (not self.access or (line.card.access or UNKNOWN) in self.access)
            and (not self.licences or (line.card.licence or UNKNOWN) in self.licences)
            and (not self.reads_text or words.yes_or_no(line.reads_text) in self.reads_text)
            and (size is not None or not self.is_sized)
            and (size is None or self.largest is None or size <= self.largest)
            and (not self.is_complete or (line.coverage >= COMPLETE and len(line.scores) == len(columns)))
        )

    def said(self) -> list[str]:
        """Each filter that is set, in words."""
        size = f"at most {self.largest:g} B parameters" if self.largest is not None else ""
        unknown = size and not self.is_sized and f"{size} or {UNKNOWN}"
        parts = (
            self.name and f"name contains “{self.name}”",
            " or ".join(self.access),
            " or ".join(self.licences),
            self.reads_text and f"reads text: {' or '.join(self.reads_text)}",
            unknown or size,
            self.is_sized and "size known",
            self.is_complete and "complete coverage",
        )
        return [part for part in parts if part]


def choose_filters(lines: Sequence[Line]) -> Filters:
    """The visitor's filters, as widgets behind one button; what was said of some line can be chosen."""
    licences = sorted(
        {line.card.licence or UNKNOWN for line in lines}, key=lambda name: (name == UNKNOWN, name)
    )
    access = [
        name for name in ("open", "hosted", "program", "") if any(line.card.access == name for line in lines)
    ]
    name = text(st.container(width=260), "Find a model", key="q", placeholder="Part of a name")
    with st.popover("Filters"):
        here = st.container()
        return Filters(
            name,
            tuple(pick(here, "Who may run it", [name or UNKNOWN for name in access], key="access")),
            tuple(choose_several(here, "Licence of the weights", licences, key="licence")),
            tuple(pick(here, "Reads text", ["yes", "no"], key="reads")),
            number(here, "Parameters, at most (billions)", (0.0, 10_000.0), key="size"),
            toggle(here, "Only where the size is known", key="sized"),
            toggle(here, "Only where every clip has every number", key="complete"),
        )


def show_active(filters: Filters, kept: int, among: int) -> None:
    """A line that says what is left out and why, with the way back; nothing where nothing is filtered."""
    if filters == Filters():
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        st.text(f"{kept} of {among} models: {', '.join(filters.said())}", width="stretch")
        st.button("Clear filters", on_click=clear, args=(CLEARED,), key="clear")
