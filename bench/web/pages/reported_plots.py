"""One published metric of every model, coloured by how much its clips move where that was published."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from bench.base import svg
from bench.base.svg.canvas import AMBER, BLUE, GRAY
from bench.base.svg.plots import Shape
from bench.base.wording import number
from bench.scoring.recipes import FROZEN, VBENCH_I2V
from bench.web.content import Figure

if TYPE_CHECKING:
    import pandas as pd

    from bench.scoring.reported import Metric

MOTION = "vbench_dynamic_degree"
STILL, MOVING = (0xD9, 0x82, 0x2B), (0x2F, 0x74, 0xC0)
"""Ends of the scale of motion: told apart without red and green, on white and on a dark background."""

TOTAL = f"{VBENCH_I2V.name}_total"
FROZEN_TOTAL = VBENCH_I2V.total(FROZEN) or math.nan

ABOUT_FROZEN = (
    f"Dashed line: by VBench-I2V's published formula a frozen copy of the input image has a total of about "
    f"{FROZEN_TOTAL:.1f}: computed, not measured. Read every total beside the dynamic degree."
)


def of_metric(rows: pd.DataFrame, metric: Metric) -> list[Figure]:
    """A line per model, the best first; none where no model has a number.

    Args:
        rows: see reported.table; those that are doubtful are left out.
        metric: which.
    """
    shown = rows[~rows["is_doubtful"].astype(bool) & rows[metric.name].notna()]
    shown = shown.sort_values(metric.name, ascending=metric.direction == "lower", kind="stable")
    if shown.empty:
        return []
    motions: list[float] = []
    if MOTION in shown and metric.name != MOTION and shown[MOTION].notna().any():
        motions = [float(value) for value in shown[MOTION]]
    said = [*([ABOUT_FROZEN] if metric.name == TOTAL else []), *([_legend(motions)] if motions else [])]
    return [Figure(_intervals(shown, metric, motions), metric.title, " ".join(said))]


def _intervals(shown: pd.DataFrame, metric: Metric, motions: Sequence[float]) -> svg.Intervals:
    unit = f" {metric.unit}" if metric.unit else ""
    lines = [
        svg.Interval(
            str(model), float(value), colour=colour, shape=shape, told=f"{number(float(value))}{unit}"
        )
        for model, value, (colour, shape) in zip(
            shown["model"], shown[metric.name], _signs(motions) or [PLAIN] * len(shown), strict=True
        )
    ]
    frozen = f"a frozen copy of the image would have about {FROZEN_TOTAL:.4g}"
    marks = [(FROZEN_TOTAL, frozen, AMBER)] if metric.name == TOTAL else []
    across = f"{metric.title} ({metric.unit})" if metric.unit else metric.title
    return svg.Intervals(f"Plot of {metric.title}", lines, across, marks)


PLAIN: tuple[str, Shape] = (BLUE, "circle")


def _signs(motions: Sequence[float]) -> list[tuple[str, Shape]]:
    """Circles from STILL to MOVING; a gray cross where the motion is not known."""
    low, high = _span(motions)
    shares = ((value - low) / ((high - low) or 1.0) for value in motions)
    return [(_blend(share), "circle") if math.isfinite(share) else (GRAY, "cross") for share in shares]


def _legend(motions: Sequence[float]) -> str:
    low, high = map(number, _span(motions))
    return (
        f"Colour: the dynamic degree, from {low} % (orange) to {high} % (blue); a gray cross where it was not "
        "published."
    )


def _span(motions: Sequence[float]) -> tuple[float, float]:
    known = [value for value in motions if math.isfinite(value)]
    return min(known, default=0.0), max(known, default=0.0)


def _blend(share: float) -> str:
    mixed = (round(a + (b - a) * share) for a, b in zip(STILL, MOVING, strict=True))
    return "#" + "".join(f"{part:02x}" for part in mixed)
