"""Trend and verdict: a closed form, SciPy's values, and how often noise passes for a trend."""

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st
from scipy import stats  # 1.17.1
from scipy.signal import lfilter

from bench.errors import NotMeasurable
from bench.evaluators.signals import trend

FLOATS = st.lists(st.floats(-1, 1, allow_nan=False), min_size=10, max_size=30)


def noise(rng: np.random.Generator, count: int, memory: float) -> np.ndarray:
    """Steady AR(1) noise with innovations of 0.1, after a hundred values to settle."""
    return np.asarray(lfilter([0.1], [1, -memory], rng.normal(size=count + 100))[100:])


def falling(shape: str, count: int) -> np.ndarray:
    """A fall by 1 in all."""
    time = np.linspace(0, 1, count)
    shapes = {
        "line": -time,
        "decay": np.exp(-3 * time),
        "early": -np.sqrt(time),
        "late": -np.maximum(time - 0.5, 0),
    }
    return shapes[shape] / np.ptp(shapes[shape])


def test_trend_of_a_line_by_hand() -> None:
    # Ten rising values: S = 45, var = 10 · 9 · 25 / 18 = 125, no remainder, so no memory: t = 44 / sqrt(125) with 8
    # degrees of freedom.
    found = trend.trend(0.01 * np.arange(10))
    assert found.slope == pytest.approx(0.01)
    assert found.change == pytest.approx(0.09)
    assert found.p_value == pytest.approx(2 * stats.t.sf(44 / np.sqrt(125), 8), rel=1e-9)


def test_score_with_ties_is_that_of_scipy_kendall() -> None:
    # Kendall's S from tau-b: S = tau_b sqrt((n0 - ties of x)(n0)); time has no ties.
    series = np.random.default_rng(3).integers(0, 6, size=20).astype(float)
    pairs = 20 * 19 / 2
    tied = sum(c * (c - 1) / 2 for c in np.unique(series, return_counts=True)[1])
    tau = stats.kendalltau(np.arange(20), series).statistic
    assert trend._kendall(series) == round(tau * np.sqrt((pairs - tied) * pairs))
    # Tie correction by brute force: the variance of S over many shuffles of the same values.
    rng = np.random.default_rng(0)
    shuffled = [trend._kendall(rng.permutation(series)) for _ in range(4000)]
    assert trend._variance(series) == pytest.approx(np.var(shuffled), rel=0.1)  # sd of a variance: 2.2 %


def test_inflation_is_what_memory_does_to_kendalls_s() -> None:
    rng = np.random.default_rng(0)
    scores = [trend._kendall(noise(rng, 24, 0.5)) for _ in range(3000)]
    independent = 24 * 23 * 53 / 18
    # Hamed and Rao's factor is an approximation to first order in the ranks' correlations: within a tenth here.
    assert trend._inflation(24, 0.5) * independent == pytest.approx(np.var(scores), rel=0.1)
    assert trend._inflation(24, 0.0) == 1.0


def test_constant_and_rounding_are_no_trend() -> None:
    level = np.full(20, 0.7)
    assert trend.trend(level) == trend.Trend(0.0, 1.0, 0.0)
    assert trend.trend(level + 1e-13 * np.arange(20)).verdict(0.0) == 0


def test_too_short() -> None:
    with pytest.raises(NotMeasurable, match="a trend needs 10 values, the series has 9"):
        trend.trend(np.zeros(9))


@given(FLOATS)
@settings(max_examples=60)
def test_reversing_or_negating_turns_the_trend_round(values: list[float]) -> None:
    series = np.array(values)
    found = trend.trend(series)
    assert 0 <= found.p_value <= 1
    for other in (trend.trend(series[::-1]), trend.trend(-series)):
        assert other.slope == pytest.approx(-found.slope, abs=1e-9)
        assert other.p_value == pytest.approx(found.p_value, rel=1e-6)


# 0.8 and 0.9 are as near to a trend as noise gets at this length; the card states what is let through.
@pytest.mark.parametrize(("memory", "most"), [(0.0, 0.015), (0.3, 0.02), (0.6, 0.03), (0.8, 0.06)])
def test_noise_seldom_gets_a_verdict(memory: float, most: float) -> None:
    rng = np.random.default_rng(7)
    for count in (10, 13, 24, 48, 80):
        verdicts = [trend.trend(noise(rng, count, memory)).verdict(0.02) != 0 for _ in range(400)]
        assert np.mean(verdicts) <= most, count


def test_p_values_of_noise_stay_near_their_level() -> None:
    rng = np.random.default_rng(8)
    for count in (13, 24, 80):
        for memory in (0.0, 0.6):
            p_values = [trend.trend(noise(rng, count, memory)).p_value for _ in range(500)]
            assert np.mean(np.array(p_values) < 0.05) <= 0.09, (count, memory)


def test_a_test_for_independent_values_is_fooled() -> None:
    # Why the allowance is there: SciPy's Kendall test on the same noise.
    rng = np.random.default_rng(9)
    steady = [noise(rng, 24, 0.6) for _ in range(300)]
    plain = np.mean([stats.kendalltau(np.arange(24), series).pvalue < 0.01 for series in steady])
    ours = np.mean([trend.trend(series).p_value < 0.01 for series in steady])
    assert plain > 0.1 > 5 * ours


@pytest.mark.parametrize("shape", ["line", "decay", "early", "late"])
@pytest.mark.parametrize("count", [15, 24, 48])
def test_decay_is_found(shape: str, count: int) -> None:
    rng = np.random.default_rng(0)
    fall = 0.2 * falling(shape, count)
    assert trend.trend(fall).verdict(0.02) == -1
    noisy = [trend.trend(fall + 0.01 * rng.normal(size=count)).verdict(0.02) for _ in range(50)]
    assert np.mean(np.array(noisy) == -1) >= (0.9 if shape != "late" else 0.4)
    assert trend.trend(-fall).verdict(0.02) == -trend.trend(fall).verdict(0.02)


def test_a_small_change_is_steady_however_sure() -> None:
    fall = trend.trend(0.9 - 0.015 * np.linspace(0, 1, 40))
    assert fall.p_value < 1e-6
    assert fall.verdict(0.02) == 0
    assert fall.verdict(0.01) == -1
