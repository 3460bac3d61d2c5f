"""Two numbers of every entry, as crosses of their intervals, with the line of those that nobody beats in both."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import altair as alt
import pandas as pd

from leaderboard.charts import GRAY, SHAPES

PLACE_COLOURS = {
    "on the front": "#2f74c0",
    "not told apart": "#d9822b",
    "beaten": GRAY,
    "not ranked": "#3aa676",
}
"""Place -> its colour: apart for those who see no red or green, on white and on Streamlit's dark background."""

MOST_NAMED = 12
"""Points that all have their names beside them: more cover each other."""


@dataclass(frozen=True)
class Axis:
    """One of the two numbers.

    Attributes:
        title: with its unit.
        sign: +1 where higher is better, -1 where lower is.
        is_log: whether its scale is logarithmic; all values are positive then.
    """

    title: str
    sign: int
    is_log: bool = False

    def scale(self) -> alt.Scale:
        """Of values, with room around them."""
        return (
            alt.Scale(type="log", nice=False, padding=24)
            if self.is_log
            else alt.Scale(zero=False, padding=24)
        )

    def heading(self) -> str:
        """The title with the way to the better."""
        return f"{self.title} · {'more' if self.sign > 0 else 'less'} is better"


def scatter(points: pd.DataFrame, front: pd.DataFrame, across: Axis, up: Axis) -> alt.LayerChart:
    """Every entry once.

    Args:
        points: name, kind, place, text_x, text_y; x, x_low, x_high, y, y_low, y_high, ends NaN where there is none.
        front: x and y of the front, from the lowest x to the highest.
        across, up: the axes.
    """
    x = alt.X(
        "x:Q", title=across.heading(), scale=across.scale(), axis=alt.Axis(labelFlush=False, tickCount=6)
    )
    y = alt.Y("y:Q", title=up.heading(), scale=up.scale(), axis=alt.Axis(labelFlush=False, tickCount=6))
    base = alt.Chart(points).encode(color=_places(points))
    level = (
        base.transform_filter("isValid(datum.x_low)")
        .mark_rule(opacity=0.45)
        .encode(x="x_low:Q", x2="x_high:Q", y=y)
    )
    upright = (
        base.transform_filter("isValid(datum.y_low)")
        .mark_rule(opacity=0.45)
        .encode(x=x, y="y_low:Q", y2="y_high:Q")
    )
    signs = base.mark_point(filled=True, size=110, opacity=1).encode(
        x=x,
        y=y,
        shape=_kinds(points),
        tooltip=[
            alt.Tooltip("name:N", title="entry"),
            alt.Tooltip("text_x:N", title=across.title),
            alt.Tooltip("text_y:N", title=up.title),
            alt.Tooltip("place:N"),
        ],
    )
    layers = [_line(front, across, x, y), level, upright, signs, *_names(points, x, y)]
    drawn = alt.LayerChart(layer=layers)
    return drawn.properties(height=520)


def _line(front: pd.DataFrame, across: Axis, x: alt.X, y: alt.Y) -> alt.Chart:
    """The edge of what is beaten, in steps: nothing is claimed of what might lie between two models."""
    step: Literal["step-before", "step-after"] = "step-before" if across.sign > 0 else "step-after"
    drawn: alt.Chart = (
        alt.Chart(front)
        .mark_line(interpolate=step, color=PLACE_COLOURS["on the front"], strokeDash=[5, 4], opacity=0.7)
        .encode(x=x, y=y, order="x:Q")
    )
    return drawn


def _names(points: pd.DataFrame, x: alt.X, y: alt.Y) -> list[alt.Chart]:
    """Names beside points, towards the middle; where there are many, of those that are not beaten only."""
    middle = (points["x"].min() + points["x"].max()) / 2
    shown = points if len(points) <= MOST_NAMED else points[points["place"] != "beaten"]
    left, right = alt.Chart(shown[shown["x"] <= middle]), alt.Chart(shown[shown["x"] > middle])
    sides = left.mark_text(align="left", dx=9, dy=-8), right.mark_text(align="right", dx=-9, dy=-8)
    return [side.encode(x=x, y=y, text="name:N", color=_places(points)) for side in sides]


def _places(points: pd.DataFrame) -> alt.Color:
    places = [place for place in PLACE_COLOURS if place in set(points["place"])]
    return alt.Color(
        "place:N",
        scale=alt.Scale(domain=places, range=[PLACE_COLOURS[place] for place in places]),
        legend=alt.Legend(title=None, orient="top", columns=2, symbolOpacity=1),
    )


def _kinds(points: pd.DataFrame) -> alt.Shape:
    kinds = [kind for kind in SHAPES if kind in set(points["kind"])]
    return alt.Shape(
        "kind:N",
        scale=alt.Scale(domain=kinds, range=[SHAPES[kind] for kind in kinds]),
        legend=alt.Legend(title=None, orient="bottom", symbolFillColor=GRAY, symbolStrokeColor=GRAY)
        if len(kinds) > 1
        else None,
    )
