"""Two worker processes measure clips at least 1.7 times as fast as one, once both have loaded what they need.

By the clock: so it needs two cores with little else to do. One worker and two take turns.
"""

from __future__ import annotations

import os
import time
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np

from bench.base import workers
from bench.engine.one_pass import show_file
from bench.engine.pull import Pool, pull
from bench.evaluators import ClipEvaluator
from bench.types import ClipRecord
from benchmarks._clips import FILMS
from benchmarks._evaluators import without_weights
from benchmarks._timing import machine, repetitions

FILM = replace(FILMS[0], num_frames=25)

CLIPS = 4
"""Per turn."""


def main() -> None:
    """Prints how many times as fast two are, in the median over turns, and the range of its middle half."""
    os.sched_setaffinity(0, range(os.cpu_count() or 1))
    print(machine("opencv-python-headless", "av", "numba"))
    with FILM.written() as (path, _):
        work = partial(measured, path=path)
        with (
            Pool(workers.local(1, without_weights, work)) as one,
            Pool(workers.local(2, without_weights, work)) as two,
        ):
            taken = np.array([[seconds(pool) for pool in (one, two)] for _ in range(repetitions() + 1)])
    ratios = taken[1:, 0] / taken[1:, 1]  # the first turn loads
    low, median, high = np.percentile(ratios, [25, 50, 75])
    print(f"{FILM}: two workers are {median:.2f} ({low:.2f}–{high:.2f}) times as fast as one")


def measured(evaluators: Sequence[ClipEvaluator], number: int, path: Path) -> int:
    """One clip, shown to all evaluators and concluded; how many answers that gave."""
    seen = show_file(path, evaluators, FILM.case(), ClipRecord(FILM.photograph, number, str(path), ""))
    return sum(len(seen.answers(each)) for each in evaluators)


def seconds(pool: Pool[int, int]) -> float:
    """By the clock, for one turn."""
    before = time.perf_counter()
    for number in range(CLIPS):
        pool.add(number)
    for done in pull(pool):
        assert isinstance(done.result, int), done.result
    return time.perf_counter() - before


if __name__ == "__main__":
    from benchmarks.workers import main as importable  # workers import no main module

    importable()
