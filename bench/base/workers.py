"""Many tasks in several processes, with the results that one process would give.

    with Workers(4, load_nets) as pool:  # load_nets() runs once in each process: what it returns is that process's own
        for task, result in pool.map(measure, tasks):  # measure(nets, task), as soon as it is there
            ...

Each process has one thread: OpenCV's and torch's own threads bring 1.0 to 1.6 times on two cores where processes bring
2, and both at once lose by half. Processes are spawned: threads of OpenCV, torch and CUDA do not survive a fork.

Libraries tried: pebble 5.2 names the task of a dead worker, but all workers share one pipe, and one that is killed
while it sends a large result holds its lock: the others wait for two minutes, then all tasks fail. loky 3.7 fails every
task of the pool when one worker dies; with one loky executor per worker, 30 lines of the start of a process would go.
"""

from __future__ import annotations

import os
import pickle
import signal
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from io import BytesIO
from itertools import islice
from multiprocessing import get_context
from multiprocessing.connection import Connection
from types import FunctionType, ModuleType, TracebackType
from typing import Any, Generic, TypeVar

from bench.base.worker_process import NotInitialised, begin, work_on
from bench.errors import WorkerDied

State = TypeVar("State")
Task = TypeVar("Task")
Result = TypeVar("Result")

ONE_THREAD: Mapping[str, str] = dict.fromkeys(
    (
        "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS",
        "NUMEXPR_NUM_THREADS", "NUMBA_NUM_THREADS", "OPENCV_FOR_THREADS_NUM",
    ),
    "1",
)  # fmt: skip
"""The environment of a worker. Libraries read it when they are first imported, so it is set before any import."""


class Workers(Generic[State]):
    """Processes that work through tasks; there are none before the first task, and none after the `with` block.

    Ctrl-C, an exception and the death of this process end them all at once, whatever they are doing.

    Args:
        count: of processes; up to 1, this process does the work itself, with its libraries' threads as they are.
        initialise: gives what every task needs and no task changes, such as loaded nets; called once per process.

    Raises:
        TypeError: several processes, and initialise cannot be pickled for them.
    """

    def __init__(self, count: int, initialise: Callable[[], State]) -> None:
        self.count, self._initialise = count, initialise
        packed = _packed_function(initialise) if count > 1 else b""
        self._all = [_Worker(packed) for _ in range(count)] if count > 1 else []
        self._idle = list(self._all)

    def __enter__(self) -> Workers[State]:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: Any, trace: TracebackType | None) -> None:
        for worker in self._all:
            worker.stop()

    def map(
        self, work: Callable[[State, Task], Result], tasks: Iterable[Task]
    ) -> Iterator[tuple[Task, Result | Exception]]:
        """Works through tasks.

        A worker that dies (killed for memory, a segmentation fault) costs the others nothing. Its task is tried once
        more after all others, alone, with the whole memory to itself; if that dies, too, its result is WorkerDied.

        Args:
            work: a function of a module that can be imported, or a partial of one.
            tasks: taken from as workers become free: at most two per worker are in memory.

        Yields:
            Each task and what work(state, task) returned or raised, in the order in which they are done.

        Raises:
            TypeError: work cannot be pickled for another process, even if there is none.
            Exception: whatever initialise raised; nothing can be worked on.
            WorkerDied: initialise killed its process.
        """
        packed = _packed_function(work)
        return self._map(packed, tasks) if self._all else self._map_here(work, tasks)

    def _map_here(
        self, work: Callable[[State, Task], Result], tasks: Iterable[Task]
    ) -> Iterator[tuple[Task, Result | Exception]]:
        state: list[State] = []
        for task in tasks:
            if not state:
                state.append(self._initialise())
            result: Result | Exception
            try:
                result = work(state[0], task)
            except Exception as error:
                result = error
            yield task, result

    def _map(self, work: bytes, tasks: Iterable[Task]) -> Iterator[tuple[Task, Any]]:
        waiting, working = iter(tasks), dict[Future[bytes], tuple[_Worker, Task]]()
        lost: list[Task] = []
        try:
            while self._employ(work, waiting, working):
                done, _ = wait(working, return_when=FIRST_COMPLETED)
                finished = [(*working.pop(future), future) for future in done]
                self._idle += [worker for worker, _, _ in finished]
                self._employ(work, waiting, working)  # before the caller takes its time over the results
                lost += [task for _, task, future in finished if _has_died(future)]
                yield from ((task, _result(future)) for _, task, future in finished if not _has_died(future))
            for task in lost:
                yield task, self._alone(work, task)
        finally:  # the caller stopped early
            for worker, _ in working.values():
                worker.stop()
                self._idle.append(worker)

    def _employ(
        self, work: bytes, waiting: Iterator[Task], working: dict[Future[bytes], tuple[_Worker, Task]]
    ) -> int:
        """Gives the next tasks to idle workers; how many are being worked on."""
        for task in islice(waiting, len(self._idle)):
            worker = self._idle.pop()
            working[worker.submit(work, task)] = (worker, task)
        return len(working)

    def _alone(self, work: bytes, task: Any) -> Any:
        for worker in self._all:  # what they have loaded is memory, too
            worker.stop()
        future = self._all[0].submit(work, task)
        if not _has_died(future):
            return _result(future)
        if _has_died(self._all[0].submit(_packed_function(_nothing), None)):
            raise WorkerDied(
                "worker processes die before their first task (out of memory?): use fewer workers"
            )
        return WorkerDied(
            f"worker process died on {task!s:.200}, twice, the second time alone (out of memory?)"
        )


