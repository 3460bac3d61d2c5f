"""One vote, and what is counted over many: the last answers, judgements for ratings, the share of left clips."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

from bench.votes.ratings import Judgement

Choice: TypeAlias = Literal["left", "right", "tie"]

OUTCOMES: Mapping[Choice, Literal[1, 0, -1]] = {"left": 1, "tie": 0, "right": -1}


@dataclass(frozen=True)
class Vote:
    """One answer to: which of these two clips is better?

    Attributes:
        created: when, ISO 8601, UTC.
        voter: a random id, kept in the address of the voter's page; nothing about a person.
        suite, suite_version, case, seed: what was animated.
        left, right: ids of the runs, by the side on which their clips were shown.
        left_clip, right_clip: sha256 of the clips' files; '' if unknown.
        choice: the better one, or 'tie'.
        seconds: from the showing to the choice.
    """

    created: str
    voter: str
    suite: str
    suite_version: str
    case: str
    seed: int
    left: str
    right: str
    left_clip: str
    right_clip: str
    choice: Choice
    seconds: float

    @property
    def pair(self) -> tuple[str, str]:
        """The two runs, whichever side they were on."""
        return (self.left, self.right) if self.left < self.right else (self.right, self.left)

    @property
    def question(self) -> tuple[str, str, str, int, tuple[str, str]]:
        """What was asked: one answer per voter counts."""
        return self.suite, self.suite_version, self.case, self.seed, self.pair


def counted(votes: Iterable[Vote]) -> list[Vote]:
    """The last answer of each voter to each question: a second answer replaces the first."""
    return list({(vote.voter, *vote.question): vote for vote in votes}.values())


def judgements(votes: Iterable[Vote]) -> list[Judgement]:
    """Votes as ratings take them."""
    return [Judgement(vote.left, vote.right, OUTCOMES[vote.choice], vote.case, vote.voter) for vote in votes]


def left_share(votes: Iterable[Vote]) -> float | None:
    """Fraction of the decided votes that went to the left; far from a half, votes were cast without looking.

    None without decided votes.
    """
    sides = Counter(vote.choice for vote in votes)
    decided = sides["left"] + sides["right"]
    return sides["left"] / decided if decided else None
