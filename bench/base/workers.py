"""Many tasks in several processes, with the answers that one process would give.

    with Workers(4, load_nets) as pool:  # load_nets() runs once in each process: what it returns is that process's own
        for task, result in pool.map(measure, tasks):  # measure(nets, task), as soon as it is there
            ...

One thread a process: OpenCV's and torch's own threads bring 1.0 to 1.6 times on two cores where processes bring 2, and
both at once lose by half. Processes are spawned: threads of OpenCV, torch and CUDA do not survive a fork.
"""

from __future__ import annotations

import os
import pickle
import signal
import sys
import threading
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

from bench.errors import BenchError, WorkerDied

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
"""The environment of a worker. These are read when a library is first imported, so they stand before anything is."""


class Workers(Generic[State]):
    """Processes that work through tasks; there are none before the first task, and none after the `with` block.

    Ctrl-C, an exception and the death of this process end them all at once, whatever they are doing.

    Args:
        count: of processes; up to 1, this process does the work itself, its libraries' threads as they are.
        initialise: gives what every task needs and no task changes, such as loaded nets; called once a process.

    Raises:
        TypeError: several processes, and initialise cannot be brought to them.
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
        """Each task and what work(state, task) returned or raised, in the order in which they are done.

        A worker that dies (killed for memory, a segmentation fault) costs the others nothing. Its task is tried once
        more after all others, alone, with the whole memory to itself; if that dies, too, its result is WorkerDied.

        Args:
            work: a function of a module that can be imported, or a partial of one.
            tasks: taken from as workers become free: at most two a worker are in memory.

        Raises:
            TypeError: work cannot be brought to another process, even where there is none.
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
        finally:  # of tasks that nobody waits for any longer
            for worker, _ in working.values():
                worker.stop()
                self._idle.append(worker)

    def _employ(
        self, work: bytes, waiting: Iterator[Task], working: dict[Future[bytes], tuple[_Worker, Task]]
    ) -> int:
        """Gives the next tasks to idle workers, and says how many are being worked on."""
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
    """One process, started when it is given something to do.

    An executor of its own: one of several processes fails all that are at work when one dies, and cannot say on what.

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
                return self._executor.submit(_work, work, packed)
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
        self._executor = ProcessPoolExecutor(1, context, _begin, (held_there, self._initialise))


@contextmanager
def _environment_of_a_worker() -> Iterator[None]:
    """What a process that starts within inherits: one thread a library, no Ctrl-C, and no main module.

    Ctrl-C reaches the whole group of processes; only the parent is to hear it, even while a worker is still
    importing. And a worker has no business with the main module: importing it would run a script that calls us
    without `if __name__ == "__main__"` a second time, and load all that a script loads.
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
    if isinstance(result, _NotInitialised):
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


# In the worker's process

_own: dict[str, Any] = {}
"""'state' of this worker's process, what its initialise returned; an executor has no other place for it."""


class _NotInitialised(Exception):
    """There is no state: in place of a task's result."""

    def __init__(self, cause: Exception) -> None:
        super().__init__(cause)
        self.cause = cause


def _begin(lifeline: Connection, initialise: bytes) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with, args=(lifeline,), daemon=True).start()
    try:
        _own["state"] = pickle.loads(initialise)()
    except Exception as error:
        _own["failure"] = _NotInitialised(_portable(error))


def _end_with(lifeline: Connection) -> None:
    """Ends this process when the parent closes its end, or is no more: killed, it cannot tell its workers."""
    lifeline.poll(None)
    os._exit(1)


def _work(work: bytes, task: bytes) -> bytes:
    """The pickled result: unpickled by the executor, one that does not unpickle would break it."""
    if "failure" in _own:
        return pickle.dumps(_own["failure"])
    try:
        return pickle.dumps(pickle.loads(work)(_own["state"], pickle.loads(task)))
    except Exception as error:
        return pickle.dumps(_portable(error))


def _portable(error: Exception) -> Exception:
    """error, or its text where its class does not survive pickling, as one whose __init__ takes other arguments."""
    try:
        if str(pickle.loads(pickle.dumps(error))) == str(error):
            return error
    except Exception:  # an exception's class may be anybody's
        pass
    return (
        BenchError(str(error))
        if isinstance(error, BenchError)
        else RuntimeError(f"{type(error).__name__}: {error}")
    )


def _nothing(state: object, task: object) -> None:
    """A task that no process dies on."""
