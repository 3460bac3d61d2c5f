"""Signals that end a process, raised as an interrupt like that of Ctrl-C, so that cleaning up runs."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

NAMES = ("SIGTERM", "SIGHUP", "SIGUSR1")
"""What `kill`, `scancel`, `docker stop` and a closed terminal send, and Slurm before the end of a job's time, if asked
by --signal. Windows has only the first."""

OF_SCHEDULERS = ("SIGTERM", "SIGUSR1")
"""What a scheduler sends that will start the same command again."""


class Stopped(KeyboardInterrupt):
    """A signal asked this process to end.

    Attributes:
        number: of the signal.
    """

    def __init__(self, number: int) -> None:
        super().__init__(f"signal {number}")
        self.number = number

    @property
    def is_of_scheduler(self) -> bool:
        """Whether whoever sent it will start the same command again."""
        return signal.Signals(self.number).name in OF_SCHEDULERS


@contextmanager
def as_interrupts() -> Iterator[None]:
    """Within, the signals of NAMES raise Stopped, once: a second one would disturb the cleaning up after the first.

    Signals that are ignored, as SIGHUP is under nohup, or that a caller has taken for itself stay as they are.
    """
    taken: list[int] = []

    def stop(number: int, frame: FrameType | None) -> None:
        for each in taken:
            signal.signal(each, signal.SIG_IGN)
        raise Stopped(number)

    if threading.current_thread() is threading.main_thread():
        numbers = [getattr(signal, name) for name in NAMES if hasattr(signal, name)]
        taken += [number for number in numbers if signal.getsignal(number) is signal.SIG_DFL]
    for number in taken:
        signal.signal(number, stop)
    try:
        yield
    finally:
        for number in taken:
            signal.signal(number, signal.SIG_DFL)
