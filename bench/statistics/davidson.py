"""Davidson's model of comparisons that may end in a tie: what makes votes most likely. Pure NumPy, many fits at once.

B: sets of votes; V: votes; N: models. Of two models with strengths s and t and a tie parameter ν, the first wins with
odds exp(s), the second with exp(t), and neither with ν exp((s + t) / 2). So s − t is the log-odds of a win among the
votes that are no ties. Counting ties as half a win, in a model without ties, would shrink all differences.

Sources: Davidson 1970 (JASA 65); without ties it is the model of Bradley and Terry 1952. Errors summed by case and by
voter: Cameron, Gelbach and Miller 2011 (J. Business and Economic Statistics 29).
"""

from __future__ import annotations

from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

Vector: TypeAlias = NDArray[np.float64]
Matrix: TypeAlias = NDArray[np.float64]
Stack: TypeAlias = NDArray[np.float64]
Places: TypeAlias = NDArray[np.intp]
Truths: TypeAlias = NDArray[np.bool_]

Clusters: TypeAlias = Literal["cases and voters", "cases", "votes"]
"""What is taken as independent draws; votes where all are on one case."""

MIN_VOTERS = 5
"""Fewer are taken as they are: how voters differ cannot be told, and the intervals are about these ones."""

SPREAD = 3.0
"""Standard deviation of strengths, as believed before any vote: 520 points. It only keeps what never lost finite."""

STIFFNESS = 1e7
"""Of the spring that holds a strength where its likelihood is asked for: to six digits."""


def fit(
    wins_BNN: Stack, ties_BNN: Stack, spread: float = SPREAD, springs: tuple[Matrix, Vector] | None = None
) -> tuple[Matrix, Vector]:
    """Strengths and tie parameters that make votes most likely, with strengths believed to spread.

    Args:
        wins_BNN: how often (or with which weight) the first beat the second.
        ties_BNN: how often neither won; symmetric.
        spread: standard deviation of the strengths before any vote; endless for the plain maximum of likelihood, where
            that exists.
        springs: (B, N) and (B,): of each set a combination of strengths, and what that is held at.

    Returns:
        (B, N), of mean 0 in every group that was compared, and (B,), 0 where nothing is tied.
    """
    batches, models = wins_BNN.shape[:2]
    found = np.zeros((batches, models + 1))
    has_ties = np.asarray(ties_BNN.any(axis=(1, 2)))
    for _ in range(100):
        tie_B = np.where(has_ties, np.exp(found[:, -1]), 0.0)
        slope, bend = _derivatives(wins_BNN, ties_BNN, found[:, :-1], tie_B)
        _believe(slope, bend, found, spread, has_ties)
        if springs is not None:
            _hold(slope, bend, found, *springs)
        step = np.linalg.solve(bend, slope[..., None])[..., 0]
        found += step * np.minimum(1.0, 3.0 / np.maximum(np.abs(step).max(axis=1), 1e-300))[:, None]
        if np.abs(step).max(initial=0.0) < 1e-9:
            break
    return found[:, :-1], np.where(has_ties, np.exp(found[:, -1]), 0.0)


def likelihood(wins_BNN: Stack, ties_BNN: Stack, strengths_BN: Matrix, tie_B: Vector) -> Vector:
    """(B,): the logarithm of the votes' likelihood and of the belief in the strengths, as fit weighs them."""
    gap = strengths_BN[:, :, None] - strengths_BN[:, None, :]
    log_tie = np.log(np.maximum(tie_B, 1e-300))
    total = np.logaddexp(np.logaddexp(gap / 2, -gap / 2), log_tie[:, None, None])
    each = wins_BNN * (gap / 2 - total) + ties_BNN / 2 * (log_tie[:, None, None] - total)
    belief = np.square(strengths_BN).sum(axis=1) + np.where(tie_B > 0, np.square(log_tie), 0.0)
    return np.asarray(each.sum(axis=(1, 2)) - belief / SPREAD**2 / 2)


