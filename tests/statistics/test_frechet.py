"""Fréchet and kernel distances against closed forms, another algorithm, and known truths in simulation."""

from collections.abc import Callable

import numpy as np
import pytest
import scipy.linalg
from hypothesis import given, settings, strategies as st

from bench.errors import NotMeasurable
from bench.statistics import frechet
from bench.statistics.frechet import (
    Matrix,
    Vector,
    frechet_debiased,
    frechet_distance,
    kernel_distance,
    standardised,
)

SHAPES = st.tuples(st.integers(2, 12), st.integers(2, 12), st.integers(1, 9))


def sets(seed: int, n: int, m: int, d: int) -> tuple[Matrix, Matrix]:
    rng = np.random.default_rng(seed)
    return rng.normal(size=(n, d)), 1 + 2 * rng.normal(size=(m, d))


def names(count: int, start: int = 0) -> list[str]:
    return [f"case-{index:04}" for index in range(start, start + count)]


def by_sqrtm(x: Matrix, y: Matrix, ddof: int) -> float:
    """The textbook: covariances, and the square root of their product by Schur's method."""
    between = x.mean(axis=0) - y.mean(axis=0)
    sx, sy = np.cov(x, rowvar=False, ddof=ddof), np.cov(y, rowvar=False, ddof=ddof)
    return float(between @ between + np.trace(sx + sy - 2 * scipy.linalg.sqrtm(sx @ sy).real))


def test_commuting_covariances_have_a_closed_form() -> None:
    # Rows ±√n e_i: mean 0, and 2 d rows, so the covariance (ddof 0) is diag(2 n s² / 2 d) = diag(s²) for n = d.
    # For commuting covariances tr(Sx + Sy − 2 (Sx Sy)^½) = Σ (σx − σy)².
    sx, sy, shift = np.array([1.0, 2.0, 3.0]), np.array([5.0, 2.0, 0.0]), np.array([0.0, 1.0, 2.0])
    signs = np.vstack([np.eye(3), -np.eye(3)]) * np.sqrt(3)
    expected = 16 + 0 + 9 + (1 + 4)
    assert frechet_distance(signs * sx, signs * sy + shift, ddof=0) == pytest.approx(expected, abs=1e-12)
    # ddof 1 multiplies every covariance by n / (n − 1) = 6 / 5.
    assert frechet_distance(signs * sx, signs * sy + shift) == pytest.approx(25 * 6 / 5 + 5, abs=1e-12)


@pytest.mark.parametrize("ddof", [0, 1])
@pytest.mark.parametrize(("n", "m", "d"), [(60, 80, 5), (400, 300, 40)])
def test_equals_sqrtm_where_covariances_have_full_rank(n: int, m: int, d: int, ddof: int) -> None:
    x, y = sets(0, n, m, d)
    assert frechet_distance(x, y, ddof) == pytest.approx(by_sqrtm(x, y, ddof), rel=1e-10)


def test_equals_torchmetrics() -> None:
    # torchmetrics 1.9.0, float64: _compute_fid(x.mean(0), cov(x), y.mean(0), cov(y)) of torchmetrics.image.fid on these
    # two sets. Kept as a number: importing torchmetrics takes longer than all other tests of this file.
    x, y = sets(1, 200, 150, 16)
    assert frechet_distance(x, y) == pytest.approx(33.56563223012154, rel=1e-10)


@settings(max_examples=50, deadline=None)
@given(SHAPES, st.integers(0, 2**32 - 1))
def test_properties(shape: tuple[int, int, int], seed: int) -> None:
    x, y = sets(seed, *shape)
    distance = frechet_distance(x, y)
    scale = 1 + distance
    rng = np.random.default_rng(seed)
    rotation = np.linalg.qr(rng.normal(size=(shape[2], shape[2])))[0]
    assert distance >= 0
    assert frechet_distance(x, x) == pytest.approx(0, abs=1e-11 * scale)
    assert frechet_distance(y, x) == pytest.approx(distance, abs=1e-11 * scale)
    assert frechet_distance(x @ rotation + 7, y @ rotation + 7) == pytest.approx(distance, abs=1e-10 * scale)
    assert frechet_distance(3 * x, 3 * y) == pytest.approx(9 * distance, abs=1e-10 * scale)
    assert frechet_distance(rng.permutation(x), y) == pytest.approx(distance, abs=1e-11 * scale)


