"""Plots of response curves. Columns have names of our own, since Vega reads dots and brackets in a column's name."""

from __future__ import annotations

import altair as alt
import pandas as pd

from leaderboard.charts import COLOUR

VERDICT_COLOURS = {"shows": COLOUR, "moves": "#e0a03a", "silent": "#8a8f9840", "too few clips": "#8a8f9818"}
"""Verdict -> its colour, on white and on Streamlit's dark background alike."""


def matrix(cells: pd.DataFrame) -> alt.LayerChart:
    """Metrics down, damages across, coloured by verdict, with the sign of a claim.

    Args:
        cells: metric, damage, verdict, sign, text; one line a curve.
    """
    across = alt.X(
        "damage:N", sort=None, title=None, axis=alt.Axis(orient="top", labelAngle=-45, labelOverlap=False)
    )
    down = alt.Y("metric:N", sort=None, title=None, axis=alt.Axis(labelLimit=240, labelOverlap=False))
    base = alt.Chart(cells).encode(
        x=across,
        y=down,
        tooltip=[alt.Tooltip("metric:N"), alt.Tooltip("damage:N"), alt.Tooltip("text:N", title="curve")],
    )
    tiles = base.mark_rect(stroke="#8a8f98", strokeWidth=0.3).encode(
        color=alt.Color(
            "verdict:N",
            scale=alt.Scale(domain=list(VERDICT_COLOURS), range=list(VERDICT_COLOURS.values())),
            legend=alt.Legend(title=None, orient="bottom"),
        )
    )
    is_coloured = alt.FieldOneOfPredicate(field="verdict", oneOf=["shows", "moves"])
    signs = base.mark_text(fontSize=11).encode(
        text="sign:N", color=alt.condition(is_coloured, alt.value("#ffffff"), alt.value("#8a8f98"))
    )
    drawn = alt.LayerChart(layer=[tiles, signs])
    return drawn.properties(height=150 + 18 * int(cells["metric"].nunique()))


def curve(points: pd.DataFrame, severity_unit: str, unit: str) -> alt.LayerChart:
    """The mean change over severity, with its 95 % interval.

    Args:
        points: severity, change, low, high; no damage first.
        severity_unit: of the damage.
        unit: of the metric; '' for a pure number.
    """
    base = alt.Chart(points).encode(
        x=alt.X("severity:Q", title=severity_unit or None, axis=alt.Axis(tickCount=5, labelFlush=False)),
        tooltip=[alt.Tooltip(f"{name}:Q", format=".4~g") for name in ("severity", "change", "low", "high")],
    )
    axis = alt.Axis(format=".6~g", tickCount=4, labelFlush=False)
    band = base.mark_area(opacity=0.25, color=COLOUR).encode(
        y=alt.Y("low:Q", title=f"change ({unit})" if unit else "change", axis=axis), y2="high:Q"
    )
    line = base.mark_line(point=alt.OverlayMarkDef(size=24, color=COLOUR), color=COLOUR).encode(y="change:Q")
    drawn = alt.LayerChart(layer=[band, line])
    return drawn.properties(height=180)
