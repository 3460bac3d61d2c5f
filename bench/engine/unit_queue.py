"""The units that a pool has to work through, in which order, and how many workers each has cost."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Generic, TypeVar

Unit = TypeVar("Unit")

MOST_DEATHS = 3
"""Workers that a unit may kill before that is its result."""


@dataclass(eq=False)
class Attempt(Generic[Unit]):
    """A unit, and how many workers it has cost."""

    unit: Unit
    deaths: int = 0

    @property
    def is_last(self) -> bool:
        return self.deaths == MOST_DEATHS - 1

    def __str__(self) -> str:
        return f"{self.unit!s:.200}"


class UnitQueue(Generic[Unit]):
    """What is to be done: units that were added, then those of an iterable, then those that cost a worker."""

    def __init__(self, coming: Iterator[Unit]) -> None:
        self._coming = coming
        self.added: deque[Attempt[Unit]] = deque()
        self.lost: deque[Attempt[Unit]] = deque()

    def has(self, count: int, is_working: bool) -> bool:
        """Whether there are that many units to take; the iterable is read as far as that needs."""
        missing = count - len(self.added)
        self.added.extend(map(Attempt, islice(self._coming, max(missing, 0))))
        ready = len(self.added) + sum(not (each.is_last and is_working) for each in self.lost)
        return ready >= count

    def take(self, is_working: bool) -> Attempt[Unit] | None:
        """The next, if there is one; one that is to be alone is not taken while others are worked on."""
        if self.has(1, is_working):
            if self.added:
                return self.added.popleft()
            self.lost = deque(sorted(self.lost, key=lambda each: each.deaths))
            return self.lost.popleft()
        return None

    def has_only_last_tries(self) -> bool:
        return bool(self.lost) and all(each.is_last for each in self.lost) and not self.has_fresh()

    def has_fresh(self) -> bool:
        self.has(1, is_working=True)
        return bool(self.added)
