"""Processes of this machine as an engine: --gpus."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from bench.base import gpus
from bench.base.workers import Place, Processes
from bench.engine.machine_needs import Needs

State = TypeVar("State")
Task = TypeVar("Task")
Result = TypeVar("Result")


@dataclass(frozen=True)
class LocalEngine:
    """One process per place makes clips; others of one thread each measure them, on the same GPUs if there are any.

    Attributes:
        places: where clips are made.
        measurers: how many processes measure.
        device: what each calls its own.
    """

    places: Sequence[Place]
    measurers: int
    device: str

    @property
    def measuring_device(self) -> str:
        """See Engine.measuring_device."""
        return self.device

    def prepare(self, needs: Needs) -> None:
        """See Engine.prepare."""
        needs.bring()

    def making(
        self, initialise: Callable[[], State], work: Callable[[State, Task], Result]
    ) -> Processes[State, Task, Result]:
        return Processes(self.places, initialise, work)

    def measuring(
        self, initialise: Callable[[], State], work: Callable[[State, Task], Result]
    ) -> Processes[State, Task, Result]:
        return Processes(gpus.beside(self.places, self.measurers), initialise, work)


def local_engine(words: str, measurers: int | None = None) -> LocalEngine | None:
    """The engine of --gpus; None of ''.

    Args:
        words: see bench.base.gpus.
        measurers: how many processes measure; None for as many as make clips.

    Raises:
        UsageError: the words mean nothing.
        Unavailable: a GPU that this machine lacks.
    """
    places = gpus.places(words)
    if not places:
        return None
    return LocalEngine(places, len(places) if measurers is None else measurers, gpus.device(words))
