"""Half-life: closed forms, SciPy's least squares, and how often noise passes for a decay."""

import contextlib

import numpy as np
import pytest
from scipy.optimize import curve_fit  # 1.17.1

from bench.errors import NotMeasurable
from bench.evaluators.signals import decay
from tests.evaluators.signals.test_trend import noise


@pytest.mark.parametrize(("count", "steps"), [(12, 1.0), (24, 2.5), (24, 10.0), (80, 30.0)])
def test_half_life_of_an_exponential(count: int, steps: float) -> None:
    found = decay.half_life(0.3 + 0.6 * 2 ** (-np.arange(count) / steps))
    assert found.half_life == pytest.approx(steps, rel=1e-3)  # the grid's last step
    assert found.level == pytest.approx(0.3, abs=1e-3)
    assert found.drop == pytest.approx(0.6, abs=1e-3)


def test_half_life_is_scipys_least_squares() -> None:
    rng = np.random.default_rng(1)
    time = np.arange(40)
    series = 0.2 + 0.7 * 2 ** (-time / 6) + 0.03 * rng.normal(size=40)
    (level, drop, steps), _ = curve_fit(lambda t, a, b, h: a + b * 2 ** (-t / h), time, series, (0, 1, 5))
    found = decay.half_life(series)
    assert (found.level, found.drop, found.half_life) == pytest.approx((level, drop, steps), rel=2e-3)


@pytest.mark.parametrize("steps", [2, 4, 8, 16])
def test_half_life_in_noise_is_near_or_not_told(steps: int) -> None:
    rng = np.random.default_rng(2)
    found = []
    for _ in range(40):
        with contextlib.suppress(NotMeasurable):
            found.append(
                decay.half_life(
                    0.2 + 0.7 * 2 ** (-np.arange(48) / steps) + 0.02 * rng.normal(size=48)
                ).half_life
            )
    assert len(found) >= 38
    assert np.median(found) == pytest.approx(steps, rel=0.1)
    assert np.percentile(found, 95) < 1.4 * steps
    assert np.percentile(found, 5) > steps / 1.4


@pytest.mark.parametrize("memory", [0.0, 0.6, 0.9])
def test_noise_has_no_half_life(memory: float) -> None:
    rng = np.random.default_rng(3)
    told = 0
    for _ in range(150):
        with contextlib.suppress(NotMeasurable):
            decay.half_life(noise(rng, 24, memory))
            told += 1
    assert told <= 2


@pytest.mark.parametrize(
    "series",
    [
        np.ones(24),
        1 - 2.0 ** (-np.arange(24) / 4),  # rises
        -np.arange(24) / 24,  # straight: any level may be its last
        -((np.arange(24) / 24) ** 2),  # ever faster
        np.r_[1.0, np.zeros(23)],  # a jump
        np.r_[np.ones(12), np.zeros(12)],  # a cut
    ],
    ids=["constant", "rise", "line", "ever faster", "jump", "cut"],
)
def test_what_does_not_decay_has_no_half_life(series: np.ndarray) -> None:
    with pytest.raises(NotMeasurable, match="half-life"):
        decay.half_life(series)


def test_too_short_for_a_half_life() -> None:
    with pytest.raises(NotMeasurable, match="a half-life needs 10 values, the series has 9"):
        decay.half_life(2.0 ** -np.arange(9))


def test_half_life_scales() -> None:
    series = 0.3 + 0.6 * 2 ** (-np.arange(30) / 5) + 0.01 * np.random.default_rng(0).normal(size=30)
    one, ten = decay.half_life(series), decay.half_life(10 * series + 3)
    assert ten.half_life == pytest.approx(one.half_life)
    assert ten.level == pytest.approx(10 * one.level + 3)
    assert ten.drop == pytest.approx(10 * one.drop)