def scores(first_V: Places, second_V: Places, outcome_V: Vector, strengths_N: Vector, tie: float) -> Matrix:
    """(V, N + 1): how each vote alone pulls at strengths and log ν.

    Args:
        first_V, second_V: which models; outcome_V: 1 if the first was better, −1 if the second, 0 for a tie.
        strengths_N, tie: where.
    """
    win, tied = _chances(strengths_N[None], np.array([tie]))
    lead = (win - win.transpose(0, 2, 1))[0, first_V, second_V]
    pulls, votes = np.zeros((len(first_V), len(strengths_N) + 1)), np.arange(len(first_V))
    pulls[votes, first_V], pulls[votes, second_V] = (outcome_V - lead) / 2, (lead - outcome_V) / 2
    pulls[:, -1] = (outcome_V == 0) - tied[0, first_V, second_V] if tie > 0 else 0.0
    return pulls


def information(wins_NN: Matrix, ties_NN: Matrix, strengths_N: Vector, tie: float) -> Matrix:
    """(N + 1, N + 1): the negated curvature of likelihood and belief, by strengths and log ν."""
    slope, bend = _derivatives(wins_NN[None], ties_NN[None], strengths_N[None], np.array([tie]))
    _believe(slope, bend, np.zeros_like(slope), SPREAD, np.array([tie > 0]))
    return np.asarray(bend[0])


def preferred(strengths_N: Vector, tie: float) -> Vector:
    """(N,): how often each would be preferred to a model of strength 0, a tie being half."""
    chances = [_chances(np.array([[strength, 0.0]]), np.array([tie])) for strength in strengths_N]
    return np.array([win[0, 0, 1] + tied[0, 0, 1] / 2 for win, tied in chances])


def _chances(strengths_BN: Matrix, tie_B: Vector) -> tuple[Stack, Stack]:
    """(B, N, N): the first wins; neither does."""
    gap = strengths_BN[:, :, None] - strengths_BN[:, None, :]
    win, lose = np.exp(np.clip(gap / 2, -300, 300)), np.exp(np.clip(-gap / 2, -300, 300))
    total = win + lose + tie_B[:, None, None]
    return win / total, tie_B[:, None, None] / total


def _derivatives(
    wins_BNN: Stack, ties_BNN: Stack, strengths_BN: Matrix, tie_B: Vector
) -> tuple[Matrix, Stack]:
    """Slope (B, N + 1) and negated curvature (B, N + 1, N + 1) of the likelihood, by strengths and log ν."""
    win, tie = _chances(strengths_BN, tie_B)
    lead = win - win.transpose(0, 2, 1)
    votes = wins_BNN + wins_BNN.transpose(0, 2, 1) + ties_BNN
    batches, models = strengths_BN.shape
    slope, bend = np.zeros((batches, models + 1)), np.zeros((batches, models + 1, models + 1))
    slope[:, :-1] = (wins_BNN - wins_BNN.transpose(0, 2, 1) - votes * lead).sum(axis=2) / 2
    slope[:, -1] = (ties_BNN - votes * tie).sum(axis=(1, 2)) / 2
    bond = votes * (1 - tie - lead**2) / 4
    bend[:, :-1, :-1] = -bond
    places = np.arange(models)
    bend[:, places, places] += bond.sum(axis=2)
    bend[:, :-1, -1] = bend[:, -1, :-1] = -(votes * tie * lead).sum(axis=2) / 2
    bend[:, -1, -1] = (votes * tie * (1 - tie)).sum(axis=(1, 2)) / 2
    return slope, bend


def _believe(slope: Matrix, bend: Stack, found: Matrix, spread: float, has_ties: NDArray[np.bool_]) -> None:
    """Adds the belief that strengths, and log ν, are not endless; holds ν at 0 where nothing is tied."""
    places = np.arange(found.shape[1])
    slope -= found / spread**2
    bend[:, places, places] += max(spread**-2, 1e-6)  # for solve; where it ends, only the slope decides
    slope[~has_ties, -1] = 0.0
    bend[~has_ties, -1, :] = bend[~has_ties, :, -1] = 0.0
    bend[~has_ties, -1, -1] = 1.0


def _hold(slope: Matrix, bend: Stack, found: Matrix, which_BN: Matrix, at_B: Vector) -> None:
    """Adds a stiff spring that holds a combination of strengths."""
    strengths, tight = slice(None, -1), STIFFNESS
    away = (which_BN * found[:, strengths]).sum(axis=1) - at_B
    slope[:, strengths] -= tight * away[:, None] * which_BN
    bend[:, strengths, strengths] += tight * which_BN[:, :, None] * which_BN[:, None, :]


