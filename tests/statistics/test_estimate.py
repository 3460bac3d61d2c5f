"""Intervals and Holm's correction, against SciPy, R and arithmetic by hand."""

from __future__ import annotations

import numpy as np
import pytest
import scipy.stats

from bench.statistics.estimate import jackknife, t_quantile
from bench.statistics.significance import holm


def test_the_jackknife_of_a_mean_is_the_t_interval() -> None:
    values = np.random.default_rng(1).normal(0.3, 1.0, 12)
    without = np.array([np.delete(values, number).mean() for number in range(12)])
    found = jackknife(float(values.mean()), without)
    expected = scipy.stats.ttest_1samp(values, 0.0)
    assert found.interval() == pytest.approx(tuple(expected.confidence_interval(0.95)))
    assert found.p == pytest.approx(expected.pvalue)


def test_t_quantiles() -> None:
    exact = {7: 2.364624, 15: 2.131450, 31: 2.039513, 1000: 1.962339}  # R 4: qt(0.975, df)
    for freedom, quantile in exact.items():
        assert t_quantile(freedom) == pytest.approx(quantile, rel=4e-3)


def test_holm_by_hand() -> None:
    """0.01 · 4, 0.02 · 3, 0.03 · 2 raised to 0.06, 0.8 · 1."""
    assert holm([0.03, 0.01, 0.8, 0.02]) == pytest.approx([0.06, 0.04, 0.8, 0.06])
    assert holm([]) == []
    assert holm([0.9, 0.8]) == [1.0, 1.0]
