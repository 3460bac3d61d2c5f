"""Intervals of mean and median differences: how often they cover the truth, and how wide the median's are beside.

    python -m benchmarks.median_differences [trials]

Makes a table of docs/compare.md. The truth is 0 for symmetric differences; for skewed ones it is the mean, or the
median of the mean of two differences.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from scipy import special

from bench.scoring.summary import interval
from bench.statistics.arrays import Matrix
from bench.statistics.hodges_lehmann import hodges_lehmann

CASES = (6, 10, 20, 50, 200)


@dataclass(frozen=True)
class World:
    """Differences of cases: how they are drawn, their mean, and the median of the mean of two."""

    draw: Callable[[np.random.Generator, tuple[int, int]], Matrix]
    mean: float = 0.0
    median: float = 0.0


WORLDS: Mapping[str, World] = {
    "normal": World(lambda rng, shape: rng.normal(size=shape)),
    "t₃, heavy tails": World(lambda rng, shape: rng.standard_t(3, shape)),
    "a tenth ten times as wide": World(
        lambda rng, shape: rng.normal(size=shape) * np.where(rng.random(shape) < 0.1, 10.0, 1.0)
    ),
    "rounded: 38 % zeros, ties": World(lambda rng, shape: np.round(rng.normal(size=shape))),
    "exponential, skewness 2": World(
        lambda rng, shape: rng.exponential(size=shape), 1.0, float(special.gammaincinv(2, 0.5)) / 2
    ),
}


def cell(world: World, cases: int, trials: int) -> str:
    """Coverage of the mean's interval, of the median's, and the ratio of their mean widths."""
    drawn = world.draw(np.random.default_rng(cases), (trials, cases))
    of_mean = np.array([interval(each) for each in drawn])
    found = [hodges_lehmann(each) for each in drawn]
    of_median = np.array([(each.low, each.high) for each in found], dtype=np.float64)
    covered = [
        float(np.mean((ends[:, 0] <= truth) & (truth <= ends[:, 1])))
        for ends, truth in ((of_mean, world.mean), (of_median, world.median))
    ]
    ratio = float(np.diff(of_median).mean() / np.diff(of_mean).mean())
    return f"{covered[0]:.1%} / {covered[1]:.1%} · {ratio:.2f}"


def main() -> None:
    """Prints the table."""
    trials = int(sys.argv[1]) if len(sys.argv) > 1 else 20_000
    print(
        f"| differences | {' | '.join(f'{cases} cases' for cases in CASES)} |\n|{'---|' * (1 + len(CASES))}"
    )
    for title, world in WORLDS.items():
        print(f"| {title} | {' | '.join(cell(world, cases, trials) for cases in CASES)} |", flush=True)


if __name__ == "__main__":
    main()
