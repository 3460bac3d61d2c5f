"""Lines of a standing, made by hand."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from bench.evaluators import catalogue
from bench.scoring.standings import Column, Line, Score, Standing
from bench.statistics.ranking import Rank
from bench.types import Access, ModelCard, Role
from bench.web.pages.leaderboard import Ranking

MOTION, SSIM, FLICKER = (
    Column(metric, "1", catalogue.registered().card(metric))
    for metric in ("motion_share", "ssim_mean", "flicker_max_step")
)


def score(mean: float, half: float = 0.1, failed: int = 0, clips: int = 10) -> Score:
    """A score of ten clips, one a case."""
    return Score(mean, mean - half, mean + half, clips - failed, failed, 0, clips)


def missing(clips: int = 10) -> Score:
    """The score of clips that have no value."""
    return Score(math.nan, math.nan, math.nan, 0, clips, 0, clips)


def about(
    title: str = "",
    licence: str = "",
    parameters: float | None = None,
    access: Access = "",
    role: Role = "model",
) -> ModelCard:
    """What is known of a model."""
    sizes: dict[str, Any] = dict.fromkeys(("frames", "fps", "width", "height"))
    return ModelCard(
        name="m", title=title, version=1, reads_text=True, weights="", licence=licence, paper="",
        parameters=parameters, role=role, access=access, **sizes,
    )  # fmt: skip


def line(name: str, scores: Mapping[Column, Score] | None = None, **changes: Any) -> Line:
    """A line, its scores in SSIM and motion, and everything else as it is of a sound model."""
    scores = scores if scores is not None else {MOTION: score(0.1), SSIM: score(0.8)}
    fields: dict[str, Any] = {
        "run": f"{name}-tiny", "name": name, "label": name, "model": name, "card": about(), "reads_text": True,
        "cases": 10, "clips": 10, "coverage": min((s.coverage for s in scores.values()), default=0.0),
        "scores": scores, "ranks": {}, "total": None, "total_rank": None, "total_missing": (),
        "provenance": "numbers only",
    }  # fmt: skip
    return Line(**{**fields, **changes})


def ranked(low: int, high: int, group: int = 1) -> Rank:
    """Places from low to high."""
    return Rank(low, high, group)


def ranking(lines: Sequence[Line], columns: Sequence[Column] = (MOTION, SSIM)) -> Ranking:
    """The ranking of lines on a suite, without totals."""
    return Ranking(Standing("tiny@0", tuple(columns), tuple(lines), None), (), catalogue.registered())
