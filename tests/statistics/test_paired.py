"""Paired tests against SciPy, arithmetic by hand and simulated truth."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.stats

from bench.statistics import paired


def test_exact_sign_flips_are_scipys() -> None:
    found = np.random.default_rng(0).normal(0.5, 1.0, 11)
    expected = scipy.stats.permutation_test(
        (found, np.zeros(11)), lambda x, y: np.mean(x - y), permutation_type="samples", n_resamples=np.inf
    )
    assert paired.sign_flip_p(found) == pytest.approx(expected.pvalue, abs=1e-12)


def test_sampled_sign_flips_are_near_the_t_test() -> None:
    """60 normal differences: both tests are of the mean; 0.006 is three standard errors of 10,000 flips at 0.04."""
    found = np.random.default_rng(3).normal(0.25, 1.0, 60)
    expected = scipy.stats.ttest_rel(found, np.zeros(60)).pvalue
    assert 0.01 < expected < 0.1
    assert paired.sign_flip_p(found) == pytest.approx(expected, abs=0.006)
    assert paired.sign_flip_p(found) == paired.sign_flip_p(found)


def test_six_cases_of_one_sign() -> None:
    """Of 64 choices of signs only two reach the sum; a case that does not differ adds nothing."""
    assert paired.sign_flip_p(np.array([1.0, 2, 3, 4, 5, 6])) == 2 / 64 == paired.least_p(6)
    assert paired.sign_flip_p(np.array([1.0, 2, 3, 4, 5, 6, 0])) == 2 / 64
    assert paired.sign_flip_p(np.zeros(9)) == 1.0


@pytest.mark.parametrize("cases", [8, 30])
def test_false_alarms_are_5_in_100(cases: int) -> None:
    """Heavy tails, no difference: at most 6 %, where 5 % ± 0.5 % is expected of 2,000 (fewer: p is discrete)."""
    trials = np.random.default_rng(cases).standard_t(3, (2000 if cases <= 14 else 400, cases))
    assert np.mean([paired.sign_flip_p(trial) <= 0.05 for trial in trials]) <= (
        0.06 if cases <= 14 else 0.075
    )


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
