"""Numbers and names as text. Names, prompts and reasons come from strangers: they are text, never markup."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Any

import numpy as np

from bench.base import wording
from bench.types import ARROWS
from leaderboard.source import card

NULL, REFERENCE = "null baseline", "reference clips"

WORD_JOINER = "\u2060"
"""Has no width: no escape keeps Streamlit from making links of bare addresses, only another sign in them does."""

LINK = re.compile(r"(?i)[a-z]+:(?=//)|www(?=\.)|@")
MARKUP = re.compile(r"([\\`*_{}\[\]()#+\-.!|<>~$:&=])")


def plain(text: str) -> str:
    """text as Markdown that shows exactly it: one line, every sign of Markdown and of directives escaped, no links."""
    one_line = " ".join(text.split())
    return MARKUP.sub(r"\\\1", LINK.sub(lambda found: found[0] + WORD_JOINER, one_line))


def heading(metric: str, version: str = "") -> str:
    """'ssim_mean ↑', with the metric's version where several stand side by side."""
    known = card(metric)
    arrow = ARROWS[known.direction] if known else ""
    return " ".join(word for word in (metric, f"v{version}" if version else "", arrow) if word)


def unit(metric: str) -> str:
    """The metric's unit; '' for a pure number, and where it is not registered here."""
    known = card(metric)
    return known.unit if known else ""


def cell(score: Mapping[Any, Any], cases: int) -> str:
    """A mean with its 95 % interval, and every hole behind it.

    Args:
        score: a row of summary.scores.
        cases: of the run; fewer behind this mean are said.
    """
    parts = [with_interval(score["mean"], score["low"], score["high"])]
    if not score["failed"] and score["cases"] < cases and not math.isnan(score["mean"]):
        parts.append(f"{score['cases']} cases")
    if score["failed"]:
        parts.append(coverage(score))
    return " · ".join(parts)


def with_interval(mean: float, low: float, high: float) -> str:
    """'0.93 ± 0.02', or '12 (9 … 18)', or the mean alone: as everywhere, see bench.cli.terminal."""
    return wording.with_interval(mean, low, high)


def coverage(score: Mapping[Any, Any]) -> str:
    """'3 of 8 clips', the share that has a value."""
    return f"{score['clips'] - score['failed']} of {score['clips']} clips"


def yes_or_no(reads_text: object) -> str:
    """Whether the model reads text; '—' where nobody said."""
    if not isinstance(reads_text, (bool, np.bool_)):
        return "—"
    return "yes" if reads_text else "no"
