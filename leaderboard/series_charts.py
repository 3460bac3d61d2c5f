"""Plots of a run: bands along the clip, and scores by category. Vega reads dots in a column's name as a path."""

from __future__ import annotations

import altair as alt
import pandas as pd

from leaderboard.charts import COLOUR

GRAY = "#8a8f98"


def band(points: pd.DataFrame, title: str, unit: str) -> alt.LayerChart:
    """The mean along the clip in the band of the middle 80 % of the cases.

    Args:
        points: place, mean, low, high, cases.
        title: of the axis of places.
        unit: of the values; '' for a pure number.
    """
    is_short = len(points) == 1
    whole = alt.Axis(title=title, tickMinStep=1, format="d", tickCount=8, labelFlush=False)
    base = alt.Chart(points).encode(
        x=alt.X("place:Q", axis=whole, scale=alt.Scale(nice=False, zero=False)),
        tooltip=[
            alt.Tooltip("place:Q", title=title, format=".4~g"),
            alt.Tooltip("mean:Q", format=".4~g"),
            alt.Tooltip("low:Q", title="10 % of cases below", format=".4~g"),
            alt.Tooltip("high:Q", title="10 % of cases above", format=".4~g"),
            alt.Tooltip("cases:Q"),
        ],
    )
    axis = alt.Axis(format=".6~g", labelFlush=False, tickCount=5)
    scale = alt.Scale(zero=False)
    area = base.mark_area(opacity=0.25, color=COLOUR).encode(
        y=alt.Y("low:Q", title=unit or None, axis=axis, scale=scale), y2="high:Q"
    )
    mark = base.mark_point(filled=True, size=60, color=COLOUR) if is_short else base.mark_line(color=COLOUR)
    drawn = alt.LayerChart(layer=[area, mark.encode(y="mean:Q")])
    return drawn.properties(height=210)


def categories(points: pd.DataFrame, overall: float, title: str, unit: str) -> alt.LayerChart:
    """Means of one metric by category with their 95 % intervals; a dashed line at the mean of all cases.

    Args:
        points: category (with its number of cases), text, mean, low, high.
        overall: the mean over all cases.
        title: for the tooltip.
        unit: of the metric; '' for a pure number.
    """
    base = alt.Chart(points).encode(
        y=alt.Y("category:N", sort=list(points["category"]), title=None, axis=alt.Axis(labelLimit=130)),
        tooltip=[alt.Tooltip("category:N"), alt.Tooltip("text:N", title=title)],
    )
    axis = alt.X(
        "low:Q",
        title=unit or None,
        scale=alt.Scale(zero=False, nice=False, padding=12),
        axis=alt.Axis(labelFlush=False, tickCount=4, format=".6~g"),
    )
    bars = base.transform_filter("isValid(datum.low)").mark_rule(strokeWidth=2, color=COLOUR)
    dots = base.mark_point(filled=True, size=60, opacity=1, color=COLOUR).encode(x="mean:Q")
    line = alt.Chart(pd.DataFrame({"overall": [overall]})).mark_rule(color=GRAY, strokeDash=[4, 3])
    drawn = alt.LayerChart(layer=[bars.encode(x=axis, x2="high:Q"), dots, line.encode(x="overall:Q")])
    return drawn.properties(height=50 + 24 * len(points))
