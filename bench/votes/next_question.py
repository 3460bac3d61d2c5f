"""Which two clips to show a voter next."""

from __future__ import annotations

import itertools
import random
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from bench.votes.vote import Vote


@dataclass(frozen=True)
class Question:
    """Two clips to show side by side."""

    case: str
    seed: int
    left: str
    right: str


@dataclass(frozen=True)
class Agenda:
    """The questions that can be asked about one suite.

    Attributes:
        clips: run -> the (case, seed) of its clips.
    """

    clips: Mapping[str, frozenset[tuple[str, int]]]

    def total(self) -> int:
        """How many questions there are."""
        return sum(len(shared) for shared in self._shared().values())

    def answered(self, votes: Iterable[Vote], voter: str) -> int:
        """How many of them a voter has answered."""
        shared = self._shared()
        known = {(vote.pair, vote.case, vote.seed) for vote in votes if vote.voter == voter}
        return sum((case, seed) in shared.get(pair, ()) for pair, case, seed in known)

    def question(
        self, votes: Iterable[Vote], voter: str, rng: random.Random, passed: Iterable[Question] = ()
    ) -> Question | None:
        """The question with the fewest votes on its two runs, then on its clips, then at random.

        Args:
            votes: of all voters, on this suite.
            voter: the one to be asked; what they have answered is not asked again.
            rng: decides between equals, and which clip is on the left.
            passed: questions that cannot be shown.

        Returns:
            None if the voter has answered everything.
        """
        votes = list(votes)
        closed = {(vote.pair, vote.case, vote.seed) for vote in votes if vote.voter == voter}
        closed |= {(_sorted(each.left, each.right), each.case, each.seed) for each in passed}
        by_pair = Counter(vote.pair for vote in votes)
        by_clips = Counter((vote.pair, vote.case, vote.seed) for vote in votes)
        for pair in sorted(self._shared(), key=lambda pair: (by_pair[pair], rng.random())):
            asked = [(pair, *clip) for clip in sorted(self._shared()[pair])]
            still_open = [each for each in asked if each not in closed]
            if still_open:
                _, case, seed = min(still_open, key=lambda each: (by_clips[each], rng.random()))
                return Question(case, seed, *rng.sample(pair, 2))
        return None

    def _shared(self) -> dict[tuple[str, str], frozenset[tuple[str, int]]]:
        """Pair of runs -> the clips that both have."""
        pairs = itertools.combinations(sorted(self.clips), 2)
        return {(a, b): self.clips[a] & self.clips[b] for a, b in pairs}


def _sorted(a: str, b: str) -> tuple[str, str]:
    return (a, b) if a < b else (b, a)
