"""Plots. Columns have names of our own, since Vega reads dots and brackets in a column's name as a path."""

from __future__ import annotations

from collections.abc import Sequence

import altair as alt
import pandas as pd

from leaderboard import words

COLOUR = "#4c8dd6"
"""Blue that stands out from white and from Streamlit's dark background alike."""

GRAY = "#8a8f98"

COLOURS = {"model": COLOUR, words.NULL: "#c98a1b", words.REFERENCE: "#3aa676", "stand-in": "#8a8f98"}
"""Kind of entry -> its colour; each has a shape too, for those who see no colours."""

SHAPES = {"model": "circle", words.NULL: "diamond", words.REFERENCE: "triangle-up", "stand-in": "cross"}
"""Kind of entry -> its sign."""


def scores(table: pd.DataFrame, title: str, unit: str, beside: str = "") -> alt.LayerChart:
    """Means of one metric with their 95 % intervals, one line an entry, in the order of the table.

    What is no model stands in a shaded band of its own, and its mean is drawn through all lines, dashed: what costs
    nothing to reach.

    Args:
        table: name, kind, text, mean, low, high, beside (text for the right margin); models first.
        title: the metric's heading.
        unit: of the metric; '' for a pure number.
        beside: heading of the right margin; '' for none.
    """
    others = table[table["kind"] != "model"]
    names = [
        *table["name"].where(table["kind"] == "model").dropna(),
        *([""] if len(others) else []),
        *others["name"],
    ]
    if len(others) == len(table):
        names = names[1:]
    base = alt.Chart(table).encode(y=_lines(names), color=_kinds(table), tooltip=_tooltip(beside))
    axis = alt.X(
        "low:Q",
        title=f"{title} ({unit})" if unit else title,
        scale=alt.Scale(zero=False, padding=12),
        axis=alt.Axis(labelFlush=False, tickCount=6),
    )
    band = alt.Chart(others).mark_rect(color=GRAY, opacity=0.12).encode(y=_lines(names))
    through = (
        alt.Chart(others)
        .mark_rule(strokeDash=[3, 5], opacity=0.6)
        .encode(x=alt.X("mean:Q"), color=_kinds(table), tooltip=_tooltip(beside))
    )
    bars = base.transform_filter("isValid(datum.low)").mark_rule(strokeWidth=2.5).encode(x=axis, x2="high:Q")
    points = base.mark_point(filled=True, size=80, opacity=1).encode(x=alt.X("mean:Q"), shape=_shapes(table))
    drawn = alt.LayerChart(layer=[band, through, bars, points])
    if beside:
        drawn = _with_margin(drawn, table, names, beside)
    # the height of the whole, axis and legend too: Streamlit squeezes what is inside
    return drawn.properties(height=110 + 26 * len(names))


def _with_margin(
    drawn: alt.LayerChart, table: pd.DataFrame, names: Sequence[str], title: str
) -> alt.LayerChart:
    """A second number of each line, as the labels of an axis at the right: they stay at their lines' height."""
    said = dict(zip(table["name"], table["beside"], strict=True))
    # a label must occur once: a sign without width tells equal numbers apart
    labels = [said.get(name, "") + "\u200b" * place for place, name in enumerate(names)]
    margin = (
        alt.Chart(pd.DataFrame({"label": labels}))
        .mark_tick(opacity=0)
        .encode(
            y=alt.Y(
                "label:N",
                sort=None,
                scale=alt.Scale(type="band", domain=labels),
                axis=alt.Axis(
                    orient="right",
                    title=title,
                    ticks=False,
                    domain=False,
                    # above its labels: beside them it would take their room
                    titleAngle=0,
                    titleAlign="right",
                    titleAnchor="start",
                    titleX=52,
                    titleY=-8,
                ),
            )
        )
    )
    return alt.LayerChart(
        layer=[drawn, margin], resolve=alt.Resolve(scale=alt.ScaleResolveMap(y="independent"))
    )


def _lines(names: Sequence[str]) -> alt.Y:
    return alt.Y(
        "name:N",
        sort=None,
        title=None,
        scale=alt.Scale(type="band", domain=list(names)),
        axis=alt.Axis(labelLimit=150, labelFlush=False, ticks=False, domain=False),
    )


def _kinds(table: pd.DataFrame) -> alt.Color:
    kinds = [kind for kind in COLOURS if kind in set(table["kind"])]
    legend = alt.Legend(title=None, orient="top", columns=2, symbolOpacity=1) if len(kinds) > 1 else None
    return alt.Color(
        "kind:N", scale=alt.Scale(domain=kinds, range=[COLOURS[kind] for kind in kinds]), legend=legend
    )


def _shapes(table: pd.DataFrame) -> alt.Shape:
    kinds = [kind for kind in SHAPES if kind in set(table["kind"])]
    legend = alt.Legend(title=None, orient="top", columns=2, symbolOpacity=1) if len(kinds) > 1 else None
    return alt.Shape(
        "kind:N", scale=alt.Scale(domain=kinds, range=[SHAPES[kind] for kind in kinds]), legend=legend
    )


def _tooltip(beside: str) -> list[alt.Tooltip]:
    shown = [alt.Tooltip("name:N", title="entry"), alt.Tooltip("text:N", title="mean, 95 % interval")]
    return [*shown, alt.Tooltip("beside:N", title=beside)] if beside else shown


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
