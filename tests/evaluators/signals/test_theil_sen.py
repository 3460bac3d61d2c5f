"""The Theil-Sen slope: a closed form, SciPy's values, and long series."""

import tracemalloc

import numpy as np
import pytest
from hypothesis import given, strategies as st
from scipy import stats  # 1.17.1

from bench.errors import NotMeasurable
from bench.evaluators.signals import theil_sen, trend


def test_slope_of_a_line_with_wild_values() -> None:
    line = 3 - 0.25 * np.arange(15)
    line[[2, 9, 13]] = 100, -50, 7  # 3 of 15 bend 39 of 105 pairs: under half
    assert theil_sen.slope(line) == pytest.approx(-0.25)


def test_slope_is_that_of_scipy() -> None:
    series = np.random.default_rng(0).normal(size=41)
    assert theil_sen.slope(series) == pytest.approx(stats.theilslopes(series).slope, abs=1e-12)


@given(st.lists(st.integers(-3, 3) | st.floats(-1, 1), min_size=60, max_size=90))
def test_slope_of_a_long_series_is_the_same_to_the_bit(values: list[float]) -> None:
    series = np.array(values, dtype=np.float64)
    whole = theil_sen.slope(series)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(theil_sen, "_AT_ONCE", 20)
        assert theil_sen.slope(series) == whole


@pytest.mark.parametrize("kind", ["noise", "still", "steps"])
def test_slope_of_a_long_series_takes_little_memory(kind: str) -> None:
    """All slopes of 5000 values at once are 100 MB, and took 500 MB."""
    noise = np.random.default_rng(0).normal(size=5000)
    series = {"noise": noise, "still": 0 * noise, "steps": np.round(noise)}[kind]
    tracemalloc.start()
    found = trend.trend(series)
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert most < 80e6
    assert abs(found.slope) < 1e-4


def test_too_short() -> None:
    with pytest.raises(NotMeasurable, match="a slope needs 3 values, the series has 2"):
        theil_sen.slope(np.zeros(2))
