"""Whether two orders agree: a metric's and people's, over pairs of clips that were shown, and over models.

V: votes; N: models; P: pairs of models; B: resamples; K: clusters of votes.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from bench.statistics.arrays import Indices, Matrix, Vector
from bench.statistics.davidson import MIN_VOTERS
from bench.statistics.estimate import Estimate, jackknife

SURE = 0.975
"""Fraction of the resamples that must agree on the order of two models: 2.5 % on either side."""


def kendall(x_N: Vector, y_N: Vector) -> float | None:
    """τ_b of two orders, in [−1, 1]; None where one of them is all ties.

    Source: Kendall 1945 (Biometrika 33).

    >>> kendall(np.array([1.0, 2.0, 3.0]), np.array([1.0, 3.0, 2.0]))  # two pairs agree, one does not
    0.3333333333333333
    """
    x, y = (_signs(order[None])[0] for order in (x_N, y_N))
    weight = float(np.sqrt(np.abs(x).sum() * np.abs(y).sum()))
    return float(x @ y) / weight if weight else None


def share(metric_V: Vector, human_V: Vector, clusters: Sequence[Sequence[str]]) -> Estimate | None:
    """Fraction of the decided votes that the metric agrees with; half a vote where it prefers neither; 0.5 is chance.

    Args:
        metric_V, human_V: 1 for one clip, −1 for the other, 0 for neither.
        clusters: each (V,): cases of the votes, and voters where clusters_of gives them. The widest interval is taken.

    Returns:
        In [0, 1]; None where the metric never prefers a clip, or no vote is decided.

    >>> votes = np.array([1.0, 1.0, -1.0, 0.0])
    >>> share(np.array([1.0, 0.0, 1.0, 1.0]), votes, [["a", "b", "c", "d"]]).value  # (1 + ½ + 0) / 3
    0.5
    """
    decided = np.abs(human_V)
    if not (decided * metric_V).any():
        return None  # half by definition, which is no finding
    return _ratio(decided * (1 + metric_V * human_V) / 2, decided, decided, 0.0, clusters)


def tau(metric_V: Vector, human_V: Vector, clusters: Sequence[Sequence[str]]) -> Estimate | None:
    """τ_b over the pairs that were shown: (agreeing − disagreeing) / √((V − ties of metric) (V − ties of votes)).

    Where every pair of several clips is shown once, and the voter's answers are an order, it is τ_b of the two orders.

    Args:
        metric_V, human_V, clusters: as share takes them.

    Returns:
        In [−1, 1], 0 is chance; None where one side is all ties.

    >>> tau(
    ...     np.array([1.0, 1.0, -1.0]), np.array([1.0, -1.0, -1.0]), [["a", "b", "c"]]
    ... ).value  # 2 agree, 1 does not
    0.3333333333333333
    """
    return _ratio(metric_V * human_V, np.abs(metric_V), np.abs(human_V), -1.0, clusters)


def clusters_of(cases: Sequence[str], voters: Sequence[str]) -> list[Sequence[str]]:
    """Cases, and voters where there are enough to estimate how voters differ."""
    return [cases, voters] if len(set(voters)) >= MIN_VOTERS else [cases]


def of_models(values_BN: Matrix, strengths_BN: Matrix) -> Estimate | None:
    """τ_b between models' values and strengths, and the least and greatest that their uncertainty allows.

    Pairs of models whose two orders agree in SURE of the resamples are concordant, those that disagree as surely are
    discordant, and all others may be either. The usual percentiles of τ over resamples would not do: noise only breaks
    up orders, so τ of a resample is nearer to 0 than τ, which is nearer to 0 than the truth. In simulations the
    percentiles cover the truth in 0 to 95 % of trials, these ends in 88 to 100 %.

    Args:
        values_BN, strengths_BN: the first row from all cases, each other row from a resample of the cases; higher is
            better in both.

    Returns:
        In [−1, 1]; None where one order is all ties.
    """
    value = kendall(values_BN[0], strengths_BN[0])
    if value is None:
        return None
    agree_BP = (_signs(values_BN) * _signs(strengths_BN))[1:]
    concordant, discordant = (int(((sign * agree_BP > 0).mean(axis=0) >= SURE).sum()) for sign in (1, -1))
    pairs = agree_BP.shape[1]
    low, high = 2 * concordant / pairs - 1, 1 - 2 * discordant / pairs
    return Estimate(value, min(value, low), max(value, high))


def _signs(orders_BN: Matrix) -> Matrix:
    """(B, P): 1 where the first of a pair is greater, −1 where the second is, 0 for a tie."""
    first, second = np.triu_indices(orders_BN.shape[1], 1)
    return np.asarray(np.sign(orders_BN[:, first] - orders_BN[:, second]))


def _ratio(
    numerator_V: Vector, a_V: Vector, b_V: Vector, least: float, clusters: Sequence[Sequence[str]]
) -> Estimate | None:
    """Σ numerator / √(Σ a · Σ b) in [least, 1], with the widest of the intervals over clusters."""
    sums_V3 = np.stack([numerator_V, a_V, b_V], axis=1)
    value = float(_quotient(sums_V3.sum(axis=0)[None])[0])
    if not np.isfinite(value):
        return None
    halves = [_half(value, sums_V3, names) for names in clusters]
    half = max((half for half in halves if half is not None), default=None)
    if half is None or None in halves:
        return Estimate(value, None, None)
    return Estimate(value, max(least, value - half), min(1.0, value + half))


def _half(value: float, sums_V3: Matrix, names: Sequence[str]) -> float | None:
    """Half the width of the 95 % interval by the jackknife over clusters of votes; None where they are too few."""
    number: Indices = np.unique(np.array(names, dtype=np.str_), return_inverse=True)[1]
    clusters = np.zeros((int(number.max()) + 1, 3))
    np.add.at(clusters, number, sums_V3)
    without_each = _quotient(clusters.sum(axis=0) - clusters)
    if len(clusters) < 2 or not np.isfinite(without_each).all():
        return None
    low, _ = jackknife(value, without_each).interval()
    return value - low


def _quotient(sums_K3: Matrix) -> Vector:
    """(K,): NaN where a denominator is 0."""
    with np.errstate(invalid="ignore"):
        return np.asarray(sums_K3[:, 0] / np.sqrt(sums_K3[:, 1] * sums_K3[:, 2]))
