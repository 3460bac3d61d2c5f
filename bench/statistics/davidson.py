"""Davidson's model of comparisons that may end in a tie, fitted by penalised maximum likelihood, many fits at once.

B: sets of votes; V: votes; N: models. For two models with strengths s and t and a tie parameter ν, the first wins with
odds exp(s), the second with exp(t), and they tie with odds ν exp((s + t) / 2). So s − t is the log-odds of a win among
the decided votes. Counting ties as half a win, in a model without ties, would shrink all differences.

Sources: Davidson 1970 (JASA 65); without ties it is the model of Bradley and Terry 1952. Errors summed by case and by
voter: Cameron, Gelbach and Miller 2011 (J. Business and Economic Statistics 29).
"""

from __future__ import annotations

from typing import Literal, TypeAlias

import numpy as np

from bench.statistics.arrays import Indices, Mask, Matrix, Stack, Vector

Clusters: TypeAlias = Literal["cases and voters", "cases", "votes"]
"""What is taken as independent draws: votes only if all are on one case."""

MIN_VOTERS = 5
"""With fewer, the variation between voters cannot be estimated, and intervals are about these voters."""

PRIOR_SPREAD = 3.0
"""Standard deviation of the normal prior of strengths, 520 points: it only keeps models that never lost finite."""

PENALTY = 1e7
"""Penalty that pins a contrast for the profile likelihood, to six digits."""


def fit(
    wins_BNN: Stack,
    ties_BNN: Stack,
    spread: float = PRIOR_SPREAD,
    pinned: tuple[Matrix, Vector] | None = None,
) -> tuple[Matrix, Vector]:
    """Strengths and tie parameters that maximise the posterior density, by Newton's method.

    Args:
        wins_BNN: how often (or with which weight) the first beat the second.
        ties_BNN: how often they tied; symmetric.
        spread: standard deviation of the prior of strengths; infinite for the plain maximum of the likelihood, where
            that exists.
        pinned: (B, N) and (B,): per set of votes a contrast of the strengths, and the value it is pinned at.

    Returns:
        Strengths (B, N), of mean 0 in every group that was compared, and tie parameters ν (B,), 0 without ties.

    >>> wins = np.array([[[0.0, 60.0], [20.0, 0.0]]])
    >>> strengths, tie = fit(wins, np.zeros((1, 2, 2)), spread=np.inf)
    >>> round(float(np.exp(strengths[0, 0] - strengths[0, 1])), 6)  # 60 : 20
    3.0
    """
    batches, models = wins_BNN.shape[:2]
    found = np.zeros((batches, models + 1))
    has_ties = np.asarray(ties_BNN.any(axis=(1, 2)))
    for _ in range(100):
        tie_B = np.where(has_ties, np.exp(found[:, -1]), 0.0)
        gradient, curvature = _derivatives(wins_BNN, ties_BNN, found[:, :-1], tie_B)
        _add_prior(gradient, curvature, found, spread, has_ties)
        if pinned is not None:
            _add_penalty(gradient, curvature, found, *pinned)
        step = np.linalg.solve(curvature, gradient[..., None])[..., 0]
        found += step * np.minimum(1.0, 3.0 / np.maximum(np.abs(step).max(axis=1), 1e-300))[:, None]
        if np.abs(step).max(initial=0.0) < 1e-9:
            break
    return found[:, :-1], np.where(has_ties, np.exp(found[:, -1]), 0.0)


def likelihood(wins_BNN: Stack, ties_BNN: Stack, strengths_BN: Matrix, tie_B: Vector) -> Vector:
    """(B,): log-likelihood of the votes plus log-density of the prior, as fit maximises it, up to a constant.

    Args:
        wins_BNN, ties_BNN: as fit takes them; (N, N) for one set of votes under B parameters.
        strengths_BN, tie_B: the parameters.
    """
    gap = strengths_BN[:, :, None] - strengths_BN[:, None, :]
    log_tie = np.log(np.maximum(tie_B, 1e-300))
    total = np.logaddexp(np.logaddexp(gap / 2, -gap / 2), log_tie[:, None, None])
    each = wins_BNN * (gap / 2 - total) + ties_BNN / 2 * (log_tie[:, None, None] - total)
    squares = np.square(strengths_BN).sum(axis=1) + np.where(tie_B > 0, np.square(log_tie), 0.0)
    return np.asarray(each.sum(axis=(1, 2)) - squares / PRIOR_SPREAD**2 / 2)


