"""How runs of no model look, on every page: their colours and signs in plots, and their badges."""

from __future__ import annotations

from collections.abc import Mapping

from bench.base.svg.canvas import AMBER, BLUE, GRAY, GREEN
from bench.base.svg.plots import Shape
from bench.types import Role
from bench.web.content import Badge, Tone

COLOURS: Mapping[Role, str] = {
    "model": BLUE, "null baseline": AMBER, "reference clips": GREEN, "stand-in": GRAY,
}  # fmt: skip

SHAPES: Mapping[Role, Shape] = {
    "model": "circle", "null baseline": "diamond", "reference clips": "triangle", "stand-in": "cross",
}  # fmt: skip
"""The sign of each role, for readers who see no colours."""

TONES: Mapping[Role, Tone] = {
    "model": "", "null baseline": "null", "reference clips": "reference", "stand-in": "quiet",
}  # fmt: skip


def badges(role: Role) -> tuple[Badge, ...]:
    """What stands behind the name of a run of no model."""
    return () if role == "model" else (Badge(role, TONES[role]),)
