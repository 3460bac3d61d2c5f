"""The pages of board and site, and where their former addresses lead."""

from __future__ import annotations

from collections.abc import Mapping

from bench.web import content
from bench.web.content import Link

PAGES: Mapping[str, str] = {
    "leaderboard": "Leaderboard", "compare": "Compare", "model": "Model", "metrics": "Metrics",
    "elsewhere": "Elsewhere",
}  # fmt: skip
"""What links call a page -> its title, in the order of the menu."""

ABOUT = "About I2V Bench"
"""What the foot of every page calls the way to the page about the benchmark."""

MOVED: Mapping[str, Link] = {
    "case": content.to("compare"),
    "tradeoffs": content.to("leaderboard"),
    "calibration": content.to("metrics", tab="Calibration"),
    "reported": content.to("elsewhere"),
}
"""A former page -> the one that has its content now; what its address chose is chosen there."""
