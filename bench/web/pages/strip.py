"""The strip of the first page: the best clips of a case beside its input image, and the cases to choose from."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from bench.web import content
from bench.web.content import Card, Cell, Thumbs
from bench.web.pages import compare
from bench.web.pages.leaderboard import Ranking

MOST_CLIPS = 3
"""Clips beside the image, in one line of a wide window."""

MOST_CASES = 24
"""Small pictures in one line."""


@dataclass(frozen=True)
class Strip:
    """What is played.

    Attributes:
        runs: the best first.
        cases: case -> seed of its clips, of the cases that all of these runs have a clip of.
    """

    runs: tuple[str, ...]
    cases: Mapping[str, int]


def strip(found: Ranking, clips_of: Callable[[str], Mapping[str, int]]) -> Strip | None:
    """The best models' clips, and those of the best null baselines where models are few; None where there is no clip.

    Args:
        found: the suite's ranking.
        clips_of: run -> case -> seed of the clip that is at hand; asked for one run after the other, the best first.
    """
    runs: list[str] = []
    cases: dict[str, int] = {}
    roles = {line.run: line.role for line in found.lines}
    for run in compare.best_first(found):
        own = clips_of(run) if roles.get(run) in ("model", "null baseline") else {}
        shared = {case: seed for case, seed in (cases or own).items() if own.get(case) == seed}
        if shared:
            runs, cases = [*runs, run], shared
        if len(runs) == MOST_CLIPS:
            break
    return Strip(tuple(runs), dict(list(cases.items())[:MOST_CASES])) if runs else None


def thumbs(suite: str, images: Sequence[tuple[str, str]], chosen: str = "") -> Thumbs:
    """The cases to choose from.

    Args:
        suite: name@version.
        images: each case with the address of its input image.
        chosen: the case that is shown.
    """
    cards = (
        Card(Cell(case, link=content.to("leaderboard", suite=suite, case=case)), image)
        for case, image in images
    )
    return Thumbs(tuple(cards), chosen)
