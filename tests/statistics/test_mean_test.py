"""The test of a mean difference: Student's t, Hall's, and simulated truth."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.stats
from hypothesis import given, settings, strategies as st

from bench.statistics.mean_test import MeanTest, mean_test
from tests.simulated_differences import NULLS, false_alarms


def test_without_skewness_it_is_scipys_t() -> None:
    half = np.random.default_rng(0).normal(0.0, 1.0, 6)
    values = np.concatenate([half, -half]) + 0.4
    found = mean_test(values)
    expected = scipy.stats.ttest_1samp(values, 0.0)
    assert found is not None
    assert found.p == pytest.approx(expected.pvalue)
    assert found.interval(0.01) == pytest.approx(tuple(expected.confidence_interval(0.99)))


def test_skewness_moves_the_end_on_its_side() -> None:
    """Hall's t by hand: u = 0.5, γ = 2, n = 9: 3 · (0.5 + 2 · 0.25 / 3 + 4 · 0.125 / 27) + 2 / (6 · 3) = 2.1667."""
    found = MeanTest(value=0.5, error=1 / 3, freedom=8, skewness=2.0)
    hall = 3 * (0.5 + 2 * 0.25 / 3 + 4 * 0.125 / 27) + 2 / 18
    assert hall > 0.5 * 3
    assert found.p == pytest.approx(2 * scipy.stats.t.sf(0.5 * 3, 8))  # the larger p is Student's here
    mirrored = MeanTest(value=-0.5, error=1 / 3, freedom=8, skewness=2.0)
    hall = -3 * (0.5 - 2 * 0.25 / 3 + 4 * 0.125 / 27) + 2 / 18
    assert mirrored.p == pytest.approx(2 * scipy.stats.t.sf(abs(hall), 8))
    (low, high), (least, most) = found.interval(), mirrored.interval()
    assert high - 0.5 > 0.5 - low  # a long tail on the right: the mean may lie far to the right
    assert most + 0.5 > -0.5 - least


SAMPLES = st.lists(
    st.one_of(st.floats(-3, 3, allow_subnormal=False), st.sampled_from([0.0, 0.1, -0.9])),
    min_size=2,
    max_size=60,
)


@settings(max_examples=200)
@given(SAMPLES, st.sampled_from([0.05, 0.05 / 3, 0.05 / 12]))
def test_the_interval_excludes_0_exactly_where_p_is_small(values: list[float], alpha: float) -> None:
    found = mean_test(np.array(values))
    if found is None:
        return
    low, high = found.interval(alpha)
    assert low <= found.value <= high
    if abs(found.p - alpha) > 1e-9:
        assert (low > 0 or high < 0) == (found.p < alpha)


def test_few_cases_and_equal_differences_have_no_test() -> None:
    assert mean_test(np.array([0.1, 0.2, 0.3, 0.4, 0.5])) is None
    assert mean_test(0.1 + np.zeros(49)) is None
    assert mean_test(np.array([0.1] * 8 + [-0.9])) is None
    always = mean_test(0.1 + np.zeros(50))
    assert always is not None
    assert (always.p, *always.interval()) == pytest.approx((2.0**-49, 0.1, 0.1))
    ties = mean_test(np.array([0.0] * 15 + [1.0] * 5))
    assert ties is not None
    assert (ties.p, ties.interval()[0]) == (1.0, 0.0)
    nothing = mean_test(np.zeros(9))
    assert nothing is not None
    assert (nothing.p, nothing.interval()) == (1.0, (0.0, 0.0))


@pytest.mark.parametrize("cases", [6, 9, 12, 50])
@pytest.mark.parametrize(
    ("null", "most"),
    [("normal", 0.064), ("t₃", 0.064), ("skewness 2 (exponential)", 0.07), ("a tenth fail", 0.03)],
)
def test_false_alarms(null: str, most: float, cases: int) -> None:
    """1,000 draws, a standard error of 0.7 % at 5 %; docs/compare.md has more of all of them."""
    assert false_alarms(NULLS[null], cases, 1000)[0] <= most
