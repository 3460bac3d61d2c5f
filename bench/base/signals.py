"""Signals that end a process, raised as an interrupt like that of Ctrl-C, so that cleaning up runs."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

NAMES = ("SIGTERM", "SIGHUP")
"""What `kill`, `scancel`, `docker stop` and a closed terminal send. Windows has no SIGHUP."""


class Stopped(KeyboardInterrupt):
    """A signal asked this process to end.

    Attributes:
        number: of the signal.
    """

    def __init__(self, number: int) -> None:
        super().__init__(f"signal {number}")
        self.number = number


@contextmanager
def as_interrupts() -> Iterator[None]:
    """Within, SIGTERM and SIGHUP raise Stopped, once: a second one would disturb the cleaning up after the first.

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
