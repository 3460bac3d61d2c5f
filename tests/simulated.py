"""Votes drawn from known strengths: what tests, and the table of docs/votes.md, hold ratings against."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bench.statistics import davidson
from bench.votes.ratings import Judgement


@dataclass(frozen=True)
class World:
    """How votes come about.

    Attributes:
        models, cases, voters, votes: how many of each.
        ties: Davidson's ν.
        spread: standard deviation of the models' strengths.
        by_case, by_voter: standard deviations of what a case, and a voter, adds to each model's strength.
    """

    models: int = 6
    cases: int = 40
    voters: int = 10
    votes: int = 400
    ties: float = 0.5
    spread: float = 0.8
    by_case: float = 0.0
    by_voter: float = 0.0

    def strengths(self, rng: np.random.Generator) -> NDArray[np.float64]:
        """Of mean 0; names are '0', '1', …"""
        drawn = rng.normal(0.0, self.spread, self.models)
        return np.asarray(drawn - drawn.mean())

    def judgements(self, strengths_N: NDArray[np.float64], rng: np.random.Generator) -> list[Judgement]:
        """Votes on pairs, cases and by voters drawn evenly."""
        first = rng.integers(self.models, size=self.votes)
        second = (first + rng.integers(1, self.models, size=self.votes)) % self.models
        case, voter = rng.integers(self.cases, size=self.votes), rng.integers(self.voters, size=self.votes)
        at_case = rng.normal(0.0, self.by_case, (self.cases, self.models))
        at_voter = rng.normal(0.0, self.by_voter, (self.voters, self.models))
        own = strengths_N + at_case[case] + at_voter[voter]
        places = np.arange(self.votes)
        outcome = outcomes(own[places, first] - own[places, second], self.ties, rng)
        return [
            Judgement(str(a), str(b), result, f"case-{c}", f"voter-{v}")
            for a, b, result, c, v in zip(first, second, outcome, case, voter, strict=True)
        ]

    def truth(self, strengths_N: NDArray[np.float64], draws: int = 4000) -> NDArray[np.float64]:
        """The strengths from infinitely many votes, cases and voters.

        What cases and voters add makes single votes less predictable, so these lie nearer to 0 than strengths_N.
        """
        if not (self.by_case or self.by_voter):
            return strengths_N
        rng = np.random.default_rng(0)
        added = rng.normal(0.0, np.hypot(self.by_case, self.by_voter), (draws, self.models))
        gap = (strengths_N + added)[:, :, None] - (strengths_N + added)[:, None, :]
        win, lose = np.exp(gap / 2), np.exp(-gap / 2)
        total = win + lose + self.ties
        shares, tied = (win / total).mean(axis=0), (self.ties / total).mean(axis=0)
        different = 1 - np.eye(self.models)
        found, _ = davidson.fit((shares * different)[None], (tied * different)[None], spread=np.inf)
        return np.asarray(found[0] - found[0].mean())


def outcomes(gap_V: NDArray[np.float64], ties: float, rng: np.random.Generator) -> list[int]:
    """1, 0 or −1 for each vote between strengths so far apart."""
    win, lose = np.exp(gap_V / 2), np.exp(-gap_V / 2)
    lot = rng.random(len(gap_V)) * (win + lose + ties)
    return np.where(lot < win, 1, np.where(lot < win + lose, -1, 0)).tolist()
