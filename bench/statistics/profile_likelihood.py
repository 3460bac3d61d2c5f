"""Davidson's model fitted to votes that are not independent: intervals of contrasts by profile likelihood.

V: votes; N: models; K: contrasts (linear combinations) of their strengths.

Votes on one case are about the same two clips, votes of one voter express one taste. Errors are therefore clustered by
case, and by voter where there are enough, and likelihood ratios are divided by the resulting inflation. An interval
ends where the profile likelihood has fallen as far as Student's t allows: unlike estimate ± error it also holds for a
model that never lost, and is then open at the top.

Source: Chandler and Bate 2007 (Biometrika 94, likelihoods of dependent data).
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from bench.statistics import comparison_graph, davidson
from bench.statistics.arrays import Indices, Mask, Matrix, Vector
from bench.statistics.davidson import Clusters
from bench.statistics.significance import ALPHA, holm

FURTHEST = 50.0
"""Ends of intervals are searched for within this distance of the average."""

HALVINGS = 24
"""Steps of the bisection: six digits of an end."""

MOST_PROFILED = 24
"""Above this many models, intervals use the curvature at the optimum instead of profile likelihoods, whose cost grows
with the fourth power of the models: 40 take 4 s after every vote, 64 took 11 s, 200 would take a quarter of an hour."""

BATCH = 256
"""Fits at once, to bound memory."""


@dataclass(frozen=True)
class Fit:
    """Strengths of N models that fit the votes best, and their uncertainty.

    Attributes:
        wins_NN, ties_NN: as davidson.table gives them.
        strengths_N, tie: the best fit.
        errors: covariances of the strengths, each (N, N): of independent votes first, then of clusters.
        freedom: degrees of freedom of Student's t, one less than there are independent draws.
        clusters: what counts as an independent draw.
        never_lost_N: every model that beat it or tied with it, directly or through others, it so reached in turn; and
            some model never reached it.
        never_won_N: the reverse.
        votes_per_draw: among votes between models of which one never lost to the other.
    """

    wins_NN: Matrix
    ties_NN: Matrix
    strengths_N: Vector
    tie: float
    errors: tuple[Matrix, ...]
    freedom: int
    clusters: Clusters
    never_lost_N: Mask
    never_won_N: Mask
    votes_per_draw: float

    @classmethod
    def of(cls, pair_V2: Indices, outcome_V: Vector, case_V: Indices, voter_V: Indices, models: int) -> Fit:
        """Fits the model to votes.

        Args:
            pair_V2: indices of the two models.
            outcome_V: 1 if the first was better, −1 if the second, 0 for a tie.
            case_V, voter_V: numbered from 0.
            models: N.
        """
        first_V, second_V = pair_V2.T
        wins, ties = davidson.table(first_V, second_V, outcome_V, models)
        strengths_BN, tie_B = davidson.fit(wins[None], ties[None])
        strengths, tie = strengths_BN[0], float(tie_B[0])
        scores = davidson.scores(first_V, second_V, outcome_V, strengths, tie)
        information = davidson.information(wins, ties, strengths, tie)
        errors, freedom, clusters = davidson.errors(scores, information, case_V, voter_V)
        beyond = comparison_graph.beyond(wins + ties > 0)
        lost, won = (np.asarray(beyond.any(axis=axis)) for axis in (0, 1))
        is_across_V = beyond[first_V, second_V] | beyond[second_V, first_V]
        draws = {
            "cases and voters": [case_V, voter_V],
            "cases": [case_V],
            "votes": [np.arange(len(outcome_V))],
        }
        per_draw = _votes_per_draw(is_across_V, draws[clusters])
        return cls(wins, ties, strengths, tie, errors, freedom, clusters, won & ~lost, lost & ~won, per_draw)

    def intervals(self, contrast_KN: Matrix) -> tuple[Vector, Vector]:
        """(K,) and (K,): the ends of the 95 % intervals of contrasts, cut off at FURTHEST."""
        from scipy.special import stdtrit

        count = len(contrast_KN)
        allowed = float(stdtrit(self.freedom, 1 - ALPHA / 2)) ** 2 * np.tile(self._inflation(contrast_KN), 2)
        contrast = np.tile(contrast_KN, (2, 1))
        inner, outer = contrast @ self.strengths_N, np.repeat([-FURTHEST, FURTHEST], count)
        for _ in range(HALVINGS):
            middle = (inner + outer) / 2
            is_inside = self._fall(contrast, middle) <= allowed
            inner, outer = np.where(is_inside, middle, inner), np.where(is_inside, outer, middle)
        return inner[:count], inner[count:]

    def surely_better(self, group: Sequence[int]) -> Mask:
        """(N, N): the first is better than the second, both in one group; any is false in at most 5 of 100 tables."""
        from scipy.special import stdtr

        better = np.zeros((len(group), len(group)), dtype=bool)
        pairs = [(a, b) for a, b in itertools.combinations(range(len(group)), 2) if group[a] == group[b]]
        if not pairs:
            return better
        a, b = np.array(pairs).T
        contrast = np.eye(len(group))[a] - np.eye(len(group))[b]
        fall = self._fall(contrast, np.zeros(len(pairs))) / self._inflation(contrast)
        p = 2 * stdtr(self.freedom, -np.sqrt(np.maximum(fall, 0.0)))
        is_sure = np.array(holm(p.tolist())) <= ALPHA
        leads = self.strengths_N[a] > self.strengths_N[b]
        better[a, b], better[b, a] = is_sure & leads, is_sure & ~leads
        return better

    def _inflation(self, contrast_KN: Matrix) -> Vector:
        """(K,): squared error of contrasts relative to that under independent votes, at least 1.

        All votes on a model that never lost agree, and so do their errors: those of one draw then count as one.
        """
        of_votes, *of_clusters = (_squared_error(contrast_KN, error) for error in self.errors)
        positive = np.maximum(of_votes, 1e-300)  # a model alone in its group has the contrast 0: 0 / 0
        wider = np.max([of_votes, *of_clusters], axis=0) / positive
        is_open_K = ((contrast_KN != 0) & (self.never_lost_N | self.never_won_N)).any(axis=1)
        return np.asarray(np.where(is_open_K, np.maximum(wider, self.votes_per_draw), wider))

    def _fall(self, contrast_KN: Matrix, value_K: Vector) -> Vector:
        """(K,): twice the loss of log-likelihood when a contrast is pinned at a value, all else free.

        Above MOST_PROFILED models from the curvature at the optimum, as for estimate ± error.
        """
        if len(self.strengths_N) > MOST_PROFILED:
            error = np.maximum(_squared_error(contrast_KN, self.errors[0]), 1e-300)
            return np.asarray(np.square(contrast_KN @ self.strengths_N - value_K) / error)
        top = davidson.likelihood(self.wins_NN, self.ties_NN, self.strengths_N[None], np.array([self.tie]))
        found = []
        for start in range(0, len(value_K), BATCH):
            contrast, value = contrast_KN[start : start + BATCH], value_K[start : start + BATCH]
            shape = (len(value), *self.wins_NN.shape)
            wins, ties = np.broadcast_to(self.wins_NN, shape), np.broadcast_to(self.ties_NN, shape)
            pinned = davidson.fit(wins, ties, pinned=(contrast, value))
            found.append(davidson.likelihood(self.wins_NN, self.ties_NN, *pinned))
        return np.asarray(2 * (top - np.concatenate(found)))


def _squared_error(contrast_KN: Matrix, error_NN: Matrix) -> Vector:
    """(K,): of contrasts, from the covariances of the strengths."""
    return np.asarray(((contrast_KN @ error_NN) * contrast_KN).sum(axis=1))


def _votes_per_draw(is_counted_V: Mask, clusters: Sequence[Indices]) -> float:
    """Counted votes over the fewest clusters that they are in; 0 where there are none."""
    fewest = min(len(np.unique(cluster[is_counted_V])) for cluster in clusters)
    return float(is_counted_V.sum()) / max(1, fewest)
