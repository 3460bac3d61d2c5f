"""Dominant period and rhythm at a window: closed forms, and how often noise passes for one."""

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st
from hypothesis.extra.numpy import arrays
from scipy import stats
from scipy.signal import lfilter

from bench.errors import NotMeasurable
from bench.evaluators.signals import spectrum

LENGTHS = [14, 25, 49, 97, 240]


def noise(rng: np.random.Generator, count: int, memory: float) -> np.ndarray:
    return np.asarray(lfilter([1.0], [1, -memory], rng.normal(size=count + 100))[100:])


def backgrounds(rng: np.random.Generator, count: int) -> dict[str, np.ndarray]:
    """What a steady clip's brightness does, in gray levels; no rhythm among it."""
    time, at = np.linspace(0, 1, count), rng.uniform(0.2, 0.8)
    return {
        "white": noise(rng, count, 0.0),
        "AR(0.5)": noise(rng, count, 0.5),
        "AR(0.9)": noise(rng, count, 0.9),
        "random walk": np.cumsum(rng.normal(size=count)),
        "drift": 50 * time + noise(rng, count, 0.0),
        "fade": 40 / (1 + np.exp(-12 * (time - at))) + 0.3 * noise(rng, count, 0.0),
        "cut": 40.0 * (time > at) + 0.3 * noise(rng, count, 0.0),
        "flash": 30.0 * (np.arange(count) == int(at * count)) + 0.3 * noise(rng, count, 0.0),
    }


