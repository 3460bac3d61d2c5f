"""A simulated engine for the pull loop: the clock jumps to the next event whenever the loop waits."""

from __future__ import annotations

import heapq
from collections.abc import Callable
from concurrent.futures import Future
from itertools import count
from queue import Empty, SimpleQueue
from typing import Any


class Timeline(SimpleQueue[Any]):
    """What the loop waits on.

    Attributes:
        now: seconds since the beginning.
    """

    def __init__(self) -> None:
        super().__init__()
        self.now = 0.0
        self._coming: list[tuple[float, int, Callable[[], None]]] = []
        self._number = count()

    def after(self, seconds: float, happen: Callable[[], None]) -> None:
        """Schedules an event; those of one moment happen in the order in which they were scheduled."""
        heapq.heappush(self._coming, (self.now + seconds, next(self._number), happen))

    def get(self, block: bool = True, timeout: float | None = None) -> Any:
        """As that of a queue; instead of waiting, time passes until something is there."""
        while self.empty() and block and self._coming:
            self.now, _, happen = heapq.heappop(self._coming)
            happen()
        if self.empty() and block:
            self.now += timeout or 0.0
            raise Empty
        return super().get(block=False)


class Simulated:
    """A backend whose workers take simulated time.

    Args:
        timeline: given to the loop as its events.
        workers: how many there should be.
        seconds: that a unit takes.
        loading: seconds until a worker is ready.
    """

    is_here = False

    def __init__(
        self, timeline: Timeline, workers: int, seconds: Callable[[Any], float], loading: float = 0.0
    ) -> None:
        self.timeline, self.workers, self.seconds, self.loading = timeline, workers, seconds, loading
        self.spawned: list[SimulatedWorker] = []

    def wanted(self) -> int:
        return self.workers

    def spawn(self) -> SimulatedWorker:
        self.spawned.append(SimulatedWorker(self, f"worker {len(self.spawned)}"))
        return self.spawned[-1]

    def outcome(self, unit: Any) -> Any:
        """What comes of a unit: itself; tests raise."""
        return unit


class SimulatedWorker:
    """Works on one unit after another, in simulated time."""

    def __init__(self, backend: Simulated, place: str) -> None:
        self.place, self.is_stopped = place, False
        self._backend = backend
        self._busy_until = 0.0

    def ready(self) -> Future[None]:
        return self._filled(self._backend.loading, lambda: None)

    def submit(self, unit: Any) -> Future[Any]:
        now = self._backend.timeline.now
        self._busy_until = max(self._busy_until, now) + self._backend.seconds(unit)
        return self._filled(self._busy_until - now, lambda: self._backend.outcome(unit))

    def stop(self) -> None:
        self.is_stopped = True

    def _filled(self, seconds: float, make: Callable[[], Any]) -> Future[Any]:
        """A future that is done after so long, unless the worker is stopped before."""
        future = Future[Any]()

        def fill() -> None:
            if self.is_stopped:
                return
            try:
                future.set_result(make())
            except Exception as error:
                future.set_exception(error)

        self._backend.timeline.after(seconds, fill)
        return future