def errors(
    pulls: Matrix, information: Matrix, case_V: Places, voter_V: Places
) -> tuple[tuple[Matrix, ...], int, Clusters]:
    """Covariances of the strengths, each (N, N): of independent votes first; the degrees of t; what the draws are.

    Args:
        pulls: (V, N + 1), the scores of the votes.
        information: (N + 1, N + 1), whose inverse is the covariance of independent votes.
        case_V, voter_V: of each vote, numbered from 0.
    """
    model = np.asarray(np.linalg.inv(information), dtype=np.float64)
    cases, voters = (int(numbers.max(initial=-1)) + 1 for numbers in (case_V, voter_V))
    of_votes = model[:-1, :-1]
    if cases < 2:
        return (of_votes,), max(len(pulls) - 1, 1), "votes"
    by_case = _filling(pulls, case_V)
    if voters < MIN_VOTERS:
        return (of_votes, _sandwich(model, by_case)), cases - 1, "cases"
    by_voter, by_both = _filling(pulls, voter_V), _filling(pulls, case_V * voters + voter_V)
    fillings = (by_case, by_voter, by_case + by_voter - by_both)
    return (
        (of_votes, *(_sandwich(model, each) for each in fillings)),
        min(cases, voters) - 1,
        "cases and voters",
    )


def _sandwich(model: Matrix, filling: Matrix) -> Matrix:
    return np.asarray((model @ filling @ model)[:-1, :-1])


def _filling(pulls: Matrix, cluster_V: Places) -> Matrix:
    """(N + 1, N + 1): the summed squares of the clusters' pulls, corrected for the clusters being few."""
    sums = np.zeros((int(cluster_V.max()) + 1, pulls.shape[1]))
    np.add.at(sums, cluster_V, pulls)
    clusters = len(np.unique(cluster_V))
    return np.asarray(sums.T @ sums * clusters / max(clusters - 1, 1))


def table(first_V: Places, second_V: Places, outcome_V: Vector, models: int) -> tuple[Matrix, Matrix]:
    """(N, N) wins of the first over the second, and (N, N) ties, symmetric."""
    wins, ties = np.zeros((models, models)), np.zeros((models, models))
    np.add.at(wins, (first_V, second_V), outcome_V > 0)
    np.add.at(wins, (second_V, first_V), outcome_V < 0)
    np.add.at(ties, (first_V, second_V), outcome_V == 0)
    return wins, ties + ties.T


def groups(met_NN: Truths) -> list[int]:
    """Which models were compared, directly or by way of others: a number each, 0 for the largest group."""
    reach = _reach(met_NN | met_NN.T)
    members = sorted(
        {tuple(np.flatnonzero(row).tolist()) for row in reach}, key=lambda group: (-len(group), group)
    )
    number = {model: place for place, group in enumerate(members) for model in group}
    return [number[model] for model in range(len(reach))]


def beyond(beat_NN: Truths) -> Truths:
    """(N, N): the first beat the second, by way of others too, and never the reverse: no likelihood bounds their gap.

    Source: Ford 1957 (American Mathematical Monthly 64): without such pairs all strengths are finite.
    """
    reach = _reach(beat_NN)
    return np.asarray(reach & ~reach.T)


def bounds(beat_NN: Truths) -> tuple[Truths, Truths]:
    """(N,) and (N,): whether votes bound a strength, held against the average of its group, from below and from above.

    From below where it beat or tied with everybody of its group, by way of others too: whom it never reached could rise
    without end, and the average with them. From above where everybody so reaches it.
    """
    reach = _reach(beat_NN)
    is_apart = ~_reach(beat_NN | beat_NN.T)
    return np.asarray((reach | is_apart).all(axis=1)), np.asarray((reach | is_apart).all(axis=0))


def _reach(step_NN: Truths) -> Truths:
    """(N, N): the second is reached from the first in any number of steps; everybody reaches themselves."""
    reach = step_NN | np.eye(len(step_NN), dtype=bool)
    for middle in range(len(reach)):
        reach |= reach[:, [middle]] & reach[[middle], :]
    return reach
