"""One published number of every model, coloured by how much its clips move where that was published too."""

from __future__ import annotations

import altair as alt
import pandas as pd

from leaderboard.charts import COLOUR, GRAY

STILL, MOVING = "#d9822b", "#2f74c0"
"""Ends of the scale of motion: apart for those who see no red or green, on white and on a dark background."""


def dots(points: pd.DataFrame, title: str, motion: str = "", mark: float | None = None) -> alt.LayerChart:
    """A line a model, in the order of the table.

    Args:
        points: name, value, text, and motion, which may be NaN.
        title: of the axis.
        motion: title of the colours; '' for none.
        mark: where a frozen image stands; None for nowhere.
    """
    across = alt.X(
        "value:Q", title=title, scale=alt.Scale(zero=False, padding=16), axis=alt.Axis(labelFlush=False)
    )
    down = alt.Y(
        "name:N", sort=None, title=None, axis=alt.Axis(labelLimit=190, labelFlush=False, labelOverlap=False)
    )
    tooltip = [alt.Tooltip("name:N", title="model"), alt.Tooltip("text:N", title="published")]
    # Vega drops a point whose colour is null
    known = points.assign(
        is_said=points["motion"].notna(), motion=points["motion"].fillna(points["motion"].mean())
    )
    signs = (
        alt.Chart(known)
        .mark_point(filled=True, size=90, color=COLOUR, opacity=1)
        .encode(x=across, y=down, tooltip=tooltip)
    )
    if motion:
        signs = signs.encode(
            color=alt.condition("datum.is_said", _colours(motion), alt.value(GRAY)),
            opacity=alt.condition("datum.is_said", alt.value(1), alt.value(0.4)),
        )
    layers: list[alt.Chart] = [signs]
    if mark is not None:
        layers = [*_mark(mark), signs]
    # the height of the whole, axis and legend too: Streamlit squeezes what is inside
    drawn = alt.LayerChart(layer=layers)
    return drawn.properties(height=110 + 22 * len(points))


def _colours(title: str) -> alt.Color:
    return alt.Color(
        "motion:Q",
        scale=alt.Scale(range=[STILL, MOVING], interpolate="rgb"),
        legend=alt.Legend(title=title, orient="top", gradientLength=180, titleLimit=240),
    )


def _mark(value: float) -> list[alt.Chart]:
    """A line across all models, with its name at the bottom."""
    place = pd.DataFrame(
        {"value": [value], "text": [f"a frozen copy of the image would have about {value:.4g}"]}
    )
    line = (
        alt.Chart(place)
        .mark_rule(strokeDash=[5, 4], strokeWidth=1.5, color=STILL)
        .encode(x="value:Q", tooltip=alt.Tooltip("text:N", title="by the formula"))
    )
    return [line]
