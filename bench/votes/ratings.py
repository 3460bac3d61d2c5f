"""Votes -> ratings with intervals, and the places that the votes allow. Pure NumPy; the model is Davidson's.

V: votes; N: models; K: combinations of their strengths.

Votes are not independent: those on one case see the same two clips, those of one voter come from one taste. Errors
are therefore summed by case, and by voter where there are enough, and likelihood ratios are divided by how much that
widens them. An interval reaches to where the likelihood, the other models free to move, has fallen as far as Student's
t allows: unlike estimate ± error it holds for a model that never lost, too, and is then open at the top.

We do not resample votes: a model that lost twice loses nothing in one of seven resamples, and its rating leaps.

Sources: Chandler and Bate 2007 (Biometrika 94, likelihoods of dependent data); Mogstad et al. 2024 (Review of Economic
Studies 91, places from all differences). Simulated: docs/votes.md.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from bench.statistics import davidson, paired
from bench.statistics.davidson import Clusters, Matrix, Places, Truths, Vector

ELO = 400 / math.log(10)
"""Points for one unit of strength: 400 points apart is ten wins to one."""

FURTHEST = 50.0
"""Ends of intervals are looked for within so much of the average."""

HALVINGS = 24
"""To six digits of an end."""

MOST_EXACT = 24
"""Models up to which likelihoods are followed; beyond, their curvature at the top must do. The work grows with the
fourth power of the models: 40 take 4 s after every vote, 64 took 11 s, 200 would take a quarter of an hour."""

AT_ONCE = 256
"""Fits in one go: the memory of a hundred models' pairs."""


@dataclass(frozen=True)
class Judgement:
    """One vote: 1 if a was better, −1 if b was, 0 for a tie; on which case, and whose."""

    a: str
    b: str
    outcome: Literal[1, 0, -1]
    case: str
    voter: str


@dataclass(frozen=True)
class Rating:
    """What the votes say of one model.

    Attributes:
        name: of the model, or run.
        group: models that were compared, directly or by way of others, share one; ratings of two groups say nothing of
            each other. 1 is the largest.
        strength: log-odds against the average of its group.
        low, high: its 95 % interval; None where no vote bounds it: below, where it beat or tied with some model of its
            group not even by way of others; above, where some model so never reached it.
        wins, ties, losses: of its votes.
        beats_average: how often it would be preferred to an average model of its group, a tie being half.
        best, worst: the places in its group that the votes allow, 1 the best.
    """

    name: str
    group: int
    strength: float
    low: float | None
    high: float | None
    wins: int
    ties: int
    losses: int
    beats_average: float
    best: int
    worst: int

    @property
    def votes(self) -> int:
        """How many it was in."""
        return self.wins + self.ties + self.losses

    @property
    def points(self) -> float:
        """The strength on Elo's scale, with 1000 for the average."""
        return points(self.strength)


@dataclass(frozen=True)
class Ratings:
    """What votes say of several models.

    Attributes:
        entries: by group, the strongest first.
        ties: Davidson's ν: of two equal models, ν / (2 + ν) of the votes are ties.
        votes, cases, voters: how many there are.
        clusters: what the intervals take as independent draws.
    """

    entries: tuple[Rating, ...]
    ties: float
    votes: int
    cases: int
    voters: int
    clusters: Clusters


def points(strength: float) -> float:
    """A strength on Elo's scale: 1000 is the average of the group, 400 more is ten wins to one."""
    return 1000 + ELO * strength


def rated(judgements: Sequence[Judgement], names: Sequence[str] = ()) -> Ratings:
    """Ratings of everybody who was judged, and of names, who may not have been.

    Args:
        judgements: one a voter and question.
        names: models that stand in the table without a vote, too.
    """
    everybody = sorted({*names, *(name for each in judgements for name in (each.a, each.b))})
    votes = _Votes.of(judgements, everybody)
    entries = _entries(votes, everybody) if everybody else []
    return Ratings(
        entries=tuple(sorted(entries, key=lambda entry: (entry.group, -entry.strength, entry.name))),
        ties=votes.tie,
        votes=len(judgements),
        cases=len({each.case for each in judgements}),
        voters=len({each.voter for each in judgements}),
        clusters=votes.clusters,
    )


