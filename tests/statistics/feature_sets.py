"""Sets of feature vectors for tests: random ones, names of their cases, and pairs whose true distance is known."""

from __future__ import annotations

import numpy as np
from hypothesis import strategies as st

from bench.statistics.arrays import Matrix, Vector

SHAPES = st.tuples(st.integers(2, 12), st.integers(2, 12), st.integers(1, 9))


def sets(seed: int, n: int, m: int, d: int) -> tuple[Matrix, Matrix]:
    rng = np.random.default_rng(seed)
    return rng.normal(size=(n, d)), 1 + 2 * rng.normal(size=(m, d))


def names(count: int, start: int = 0) -> list[str]:
    return [f"case-{index:04}" for index in range(start, start + count)]


def correlated(
    rng: np.random.Generator, n: int, variances: Vector, ratio: float, move: Vector, rho: float
) -> tuple[Matrix, Matrix]:
    """x = z √s + move, y = w √(s · ratio), with the correlation ρ between z and w: clips resemble their references."""
    z = rng.standard_normal((n, len(variances)))
    w = rho * z + np.sqrt(1 - rho**2) * rng.standard_normal(z.shape)
    return z * np.sqrt(variances) + move, w * np.sqrt(variances * ratio)


def shift(d: int, by: float) -> Vector:
    """The same step in the first 20 features at most."""
    move = np.zeros(d)
    move[:20] = by
    return move
