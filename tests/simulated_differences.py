"""Differences of cases without a difference of means: what tests, and tables of the docs, hold verdicts against."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeAlias

import numpy as np

from bench.statistics.arrays import Matrix
from bench.statistics.mean_test import mean_test
from bench.statistics.significance import ALPHA

Null: TypeAlias = Callable[[np.random.Generator, tuple[int, int]], Matrix]
"""Draws (trials, cases) differences whose mean is 0."""


def rare(share: float, noise: float = 0.0) -> Null:
    """B is better by the share, and worse by the rest of 1 in that share of cases."""

    def drawn(rng: np.random.Generator, shape: tuple[int, int]) -> Matrix:
        return np.where(rng.random(shape) < share, share - 1, share) + noise * rng.normal(size=shape)

    return drawn


NULLS: Mapping[str, Null] = {
    "normal": lambda rng, shape: rng.normal(size=shape),
    "t₃": lambda rng, shape: rng.standard_t(3, shape),
    "a tenth ten times as wide": lambda rng, shape: (
        rng.normal(size=shape) * np.where(rng.random(shape) < 0.1, 10.0, 1.0)
    ),
    "rounded: 38 % zeros, ties": lambda rng, shape: np.round(rng.normal(size=shape)),
    "skewness 0.8 (gamma)": lambda rng, shape: rng.gamma(6.25, size=shape) - 6.25,
    "skewness 2 (exponential)": lambda rng, shape: rng.exponential(size=shape) - 1.0,
    "skewness 6 (log-normal)": lambda rng, shape: rng.lognormal(size=shape) - np.exp(0.5),
    "a tenth fail": rare(0.1),
    "a fifth fail": rare(0.2),
    "a tenth fail, with noise of 0.1": rare(0.1, 0.1),
}


def false_alarms(null: Null, cases: int, trials: int) -> tuple[float, float]:
    """How often differences of equal means are shown to differ: under one metric, and under any of twelve."""
    drawn = null(np.random.default_rng(cases), (trials, cases))
    tests = [mean_test(each) for each in drawn]
    p_T = np.array([1.0 if test is None else test.p for test in tests])
    twelve = p_T[: trials // 12 * 12].reshape(-1, 12).min(axis=1)
    return float((p_T <= ALPHA).mean()), float((twelve <= ALPHA / 12).mean())


def rare_failures(rng: np.random.Generator, cases: int, runs: int) -> Matrix:
    """(N, R): values of runs of equal means; run r is better by 0.1 r, and fails in a tenth of cases, by r."""
    gain_R = 0.1 * np.arange(runs)
    return gain_R - 10 * gain_R * (rng.random((cases, runs)) < 0.1) + rng.normal(size=(cases, 1))
