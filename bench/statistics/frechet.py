"""Distances between two sets of feature vectors: Fréchet's, plain and without the bias of few clips, and a kernel's.

N, M: vectors in the two sets; D: features. Everything in float64, from the features themselves: no covariance is ever
formed, so nothing is lost to squaring its condition number, and sets with fewer vectors than features are no special
case.

Clips of one case (its seeds) and its reference start from one image. They are one observation: what tells sets apart
is compared across cases only, and intervals resample cases.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from bench.errors import NotMeasurable
from bench.types import Value

Matrix: TypeAlias = NDArray[np.float64]
Vector: TypeAlias = NDArray[np.float64]
Places: TypeAlias = NDArray[np.intp]

SPLITS = 8
"""How many random halvings are averaged; more steadies the debiased value by under a tenth of its interval."""

MIN_CASES = 4
"""Two in each half: the least with a covariance."""

MIN_CASES_INTERVAL = 8
"""Below, the standard error itself is a guess; from here on coverage was simulated: see frechet_debiased."""


@dataclass(frozen=True)
class Estimate:
    """A value and its 95 % interval; None where no honest one is known."""

    value: float
    low: float | None
    high: float | None


def frechet_values(
    name: str, x_ND: Matrix, y_MD: Matrix, x_cases: Sequence[str], y_cases: Sequence[str], ddof: int
) -> dict[str, Value | NotMeasurable]:
    """Both metrics of a Fréchet evaluator: `name`, the plain distance, and `name`_debiased with its interval.

    Args:
        name: of the plain one.
        x_ND, y_MD, x_cases, y_cases: clips and references, as in frechet_debiased, which halves them alike each time.
        ddof: of the plain one, as in frechet_distance.

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
    """
    _check(x_ND, y_MD)
    between = x_ND.mean(axis=0) - y_MD.mean(axis=0)
    a, b = _scaled(x_ND, ddof), _scaled(y_MD, ddof)
    shared = np.linalg.svd(_triangle(a) @ _triangle(b).T, compute_uv=False).sum()
    distance = between @ between + np.vdot(a, a) + np.vdot(b, b) - 2 * shared
    return max(0.0, float(distance))  # rounding can leave −1e-13


def frechet_debiased(
    x_ND: Matrix, y_MD: Matrix, x_cases: Sequence[str], y_cases: Sequence[str], rng: np.random.Generator
) -> Estimate:
    """The Fréchet distance (ddof 1) without the bias that few clips bring, and its 95 % interval.

    The cases are halved at random, SPLITS times. What lies between x of one half and y of the other, minus what lies
    between the two halves of x and of y themselves, is the value: both have the bias of half-sized independent sets,
    which cancels. It may be negative, as an unbiased estimate of 0 must; it is reported unclipped.

    We do not subtract self-distances of halves from the full distance FD(x, y), the simpler correction: generated and
    reference clips of one case start from one image, so the two sets are not independent, and that correction goes
    far below zero (x = y gives minus a self-distance; here exactly 0). Nor does it hold for N < D, where bias does
    not fall as 1 / N. In simulation (tests/statistics/test_frechet.py) two samples of one distribution give 0 on
    average here for any N and D; what remains is a value too low where covariances differ strongly and N < D with a
    flat spectrum.

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

    Raises:
        NotMeasurable: fewer than MIN_CASES cases in either set.
        ValueError: as in frechet_distance.
    """
    _check(x_ND, y_MD)
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


def kernel_value(
    x_ND: Matrix, y_MD: Matrix, x_cases: Sequence[str], y_cases: Sequence[str]
) -> Value | NotMeasurable:
    """kernel_distance as a metric's value, or why there is none.

    Raises:
        ValueError: as kernel_distance.
    """
    try:
        estimate = kernel_distance(x_ND, y_MD, x_cases, y_cases)
    except NotMeasurable as reason:
        return reason
    return Value(estimate.value, low=estimate.low, high=estimate.high, n=len(x_ND))


def kernel_distance(x_ND: Matrix, y_MD: Matrix, x_cases: Sequence[str], y_cases: Sequence[str]) -> Estimate:
    """Squared maximum mean discrepancy under the kernel (x · y / D + 1)³, without bias, and its 95 % interval.

    Mean kernel of two clips, plus that of two references, minus twice that of a clip and a reference; each time over
    the pairs of different cases. The kernel sees differences of mean, covariance and third moments, whatever the
    shape of the sets, and needs no covariance: few vectors of many features are no difficulty. It depends on where
    the features' origin is.

    The textbook's U-statistic leaves out pairs of a vector with itself, whose kernel is not that of two draws. Here
    all vectors of one case are draws from one image: a pair of them is nearer than two draws of the distribution, in
    either set and across them. With every cross pair kept, a model whose clips resemble their own references would
    fall below zero; with the seeds of a case paired, seeds would look like sameness. What remains is unbiased: 0 on
    average for sets of one distribution, paired or not, and so negative half of the time; reported unclipped. Equal
    sets have exactly 0. With one vector a case and no case in both sets it is the textbook's.

    The interval is value ± t · standard error by the jackknife over cases: each case left out in turn, with its seeds
    and its reference. A bootstrap draws cases twice, and has to leave out the pairs of a case with its copy. Where
    the sets are alike the statistic degenerates and the jackknife overstates: simulated on Gaussian features, D of 2
    to 400, 8 to 128 cases, it covers the truth in 97 to 100 % of trials there, in 81 to 99 % elsewhere, least for few
    cases that differ in spread: a cube has a heavy tail. Below MIN_CASES_INTERVAL cases in either set there is none.

    Args:
        x_ND, y_MD, x_cases, y_cases: as in frechet_debiased.

    Raises:
        NotMeasurable: fewer than two cases in either set.
        ValueError: as in frechet_distance.

    Source: Gretton et al. 2012 (JMLR 13), lemma 6, with the kernel of Bińkowski et al. 2018 (arXiv 1801.01401). Leaving
    out pairs by case is ours, and so is one estimate from all pairs in place of the mean over random subsets.
    """
    _check(x_ND, y_MD)
    x_count, y_count = len(set(x_cases)), len(set(y_cases))
    if min(x_count, y_count) < 2:
        raise NotMeasurable(
            f"a kernel distance needs clips and references of 2 cases, not of {x_count} and {y_count}"
        )
    place = {case: index for index, case in enumerate(sorted({*x_cases, *y_cases}))}
    x_places, y_places = (np.array([place[case] for case in cases]) for cases in (x_cases, y_cases))
    x, y = (x_ND, x_places), (y_MD, y_places)
    xx, yy, xy = (_mean_kernels(*a, *b, len(place)) for a, b in ((x, x), (y, y), (x, y)))
    value, *without_each = (xx + yy - 2 * xy).tolist()
    if min(x_count, y_count) < MIN_CASES_INTERVAL:
        return Estimate(value, None, None)
    reach = _jackknife_reach(np.array(without_each))
    return Estimate(value, value - reach, value + reach)


def standardised(x_ND: Matrix, reference_MD: Matrix, floor: float) -> tuple[Matrix, Matrix]:
    """Both sets with the reference's mean as origin and its standard deviation (ddof 1) as unit, feature by feature.

    Every set of clips is measured by the same rule then. A Fréchet distance does not depend on the origin, a kernel
    distance does. References that are scaled by themselves spread less than clips that are: a kernel distance between
    sets of one distribution is too high by half of its standard deviation at 24 cases, by a tenth at 64, and by
    nothing where clips resemble their references (simulated, 77 Gaussian features).

    Args:
        x_ND, reference_MD: (N, D) and (M, D).
        floor: the least standard deviation to divide by: without, references that are all alike in a feature would
            make any difference infinitely far.

    Raises:
        NotMeasurable: fewer than two references.
    """
    if len(reference_MD) < 2:
        raise NotMeasurable(
            f"features are scaled by the spread of 2 reference clips at least, not {len(reference_MD)}"
        )
    origin_D, scale_D = reference_MD.mean(axis=0), np.maximum(reference_MD.std(axis=0, ddof=1), floor)
    return (x_ND - origin_D) / scale_D, (reference_MD - origin_D) / scale_D


def _check(x_ND: Matrix, y_MD: Matrix) -> None:
    if x_ND.ndim != 2 or y_MD.ndim != 2 or x_ND.shape[1] != y_MD.shape[1]:
        raise ValueError(f"two sets of vectors are (N, D) and (M, D), not {x_ND.shape} and {y_MD.shape}")
    if not (np.isfinite(x_ND).all() and np.isfinite(y_MD).all()):
        raise ValueError("features are finite; these hold NaN or infinity")
    if min(len(x_ND), len(y_MD)) < 2:
        raise NotMeasurable(
            f"a Fréchet distance needs 2 clips on each side, not {len(x_ND)} and {len(y_MD)} references"
        )


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
) -> list[tuple[NDArray[np.bool_], NDArray[np.bool_]]]:
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


def _across_minus_within(x: Matrix, y: Matrix, x_half: NDArray[np.bool_], y_half: NDArray[np.bool_]) -> float:
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
    return _t_quantile(freedom) * float(np.sqrt(sums @ sums * len(cases) / freedom))


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


def _mean_kernels(x_ND: Matrix, x_places: Places, y_MD: Matrix, y_places: Places, cases: int) -> Vector:
    """(1 + cases,): (x · y / D + 1)³ averaged over the pairs of different cases; then so without each case in turn.

    NaN where no pair remains.
    """
    are_apart = x_places[:, None] != y_places
    kernel = np.where(are_apart, (x_ND @ y_MD.T / x_ND.shape[1] + 1) ** 3, 0.0)

    def sums(pairs: NDArray[Any]) -> Vector:
        """Of all pairs, and of what each case leaves: no pair has the same case on both sides."""
        of_x = np.bincount(x_places, pairs.sum(axis=1), cases)
        of_y = np.bincount(y_places, pairs.sum(axis=0), cases)
        return np.asarray(pairs.sum() - np.concatenate([[0.0], of_x + of_y]))

    means, count = np.full(1 + cases, np.nan), sums(are_apart)
    np.divide(sums(kernel), count, out=means, where=count > 0)
    return means


def _jackknife_reach(without_each: Vector) -> float:
    """Half the width of the 95 % interval, from the values without each case."""
    freedom = len(without_each) - 1
    deviations = without_each - without_each.mean()
    return _t_quantile(freedom) * float(np.sqrt(deviations @ deviations * freedom / len(without_each)))


def _t_quantile(freedom: int) -> float:
    """0.975 quantile of Student's t: Cornish-Fisher expansion, within 0.4 % from 5 degrees of freedom on."""
    z = 1.959963984540054
    return z + (z**3 + z) / (4 * freedom) + (5 * z**5 + 16 * z**3 + 3 * z) / (96 * freedom**2)
