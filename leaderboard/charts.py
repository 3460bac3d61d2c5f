"""Plots. Columns have names of our own, since Vega reads dots and brackets in a column's name as a path."""

from __future__ import annotations

from collections.abc import Sequence

import altair as alt
import pandas as pd

from leaderboard import words

COLOUR = "#4c8dd6"
"""Blue that stands out from white and from Streamlit's dark background alike."""

COLOURS = {"model": COLOUR, words.NULL: "#8a8f98", words.REFERENCE: "#3aa676"}
"""Kind of entry -> its colour."""


def scores(table: pd.DataFrame, title: str, unit: str) -> alt.LayerChart:
    """Means of one metric with their 95 % intervals, one line an entry, in the order of the table.

    Args:
        table: name, kind, text, mean, low, high.
        title: the metric's heading.
        unit: of the metric; '' for a pure number.
    """
    table = table.assign(kind=table["kind"].replace("", "model"))
    kinds = {kind: colour for kind, colour in COLOURS.items() if kind in set(table["kind"])}
    base = alt.Chart(table).encode(
        y=alt.Y("name:N", sort=None, title=None, axis=alt.Axis(labelLimit=170, labelFlush=False)),
        color=alt.Color(
            "kind:N",
            scale=alt.Scale(domain=list(kinds), range=list(kinds.values())),
            legend=alt.Legend(title=None, orient="top"),
        ),
        tooltip=[alt.Tooltip("name:N", title="entry"), alt.Tooltip("text:N", title="mean, 95 % interval")],
    )
    axis = alt.X(
        "low:Q",
        title=f"{title} ({unit})" if unit else title,
        scale=alt.Scale(zero=False, padding=12),
        axis=alt.Axis(labelFlush=False),
    )
    bars = base.transform_filter("isValid(datum.low)").mark_rule(strokeWidth=2).encode(x=axis, x2="high:Q")
    points = base.mark_point(filled=True, size=70, opacity=1).encode(x=alt.X("mean:Q"))
    # the height of the whole, axis and legend too: Streamlit squeezes what is inside
    drawn = alt.LayerChart(layer=[bars, points])
    return drawn.properties(height=110 + 34 * len(table))


def series(values: Sequence[float], frames: int, fps: float, unit: str) -> alt.Chart:
    """One number a frame, or a pair of frames (drawn at the later one), over the frame's number.

    Args:
        values: of T frames, or of T - 1 pairs.
        frames: T; 0 where unknown.
        fps: frames a second; 0 where unknown.
        unit: of the values.
    """
    first = 1 if frames and len(values) == frames - 1 else 0
    points = pd.DataFrame({"frame": range(first, first + len(values)), "value": list(values)})
    points["seconds"] = points["frame"] / fps if fps else None
    shown = [alt.Tooltip("frame:Q"), alt.Tooltip("value:Q", title=unit or "value", format=".5~g")]
    if fps:
        shown.append(alt.Tooltip("seconds:Q", format=".3~f", title="seconds"))
    last = max(frames, first + len(values)) - 1
    chart: alt.Chart = (
        alt.Chart(points, height=210)
        .mark_line(point=alt.OverlayMarkDef(size=24, color=COLOUR), color=COLOUR, strokeWidth=1.5)
        .encode(
            x=alt.X("frame:Q", scale=alt.Scale(domain=[0, max(1, last)]), axis=_frame_axis(fps)),
            y=alt.Y(
                "value:Q",
                scale=alt.Scale(zero=False),
                title=unit or None,
                axis=alt.Axis(format="~g", labelFlush=False),
            ),
            tooltip=shown,
        )
    )
    return chart


def _frame_axis(fps: float) -> alt.Axis:
    """Whole frames only; where the rate is known, the time stands in the title."""
    title = f"frame ({fps:g} a second)" if fps else "frame"
    return alt.Axis(tickMinStep=1, format="d", title=title, tickCount=8, labelFlush=False)
