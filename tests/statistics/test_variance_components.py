"""Variance components against arithmetic by hand and simulated truth."""

from __future__ import annotations

import numpy as np
import pytest

from bench.statistics.variance_components import VarianceComponents, components, seeds_worth


def test_components_of_simulated_values_are_the_true_ones() -> None:
    """4, 1 and 2.25, mean of 300 tables of 20 x 4; seeds have 3 degrees each: 1 · √(2/3/300) · 3 is 0.15."""
    rng = np.random.default_rng(0)
    tables = [
        2.0 * rng.normal(size=(20, 1)) + rng.normal(size=(1, 4)) + 1.5 * rng.normal(size=(20, 4))
        for _ in range(300)
    ]
    found = components(tables)
    assert found is not None
    assert (found.case, found.seed, found.rest) == pytest.approx((4.0, 1.0, 2.25), abs=0.25)
    assert sum(found.shares or ()) == pytest.approx(1.0)


def test_components_by_hand() -> None:
    """Case means 0 and 4 (variance 8), no seed effect, residuals ±1: rest 4 / 1 = 4, case 8 − 4 / 2, seed 0 − 2 → 0."""
    found = components([np.array([[1.0, -1.0], [3.0, 5.0]])])
    assert found == VarianceComponents(case=6.0, seed=0.0, rest=4.0)
    assert components([np.ones((3, 1))]) is None
    assert VarianceComponents(0.0, 0.0, 0.0).shares is None


def test_seeds_are_worth_it_until_the_interval_is_a_tenth_too_wide() -> None:
    """Rest as large as case: 1 + 1 / S ≤ 1.21 from S = 5 on. No rest: one seed. No case: every seed counts."""
    assert seeds_worth(VarianceComponents(1.0, 0.0, 1.0), 10) == 5
    assert seeds_worth(VarianceComponents(1.0, 0.0, 0.0), 10) == 1
    assert seeds_worth(VarianceComponents(0.0, 0.0, 1.0), 10) is None
