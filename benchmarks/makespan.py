"""How long many workers take over the clips of a suite, against the time of a perfect division, and what a unit costs.

The makespan is simulated: the pull loop runs as it is, over workers whose clips take simulated seconds, drawn
log-uniformly from a range of ten to one. Overheads are by the clock, of units that do nothing.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
from numpy.typing import NDArray

from bench.base import workers
from bench.engine.backends import Backend
from bench.engine.on_ray.actors import Actors, Terms
from bench.engine.on_ray.cluster import Share
from bench.engine.on_ray.joining import joined
from bench.engine.pull import Pool, pull
from bench.engine.units import Shard
from benchmarks._timing import machine, repetitions
from tests.ray_cluster import cluster
from tests.simulated_engine import Simulated, Timeline

UNITS = 5590
"""Clips of VBench-I2V."""

SECONDS = (60.0, 600.0)
"""The shortest and the longest clip."""

WORKERS = (8, 64, 512)

GUESSED = 0.3
"""Standard deviation of the logarithm of estimates over true times: two thirds are within 35 %."""

BUSY = 0.1
"""Seconds of computing in a unit, for the efficiency."""


def main() -> None:
    """Prints both tables."""
    os.sched_setaffinity(0, range(os.cpu_count() or 1))
    print(machine())
    print("| workers | static shards | pull | pull, longest first, estimated | pull, longest first |")
    print("|---|---|---|---|---|")
    for count in WORKERS:
        over = np.array([makespans(count, np.random.default_rng(seed)) for seed in range(repetitions())])
        cells = [f"{np.median(each):.3f} ({each.min():.3f}–{each.max():.3f})" for each in over.T]
        print(f"| {count} | {' | '.join(cells)} |")
    print("\n| engine | overhead per unit, ms |\n|---|---|")
    for name, backend in BACKENDS.items():
        print(f"| {name} | {1000 * overhead(backend()):.2f} |")
    print(f"| two actors of Ray | {1000 * overhead_of_ray():.2f} |")
    turns = np.array([busy(1) / busy(2) for _ in range(repetitions())])
    low, median, high = np.percentile(turns, [25, 50, 75])
    print(
        f"\nunits of {BUSY:g} s: two processes are {median:.2f} ({low:.2f}–{high:.2f}) times as fast as one"
    )


def makespans(count: int, generator: np.random.Generator) -> list[float]:
    """Makespan over ideal of static shards, of pull in a random order, and of pull with the longest first."""
    seconds = np.exp(generator.uniform(*np.log(SECONDS), UNITS))
    estimated = seconds * np.exp(generator.normal(0.0, GUESSED, UNITS))
    ideal = max(seconds.sum() / count, seconds.max())
    orders = (range(UNITS), np.argsort(-estimated), np.argsort(-seconds))
    return [
        makespan / ideal
        for makespan in (static(seconds, count), *(pulled(seconds, count, order) for order in orders))
    ]


def static(seconds: NDArray[np.float64], count: int) -> float:
    """Seconds until the last of so many static shards is through."""
    shards = [Shard(index, count) for index in range(count)]
    keys = [f"svd-vbench-i2v/{number // 5:04}-{number % 5}" for number in range(len(seconds))]
    taken = [sum(seconds[number] for number, key in enumerate(keys) if shard.has(key)) for shard in shards]
    return float(max(taken))


def pulled(seconds: NDArray[np.float64], count: int, order: Iterable[int]) -> float:
    """Simulated seconds that the pull loop takes."""
    timeline = Timeline()
    backend = Simulated(timeline, count, lambda unit: float(seconds[unit]))
    with Pool(backend, order) as pool:
        assert sum(1 for _ in pull(pool, events=timeline)) == len(seconds)
    return timeline.now


def overhead(backend: Backend[int, int], units: int = 2000) -> float:
    """Seconds per unit that does nothing, once the workers are ready."""
    with Pool(backend, range(100)) as pool:
        assert sum(1 for _ in pull(pool)) == 100
        for unit in range(units):
            pool.add(unit)
        before = time.perf_counter()
        assert sum(1 for _ in pull(pool)) == units
        return (time.perf_counter() - before) / units


def overhead_of_ray() -> float:
    """Seconds per unit that does nothing, on a cluster of a head and two nodes on this machine."""
    with cluster(nodes=2) as local, TemporaryDirectory() as out:
        os.environ.update(local.environment)
        with joined(local.address, Path(out)) as found:
            return overhead(Actors(found, Terms(Share(cpus=1)), nothing, nothing))


def busy(count: int, units: int = 20) -> float:
    """Seconds that so many processes take over units that compute."""
    processes = workers.Processes(workers.processes(count), nothing, compute)
    with Pool(processes, range(count)) as pool:
        list(pull(pool))
        for unit in range(units):
            pool.add(unit)
        before = time.perf_counter()
        assert sum(1 for _ in pull(pool)) == units
        return time.perf_counter() - before


def nothing(*_: Any) -> int:
    """What an empty unit does."""
    return 0


def compute(state: int, unit: int) -> int:
    """Computes for BUSY seconds of this process's time."""
    end = time.process_time() + BUSY
    while time.process_time() < end:
        pass
    return unit


BACKENDS: dict[str, Callable[[], Backend[int, int]]] = {
    "this process": lambda: workers.Here(nothing, nothing),
    "one process": lambda: workers.Processes(workers.processes(1), nothing, nothing),
    "two processes": lambda: workers.Processes(workers.processes(2), nothing, nothing),
}
"""Engines of this machine."""


if __name__ == "__main__":
    from benchmarks.makespan import main as importable  # workers import no main module

    importable()
