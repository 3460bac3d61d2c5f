"""Votes -> ratings with intervals, and the places that the votes allow, by Davidson's model.

N: models. Votes are not resampled: in one of seven resamples a model that lost twice loses nothing, and its rating
leaps.

Source of places from all differences: Mogstad et al. 2024 (Review of Economic Studies 91). Simulated: docs/votes.md.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from bench.statistics import comparison_graph, davidson
from bench.statistics.arrays import Indices, Matrix
from bench.statistics.davidson import Clusters
from bench.statistics.profile_likelihood import Fit

ELO = 400 / math.log(10)
"""Points for one unit of strength: 400 points apart is ten wins to one."""


@dataclass(frozen=True)
class Judgement:
    """One vote: outcome 1 if a was better, −1 if b was, 0 for a tie; its case and its voter."""

    a: str
    b: str
    outcome: Literal[1, 0, -1]
    case: str
    voter: str


@dataclass(frozen=True)
class Rating:
    """The rating of one model.

    Attributes:
        name: of the model, or run.
        group: shared by models that were compared, directly or through others; 1 is the largest. Ratings of two groups
            cannot be compared.
        strength: log-odds against the average of its group.
        low, high: its 95 % interval; None where no vote bounds it: low, if it never beat or tied with some model of its
            group, not even through others; high, if some model never so reached it.
        wins, ties, losses: numbers of its votes.
        beats_average: probability of being preferred to an average model of its group; a tie counts half.
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
    def points(self) -> float:
        """The strength on Elo's scale, with 1000 for the average."""
        return points(self.strength)


@dataclass(frozen=True)
class Ratings:
    """Ratings of the models that were voted on.

    Attributes:
        entries: by group, the strongest first.
        ties: Davidson's ν: between two equal models, a fraction ν / (2 + ν) of the votes are ties.
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
    """Ratings of all models that were judged, and of names.

    Args:
        judgements: one per voter and question.
        names: models that the table lists even without a vote.
    """
    models = sorted({*names, *(name for each in judgements for name in (each.a, each.b))})
    fit = _fit(judgements, models)
    entries = _entries(fit, models) if models else []
    return Ratings(
        entries=tuple(sorted(entries, key=lambda entry: (entry.group, -entry.strength, entry.name))),
        ties=fit.tie,
        votes=len(judgements),
        cases=len({each.case for each in judgements}),
        voters=len({each.voter for each in judgements}),
        clusters=fit.clusters,
    )


def _fit(judgements: Sequence[Judgement], models: Sequence[str]) -> Fit:
    index = {name: number for number, name in enumerate(models)}
    pairs = np.array([(index[each.a], index[each.b]) for each in judgements], dtype=np.intp).reshape(-1, 2)
    outcomes = np.array([each.outcome for each in judgements], dtype=np.float64)
    cases, voters = (
        _numbered([each.case for each in judgements]),
        _numbered([each.voter for each in judgements]),
    )
    return Fit.of(pairs, outcomes, cases, voters, len(models))


def _entries(fit: Fit, names: Sequence[str]) -> list[Rating]:
    is_met = fit.wins_NN + fit.ties_NN > 0
    group = comparison_graph.groups(is_met)
    low, high = fit.intervals(_against_average(group))
    is_bounded_below, is_bounded_above = comparison_graph.bounds(is_met)
    better = fit.surely_better(group)
    beats = davidson.preferred(fit.strengths_N, fit.tie)
    is_untested = [group.count(each) == 1 for each in group]
    return [
        Rating(
            name=name,
            group=group[n] + 1,
            strength=float(fit.strengths_N[n]),
            low=float(low[n]) if is_bounded_below[n] and not is_untested[n] else None,
            high=float(high[n]) if is_bounded_above[n] and not is_untested[n] else None,
            wins=int(fit.wins_NN[n].sum()),
            ties=int(fit.ties_NN[n].sum()),
            losses=int(fit.wins_NN[:, n].sum()),
            beats_average=float(beats[n]),
            best=1 + int(better[:, n].sum()),
            worst=group.count(group[n]) - int(better[n].sum()),
        )
        for n, name in enumerate(names)
    ]


def _against_average(group: Sequence[int]) -> Matrix:
    """(N, N): row by row the contrast of a model's strength with the mean of its group's."""
    same = np.equal.outer(group, group)
    return np.asarray(np.eye(len(group)) - same / same.sum(axis=1, keepdims=True))


def _numbered(names: Sequence[str]) -> Indices:
    """Names numbered from 0."""
    return np.asarray(np.unique(np.array(names, dtype=np.str_), return_inverse=True)[1])
