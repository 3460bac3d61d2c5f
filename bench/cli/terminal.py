"""Output for people: bars on stderr, tables on stdout."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress as RichProgress,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.prompt import Confirm

from bench.base.progress import Bar, Progress
from bench.base.wording import duration, printable
from bench.cli import streams

PIPED = 200
"""Cells in a line of what is piped into a file or another program."""


def stdout() -> Console:
    """The console for results; wide where they are piped, unless COLUMNS says how wide."""
    console = Console(file=streams.results(), highlight=False)
    if not console.is_terminal and not os.environ.get("COLUMNS"):
        console.width = max(console.width, PIPED)
    return console


def stderr() -> Console:
    """The console for progress and errors."""
    return Console(stderr=True, highlight=False)


class TerminalProgress(Progress):
    """Bars that redraw themselves on a terminal; in a log, a line at the beginning, twice a minute, and at the end."""

    def __init__(self) -> None:
        self.console = stderr()
        self.number, self.of = 1, 1
        self.ends = self.started = time.monotonic()
        self._drawn: RichProgress | None = None

    @contextmanager
    def part(self, number: int, of: int) -> Iterator[None]:
        """Says before each bar which of how many it is, and, from the second on, how long the whole may still take."""
        now = time.monotonic()
        if number == 1:
            self.started = now
        self.number, self.of = number, of
        self.ends = now + (now - self.started) / max(number - 1, 1) * (of - number + 1)
        try:
            yield
        finally:
            self.number, self.of = 1, 1

    def of_whole(self, title: str) -> str:
        """'2 of 3, about 40 s left: generate svd'."""
        left = self.ends - time.monotonic()
        about = f", about {duration(left)} left" if left >= 1 and self.number > 1 else ""
        return printable(f"{self.number} of {self.of}{about}: {title}" if self.of > 1 else title)

    @contextmanager
    def bar(self, title: str, total: int) -> Iterator[Bar]:
        if not self.console.is_terminal:
            title = self.of_whole(title)
            plain = _LoggedBar(self, title, total)
            self.say(f"{title}: {total} …" if total > 1 else f"{title} …")
            yield plain
            self.say(f"{title}: done in {plain.minutes()}")
            return
        with self._bars() as drawn:
            task = drawn.add_task(self.of_whole(title), total=total, step="")
            yield _DrawnBar(drawn, task, lambda: self.of_whole(title))

    @contextmanager
    def _bars(self) -> Iterator[RichProgress]:
        """Where bars are drawn; one within the block of another stands below it."""
        if self._drawn is not None:
            yield self._drawn
            return
        columns = (
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[step]}"),
            TimeElapsedColumn(),
            TimeRemainingColumn(),
        )
        with RichProgress(*columns, console=self.console, transient=True) as drawn:
            self._drawn = drawn
            try:
                yield drawn
            finally:
                self._drawn = None

    def say(self, text: str) -> None:
        self.console.print(printable(text), markup=False, emoji=False)

    def agrees(self, question: str, unasked: bool = True) -> bool:
        if not (self.console.is_terminal and sys.stdin.isatty()):
            return unasked
        try:
            return Confirm.ask(printable(question), console=self.console, default=False)
        except EOFError:
            return False


class _LoggedBar(Bar):
    def __init__(self, progress: TerminalProgress, title: str, total: int) -> None:
        self.progress, self.title, self.total, self.done = progress, title, total, 0
        self.started = self.said = time.monotonic()

    def advance(self) -> None:
        self.done += 1
        if time.monotonic() - self.said > 30:
            self.said = time.monotonic()
            left = duration((time.monotonic() - self.started) / self.done * (self.total - self.done))
            self.progress.say(
                f"{self.title}: {self.done} of {self.total} after {self.minutes()}, about {left} left"
            )

    def minutes(self) -> str:
        return duration(time.monotonic() - self.started)


class _DrawnBar(Bar):
    def __init__(self, drawn: RichProgress, task: TaskID, title: Callable[[], str]) -> None:
        self.drawn, self.task, self.title = drawn, task, title

    def advance(self) -> None:
        self.drawn.update(self.task, advance=1, step="", description=self.title())

    def step(self, done: int, total: int) -> None:
        self.drawn.update(self.task, step=f"{done}/{total}")