def _entries(votes: _Votes, names: Sequence[str]) -> list[Rating]:
    group = davidson.groups(votes.wins_NN + votes.ties_NN > 0)
    low, high = votes.ends(_against_average(group))
    is_bounded_below, is_bounded_above = davidson.bounds(votes.wins_NN + votes.ties_NN > 0)
    better = votes.surely_better(group)
    beats = davidson.preferred(votes.strengths_N, votes.tie)
    is_untested = [group.count(each) == 1 for each in group]
    return [
        Rating(
            name=name,
            group=group[n] + 1,
            strength=float(votes.strengths_N[n]),
            low=float(low[n]) if is_bounded_below[n] and not is_untested[n] else None,
            high=float(high[n]) if is_bounded_above[n] and not is_untested[n] else None,
            wins=int(votes.wins_NN[n].sum()),
            ties=int(votes.ties_NN[n].sum()),
            losses=int(votes.wins_NN[:, n].sum()),
            beats_average=float(beats[n]),
            best=1 + int(better[:, n].sum()),
            worst=group.count(group[n]) - int(better[n].sum()),
        )
        for n, name in enumerate(names)
    ]


def _against_average(group: Sequence[int]) -> Matrix:
    """(N, N): the combination that is each model's strength less the mean of its group's."""
    same = np.equal.outer(group, group)
    return np.asarray(np.eye(len(group)) - same / same.sum(axis=1, keepdims=True))


