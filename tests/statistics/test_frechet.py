"""Fréchet distances against closed forms, another algorithm, and known truths in simulation."""

from collections.abc import Callable

import numpy as np
import pytest
import scipy.linalg
from hypothesis import given, settings, strategies as st

from bench.errors import NotMeasurable
from bench.statistics import frechet
from bench.statistics.arrays import Matrix
from bench.statistics.estimate import Estimate
from bench.statistics.frechet import frechet_debiased, frechet_distance
from tests.statistics.feature_sets import SHAPES, correlated, names, sets, shift


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


@settings(max_examples=50)
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


# Known truth: the distance of the distributions is |shift|² + Σ (√s − √(s · ratio))², whatever ρ is.


def simulated(
    n: int, d: int, alpha: float, ratio: float, step: float, rho: float, trials: int, seed: int
) -> tuple[float, list[Estimate], list[float]]:
    rng = np.random.default_rng(seed)
    s, move = 10.0 * np.arange(1, d + 1) ** -alpha, shift(d, step)
    truth = float((move**2).sum() + s.sum() * (1 - np.sqrt(ratio)) ** 2)
    estimates, plain = [], []
    for _ in range(trials):
        x, y = correlated(rng, n, s, ratio, move, rho)
        estimates.append(frechet_debiased(x, y, names(n), names(n), rng))
        plain.append(frechet_distance(x, y))
    return truth, estimates, plain


@pytest.mark.parametrize("rho", [0.0, 0.8])
@pytest.mark.parametrize(("n", "d", "alpha"), [(16, 3, 1.0), (16, 200, 1.5), (24, 200, 0.7)])
def test_debiasing_finds_no_distance_where_there_is_none(n: int, d: int, alpha: float, rho: float) -> None:
    _, estimates, plain = simulated(n, d, alpha, ratio=1.0, step=0.0, rho=rho, trials=40, seed=0)
    values = np.array([estimate.value for estimate in estimates])
    assert abs(values.mean()) < 3 * values.std(ddof=1) / np.sqrt(
        len(values)
    )  # 3 standard errors of 40 trials
    assert np.mean(plain) > 5 * abs(values.mean())


@pytest.mark.parametrize("rho", [0.0, 0.8])
def test_debiasing_finds_a_known_distance(rho: float) -> None:
    truth, estimates, plain = simulated(64, 8, 1.0, ratio=2.0, step=0.6, rho=rho, trials=40, seed=1)
    values = np.array([estimate.value for estimate in estimates])
    error = values.std(ddof=1) / np.sqrt(len(values))
    assert abs(values.mean() - truth) < 3 * error < 0.3 * truth
    assert np.mean(plain) > truth + 3 * error


@pytest.mark.parametrize("rho", [0.0, 0.8])
@pytest.mark.parametrize(
    ("n", "d", "alpha"), [(8, 2, 1.0), (32, 2, 1.0), (16, 8, 1.0), (16, 100, 1.5), (32, 100, 0.7)]
)
@pytest.mark.parametrize(("ratio", "step"), [(1.0, 0.0), (2.0, 0.6)])
def test_the_interval_covers_the_truth(
    n: int, d: int, alpha: float, ratio: float, step: float, rho: float
) -> None:
    # Of 40 trials at a true coverage of 0.85, fewer than 28 hits has a probability below 1 %.
    truth, estimates, _ = simulated(n, d, alpha, ratio, step, rho, trials=40, seed=2)
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