def jumps(rng: np.random.Generator, count: int, window: int = 9) -> dict[str, np.ndarray]:
    """Something once a window."""
    place = np.arange(count) + rng.integers(window)
    return {
        "sine": np.sin(2 * np.pi * place / window),
        "sawtooth": 2.0 * (place % window) / window,
        "pulse": 2.0 * (place % window == 0),
        "stairs": 2.0 * (place // window),
    }


def test_a_pure_sine_is_found_at_its_period() -> None:
    for count, period in ((40, 8.0), (63, 9.0), (50, 7.3), (30, 2.0), (100, 50.0)):
        found = spectrum.peak(100 + 3 * np.cos(2 * np.pi * np.arange(count) / period))
        # The padded FFT sees frequencies an eighth of 1 / T apart; off its grid and beside the trend it is that near.
        assert 1 / found.period == pytest.approx(1 / period, abs=0.2 / count)
        assert found.p_value < 1e-4
        assert found.prominence > 20


def test_prominence_by_hand() -> None:
    # A sine of amplitude a on the grid has power a² T / 4, white noise of deviation s has s² at every frequency: with
    # a = 1, s = 0.5 and T = 400 the ratio is 400, 26 dB. The floor is a mean of 8 exponentials: sd 1.5 dB.
    rng = np.random.default_rng(0)
    sine = np.sin(2 * np.pi * np.arange(400) / 10)
    found = [spectrum.peak(sine + 0.5 * rng.normal(size=400)).prominence for _ in range(40)]
    assert np.mean(found) == pytest.approx(26, abs=1.0)


def test_rhythm_is_analysis_of_variance_by_phase() -> None:
    # With neither drift nor memory in the series, the F test of the phases is close to SciPy's one-way test.
    rng = np.random.default_rng(2)
    series = rng.normal(size=180) + 0.6 * (np.arange(180) % 5 == 2)
    plain = stats.f_oneway(*[series[phase::5] for phase in range(5)]).pvalue
    assert np.log10(spectrum.rhythm(series, 5).p_value) == pytest.approx(np.log10(plain), rel=0.25)


def test_power_is_the_share_of_variance_at_the_window() -> None:
    # Variance of a unit sine 1/2, of the noise 1/4: two thirds. Adjusted for the phases it takes no bias, sd 0.03.
    rng = np.random.default_rng(0)
    sine = np.sin(2 * np.pi * np.arange(360) / 9)
    found = spectrum.rhythm(sine + 0.5 * rng.normal(size=360), 9)
    assert found.power == pytest.approx(2 / 3, abs=0.08)
    assert found.is_periodic
    alone = [spectrum.rhythm(rng.normal(size=27), 9).power for _ in range(200)]
    assert np.mean(alone) < 0.12  # unadjusted it would be 8 / 23


def test_a_jump_once_a_window_has_all_its_power_there() -> None:
    # The single frequency 1/9 holds a tenth of a pulse train's variance; its harmonics hold the rest.
    pulse = 5.0 * (np.arange(90) % 9 == 4)
    assert spectrum.rhythm(pulse, 9).power == pytest.approx(1.0, abs=0.02)


def test_constant_has_no_rhythm() -> None:
    rng = np.random.default_rng(0)
    for series in (
        np.full(40, 128.0),
        128 + 1e-9 * rng.normal(size=40),
        np.full(40, 17.3) + 1e-14 * np.arange(40),
    ):
        assert spectrum.peak(series) == spectrum.Peak(0.0, 0.0, 1.0)
        assert spectrum.rhythm(series, 9) == spectrum.Rhythm(0.0, 1.0, False)


def test_a_faint_rhythm_is_nothing() -> None:
    wave = np.sin(2 * np.pi * np.arange(90) / 9)
    assert not spectrum.rhythm(0.03 * wave, 9).is_periodic
    assert spectrum.peak(0.03 * wave).period == 0.0
    assert spectrum.rhythm(0.1 * wave, 9).is_periodic


def test_curves_without_noise_have_no_rhythm() -> None:
    # Nothing but rounding is left of some of them, which must not be judged by itself.
    for count in (22, 40, 81):
        time = np.linspace(0, 1, count)
        for curve in (
            50 * time,
            50 * time**2,
            50 * np.exp(-3 * time),
            50 * np.maximum(time - 0.5, 0),
            50.0 * (time > 0.4),
        ):
            assert spectrum.peak(curve).p_value > 0.05
            assert not spectrum.rhythm(curve, 9).is_periodic


def test_a_rhythm_of_a_divisor_is_not_the_windows() -> None:
    rng = np.random.default_rng(0)
    quick = 5.0 * (np.arange(54) % 3 == 0) + 0.3 * rng.normal(size=54)
    assert not spectrum.rhythm(quick, 9).is_periodic
    assert spectrum.rhythm(quick, 3).is_periodic


def test_another_period_is_not_the_windows() -> None:
    rng = np.random.default_rng(0)
    for period in (4, 5, 7, 8, 12, 13, 18):
        other = 3 * np.sin(2 * np.pi * np.arange(90) / period) + 0.5 * rng.normal(size=90)
        assert not spectrum.rhythm(other, 9).is_periodic, period


@given(arrays(np.float64, st.integers(22, 40), elements=st.floats(0, 255)), st.floats(-50, 50))
@settings(max_examples=60)
def test_any_series_has_finite_answers_and_its_level_is_of_no_account(
    series: np.ndarray, level: float
) -> None:
    found, window = spectrum.peak(series), spectrum.rhythm(series, 9)
    assert found.period == 0 or 2 <= found.period <= len(series) / 2 + 1e-9
    assert found.prominence >= 0
    assert 0 <= found.p_value <= 1
    assert 0 <= window.power <= 1
    assert 0 <= window.p_value <= 1
    assert spectrum.rhythm(series + level, 9).power == pytest.approx(window.power, abs=1e-3)


def test_too_short() -> None:
    with pytest.raises(NotMeasurable, match="13 frames, a dominant period needs 14"):
        spectrum.peak(np.zeros(13))
    with pytest.raises(
        NotMeasurable, match="21 frames, a rhythm of 9 needs 22: use a longer clip or a shorter window"
    ):
        spectrum.rhythm(np.zeros(21), 9)
    for window in (2, 3, 4, 5):
        spectrum.rhythm(np.zeros(spectrum.rhythm_values(window)), window)


def test_noise_is_seldom_periodic_at_the_window() -> None:
    # The stated rate is 1 %. Eight backgrounds, five lengths, 100 clips each: 40 of 4000 are expected, sd 6.
    rng = np.random.default_rng(11)
    called = {name: 0 for name in backgrounds(rng, 30)}
    for count in (22, 27, 49, 97, 240):
        for _ in range(100):
            for name, series in backgrounds(rng, count).items():
                called[name] += spectrum.rhythm(series, 9).is_periodic
    assert sum(called.values()) <= 0.015 * 4000, called
    assert max(called.values()) <= 0.035 * 500, called


@pytest.mark.parametrize("count", LENGTHS)
def test_noise_seldom_has_a_significant_period(count: int) -> None:
    rng = np.random.default_rng(12)
    p_values = [
        [spectrum.peak(series).p_value for series in backgrounds(rng, count).values()] for _ in range(120)
    ]
    fooled = np.mean(np.array(p_values) < 0.05, axis=0)  # 5 % of 120: sd 2 %
    assert fooled.max() <= 0.10
    assert fooled.mean() <= 0.05


def test_jumps_at_the_window_are_found() -> None:
    # 2 gray levels once a window under noise of 0.3, alone and on a random walk of 0.3 a step.
    rng = np.random.default_rng(13)
    for count in (27, 49, 97, 240):
        found = []
        for _ in range(30):
            walk = np.cumsum(0.3 * rng.normal(size=count))
            for series in jumps(rng, count).values():
                hidden = series + 0.3 * rng.normal(size=count)
                found.append([spectrum.rhythm(each, 9).is_periodic for each in (hidden, hidden + walk)])
        alone, walking = np.mean(found, axis=0)
        assert alone >= 0.95, count
        assert walking >= (0.6 if count < 49 else 0.85), count


def test_sines_are_found_in_noise() -> None:
    rng = np.random.default_rng(14)
    for count, period, least in ((14, 3.5, 0.5), (25, 5.0, 0.9), (49, 9.0, 0.95), (240, 24.0, 0.95)):
        place = np.arange(count)
        peaks = [
            spectrum.peak(
                np.sin(2 * np.pi * place / period + rng.uniform(0, 6))
                + 0.3 * rng.normal(size=count)
                + 0.1 * place
            )
            for _ in range(60)
        ]
        assert np.mean([peak.p_value < 0.01 for peak in peaks]) >= least, count
        assert np.median([peak.period for peak in peaks]) == pytest.approx(period, rel=0.08)
