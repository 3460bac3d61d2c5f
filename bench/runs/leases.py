"""Leases: the units of a run that some process works on now, one locked file per unit.

    <run>/leases/<unit>      'host pid'; gone when the unit is done, free when its process has died

A lease spares others the same work and decides nothing: a unit is done when its record or its rows are in the run.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import TypeVar

from bench.base import locks, reading
from bench.base.locks import Lock

T = TypeVar("T")


class Leases:
    """The units that this process holds; all are given back at the end of the `with` block.

    Attributes:
        elsewhere: units that in_turn passed over, since other processes hold them.

    Args:
        run: the folder of the run.
    """

    def __init__(self, run: Path) -> None:
        self.elsewhere: list[str] = []
        self._folder = run / "leases"
        self._held: dict[str, Lock] = {}

    def __enter__(self) -> Leases:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: object, trace: TracebackType | None) -> None:
        for unit in list(self._held):
            self.give_back(unit)

    def in_turn(self, units: Mapping[str, T]) -> Iterator[tuple[str, T]]:
        """Takes one unit after another, and those that another process holds once more at the end.

        Args:
            units: by name, which is that of a file; each is to be given back once it is done.

        Yields:
            Those that are held then. Another process may have done the unit meanwhile.
        """
        passed_over = {}
        for unit, each in units.items():
            if self.take(unit):
                yield unit, each
            else:
                passed_over[unit] = each
        for unit, each in passed_over.items():
            if self.take(unit):
                yield unit, each
            else:
                self.elsewhere.append(unit)

    def take(self, unit: str) -> bool:
        """Whether this process holds a unit from now on, or held it already; False if another one does.

        Args:
            unit: the name of a file.

        Raises:
            StorageFailed: the lease cannot be written.
        """
        while unit not in self._held:
            lock = Lock(self._folder / unit)
            if not lock.take():
                lock.close()
                return False
            if lock.is_in_place():
                lock.sign()
                self._held[unit] = lock
            else:  # its holder gave it back meanwhile, and took the file away
                lock.close()
        return True

    def give_back(self, unit: str) -> None:
        """Lets others have a unit that this process holds."""
        lock = self._held.pop(unit)
        lock.path.unlink(
            missing_ok=True
        )  # before the lock ends: whoever opened it sees that it is out of place
        lock.close()


def sweep(run: Path) -> None:
    """Deletes what processes that were killed have left."""
    for path in (run / "leases").glob("*"):
        if not locks.is_held(path):
            path.unlink(missing_ok=True)


def holders(run: Path) -> dict[str, str]:
    """Unit -> 'host pid', for the units of a run that some process holds now."""
    return dict(_held(run / "leases"))


def _held(folder: Path) -> Iterator[tuple[str, str]]:
    with reading.of(folder):
        paths = sorted(folder.glob("*")) if folder.is_dir() else []
    for path in paths:
        with suppress(FileNotFoundError), path.open() as file:
            if locks.is_held(path):
                yield path.name, file.read(200).strip()
