"""Workers of this machine for `bench.engine.pull`: processes that are spawned, or this process itself.

    backend = workers.local(4, load_nets, measure)  # load_nets() runs once in each process, what it returns is its own
    with Pool(backend, clips) as pool:
        for done in pull(pool):  # measure(nets, clip), as soon as it is there
            ...

A process has one thread unless it is told otherwise: OpenCV's and torch's own threads bring 1.0 to 1.6 times on two
cores where processes bring 2, and both at once lose by half. Processes are spawned: threads of OpenCV, torch and CUDA
do not survive a fork.

Libraries tried: pebble 5.2 names the task of a dead worker, but all workers share one pipe, and one that is killed
while it sends a large result holds its lock: the others wait for two minutes, then all tasks fail. loky 3.7 fails every
task of the pool when one worker dies; with one loky executor per worker, 30 lines of the start of a process would go.
"""

from __future__ import annotations

import os
import pickle
import signal
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from multiprocessing import get_context
from types import FunctionType, ModuleType
from typing import Any, Generic, TypeVar

from bench.base.worker_process import begin, fill, work_on
from bench.errors import WorkerDied

State = TypeVar("State")
Task = TypeVar("Task")
Result = TypeVar("Result")


def environment(threads: int) -> dict[str, str]:
    """The variables of a process with so many threads. Libraries read them when they are first imported."""
    names = (
        "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS",
        "NUMEXPR_NUM_THREADS", "NUMBA_NUM_THREADS", "OPENCV_FOR_THREADS_NUM",
    )  # fmt: skip
    return dict.fromkeys(names, str(threads))


@dataclass(frozen=True)
class Place:
    """Where a process works.

    Attributes:
        name: for people: 'cuda:0', 'process 2'.
        environment: variables that the process has besides those of this one.
    """

    name: str
    environment: Mapping[str, str]


def processes(count: int, threads: int = 1) -> list[Place]:
    """Places for so many processes of so many threads each."""
    return [Place(f"process {number}", environment(threads)) for number in range(1, count + 1)]


def local(
    count: int, initialise: Callable[[], State], work: Callable[[State, Task], Result]
) -> Here[State, Task, Result] | Processes[State, Task, Result]:
    """Workers of one thread each; up to 1, this process does the work itself, with its libraries' threads as they are.

    Args:
        count: of workers.
        initialise: gives what every task needs and no task changes, such as loaded nets; called once per process.
        work: gives the result of a task; a function of a module that can be imported, or a partial of one.

    Raises:
        TypeError: work cannot be pickled for another process, even if there is none, or initialise, if there are any.
    """
    if count > 1:
        return Processes(processes(count), initialise, work)
    packed_function(work)
    return Here(initialise, work)


class Here(Generic[State, Task, Result]):
    """One worker: this process. A task is done when submit returns."""

    is_here = True
    place = "this process"

    def __init__(self, initialise: Callable[[], State], work: Callable[[State, Task], Result]) -> None:
        self._initialise, self._work = initialise, work
        self._state: list[State] = []

    def wanted(self) -> int:
        return 1

    def spawn(self) -> Here[State, Task, Result]:
        return self

    def ready(self) -> Future[None]:
        """Done, once initialise has returned or raised."""
        return _done(lambda: None if self._state else self._state.append(self._initialise()))

    def submit(self, task: Task) -> Future[Result]:
        """What work(state, task) returned or raised."""
        return _done(lambda: self._work(self._state[0], task))

    def stop(self) -> None:
        """Forgets what initialise returned."""
        self._state.clear()


class Processes(Generic[State, Task, Result]):
    """One process per place.

    Ctrl-C and the death of this process end them all at once, whatever they are doing.

    Args:
        places: for the processes.
        initialise, work: as for local.

    Raises:
        TypeError: initialise or work cannot be pickled for them.
    """

    is_here = False

    def __init__(
        self,
        places: Sequence[Place],
        initialise: Callable[[], State],
        work: Callable[[State, Task], Result],
    ) -> None:
        self._places, self._taken = places, set[str]()
        self._packed = packed_function(initialise), packed_function(work)

    def wanted(self) -> int:
        return len(self._places)

    def spawn(self) -> Process[Task, Result]:
        """A process at a place that has none."""
        place = next(each for each in self._places if each.name not in self._taken)
        self._taken.add(place.name)
        return Process(place, *self._packed, lambda: self._taken.discard(place.name))