@dataclass(frozen=True)
class _Votes:
    """Votes on N models, what fits them best, and how far that can be trusted.

    Attributes:
        per_draw: votes for each independent draw, of those between models of which one never lost to the other.
        wins_NN, ties_NN: as table gives them.
        strengths_N, tie: the best fit.
        errors: covariances of the strengths, each (N, N): of independent votes first, then of clusters.
        freedom: degrees of Student's t, one less than there are independent draws.
        clusters: what these are.
        never_lost_N, never_won_N: nobody beat it, or tied with it, whom it did not beat in turn; and the reverse.
            Compared by way of others, too; not so where nobody is beyond reach.
    """

    per_draw: float
    wins_NN: Matrix
    ties_NN: Matrix
    strengths_N: Vector
    tie: float
    errors: tuple[Matrix, ...]
    freedom: int
    clusters: Clusters
    never_lost_N: Truths
    never_won_N: Truths

    @classmethod
    def of(cls, judgements: Sequence[Judgement], names: Sequence[str]) -> _Votes:
        place = {name: number for number, name in enumerate(names)}
        first, second = (_places([place[getattr(each, side)] for each in judgements]) for side in ("a", "b"))
        outcome = np.array([each.outcome for each in judgements], dtype=np.float64)
        wins, ties = davidson.table(first, second, outcome, len(names))
        strengths_BN, tie_B = davidson.fit(wins[None], ties[None])
        strengths, tie = strengths_BN[0], float(tie_B[0])
        cases, voters = (_numbers([getattr(each, key) for each in judgements]) for key in ("case", "voter"))
        pulls = davidson.scores(first, second, outcome, strengths, tie)
        trust = davidson.errors(pulls, davidson.information(wins, ties, strengths, tie), cases, voters)
        beyond = davidson.beyond(wins + ties > 0)
        lost, won = (np.asarray(beyond.any(axis=axis)) for axis in (0, 1))
        across = beyond[first, second] | beyond[second, first]
        draws = {"cases and voters": [cases, voters], "cases": [cases], "votes": [np.arange(len(outcome))]}
        per_draw = _per_draw(across, draws[trust[2]])
        return cls(per_draw, wins, ties, strengths, tie, *trust, won & ~lost, lost & ~won)

    def ends(self, which_KN: Matrix) -> tuple[Vector, Vector]:
        """(K,) and (K,): between where the likelihood has not fallen further than 95 % of t allow."""
        from scipy.special import stdtrit

        count = len(which_KN)
        allowed = float(stdtrit(self.freedom, 0.975)) ** 2 * np.tile(self._inflation(which_KN), 2)
        which = np.tile(which_KN, (2, 1))
        inner, outer = which @ self.strengths_N, np.repeat([-FURTHEST, FURTHEST], count)
        for _ in range(HALVINGS):
            middle = (inner + outer) / 2
            is_inside = self._fall(which, middle) <= allowed
            inner, outer = np.where(is_inside, middle, inner), np.where(is_inside, outer, middle)
        return inner[:count], inner[count:]

    def surely_better(self, group: Sequence[int]) -> Truths:
        """(N, N): the first is better, of two in one group; false in 5 of 100 tables at most (Holm over the pairs)."""
        from scipy.special import stdtr

        better = np.zeros((len(group), len(group)), dtype=bool)
        pairs = [(a, b) for a, b in itertools.combinations(range(len(group)), 2) if group[a] == group[b]]
        if not pairs:
            return better
        a, b = np.array(pairs).T
        which = np.eye(len(group))[a] - np.eye(len(group))[b]
        fall = self._fall(which, np.zeros(len(pairs))) / self._inflation(which)
        p = 2 * stdtr(self.freedom, -np.sqrt(np.maximum(fall, 0.0)))
        is_sure = np.array(paired.holm(p.tolist())) <= paired.ALPHA
        leads = self.strengths_N[a] > self.strengths_N[b]
        better[a, b], better[b, a] = is_sure & leads, is_sure & ~leads
        return better

    def _inflation(self, which_KN: Matrix) -> Vector:
        """(K,): how many times the squared error of independent votes that of combinations is, at least 1.

        All votes on a model that never lost agree, and so do their errors: those of one draw then count as one.
        """
        of_votes, *of_clusters = (_squared_error(which_KN, error) for error in self.errors)
        something = np.maximum(of_votes, 1e-300)  # who stands alone is held against itself: 0 / 0
        wider = np.max([of_votes, *of_clusters], axis=0) / something
        is_open_K = ((which_KN != 0) & (self.never_lost_N | self.never_won_N)).any(axis=1)
        return np.asarray(np.where(is_open_K, np.maximum(wider, self.per_draw), wider))

    def _fall(self, which_KN: Matrix, at_K: Vector) -> Vector:
        """(K,): twice what the likelihood loses when a combination of strengths is held, the others free to move.

        Of more than MOST_EXACT models by its curvature at the top, as estimate ± error has it.
        """
        if len(self.strengths_N) > MOST_EXACT:
            error = np.maximum(_squared_error(which_KN, self.errors[0]), 1e-300)
            return np.asarray(np.square(which_KN @ self.strengths_N - at_K) / error)
        top = davidson.likelihood(self.wins_NN, self.ties_NN, self.strengths_N[None], np.array([self.tie]))
        found = []
        for start in range(0, len(at_K), AT_ONCE):
            which, at = which_KN[start : start + AT_ONCE], at_K[start : start + AT_ONCE]
            shape = (len(at), *self.wins_NN.shape)
            wins, ties = np.broadcast_to(self.wins_NN, shape), np.broadcast_to(self.ties_NN, shape)
            held = davidson.fit(wins, ties, springs=(which, at))
            found.append(davidson.likelihood(self.wins_NN, self.ties_NN, *held))
        return np.asarray(2 * (top - np.concatenate(found)))


def _squared_error(which_KN: Matrix, error_NN: Matrix) -> Vector:
    """(K,): of combinations of strengths, from the covariances of these."""
    return np.asarray(((which_KN @ error_NN) * which_KN).sum(axis=1))


def _per_draw(which_V: Truths, clusters: Sequence[Places]) -> float:
    """Some votes over the fewest clusters that they are in; 0 where there are none."""
    return float(which_V.sum()) / max(1, min(len(np.unique(cluster[which_V])) for cluster in clusters))


def _places(numbers: Sequence[int]) -> Places:
    return np.array(numbers, dtype=np.intp)


def _numbers(names: Sequence[str]) -> Places:
    return np.asarray(np.unique(np.array(names, dtype=np.str_), return_inverse=True)[1])
