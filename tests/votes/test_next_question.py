"""The next question: the one with the fewest votes."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import replace

from bench.votes.next_question import Agenda, Question
from bench.votes.vote import Vote
from tests.votes.test_vote_file import VOTE

CLIPS = {
    "a": frozenset({("x", 0), ("y", 0), ("z", 0)}),
    "b": frozenset({("x", 0), ("y", 0), ("z", 0)}),
    "c": frozenset({("x", 0), ("x", 1)}),
}
AGENDA = Agenda(CLIPS)


def _vote(question: Question, voter: str) -> Vote:
    return replace(
        VOTE, case=question.case, seed=question.seed, left=question.left, right=question.right, voter=voter
    )


def _answers(agenda: Agenda, voter: str, seed: int, votes: list[Vote], most: int = 100) -> list[Vote]:
    rng = random.Random(seed)
    while most and (question := agenda.question(votes, voter, rng)):
        votes = [*votes, _vote(question, voter)]
        most -= 1
    return votes


def test_every_question_is_asked_once() -> None:
    votes = _answers(AGENDA, "v", 0, [])
    assert AGENDA.total() == 5  # three of a and b, one of either with c
    assert len(votes) == len({vote.question for vote in votes}) == 5
    assert AGENDA.answered(votes, "v") == 5
    assert AGENDA.answered(votes, "w") == 0


def test_pairs_with_few_votes_come_first() -> None:
    agenda = Agenda({run: frozenset((f"c{n}", 0) for n in range(30)) for run in "abcd"})
    votes = _answers(agenda, "v", 1, [], most=60)
    assert set(Counter(vote.pair for vote in votes).values()) == {10}


def test_clips_that_others_saw_come_last() -> None:
    agenda = Agenda({run: frozenset((f"c{n}", 0) for n in range(8)) for run in "ab"})
    votes = _answers(agenda, "v", 2, [], most=4)
    seen = {vote.case for vote in votes}
    mine = [vote.case for vote in _answers(agenda, "w", 3, votes) if vote.voter == "w"]
    assert set(mine[:4]).isdisjoint(seen)
    assert set(mine[4:]) == seen


def test_sides_and_order_are_by_lot() -> None:
    agenda = Agenda({run: frozenset((f"c{n}", 0) for n in range(100)) for run in "ab"})
    votes = _answers(agenda, "v", 4, [])
    on_the_left = sum(vote.left == "a" for vote in votes)
    assert 30 <= on_the_left <= 70  # 4 standard deviations of 100 tosses
    assert [vote.case for vote in votes] != [vote.case for vote in _answers(agenda, "v", 5, [])]


def test_what_cannot_be_shown_is_not_asked() -> None:
    agenda = Agenda({run: frozenset({("x", 0), ("y", 0)}) for run in "ab"})
    passed = [Question("x", 0, "b", "a")]
    question = agenda.question([], "v", random.Random(0), passed)
    assert question
    assert question.case == "y"
    assert agenda.question([], "v", random.Random(0), [*passed, Question("y", 0, "a", "b")]) is None


def test_votes_on_what_is_gone_are_not_counted_as_answered() -> None:
    gone = [
        replace(VOTE, left="a", right="q", case="x", voter="v"),
        replace(VOTE, left="a", right="b", case="q"),
    ]
    assert AGENDA.answered(gone, "v") == 0
    assert Agenda({}).total() == 0
