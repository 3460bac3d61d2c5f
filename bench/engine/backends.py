"""What the pull loop asks of an engine: a backend that starts workers, and workers that give a future per unit.

`bench.base.workers.local` gives one: processes of this machine, or this process itself.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from typing import Protocol, TypeVar

from bench.engine.machine_needs import Needs

Unit_contra = TypeVar("Unit_contra", contravariant=True)
Result = TypeVar("Result")
State = TypeVar("State")
Task = TypeVar("Task")


class Worker(Protocol[Unit_contra, Result]):
    """Works on units one after another, in the order in which they are given."""

    @property
    def place(self) -> str:
        """Where it works, for people: 'cuda:0', a node's name."""

    def ready(self) -> Future[None]:
        """Done when units can be worked on; an exception is why they cannot, WorkerDied if its process ended."""

    def submit(self, unit: Unit_contra) -> Future[Result]:
        """Starts on a unit. WorkerDied in the future means that the process ended; all else is the unit's result."""

    def stop(self) -> None:
        """Ends it at once, whatever it is doing; more than once does no harm."""


class Backend(Protocol[Unit_contra, Result]):
    """Starts workers."""

    is_here: bool
    """Whether the worker is this process, so that a unit is done when submit returns."""

    def spawn(self) -> Worker[Unit_contra, Result]:
        """A new worker, without waiting until it is ready."""

    def wanted(self) -> int:
        """How many workers there should be now. With fewer than before, those that die are not replaced."""


class Engine(Protocol):
    """Where other processes are that do a job: some make clips, others measure them meanwhile.

    Each backend gets a function that gives what every task needs, called once per worker, and one that gives the result
    of a task. Both are of modules that can be imported, or partials of such.
    """

    @property
    def device(self) -> str:
        """What its workers call their device: 'cuda:0', 'cpu'."""

    @property
    def measuring_device(self) -> str:
        """The device that metrics are given: those about a set of clips compute in this process, too."""

    def prepare(self, needs: Needs) -> None:
        """Brings to every machine of the workers what they need, before there are any.

        Args:
            needs: of the job.

        Raises:
            Unavailable: a machine cannot have it.
        """

    def making(
        self, initialise: Callable[[], State], work: Callable[[State, Task], Result]
    ) -> Backend[Task, Result]:
        """Workers that each hold a model."""

    def measuring(
        self, initialise: Callable[[], State], work: Callable[[State, Task], Result]
    ) -> Backend[Task, Result]:
        """Workers beside them, so that no GPU waits for a measurement."""