class _Worker:
    """One process, started with its first task.

    It has an executor of its own: an executor of several processes fails all running tasks when one process dies, and
    cannot tell whose it was.

    Args:
        initialise: pickled.
    """

    def __init__(self, initialise: bytes) -> None:
        self._initialise = initialise
        self._executor: ProcessPoolExecutor | None = None
        self._lifeline: Connection | None = None

    def submit(self, work: bytes, task: Any) -> Future[bytes]:
        """Starts on a task; the future gives what the process returned, or BrokenProcessPool if it died."""
        packed = pickle.dumps(task)
        if self._executor is None:
            self._start()
        assert self._executor is not None
        try:
            with _environment_of_a_worker():
                return self._executor.submit(work_on, work, packed)
        except BrokenProcessPool:  # it died on the task before, or while it was idle
            self.stop()
            return self.submit(work, task)

    def stop(self) -> None:
        """Ends the process at once, and waits until it has ended."""
        if self._executor is not None and self._lifeline is not None:
            self._lifeline.close()
            self._executor.shutdown()
        self._executor = self._lifeline = None

    def _start(self) -> None:
        context = get_context("spawn")
        held_there, self._lifeline = context.Pipe(duplex=False)
        self._executor = ProcessPoolExecutor(1, context, begin, (held_there, self._initialise))


@contextmanager
def _environment_of_a_worker() -> Iterator[None]:
    """What a process that starts within inherits: one thread per library, no Ctrl-C, and no main module.

    Ctrl-C reaches the whole group of processes, but only the parent may act on it, even while a worker is still
    importing. And no worker may import the main module: that would run a script that calls us without
    `if __name__ == "__main__"` a second time, and load all that it loads.
    """
    before = {name: os.environ.get(name) for name in ONE_THREAD}
    main, mask = sys.modules["__main__"], _mask({signal.SIGINT})
    try:
        sys.modules["__main__"] = ModuleType("__main__")
        os.environ.update(ONE_THREAD)
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


def _has_died(future: Future[bytes]) -> bool:
    return isinstance(future.exception(), BrokenProcessPool)


def _result(future: Future[bytes]) -> Any:
    """What the task returned or raised.

    Raises:
        Exception: what initialise raised.
    """
    try:
        result = pickle.loads(future.result())
    except Exception as error:
        return error
    if isinstance(result, NotInitialised):
        raise result.cause
    return result


def _packed_function(function: Callable[..., Any]) -> bytes:
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
    """A task that no process dies on."""
