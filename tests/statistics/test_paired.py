"""Paired tests against SciPy, arithmetic by hand and simulated truth."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.stats

from bench.statistics import paired


def test_least_p_is_of_equal_signs() -> None:
    """Of 64 choices of signs two have all the same."""
    assert paired.least_p(6) == 2 / 64
    assert paired.least_p(0) == 1.0


def test_rounding_is_no_difference() -> None:
    a_N = np.array([0.1 + 0.2, 1.0, 5.0])
    assert paired.differences(a_N, np.array([0.3, 1.0 + 1e-12, 6.0])).tolist() == [0.0, 0.0, 1.0]


@pytest.mark.parametrize("cases", [6, 20, 100])
def test_what_is_detectable_is_found_8_times_of_10(cases: int) -> None:
    """A t test on 10,000 draws of that true difference: 80 ± 1.2 % is three standard errors."""
    true = paired.detectable(2.0, cases)
    draws = np.random.default_rng(cases).normal(true, 2.0, (10_000, cases))
    found = scipy.stats.ttest_1samp(draws, 0.0, axis=1).pvalue < 0.05
    assert found.mean() == pytest.approx(0.8, abs=0.012)


def test_what_is_detectable_needs_two_cases() -> None:
    assert paired.detectable(1.0, 1) is None


def test_effect_is_mean_over_spread() -> None:
    assert paired.effect(np.array([1.0, 2.0, 3.0])) == pytest.approx(2.0)
    assert paired.effect(np.array([2.0, 2.0])) is None
    assert paired.effect(np.array([2.0])) is None
