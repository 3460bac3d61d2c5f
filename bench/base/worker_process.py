"""The inside of a worker process: its state, and each task with it. The parent's side is `bench.base.workers`."""

from __future__ import annotations

import os
import pickle
import signal
import threading
from concurrent.futures import Future
from multiprocessing.connection import Connection
from typing import Any

from bench.errors import BenchError

_own: dict[str, Any] = {}
"""'state': what this process's initialise returned; or 'failure'. An executor has no other place for it."""


def begin(lifeline: Connection, initialise: bytes) -> None:
    """Prepares this process.

    Args:
        lifeline: closed by the parent, or by its death, when this process must end.
        initialise: pickled; what it returns is the state that every task gets.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with, args=(lifeline,), daemon=True).start()
    load(initialise)


def load(initialise: bytes) -> None:
    """Calls initialise, pickled; if that raises, every task will."""
    try:
        _own["state"] = pickle.loads(initialise)()
    except Exception as error:
        _own["failure"] = error


def _end_with(lifeline: Connection) -> None:
    """Ends this process when the parent closes its end or dies: killed, it cannot tell its workers."""
    lifeline.poll(None)
    os._exit(1)


def work_on(work: bytes, task: bytes) -> bytes:
    """Pickled: what came of a task, and whether it was raised.

    Left to the executor, an exception that does not unpickle would break it.
    """
    try:
        if "failure" in _own:
            raise _own["failure"]
        return pickle.dumps((pickle.loads(work)(_own["state"], pickle.loads(task)), False))
    except Exception as error:
        return pickle.dumps((_portable(error), True))


def fill(outcome: Future[Any], sent: bytes) -> None:
    """Gives a future of the parent's what work_on gave."""
    try:
        value, is_raised = pickle.loads(sent)
    except BaseException as error:  # its class may not unpickle here; left alone, outcome would never be done
        value, is_raised = error, True
    (outcome.set_exception if is_raised else outcome.set_result)(value)


def _portable(error: Exception) -> Exception:
    """error, or its text where its class does not survive pickling, as one whose __init__ takes other arguments."""
    try:
        if str(pickle.loads(pickle.dumps(error))) == str(error):
            return error
    except Exception:  # an exception's class may be a plug-in's
        pass
    return (
        BenchError(str(error))
        if isinstance(error, BenchError)
        else RuntimeError(f"{type(error).__name__}: {error}")
    )
