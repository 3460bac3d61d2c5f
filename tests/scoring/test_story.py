"""What a standing says in two sentences."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from bench.scoring.standings import Line, Standing
from bench.scoring.story import story
from bench.scoring.summary import Score
from bench.statistics.ranking import Rank
from bench.types import ModelCard, Role


def line(name: str, mean: float, rank: str = "", role: Role = "model", title: str = "") -> Line:
    """A run with a total; rank as '1-2'."""
    card = ModelCard(
        name=name, title=title or name, version=1, reads_text=True, frames=None, fps=None, width=None, height=None,
        weights=None, licence="", paper="", role=role,
    )  # fmt: skip
    low, _, high = rank.partition("-")
    return Line(
        run=name, name=name, label=name, model=name, card=card, reads_text=True, cases=9, clips=9, coverage=1.0,
        scores={}, provenance="clips here", total=Score(mean, mean, mean, 9, 0, 0, 9),
        total_rank=Rank(int(low), int(high or low), 1) if rank else None,
    )  # fmt: skip


DRIFT = line("drift", 60, role="null baseline", title="Drifting image")


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ((), "No run has a total yet."),
        (
            (DRIFT, line("still", 0, role="null baseline")),
            "No model yet, only baselines: drift scores 60 of 100, still scores 0.",
        ),
        (
            (line("svd", 81, "1"), DRIFT),
            "svd scores 81 of 100. It stands above every null baseline; drift (drifting image, which needs no "
            "model) scores 60.",
        ),
        (
            (line("wan", 40, "2"), line("svd", 81, "1"), line("ltx", 70, "2-3"), DRIFT),
            "Of 3 models, svd takes the first place with 81 of 100. Drift (drifting image, which needs no model) would "
            "be 3rd with 60.",
        ),
        (
            (line("a", 82, "1-2"), line("b", 81, "1-3"), line("c", 70, "2-3")),
            "Of 3 models, a and b share the first place: they cannot be told apart.",
        ),
    ],
)
def test_the_story(lines: Sequence[Line], said: str) -> None:
    assert story(Standing("tiny@0", (), tuple(lines), None)) == said


def test_a_run_without_a_total_is_not_in_it() -> None:
    assert story(Standing("tiny@0", (), (line("a", float("nan")),), None)) == "No run has a total yet."