def scores(first_V: Indices, second_V: Indices, outcome_V: Vector, strengths_N: Vector, tie: float) -> Matrix:
    """(V, N + 1): gradient of the log-likelihood of each vote by strengths and log ν.

    Args:
        first_V, second_V: indices of the two models.
        outcome_V: 1 if the first was better, −1 if the second, 0 for a tie.
        strengths_N, tie: the parameters at which the gradient is taken.
    """
    win, tied = _probabilities(strengths_N[None], np.array([tie]))
    lead = (win - win.transpose(0, 2, 1))[0, first_V, second_V]
    found, votes = np.zeros((len(first_V), len(strengths_N) + 1)), np.arange(len(first_V))
    found[votes, first_V], found[votes, second_V] = (outcome_V - lead) / 2, (lead - outcome_V) / 2
    found[:, -1] = (outcome_V == 0) - tied[0, first_V, second_V] if tie > 0 else 0.0
    return found


def information(wins_NN: Matrix, ties_NN: Matrix, strengths_N: Vector, tie: float) -> Matrix:
    """(N + 1, N + 1): the negated curvature of likelihood and prior, by strengths and log ν.

    Args:
        wins_NN, ties_NN: as table gives them.
        strengths_N, tie: the parameters at which it is taken.
    """
    gradient, curvature = _derivatives(wins_NN[None], ties_NN[None], strengths_N[None], np.array([tie]))
    _add_prior(gradient, curvature, np.zeros_like(gradient), PRIOR_SPREAD, np.array([tie > 0]))
    return np.asarray(curvature[0])


def preferred(strengths_N: Vector, tie: float) -> Vector:
    """(N,): probability of being preferred to a model of strength 0; a tie counts half.

    >>> preferred(np.array([0.0]), tie=1.0).tolist()
    [0.5]
    """
    chances = [_probabilities(np.array([[strength, 0.0]]), np.array([tie])) for strength in strengths_N]
    return np.array([win[0, 0, 1] + tied[0, 0, 1] / 2 for win, tied in chances])


def _probabilities(strengths_BN: Matrix, tie_B: Vector) -> tuple[Stack, Stack]:
    """(B, N, N) each: the first wins; they tie."""
    gap = strengths_BN[:, :, None] - strengths_BN[:, None, :]
    win, lose = np.exp(np.clip(gap / 2, -300, 300)), np.exp(np.clip(-gap / 2, -300, 300))
    total = win + lose + tie_B[:, None, None]
    return win / total, tie_B[:, None, None] / total


def _derivatives(
    wins_BNN: Stack, ties_BNN: Stack, strengths_BN: Matrix, tie_B: Vector
) -> tuple[Matrix, Stack]:
    """Gradient (B, N + 1) and negated curvature (B, N + 1, N + 1) of the likelihood, by strengths and log ν."""
    win, tie = _probabilities(strengths_BN, tie_B)
    lead = win - win.transpose(0, 2, 1)
    votes = wins_BNN + wins_BNN.transpose(0, 2, 1) + ties_BNN
    batches, models = strengths_BN.shape
    gradient, curvature = np.zeros((batches, models + 1)), np.zeros((batches, models + 1, models + 1))
    gradient[:, :-1] = (wins_BNN - wins_BNN.transpose(0, 2, 1) - votes * lead).sum(axis=2) / 2
    gradient[:, -1] = (ties_BNN - votes * tie).sum(axis=(1, 2)) / 2
    weight = votes * (1 - tie - lead**2) / 4
    curvature[:, :-1, :-1] = -weight
    diagonal = np.arange(models)
    curvature[:, diagonal, diagonal] += weight.sum(axis=2)
    curvature[:, :-1, -1] = curvature[:, -1, :-1] = -(votes * tie * lead).sum(axis=2) / 2
    curvature[:, -1, -1] = (votes * tie * (1 - tie)).sum(axis=(1, 2)) / 2
    return gradient, curvature


