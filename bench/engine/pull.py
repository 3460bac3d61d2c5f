"""The pull loop: the next unit of work goes to whichever worker is free, and results come as they are done.

    with Pool(gpus, clips_to_make) as making, Pool(processes) as measuring:
        for done in pull(making, measuring):
            if done.pool is making:
                measuring.add(done.result)  # a loop drives several pools, and units may be added while it runs

It knows nothing about models or folders: a backend starts workers (processes here, actors on a cluster), and a worker
gives a future per unit (`bench.engine.backends`). Any number of workers gives the same results, in another order.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue
from types import TracebackType
from typing import Any, Generic, TypeAlias, TypeVar

from bench.engine.backends import Backend, Worker
from bench.engine.unit_queue import MOST_DEATHS, Attempt, UnitQueue
from bench.errors import Unavailable, WorkerDied, reason

Unit = TypeVar("Unit")
Result = TypeVar("Result")

ASKED_AGAIN = 1.0
"""Seconds after which a backend is asked again how many workers there should be."""

READY_WITHIN = 1800.0
"""Seconds that a worker has to load what it needs."""


@dataclass(frozen=True)
class Done(Generic[Unit, Result]):
    """A unit and what came of it.

    Attributes:
        result: what the worker gave or raised; WorkerDied if the unit killed MOST_DEATHS workers.
        place: of the worker.
    """

    pool: Pool[Unit, Result]
    unit: Unit
    result: Result | Exception
    place: str


class Pool(Generic[Unit, Result]):
    """Units of one kind and the workers for them, which live until the end of the `with` block.

    Workers are started as there are units for them. One that cannot be made ready is left out, and said; with none
    left, that is the error. A unit whose worker died is tried again after all others, and the last time alone, with
    the whole memory to itself.

    Args:
        backend: starts the workers.
        units: taken from as workers become free; `add` adds more.
        in_flight: units that a worker is given at a time.
        ready_within: seconds that a worker has to become ready.
    """

    def __init__(
        self,
        backend: Backend[Unit, Result],
        units: Iterable[Unit] = (),
        in_flight: int = 1,
        ready_within: float = READY_WITHIN,
    ) -> None:
        self._backend, self._in_flight, self._ready_within = backend, in_flight, ready_within
        self._queue = UnitQueue(iter(units))
        self._slots: list[_Slot[Unit, Result]] = []
        self._asked, self._wanted = float("-inf"), 0
        self._left_out: list[Exception] = []
        self._died_loading = 0
        self._unsaid: list[str] = []

    def __enter__(self) -> Pool[Unit, Result]:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: Any, trace: TracebackType | None) -> None:
        self.stop()

    def add(self, unit: Unit) -> None:
        """One more unit, behind those that were added before and before those that are taken from."""
        self._queue.added.append(Attempt(unit))

    def stop(self) -> None:
        """Ends all workers; the next unit would start new ones."""
        for slot in self._slots:
            slot.stop()
        self._slots.clear()

    def dispatch(self, events: Events, say: Callable[[str], None]) -> bool:
        """Gives the next units to free workers, and starts workers that are missing; whether anything is under way.

        Raises:
            Exception: what kept the workers from being ready, if that left none.
        """
        self._drop_late()
        if self._is_last_try():
            self._stop_others()
        while (slot := self._free_slot()) and (attempt := self._queue.take(self._is_working())):
            slot.give(attempt, self, events)
        self._start_missing(events)
        if any(slot.is_ready for slot in self._slots):
            for line in self._unsaid:
                say(line)
            self._unsaid.clear()
        return self._is_working() or self._queue.has(1, self._is_working())

    @property
    def is_here(self) -> bool:
        """Whether dispatching takes as long as a unit does."""
        return self._backend.is_here

    def settle(self, event: _Event) -> Done[Unit, Result] | None:
        """Takes note of a future that is done; what came of a unit, if that is now known."""
        slot, attempt, future = event.slot, event.attempt, event.future
        if slot.is_gone:
            return None
        error = future.exception()
        if error is not None and not isinstance(error, Exception):
            raise error
        if attempt is None:
            self._settle_start(slot, error)
            return None
        if isinstance(error, WorkerDied):
            return self._replace(slot)
        slot.units.remove(attempt)
        return Done(self, attempt.unit, future.result() if error is None else error, slot.worker.place)

    def _settle_start(self, slot: _Slot[Unit, Result], error: Exception | None) -> None:
        """A worker is ready, is left out, or is started again: its machine may have gone, and others be sound."""
        slot.is_ready = error is None
        if error is None:
            self._died_loading = 0
        elif isinstance(error, WorkerDied) and self._died_loading < MOST_DEATHS:
            self._died_loading += 1
            self._unsaid.append(
                f"the worker at {slot.worker.place} died before it was ready; another is started"
            )
            self._drop(slot)
        else:
            self._leave_out(slot, error)

    def abandon(self) -> None:
        """Ends the workers that are busy or not ready, and forgets all units."""
        for slot in [each for each in self._slots if each.units or not each.is_ready]:
            self._drop(slot)
        self._queue = UnitQueue(iter(()))

    def _is_working(self) -> bool:
        return any(slot.units for slot in self._slots)

    def _free_slot(self) -> _Slot[Unit, Result] | None:
        """The worker with the fewest units, if it may have one more."""
        ready = (slot for slot in self._slots if slot.is_ready and len(slot.units) < self._in_flight)
        return min(ready, key=lambda slot: len(slot.units), default=None)

    def _is_last_try(self) -> bool:
        units = [attempt for slot in self._slots for attempt in slot.units]
        if not units:
            return self._queue.has_only_last_tries()
        return any(attempt.is_last for attempt in units)

    def _stop_others(self) -> None:
        """Ends all workers but one: what they have loaded is memory, too."""
        first = next((slot for slot in self._slots if slot.units), None) or next(iter(self._slots), None)
        for slot in [each for each in self._slots if each is not first]:
            self._drop(slot)

    def _start_missing(self, events: Events) -> None:
        starting = sum(not slot.is_ready for slot in self._slots)
        room = min(self._room(), 1) if self._is_last_try() else self._room()
        for _ in range(room - len(self._slots)):
            if not self._queue.has(starting + 1, self._is_working()):
                break
            self._start(events)
            starting += 1
        if not self._slots and self._left_out and self._queue.has(1, is_working=False):
            raise self._cause()

    def _room(self) -> int:
        """How many workers there may be: as many as the backend says now, less those that could not be made ready."""
        if time.monotonic() >= self._asked + ASKED_AGAIN:
            before, self._wanted = self._wanted, self._backend.wanted()
            self._asked = time.monotonic()
            if self._wanted > before:  # something has changed: those left out get another chance
                self._left_out.clear()
        return self._wanted - len(self._left_out)

    def _start(self, events: Events) -> None:
        slot = _Slot(self._backend.spawn(), time.monotonic() + self._ready_within)
        self._slots.append(slot)
        slot.worker.ready().add_done_callback(lambda future: events.put(_Event(self, slot, None, future)))

    def _drop_late(self) -> None:
        now = time.monotonic()
        for slot in [each for each in self._slots if not each.is_ready and now > each.deadline]:
            error = Unavailable(
                f"the worker at {slot.worker.place} is not ready after {self._ready_within:g} s"
            )
            self._leave_out(slot, error)

    def _leave_out(self, slot: _Slot[Unit, Result], error: Exception) -> None:
        self._drop(slot)
        self._left_out.append(error)
        self._unsaid.append(f"{slot.worker.place} is left out: {reason(error)}")

    def _cause(self) -> Exception:
        """Why there is no worker."""
        error = self._left_out[0]
        if isinstance(error, WorkerDied):
            return WorkerDied(
                "worker processes die before their first task (out of memory?): use fewer workers"
            )
        return error

    def _replace(self, slot: _Slot[Unit, Result]) -> Done[Unit, Result] | None:
        """Blames the first of the units that a dead worker had, which was the one being worked on."""
        attempt, *others = slot.units
        self._drop(slot)
        self._queue.added.extendleft(reversed(others))
        attempt.deaths += 1
        if attempt.deaths < MOST_DEATHS:
            self._unsaid.append(f"the worker at {slot.worker.place} died on {attempt}, which is tried again")
            self._queue.lost.append(attempt)
            return None
        died = WorkerDied(
            f"worker process died on {attempt}, {MOST_DEATHS} times, the last time alone (out of memory?)"
        )
        return Done(self, attempt.unit, died, slot.worker.place)

    def _drop(self, slot: _Slot[Unit, Result]) -> None:
        slot.stop()
        self._slots.remove(slot)


def pull(
    *pools: Pool[Unit, Result], say: Callable[[str], None] = lambda line: None, events: Events | None = None
) -> Iterator[Done[Unit, Result]]:
    """Works through the units of all pools.

    Args:
        pools: each with its own workers.
        say: is told about workers that died or could not be made ready.
        events: where futures report; only a simulation needs its own.

    Yields:
        Units and results as they are done, until no pool has any left. Stopping early ends the busy workers.

    Raises:
        Exception: what kept all workers of a pool from being ready.
    """
    events = SimpleQueue() if events is None else events
    elsewhere, here = ([pool for pool in pools if pool.is_here == is_here] for is_here in (False, True))
    try:
        while any([pool.dispatch(events, say) for pool in (*elsewhere, *here)]):
            settled = [event.pool.settle(event) for event in _happened(events)]
            for pool in elsewhere:
                pool.dispatch(events, say)  # before the caller takes its time over the results
            yield from (done for done in settled if done is not None)
    finally:
        for pool in pools:
            pool.abandon()


def _happened(events: Events) -> Iterator[_Event]:
    """What has been reported; waits for the first for as long as no backend need be asked."""
    try:
        yield events.get(timeout=ASKED_AGAIN)
        while True:
            yield events.get(block=False)
    except Empty:
        return


@dataclass(eq=False)
class _Slot(Generic[Unit, Result]):
    """A worker, and the units that it has, the oldest first."""

    worker: Worker[Unit, Result]
    deadline: float
    is_ready: bool = False
    is_gone: bool = False
    units: deque[Attempt[Unit]] = field(default_factory=deque)

    def give(self, attempt: Attempt[Unit], pool: Pool[Unit, Result], events: Events) -> None:
        self.units.append(attempt)
        try:
            future = self.worker.submit(attempt.unit)
        except Exception as error:  # a unit that cannot be sent, or a worker that is dead already
            future = Future()
            future.set_exception(error)
        future.add_done_callback(lambda future: events.put(_Event(pool, self, attempt, future)))

    def stop(self) -> None:
        self.is_gone = True
        self.worker.stop()


@dataclass(frozen=True)
class _Event:
    """A future is done: that of a unit, or that of a worker's being ready if attempt is None."""

    pool: Pool[Any, Any]
    slot: _Slot[Any, Any]
    attempt: Attempt[Any] | None
    future: Future[Any]


Events: TypeAlias = SimpleQueue[_Event]
