"""What the tests of bench.base.workers run in other processes; importing this must be cheap."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

from bench.errors import NotMeasurable, Unavailable, UnknownName


class Sentence(Exception):
    """Cannot be unpickled: its __init__ takes two words."""

    def __init__(self, one: str, other: str) -> None:
        super().__init__(f"{one} {other}")


def ten() -> int:
    return 10


def nothing() -> None:
    return None


def no_weights() -> int:
    raise Unavailable("the weights are not here", "fetch them")


def death() -> int:
    os._exit(9)


def times(state: int, task: int) -> int:
    return state * task


def state(state: object, task: object) -> object:
    return state


def waits_for_the_last(folder: Path, task: int) -> int:
    """Task 0 is done after the result of task 2 was noted in folder."""
    end = time.monotonic() + 20
    while task == 0 and not (folder / "2").exists() and time.monotonic() < end:
        time.sleep(0.01)
    return task


def picky(state: int, task: int) -> int:
    """Even tasks have a product, odd ones raise one of four things."""
    if task % 2 == 0:
        return state * task
    raise [
        NotMeasurable("too short"),
        UnknownName("case", "a", "b"),
        Sentence("no", "good"),
        ValueError(task),
    ][task // 2 % 4]


def unpicklable(state: None, task: int) -> object:
    return lambda: task


def large(state: None, task: int) -> bytes:
    return bytes(task)


def dies_on_two(state: int, task: int) -> int:
    if task == 2:
        os._exit(9)
    return state * task


def dies_once(state: None, task: Path) -> str:
    """Dies where the file is not there, and puts it there."""
    if task.exists():
        return "survived"
    task.touch()
    os._exit(9)


def process(state: None, task: int) -> int:
    time.sleep(0.05)
    return os.getpid()


def surroundings(state: None, task: int) -> dict[str, object]:
    """What this process found itself in."""
    imported = {name for name in ("numpy", "cv2", "torch", "pytest") if name in sys.modules}
    import cv2

    return {
        "threads": cv2.getNumThreads(),
        "omp": os.environ["OMP_NUM_THREADS"],
        "imported": imported,
        "main": getattr(sys.modules["__main__"], "__file__", None),
    }


def sleeps(state: None, task: Path) -> None:
    """Says who it is, and then works for a minute."""
    task.with_suffix(f".{os.getpid()}").touch()
    time.sleep(60)


def variable(state: None, task: str) -> str | None:
    """Of the environment of this process."""
    return os.environ.get(task)
