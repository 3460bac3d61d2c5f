"""Votes made by hand."""

from __future__ import annotations

from bench.votes.vote import Choice, Vote

TIME = "2026-01-01T00:00:00+00:00"


def vote(left: str, right: str, choice: Choice, case: str = "a", voter: str = "v", seed: int = 0) -> Vote:
    return Vote(TIME, voter, "tiny", "0", case, seed, left, right, "", "", choice, 2.0)
