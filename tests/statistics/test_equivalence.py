"""Shares of means: closed forms, and by simulation how often equivalence is shown at the margin, and below it."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats

from bench.statistics.arrays import Matrix
from bench.statistics.equivalence import LEVEL, p_not_below, p_within, share_test

TRIALS = 1000
MARGIN = 0.1


def shown(excess_RN: Matrix, span_RN: Matrix) -> float:
    """How often equivalence is shown."""
    ps = [p_within(excess, span, MARGIN) for excess, span in zip(excess_RN, span_RN, strict=True)]
    return float(np.mean(np.array(ps) <= LEVEL))


def test_the_test_is_student_s_where_nothing_is_skewed() -> None:
    values = np.array([-3.0, -2.5, -2.0, -1.0, -0.5, 0.0 - 1e-3, 0.5 + 1e-3])
    values -= values.mean() + 1.2
    values = np.sort(np.concatenate([values, -2.4 - values]))  # symmetric around -1.2
    expected = stats.ttest_1samp(values, 0, alternative="less").pvalue
    assert p_not_below(values) == pytest.approx(expected)
    assert p_not_below(-values) == pytest.approx(1 - expected)


def test_the_interval_is_fieller_s() -> None:
    rng = np.random.default_rng(1)
    span = 2 + 1e-7 * np.arange(12)  # a known span: the interval of the share is that of the mean
    noise = rng.normal(size=6)
    excess = 0.5 + 0.3 * np.concatenate([noise, -noise])
    found = share_test(excess, span, MARGIN)
    low, high = stats.t.interval(0.95, 11, loc=excess.mean(), scale=stats.sem(excess))
    assert found is not None
    assert (found.low, found.high) == pytest.approx((low / 2, high / 2), rel=1e-5)
    assert found.p_beyond < LEVEL < found.p_within


def test_the_interval_and_the_verdict_agree() -> None:
    rng = np.random.default_rng(2)
    for _ in range(20):
        span = rng.lognormal(0, 0.4, 15)
        found = share_test(span * rng.normal(0.07, 0.05, 15), span, MARGIN)
        assert found is not None
        assert (found.p_within <= LEVEL) == (found.low >= -MARGIN and found.high <= MARGIN)


def test_too_few_cases_show_nothing() -> None:
    assert share_test(np.zeros(5), np.arange(1.0, 6.0), MARGIN) is None
    assert share_test(np.zeros(0), np.zeros(0), MARGIN) is None


def test_without_a_span_there_is_no_share() -> None:
    assert share_test(np.ones(9), np.array([1.0, -1.0, 2.0, -2.0, 3.0, -3.0, 0.5, -0.5, 0.1]), MARGIN) is None


def test_noise_has_a_wide_interval_and_shows_nothing() -> None:
    span = np.array([1.0, 1.1, 0.9, 1.2, 0.8, 1.05, 0.95])
    found = share_test(np.array([0.0, 9.0, -8.0, 7.5, -6.0, 5.0, -8.5]), span, MARGIN)
    assert found is not None
    assert found.low < -1 < 1 < found.high < math.inf
    assert min(found.p_within, found.p_beyond) > LEVEL


@pytest.mark.parametrize(
    ("cases", "skew", "most"), [(8, 0, 0.05), (40, 0, 0.05), (8, 0.5, 0.07), (20, 0.5, 0.06)]
)
def test_at_the_margin_equivalence_is_hardly_ever_shown(cases: int, skew: float, most: float) -> None:
    """The true share is the margin itself; one standard error of the simulation is 0.7 %."""
    rng = np.random.default_rng(cases)
    span = rng.lognormal(0, 0.3, (TRIALS, cases))
    normal = rng.normal(size=span.shape)
    factor = np.exp(skew * normal - skew**2 / 2) if skew else 1 + 0.5 * normal
    assert shown(MARGIN * factor * span, span) <= most


def test_a_small_share_is_shown_by_twenty_cases() -> None:
    rng = np.random.default_rng(0)
    span = rng.lognormal(0, 0.3, (200, 20))
    assert shown(0.03 * span * rng.lognormal(0, 0.5, span.shape), span) > 0.99
    assert shown(0.08 * span * rng.lognormal(0, 0.5, span.shape), span) < 0.6  # near the margin it takes more