def test_far_fewer_vectors_than_features_is_exact() -> None:
    # x and y live in two orthogonal planes of 2000 dimensions: nothing is shared, so the trace of the root is 0 and
    # the distance is |mean|² + tr Sx + tr Sy.
    rng = np.random.default_rng(0)
    x, y = np.zeros((20, 2000)), np.zeros((30, 2000))
    x[:, :9], y[:, 900:] = rng.normal(size=(20, 9)), rng.normal(size=(30, 1100))
    traces = x.var(axis=0, ddof=1).sum() + y.var(axis=0, ddof=1).sum()
    expected = ((x.mean(axis=0) - y.mean(axis=0)) ** 2).sum() + traces
    assert frechet_distance(x, y) == pytest.approx(expected, rel=1e-13)
    assert frechet_distance(x, x) < 1e-11


def test_refuses_what_has_no_distance() -> None:
    one, three = np.ones((1, 4)), np.ones((3, 4))
    with pytest.raises(NotMeasurable, match="needs 2 clips on each side, not 1 and 3 references"):
        frechet_distance(one, three)
    with pytest.raises(ValueError, match=r"not \(3, 4\) and \(3, 5\)"):
        frechet_distance(three, np.ones((3, 5)))
    with pytest.raises(ValueError, match="NaN or infinity"):
        frechet_distance(three, three * np.nan)
    with pytest.raises(NotMeasurable, match="3 cases have references, the debiased distance needs 4"):
        frechet_debiased(np.eye(5), np.eye(5)[:3], names(5), names(3), np.random.default_rng(0))


