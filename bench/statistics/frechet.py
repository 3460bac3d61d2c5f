"""Fréchet distance between two sets of feature vectors, plain and without the bias of few clips.

N, M: vectors in the two sets; D: features. Everything in float64, from the features themselves: no covariance is ever
formed, so nothing is lost to squaring its condition number, and sets with fewer vectors than features are no special
case.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from bench.errors import NotMeasurable
from bench.statistics.arrays import Mask, Matrix, Vector
from bench.statistics.estimate import Estimate, t_quantile
from bench.statistics.feature_sets import MIN_CASES_INTERVAL, check
from bench.types import Value

SPLITS = 8
"""How many random halvings are averaged; more would steady the debiased value by under a tenth of its interval."""

MIN_CASES = 4
"""Two in each half: the least with a covariance."""


def frechet_values(
    name: str, x_ND: Matrix, y_MD: Matrix, x_cases: Sequence[str], y_cases: Sequence[str], ddof: int
) -> dict[str, Value | NotMeasurable]:
    """Both metrics of a Fréchet evaluator: `name`, the plain distance, and `name`_debiased with its interval.

    Args:
        name: of the plain one.
        x_ND, y_MD, x_cases, y_cases: clips and references, as in frechet_debiased; the same halves at each call.
        ddof: of the plain one, as in frechet_distance.

    Returns:
        Name -> value, with N; for too few cases the debiased one is the reason.

    Raises:
        NotMeasurable, ValueError: as frechet_distance.
    """
    plain = Value(frechet_distance(x_ND, y_MD, ddof), n=len(x_ND))
    debiased: Value | NotMeasurable
    try:
        estimate = frechet_debiased(x_ND, y_MD, x_cases, y_cases, np.random.default_rng(0))
        debiased = Value(estimate.value, low=estimate.low, high=estimate.high, n=len(x_ND))
    except NotMeasurable as reason:
        debiased = reason
    return {name: plain, f"{name}_debiased": debiased}


def frechet_distance(x_ND: Matrix, y_MD: Matrix, ddof: int = 1) -> float:
    """|mean x − mean y|² + tr(Sx + Sy − 2 (Sx Sy)^½), the squared 2-Wasserstein distance of two Gaussians.

    Args:
        x_ND, y_MD: (N, D) and (M, D), finite.
        ddof: 0 divides covariances by N, as StyleGAN-V's FVD does; 1 by N − 1.

    Returns:
        At least 0. Biased upwards by about c / N, where c depends on the model (Chong and Forsyth 2020,
        arXiv 1911.07023): compare only equal N, or use frechet_debiased.

    Raises:
        NotMeasurable: a set has fewer than two vectors.
        ValueError: the sets differ in D, or hold NaN or infinity.

    Source: Dowson and Landau 1982. With A, B the centred rows over √(N − ddof), the eigenvalues of Sx Sy are the
    squared singular values of A Bᵀ, so the trace of the root is the sum of those: relative error about 1e-13, where
    the usual sqrtm of a product of covariances has 1e-5 for N < D, and gives negative distances.

    >>> x = np.array(
    ...     [[0.0], [2.0]]
    ... )  # one feature: (difference of means)² + (difference of standard deviations)²
    >>> round(frechet_distance(x, 3 * x + 1, ddof=0), 9)  # (1 − 4)² + (1 − 3)²
    13.0
    """
    check(x_ND, y_MD)
    between = x_ND.mean(axis=0) - y_MD.mean(axis=0)
    a, b = _scaled(x_ND, ddof), _scaled(y_MD, ddof)
    shared = np.linalg.svd(_triangle(a) @ _triangle(b).T, compute_uv=False).sum()
    distance = between @ between + np.vdot(a, a) + np.vdot(b, b) - 2 * shared
    return max(0.0, float(distance))  # rounding can leave −1e-13


def frechet_debiased(
    x_ND: Matrix, y_MD: Matrix, x_cases: Sequence[str], y_cases: Sequence[str], rng: np.random.Generator
) -> Estimate:
    """The Fréchet distance (ddof 1) without the bias that few clips bring, and its 95 % interval.

    The cases are halved at random, SPLITS times. The value is the distance between x of one half and y of the other,
    minus the distance between the two halves of x and of y themselves: both have the bias of half-sized independent
    sets, which cancels. It may be negative, as an unbiased estimate of 0 must; it is reported unclipped.

    We do not subtract self-distances of halves from the full distance FD(x, y), the simpler correction: generated and
    reference clips of one case start from one image, so the two sets are not independent, and that correction goes
    far below zero (x = y gives minus a self-distance; here exactly 0). Nor does it hold for N < D, where bias does
    not fall as 1 / N. In simulation (tests/statistics/test_frechet.py) two samples of one distribution give 0 on
    average here for any N and D; the remaining error is a value too low where covariances differ strongly and N < D
    with a flat spectrum.

    The interval is value ± t · standard error by the delta method: each vector's first-order influence on the
    distance, summed within its case over both sets, since a case brings its seeds and its reference together. A
    percentile bootstrap would not do: resamples repeat vectors and lie far above, so it covers the truth in no trial.
    Where N or M is at most D the upper end is at least the plain distance, since the value can be too low there: wide,
    and true. Below MIN_CASES_INTERVAL cases there is no interval. Simulated on Gaussian features, D of 2 to 400, 8 to
    128 cases, equal and unequal distributions, references of the same cases or independent: it covers the truth in
    85 to 100 % of trials, in 97 % and more for N < D. Features of real nets are not Gaussian.

    Args:
        x_ND, y_MD: as in frechet_distance.
        x_cases, y_cases: N and M case ids.
        rng: draws the halves; the order of the vectors decides nothing.

    Returns:
        In the features' squared unit, unclipped; no interval below MIN_CASES_INTERVAL cases in either set.

    Raises:
        NotMeasurable: fewer than MIN_CASES cases in either set.
        ValueError: as in frechet_distance.

    >>> x, cases = np.eye(4), ["a", "b", "c", "d"]
    >>> abs(
    ...     frechet_debiased(x, x, cases, cases, np.random.default_rng(0)).value
    ... ) < 1e-12  # one set, no distance
    True
    """
    check(x_ND, y_MD)
    for name, cases in (("clips", x_cases), ("references", y_cases)):
        if len(set(cases)) < MIN_CASES:
            raise NotMeasurable(
                f"{len(set(cases))} cases have {name}, the debiased distance needs {MIN_CASES}"
            )
    x, y = _in_own_span(x_ND, y_MD)
    value = float(np.mean([_across_minus_within(x, y, *half) for half in _halves(x_cases, y_cases, rng)]))
    if min(len(set(x_cases)), len(set(y_cases))) < MIN_CASES_INTERVAL:
        return Estimate(value, None, None)
    reach = _reach(x, y, x_cases, y_cases)
    low, high = value - reach, value + reach
    if min(len(x_ND), len(y_MD)) <= x_ND.shape[1]:
        high = max(high, frechet_distance(x, y))
    return Estimate(value, low, high)


def _scaled(x_ND: Matrix, ddof: int) -> Matrix:
    """A with Aᵀ A the covariance: centred rows over √(N − ddof)."""
    return np.asarray((x_ND - x_ND.mean(axis=0)) / np.sqrt(len(x_ND) - ddof))


def _triangle(a_ND: Matrix) -> Matrix:
    """At most D rows with the same Gram matrix Aᵀ A, hence the same singular values of A Bᵀ."""
    return a_ND if len(a_ND) <= a_ND.shape[1] else np.asarray(np.linalg.qr(a_ND, mode="r"))


def _in_own_span(x_ND: Matrix, y_MD: Matrix) -> tuple[Matrix, Matrix]:
    """The same sets in N + M coordinates instead of D, if that is fewer: every distance stays what it is."""
    together = np.vstack([x_ND, y_MD])
    together = together - together.mean(axis=0)
    if len(together) < together.shape[1]:
        together = np.asarray(np.linalg.qr(together.T, mode="r")).T
    return together[: len(x_ND)], together[len(x_ND) :]


def _halves(
    x_cases: Sequence[str], y_cases: Sequence[str], rng: np.random.Generator
) -> list[tuple[Mask, Mask]]:
    """SPLITS random halves of the cases, as masks over x and y; a case is in the same half of both sets.

    Cases of both sets, of x alone and of y alone are halved one after the other, so that no half runs empty.
    """
    x_set, y_set = set(x_cases), set(y_cases)
    groups = [sorted(x_set & y_set), sorted(x_set - y_set), sorted(y_set - x_set)]
    halves = []
    for _ in range(SPLITS):
        shuffled = [group[place] for group in groups for place in rng.permutation(len(group))]
        first = set(shuffled[::2])
        halves.append((np.array([c in first for c in x_cases]), np.array([c in first for c in y_cases])))
    return halves


def _across_minus_within(x: Matrix, y: Matrix, x_half: Mask, y_half: Mask) -> float:
    x1, x2, y1, y2 = x[x_half], x[~x_half], y[y_half], y[~y_half]
    across = frechet_distance(x1, y2) + frechet_distance(x2, y1)
    return (across - frechet_distance(x1, x2) - frechet_distance(y1, y2)) / 2


def _reach(x: Matrix, y: Matrix, x_cases: Sequence[str], y_cases: Sequence[str]) -> float:
    """Half the width of the 95 % interval, by the delta method over cases."""
    x_influence, y_influence = _influences(x, y)
    cases = sorted({*x_cases, *y_cases})
    place = {case: index for index, case in enumerate(cases)}
    sums = np.zeros(len(cases))
    np.add.at(sums, [place[case] for case in x_cases], x_influence / len(x))
    np.add.at(sums, [place[case] for case in y_cases], y_influence / len(y))
    freedom = len(cases) - 1
    return t_quantile(freedom) * float(np.sqrt(sums @ sums * len(cases) / freedom))


def _influences(x_ND: Matrix, y_MD: Matrix) -> tuple[Vector, Vector]:
    """How the distance (ddof 0) changes with the weight of each vector: first order, mean 0 in each set.

    With weights w, A = diag(√w) Xc and A Bᵀ = U S Vᵀ, the derivative of the sum of singular values with respect to
    w_i is (U S Uᵀ)_ii / (2 w_i): Danskin's derivative of the optimal transport map, in N x N instead of D x D.
    """
    between = x_ND.mean(axis=0) - y_MD.mean(axis=0)
    a, b = _scaled(x_ND, 0), _scaled(y_MD, 0)
    (q, r), (p, s) = np.linalg.qr(a), np.linalg.qr(b)
    u, singular, vt = np.linalg.svd(r @ s.T, full_matrices=False)
    return (
        _influence(x_ND, between, q @ u, singular),
        _influence(y_MD, -between, p @ vt.T, singular),
    )


def _influence(x_ND: Matrix, between: Vector, u: Matrix, singular: Vector) -> Vector:
    centred = x_ND - x_ND.mean(axis=0)
    shared = len(x_ND) * np.einsum("ij,j,ij->i", u, singular, u)
    raw = 2 * centred @ between + np.einsum("ij,ij->i", centred, centred) - shared
    return np.asarray(raw - raw.mean())