class Process(Generic[Task, Result]):
    """One process.

    It has an executor of its own: an executor of several processes fails all running tasks when one process dies, and
    cannot tell whose it was.

    Args:
        place: where it works.
        initialise, work: pickled.
        when_stopped: called once the process has ended.
    """

    def __init__(
        self, place: Place, initialise: bytes, work: bytes, when_stopped: Callable[[], None]
    ) -> None:
        self.place = place.name
        self._work, self._when_stopped = work, when_stopped
        context = get_context("spawn")
        held_there, self._lifeline = context.Pipe(duplex=False)
        self._executor = ProcessPoolExecutor(1, context, begin, (held_there, initialise))
        with _environment_of_a_worker(place.environment):
            self._ready = self._submit(NOTHING, None)

    def ready(self) -> Future[None]:
        """Done when initialise has returned, or with what it raised."""
        return self._ready

    def submit(self, task: Task) -> Future[Result]:
        """Starts on a task; the future gives what it returned or raised, or WorkerDied if the process ended."""
        return self._submit(self._work, task)

    def stop(self) -> None:
        """Ends the process at once, and waits until it has ended."""
        self._lifeline.close()
        self._executor.shutdown(cancel_futures=True)
        self._when_stopped()

    def _submit(self, work: bytes, task: Any) -> Future[Any]:
        packed, outcome = pickle.dumps(task), Future[Any]()
        try:
            sent = self._executor.submit(work_on, work, packed)
        except BrokenProcessPool:  # it died on the task before, or while it was idle
            outcome.set_exception(WorkerDied(f"the worker process at {self.place} died"))
            return outcome
        sent.add_done_callback(lambda sent: _bring(sent, outcome, self.place))
        return outcome


def _bring(sent: Future[bytes], outcome: Future[Any], place: str) -> None:
    """Gives outcome what a process sent."""
    if sent.cancelled() or isinstance(sent.exception(), BrokenProcessPool):
        outcome.set_exception(WorkerDied(f"the worker process at {place} died"))
        return
    fill(outcome, sent.result())


def _done(make: Callable[[], Any]) -> Future[Any]:
    outcome = Future[Any]()
    try:
        outcome.set_result(make())
    except Exception as error:
        outcome.set_exception(error)
    return outcome


@contextmanager
def _environment_of_a_worker(variables: Mapping[str, str]) -> Iterator[None]:
    """What a process that starts within inherits: variables, no Ctrl-C, and no main module.

    Ctrl-C reaches the whole group of processes, but only the parent may act on it, even while a worker is still
    importing. And no worker may import the main module: that would run a script that calls us without
    `if __name__ == "__main__"` a second time, and load all that it loads.
    """
    before = {name: os.environ.get(name) for name in variables}
    main, mask = sys.modules["__main__"], _mask({signal.SIGINT})
    try:
        sys.modules["__main__"] = ModuleType("__main__")
        os.environ.update(variables)
        yield
    finally:
        sys.modules["__main__"] = main
        for name, value in before.items():
            os.environ.pop(name)
            if value is not None:
                os.environ[name] = value
        _mask(mask, is_whole=True)


def _mask(signals: Iterable[int], is_whole: bool = False) -> set[int]:
    """Holds signals back in this thread and in processes that it starts; gives the mask before. Windows has none."""
    if not hasattr(signal, "pthread_sigmask"):
        return set()
    return set(signal.pthread_sigmask(signal.SIG_SETMASK if is_whole else signal.SIG_BLOCK, signals))


def packed_function(function: Callable[..., Any]) -> bytes:
    """A function, pickled for another process.

    Raises:
        TypeError: it cannot be, as one of the main script.
    """
    packed = BytesIO()
    try:
        _Pickler(packed).dump(function)
    except (pickle.PicklingError, AttributeError, TypeError) as error:
        raise TypeError(
            f"{function!s:.200} cannot be brought to a worker process ({error}): define it at the top of a module"
        ) from None
    return packed.getvalue()


class _Pickler(pickle.Pickler):
    """Refuses what only the main script has."""

    def reducer_override(self, thing: Any) -> Any:
        if isinstance(thing, type | FunctionType) and thing.__module__ == "__main__":
            raise pickle.PicklingError(f"{thing.__name__} is defined in the main script, not in a module")
        return NotImplemented


def _nothing(state: object, task: object) -> None:
    """A task that no process dies on: done when the process is ready."""


NOTHING = packed_function(_nothing)
"""Work of which it matters only that a process comes to it."""
