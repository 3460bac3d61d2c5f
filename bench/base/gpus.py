"""The word of --gpus as places for processes: one per GPU, or several that divide this machine's cores.

    places("all")      every GPU that this process may use
    places("0,2")      those
    places("cpu:4")    no GPU: four processes

A process sees its own GPU alone, as cuda:0, so that nothing in it can land on another.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Sequence
from pathlib import Path

from bench.base import packages, workers
from bench.base.workers import Place
from bench.errors import Unavailable, UsageError

VISIBLE = "CUDA_VISIBLE_DEVICES"
"""The GPUs that a process sees, by number or by name."""

MOST = 1024
"""Processes that a word may ask for."""

FORMS = "all, or numbers as 0,1, or cpu:4 for processes without one"


def places(words: str) -> tuple[Place, ...]:
    """Where the processes work; none for ''.

    Args:
        words: of --gpus.

    Raises:
        UsageError: it is none of the forms, or names a GPU twice.
        Unavailable: a GPU that this machine lacks.
    """
    if not words:
        return ()
    if found := re.fullmatch(r"cpu:(\d{1,4})", words, re.ASCII):
        return _on_cores(int(found[1]))
    if words == "all":
        return _on(range(_count()))
    if not re.fullmatch(r"\d{1,4}(,\d{1,4})*", words, re.ASCII):
        raise UsageError(f"gpus is {FORMS}, not '{words}'")
    return _on([int(number) for number in words.split(",")])


def device(words: str) -> str:
    """What a process at one of the places calls its device."""
    return "cpu" if words.startswith("cpu") else "cuda:0"


def beside(making: Sequence[Place], count: int) -> list[Place]:
    """Places for processes of one thread that measure while others make clips, spread over the same GPUs.

    Args:
        making: the places where clips are made.
        count: of processes.
    """
    seen = [place.environment.get(VISIBLE) for place in making]
    chosen = [seen[number % len(seen)] for number in range(count)]
    return [
        Place(f"measuring {number}", workers.environment(threads=1) | ({VISIBLE: gpu} if gpu else {}))
        for number, gpu in enumerate(chosen, start=1)
    ]


def _on_cores(count: int) -> tuple[Place, ...]:
    if not 1 <= count <= MOST:
        raise UsageError(f"gpus cpu:N is for 1 to {MOST} processes, not {count}")
    return tuple(workers.processes(count, _threads(count)))


def _on(numbers: Sequence[int]) -> tuple[Place, ...]:
    there = _count()
    if not there:
        raise Unavailable("no GPU can be used here", "--gpus cpu:2 makes clips in two processes without one")
    if missing := [number for number in numbers if number >= there]:
        raise Unavailable(
            f"GPU {missing[0]} is not there: {there} can be used here, counted from 0",
            "--gpus all takes every one",
        )
    if len(set(numbers)) < len(numbers):
        raise UsageError(f"gpus names each GPU once, not '{','.join(map(str, numbers))}'")
    shared = workers.environment(_threads(len(numbers)))
    return tuple(Place(f"cuda:{number}", shared | {VISIBLE: _name(number)}) for number in numbers)


def _name(number: int) -> str:
    """What the variable calls a GPU: its number, or what this process's own variable calls it."""
    visible = [name.strip() for name in os.environ.get(VISIBLE, "").split(",") if name.strip()]
    return visible[number] if visible else str(number)


def _count() -> int:
    """GPUs that torch can use, of those that this process sees; none is touched."""
    if sys.platform == "linux" and not (Path("/dev/nvidiactl").exists() or Path("/dev/kfd").exists()):
        return 0
    if packages.installed("torch") is None:
        return 0
    import torch

    return torch.cuda.device_count()


def _threads(count: int) -> int:
    """For each of so many processes."""
    if stated := os.environ.get("OMP_NUM_THREADS", ""):  # what a user says of every process
        return max(1, int(stated)) if stated.isdecimal() else 1
    usable = getattr(os, "sched_getaffinity", None)
    cores = len(usable(0)) if usable else os.cpu_count() or 1
    return max(1, cores // count)