def _add_prior(gradient: Matrix, curvature: Stack, found: Matrix, spread: float, has_ties: Mask) -> None:
    """Adds the prior of strengths and log ν, in place; keeps ν at 0 where nothing is tied."""
    diagonal = np.arange(found.shape[1])
    gradient -= found / spread**2
    curvature[:, diagonal, diagonal] += max(
        spread**-2, 1e-6
    )  # invertible; the optimum depends on the gradient
    gradient[~has_ties, -1] = 0.0
    curvature[~has_ties, -1, :] = curvature[~has_ties, :, -1] = 0.0
    curvature[~has_ties, -1, -1] = 1.0


def _add_penalty(
    gradient: Matrix, curvature: Stack, found: Matrix, contrast_BN: Matrix, value_B: Vector
) -> None:
    """Adds the penalty that pins a contrast of the strengths at a value, in place."""
    strengths = slice(None, -1)
    off = (contrast_BN * found[:, strengths]).sum(axis=1) - value_B
    gradient[:, strengths] -= PENALTY * off[:, None] * contrast_BN
    curvature[:, strengths, strengths] += PENALTY * contrast_BN[:, :, None] * contrast_BN[:, None, :]


def errors(
    scores: Matrix, information: Matrix, case_V: Indices, voter_V: Indices
) -> tuple[tuple[Matrix, ...], int, Clusters]:
    """Covariances of the strengths: of independent votes, and cluster-robust by case, by voter and by both.

    Args:
        scores: (V, N + 1), of the votes.
        information: (N + 1, N + 1), whose inverse is the covariance of independent votes.
        case_V, voter_V: case and voter of each vote, numbered from 0.

    Returns:
        Covariances, (N, N) each, that of independent votes first; the degrees of freedom of t; what counts as a draw.
    """
    bread = np.asarray(np.linalg.inv(information), dtype=np.float64)
    cases, voters = (int(numbers.max(initial=-1)) + 1 for numbers in (case_V, voter_V))
    of_votes = bread[:-1, :-1]
    if cases < 2:
        return (of_votes,), max(len(scores) - 1, 1), "votes"
    by_case = _meat(scores, case_V)
    if voters < MIN_VOTERS:
        return (of_votes, _sandwich(bread, by_case)), cases - 1, "cases"
    by_voter, by_both = _meat(scores, voter_V), _meat(scores, case_V * voters + voter_V)
    meats = (by_case, by_voter, by_case + by_voter - by_both)
    return (
        (of_votes, *(_sandwich(bread, each) for each in meats)),
        min(cases, voters) - 1,
        "cases and voters",
    )


def _sandwich(bread: Matrix, meat: Matrix) -> Matrix:
    return np.asarray((bread @ meat @ bread)[:-1, :-1])


def _meat(scores: Matrix, cluster_V: Indices) -> Matrix:
    """(N + 1, N + 1): the summed outer products of the clusters' scores, corrected for few clusters."""
    sums = np.zeros((int(cluster_V.max()) + 1, scores.shape[1]))
    np.add.at(sums, cluster_V, scores)
    clusters = len(np.unique(cluster_V))
    return np.asarray(sums.T @ sums * clusters / max(clusters - 1, 1))


def table(first_V: Indices, second_V: Indices, outcome_V: Vector, models: int) -> tuple[Matrix, Matrix]:
    """(N, N) wins of the first over the second, and (N, N) ties, symmetric.

    Args:
        first_V, second_V: indices of the two models.
        outcome_V: 1 if the first was better, −1 if the second, 0 for a tie.
        models: N.
    """
    wins, ties = np.zeros((models, models)), np.zeros((models, models))
    np.add.at(wins, (first_V, second_V), outcome_V > 0)
    np.add.at(wins, (second_V, first_V), outcome_V < 0)
    np.add.at(ties, (first_V, second_V), outcome_V == 0)
    return wins, ties + ties.T
