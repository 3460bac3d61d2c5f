"""Samples whose truth is known: how often intervals hold it, and how often a comparison sees what is not there."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from bench.statistics.mean_test import mean_test
from tests.faults.all_faults import Figures
from tests.simulated_differences import NULLS, Null, false_alarms
from tests.statistics.test_ranking import TRUTHS, _normal, simulated

SPREAD = 3.0
"""Standard errors of what so many simulations count, that a bound is passed by."""


def _allowed(share: float, simulations: int) -> float:
    return SPREAD * float(np.sqrt(share * (1 - share) / simulations))


def _held(null: Null, cases: int, simulations: int) -> float:
    """The share of intervals in which the true mean, 0, lies."""
    draw = np.random.default_rng(cases)
    found = [mean_test(null(draw, (cases,))) for _ in range(simulations)]
    ends = [each.interval() for each in found if each]
    return float(np.mean([low <= 0 <= high for low, high in ends]))


@pytest.mark.parametrize("cases", [10, 20, 50, 200])
def test_intervals_hold(cases: int, times: Callable[[int, int], int], figures: Figures) -> None:
    """93 to 97 of 100, of a normal distribution; of others they may be wider, see docs/compare.md."""
    figures.tried = times(300, 2000)
    held = _held(NULLS["normal"], cases, figures.tried)
    assert abs(held - 0.95) <= 0.02 + _allowed(0.05, figures.tried)


@pytest.mark.parametrize("cases", [10, 20, 50, 200])
@pytest.mark.parametrize("null", ["normal", "t₃"])
def test_false_alarms_are_rare(
    null: str, cases: int, times: Callable[[int, int], int], figures: Figures
) -> None:
    figures.tried = times(300, 2000)
    assert false_alarms(NULLS[null], cases, figures.tried)[0] <= 0.06 + _allowed(0.05, figures.tried)


def test_ranks_hold(times: Callable[[int, int], int], figures: Figures) -> None:
    """All places of eight runs at once."""
    figures.tried = times(100, 1000)
    held, _ = simulated(50, _normal, TRUTHS["a ladder"], figures.tried)
    assert held >= 0.93 - _allowed(0.05, figures.tried)
