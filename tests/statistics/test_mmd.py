"""Kernel distances against closed forms, another implementation, and known truths in simulation."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from bench.errors import NotMeasurable
from bench.statistics.arrays import Vector
from bench.statistics.estimate import Estimate, t_quantile
from bench.statistics.feature_sets import standardised
from bench.statistics.mmd import kernel_distance, kernel_value
from tests.statistics.feature_sets import SHAPES, correlated, names, sets, shift


def test_standardised_by_the_reference_with_a_floor() -> None:
    reference = np.array([[0.0, 1.0, 5.0], [2.0, 1.0, 5.0]])  # means 1, 1, 5; deviations (ddof 1) √2, 0, 0
    x, y = standardised(np.array([[2.0, 1.1, 5.0]]), reference, floor=0.02)
    assert x == pytest.approx(np.array([[1 / np.sqrt(2), 0.1 / 0.02, 0.0]]))
    assert y[:, 0].std(ddof=1) == pytest.approx(1)
    with pytest.raises(NotMeasurable, match="spread of 2 reference clips at least, not 1"):
        standardised(x, reference[:1], floor=0.02)


def test_by_hand() -> None:
    # One feature, so k = (x y + 1)³. Within x of 0 and 1: 1; within y of 2 and −1: −1. Across: 0 with either 1, 1 with
    # 2 is 27, 1 with −1 is 0.
    x, y = np.array([[0.0], [1.0]]), np.array([[2.0], [-1.0]])
    independent = kernel_distance(x, y, names(2), names(2, start=2))
    assert independent.value == pytest.approx(1 - 1 - 2 * 29 / 4, abs=1e-12)
    # References of the same cases: of the pairs across, 0 with −1 and 1 with 2 remain.
    assert kernel_distance(x, y, names(2), names(2)).value == pytest.approx(1 - 1 - 2 * 28 / 2, abs=1e-12)
    # A second clip of the first case, at 3: of the pairs within x, both with the clip at 1 remain: (0 + 1)³ and
    # (3 + 1)³; across, it meets −1 only.
    three = kernel_distance(
        np.array([[0.0], [1.0], [3.0]]), y, ["case-0000", "case-0001", "case-0000"], names(2)
    )
    assert three.value == pytest.approx(65 / 2 - 1 - 2 * (1 + 27 - 8) / 3, abs=1e-12)


def test_equals_torchmetrics() -> None:
    # torchmetrics 1.9.0, float64: torchmetrics.image.kid.poly_mmd(torch.from_numpy(x), torch.from_numpy(y)).
    x, y = sets(1, 200, 200, 16)
    value = kernel_distance(x, y, names(200), names(200, start=200)).value
    assert value == pytest.approx(15.358813249758663, rel=1e-12)


@settings(max_examples=30)
@given(SHAPES, st.integers(0, 2**32 - 1))
def test_properties(shape: tuple[int, int, int], seed: int) -> None:
    n, m, d = shape
    x, y = sets(seed, n, m, d)
    rng = np.random.default_rng(seed)
    rotation, order = np.linalg.qr(rng.normal(size=(d, d)))[0], rng.permutation(n)
    plain = kernel_distance(x, y, names(n), names(m))
    shuffled = kernel_distance(x[order] @ rotation, y @ rotation, [names(n)[i] for i in order], names(m))
    scale = 1e-12 * (x**2).sum() ** 3 + 1e-12 * (y**2).sum() ** 3
    assert kernel_distance(x, x.copy(), names(n), names(n)).value == pytest.approx(0, abs=scale)
    assert kernel_distance(y, x, names(m), names(n)).value == pytest.approx(plain.value, abs=scale)
    assert shuffled.value == pytest.approx(plain.value, abs=scale)


def test_the_interval_leaves_out_each_case_in_turn() -> None:
    x, y = sets(8, 12, 9, 3)
    x_cases, y_cases = np.array(names(6) * 2), np.array(names(9))
    estimate = kernel_distance(x, y, list(x_cases), list(y_cases))
    assert estimate.low is None  # clips of six cases only
    x_cases = np.array([*names(9), *names(3)])
    estimate = kernel_distance(x, y, list(x_cases), list(y_cases))
    without = []
    for case in names(9):
        x_has, y_has = x_cases != case, y_cases != case
        rest = kernel_distance(x[x_has], y[y_has], list(x_cases[x_has]), list(y_cases[y_has]))
        without.append(rest.value)
    error = np.sqrt(8 * np.var(without))  # the jackknife's: (C − 1) / C times the sum of squared deviations
    assert estimate.low == pytest.approx(estimate.value - t_quantile(8) * error, rel=1e-9)
    assert estimate.high == pytest.approx(estimate.value + t_quantile(8) * error, rel=1e-9)


def test_refuses_what_has_no_pairs() -> None:
    with pytest.raises(NotMeasurable, match="clips and references of 2 cases, not of 1 and 3"):
        kernel_distance(np.eye(3), np.eye(3), ["a"] * 3, names(3))
    assert isinstance(kernel_value(np.eye(3), np.eye(3), ["a"] * 3, names(3)), NotMeasurable)
    with pytest.raises(ValueError, match="NaN or infinity"):
        kernel_distance(np.eye(3) * np.nan, np.eye(3), names(3), names(3))


def third_moments_apart(mean: Vector, x: Vector, y: Vector) -> float:
    """The squared discrepancy of N(mean, diag x) and N(0, diag y) under (u · v / D + 1)³, by its binomial expansion.

    For independent Gaussians u and v with means a, b: E (u·v) = a·b; E (u·v)² is the inner product of second moments,
    E (u·v)³ that of third moments, a_i a_j a_k + a_i Σ_jk + a_j Σ_ik + a_k Σ_ij.
    """

    def kernel(a: Vector, s: Vector, b: Vector, t: Vector) -> float:
        dot, spread, d = a @ b, s @ t, len(a)
        second = dot**2 + a**2 @ t + b**2 @ s + spread
        third = dot**3 + 3 * dot * (a**2 @ t + b**2 @ s + spread) + 6 * (a * b) @ (s * t)
        return float(1 + 3 * dot / d + 3 * second / d**2 + third / d**3)

    zero = np.zeros_like(mean)
    return kernel(mean, x, mean, x) + kernel(zero, y, zero, y) - 2 * kernel(mean, x, zero, y)


def simulated(
    n: int, d: int, alpha: float, ratio: float, step: float, rho: float, trials: int
) -> tuple[float, list[Estimate]]:
    rng = np.random.default_rng(4)
    s, move = np.arange(1, d + 1.0) ** -alpha, shift(d, step)
    s *= d / s.sum()
    estimates = [
        kernel_distance(*correlated(rng, n, s, ratio, move, rho), names(n), names(n)) for _ in range(trials)
    ]
    return third_moments_apart(move, s, s * ratio), estimates


@pytest.mark.parametrize("rho", [0.0, 0.8])
@pytest.mark.parametrize(("n", "d", "alpha"), [(8, 2, 1.0), (16, 100, 1.5), (32, 100, 0.7), (64, 77, 1.0)])
@pytest.mark.parametrize(("ratio", "step"), [(1.0, 0.0), (2.0, 0.6), (1.0, 0.6)])
def test_it_is_unbiased_and_covered(
    n: int, d: int, alpha: float, ratio: float, step: float, rho: float
) -> None:
    truth, estimates = simulated(n, d, alpha, ratio, step, rho, trials=60)
    values = np.array([estimate.value for estimate in estimates])
    covered = [e.low is not None and e.high is not None and e.low <= truth <= e.high for e in estimates]
    assert abs(values.mean() - truth) < 3.5 * values.std(ddof=1) / np.sqrt(len(values))
    assert sum(covered) >= 40  # at a true coverage of 0.81 fewer have a probability below 1 %


def test_pairs_of_one_case_would_pull_it_below_zero() -> None:
    """Why we leave them out: clips resemble their own references, and that is not the sets being alike."""
    rng = np.random.default_rng(3)
    z = rng.standard_normal((40, 24, 6))
    w = 0.8 * z + 0.6 * rng.standard_normal(z.shape)
    ours = [kernel_distance(x, y, names(24), names(24)).value for x, y in zip(z, w, strict=True)]
    textbook = [
        kernel_distance(x, y, names(24), names(24, start=24)).value for x, y in zip(z, w, strict=True)
    ]
    error = np.std(ours, ddof=1) / np.sqrt(len(ours))
    assert abs(np.mean(ours)) < 3 * error
    assert np.mean(textbook) < -3 * error