def test_influences_are_the_derivative_by_weights() -> None:
    # Giving vector i of x the weight (1 − ε) / n + ε changes the distance (ddof 0) by ε times its influence. Repeating
    # every vector k times and vector i once more is such a change, with ε = 1 / (n k + 1).
    x, y = sets(2, 7, 9, 4)
    influence, _ = frechet._influences(x, y)
    many = 20_000
    for index in range(3):
        heavier = np.vstack([np.repeat(x, many // 7, axis=0), x[index : index + 1]])
        change = frechet_distance(heavier, y, 0) - frechet_distance(x, y, 0)
        assert change * len(heavier) == pytest.approx(influence[index], rel=2e-2, abs=2e-2)


def test_t_quantiles() -> None:
    exact = {7: 2.364624, 15: 2.131450, 31: 2.039513, 1000: 1.962339}  # R 4: qt(0.975, df)
    for freedom, quantile in exact.items():
        assert frechet._t_quantile(freedom) == pytest.approx(quantile, rel=4e-3)


def test_equal_sets_have_exactly_no_distance() -> None:
    x, _ = sets(3, 16, 2, 40)
    estimate = frechet_debiased(x, x, names(16), names(16), np.random.default_rng(0))
    assert estimate.value == pytest.approx(0, abs=1e-10)
    assert estimate.low == pytest.approx(0, abs=1e-6)
    assert estimate.high == pytest.approx(0, abs=1e-6)


def test_depends_neither_on_the_order_of_clips_nor_on_coordinates() -> None:
    x, y = sets(4, 20, 20, 60)
    cases, order = names(20), np.random.default_rng(9).permutation(20)
    rotation = np.linalg.qr(np.random.default_rng(8).normal(size=(60, 60)))[0]
    plain = frechet_debiased(x, y, cases, cases, np.random.default_rng(0))
    shuffled = frechet_debiased(
        x[order] @ rotation, y @ rotation, [cases[place] for place in order], cases, np.random.default_rng(0)
    )
    assert shuffled.value == pytest.approx(plain.value, rel=1e-10)
    assert shuffled.low == pytest.approx(plain.low, rel=1e-8)
    assert shuffled.high == pytest.approx(plain.high, rel=1e-10)


def test_seeds_of_a_case_bring_no_certainty() -> None:
    # The same clip under four seeds is one observation: the interval may shrink by rounding of ddof, not by half.
    x, y = sets(5, 40, 40, 3)
    cases = names(40)
    once = frechet_debiased(x, y, cases, cases, np.random.default_rng(0))
    again = frechet_debiased(
        np.repeat(x, 4, axis=0), y, list(np.repeat(cases, 4)), cases, np.random.default_rng(0)
    )
    assert None not in (once.low, once.high, again.low, again.high)
    assert again.high - again.low == pytest.approx(once.high - once.low, rel=0.05)  # type: ignore[operator]


def test_few_cases_have_no_interval() -> None:
    x, y = sets(6, 7, 7, 3)
    few = frechet_debiased(x, y, names(7), names(7), np.random.default_rng(0))
    assert (few.low, few.high) == (None, None)
    x, y = sets(6, 8, 8, 3)
    assert frechet_debiased(x, y, names(8), names(8), np.random.default_rng(0)).low is not None


def test_references_may_belong_to_other_cases() -> None:
    x, y = sets(7, 30, 12, 3)
    estimate = frechet_debiased(x, y, names(30), names(12, start=25), np.random.default_rng(0))
    assert estimate.low is not None
    assert estimate.low < estimate.value < estimate.high


# Known truth: x = z √s + shift, y = w √t with correlation ρ between z and w, so that the distance of the distributions
# is |shift|² + Σ (√s − √t)², whatever ρ is.


def simulated(
    n: int, d: int, alpha: float, ratio: float, shift: float, rho: float, trials: int, seed: int
) -> tuple[float, list[frechet.Estimate], list[float]]:
    rng = np.random.default_rng(seed)
    s = 10.0 * np.arange(1, d + 1) ** -alpha
    move = np.zeros(d)
    move[:20] = shift
    truth = float((move**2).sum() + s.sum() * (1 - np.sqrt(ratio)) ** 2)
    estimates, plain = [], []
    for _ in range(trials):
        z = rng.standard_normal((n, d))
        w = rho * z + np.sqrt(1 - rho**2) * rng.standard_normal((n, d))
        x, y = z * np.sqrt(s) + move, w * np.sqrt(s * ratio)
        estimates.append(frechet_debiased(x, y, names(n), names(n), rng))
        plain.append(frechet_distance(x, y))
    return truth, estimates, plain


@pytest.mark.parametrize("rho", [0.0, 0.8])
@pytest.mark.parametrize(("n", "d", "alpha"), [(16, 3, 1.0), (16, 200, 1.5), (24, 200, 0.7)])
def test_debiasing_finds_no_distance_where_there_is_none(n: int, d: int, alpha: float, rho: float) -> None:
    _, estimates, plain = simulated(n, d, alpha, ratio=1.0, shift=0.0, rho=rho, trials=40, seed=0)
    values = np.array([estimate.value for estimate in estimates])
    assert abs(values.mean()) < 3 * values.std(ddof=1) / np.sqrt(
        len(values)
    )  # 3 standard errors of 40 trials
    assert np.mean(plain) > 5 * abs(values.mean())


@pytest.mark.parametrize("rho", [0.0, 0.8])
def test_debiasing_finds_a_known_distance(rho: float) -> None:
    truth, estimates, plain = simulated(64, 8, 1.0, ratio=2.0, shift=0.6, rho=rho, trials=40, seed=1)
    values = np.array([estimate.value for estimate in estimates])
    error = values.std(ddof=1) / np.sqrt(len(values))
    assert abs(values.mean() - truth) < 3 * error < 0.3 * truth
    assert np.mean(plain) > truth + 3 * error


@pytest.mark.parametrize("rho", [0.0, 0.8])
@pytest.mark.parametrize(
    ("n", "d", "alpha"), [(8, 2, 1.0), (32, 2, 1.0), (16, 8, 1.0), (16, 100, 1.5), (32, 100, 0.7)]
)
@pytest.mark.parametrize(("ratio", "shift"), [(1.0, 0.0), (2.0, 0.6)])
def test_the_interval_covers_the_truth(
    n: int, d: int, alpha: float, ratio: float, shift: float, rho: float
) -> None:
    # Of 40 trials at a true coverage of 0.85, fewer than 28 hits has a probability below 1 %.
    truth, estimates, _ = simulated(n, d, alpha, ratio, shift, rho, trials=40, seed=2)
    covered = [e.low is not None and e.high is not None and e.low <= truth <= e.high for e in estimates]
    assert sum(covered) >= 28


def test_subtracting_self_distances_alone_would_fail_on_paired_sets() -> None:
    """Why we cross the halves: references of the same cases make the simpler correction overshoot."""

    def simple(x: Matrix, y: Matrix) -> float:
        first = np.arange(len(x)) % 2 == 0
        within: Callable[[Matrix], float] = lambda z: frechet_distance(z[first], z[~first])  # noqa: E731
        return frechet_distance(x, y) - (within(x) + within(y)) / 2

    rng = np.random.default_rng(3)
    z = rng.standard_normal((20, 32, 6))
    w = 0.8 * z + 0.6 * rng.standard_normal(z.shape)
    ours = [frechet_debiased(x, y, names(32), names(32), rng).value for x, y in zip(z, w, strict=True)]
    theirs = [simple(x, y) for x, y in zip(z, w, strict=True)]
    assert abs(np.mean(ours)) < 0.05 < -np.mean(theirs)


def test_standardised_by_the_reference_with_a_floor() -> None:
    reference = np.array([[0.0, 1.0, 5.0], [2.0, 1.0, 5.0]])  # means 1, 1, 5; deviations (ddof 1) √2, 0, 0
    x, y = standardised(np.array([[2.0, 1.1, 5.0]]), reference, floor=0.02)
    assert x == pytest.approx(np.array([[1 / np.sqrt(2), 0.1 / 0.02, 0.0]]))
    assert y[:, 0].std(ddof=1) == pytest.approx(1)
    with pytest.raises(NotMeasurable, match="spread of 2 reference clips at least, not 1"):
        standardised(x, reference[:1], floor=0.02)


def test_kernel_distance_by_hand() -> None:
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


def test_kernel_distance_equals_torchmetrics() -> None:
    # torchmetrics 1.9.0, float64: torchmetrics.image.kid.poly_mmd(torch.from_numpy(x), torch.from_numpy(y)).
    x, y = sets(1, 200, 200, 16)
    value = kernel_distance(x, y, names(200), names(200, start=200)).value
    assert value == pytest.approx(15.358813249758663, rel=1e-12)


@settings(max_examples=30, deadline=None)
@given(SHAPES, st.integers(0, 2**32 - 1))
def test_properties_of_the_kernel_distance(shape: tuple[int, int, int], seed: int) -> None:
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


def test_the_kernel_interval_leaves_out_each_case_in_turn() -> None:
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
    assert estimate.low == pytest.approx(estimate.value - frechet._t_quantile(8) * error, rel=1e-9)
    assert estimate.high == pytest.approx(estimate.value + frechet._t_quantile(8) * error, rel=1e-9)


def test_kernel_distance_refuses_what_has_no_pairs() -> None:
    with pytest.raises(NotMeasurable, match="clips and references of 2 cases, not of 1 and 3"):
        kernel_distance(np.eye(3), np.eye(3), ["a"] * 3, names(3))
    assert isinstance(frechet.kernel_value(np.eye(3), np.eye(3), ["a"] * 3, names(3)), NotMeasurable)
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


def simulated_kernel(
    n: int, d: int, alpha: float, ratio: float, shift: float, rho: float, trials: int
) -> tuple[float, list[frechet.Estimate]]:
    rng = np.random.default_rng(4)
    s = np.arange(1, d + 1.0) ** -alpha
    s *= d / s.sum()
    move = np.zeros(d)
    move[:20] = shift
    estimates = []
    for _ in range(trials):
        z = rng.standard_normal((n, d))
        w = rho * z + np.sqrt(1 - rho**2) * rng.standard_normal((n, d))
        estimates.append(kernel_distance(z * np.sqrt(s) + move, w * np.sqrt(s * ratio), names(n), names(n)))
    return third_moments_apart(move, s, s * ratio), estimates


@pytest.mark.parametrize("rho", [0.0, 0.8])
@pytest.mark.parametrize(("n", "d", "alpha"), [(8, 2, 1.0), (16, 100, 1.5), (32, 100, 0.7), (64, 77, 1.0)])
@pytest.mark.parametrize(("ratio", "shift"), [(1.0, 0.0), (2.0, 0.6), (1.0, 0.6)])
def test_the_kernel_distance_is_unbiased_and_covered(
    n: int, d: int, alpha: float, ratio: float, shift: float, rho: float
) -> None:
    truth, estimates = simulated_kernel(n, d, alpha, ratio, shift, rho, trials=60)
    values = np.array([estimate.value for estimate in estimates])
    covered = [e.low is not None and e.high is not None and e.low <= truth <= e.high for e in estimates]
    assert abs(values.mean() - truth) < 3.5 * values.std(ddof=1) / np.sqrt(len(values))
    assert sum(covered) >= 40  # at a true coverage of 0.81 fewer have a probability below 1 %


def test_pairs_of_one_case_would_pull_the_kernel_distance_below_zero() -> None:
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
