"""Plots of how a metric's values lie, run by run. Vega reads dots in a column's name as a path."""

from __future__ import annotations

import altair as alt
import pandas as pd

from leaderboard.charts import COLOUR, COLOURS


def spread(lines: pd.DataFrame, ticks: pd.DataFrame, title: str, unit: str) -> alt.LayerChart:
    """Every case as a tick, the middle of them as a bar, and their mean as a dot, one line a run.

    Args:
        lines: name, kind, mean, q10, q90, cases; in the order in which they stand.
        ticks: name, kind, case, value; may be none.
        title: of the axis.
        unit: of the metric; '' for a pure number.
    """
    shown = [kind for kind in COLOURS if kind in {*lines["kind"]}]
    colour = alt.Color(
        "kind:N",
        scale=alt.Scale(domain=shown, range=[COLOURS[kind] for kind in shown]),
        legend=alt.Legend(title=None, orient="top"),
    )
    down = alt.Y("name:N", sort=list(lines["name"]), title=None, axis=alt.Axis(labelLimit=170))
    across = alt.X(
        "mean:Q",
        title=f"{title} ({unit})" if unit else title,
        scale=alt.Scale(zero=False, nice=False, padding=14),
        axis=alt.Axis(labelFlush=False, format=".6~g", tickCount=6),
    )
    base = alt.Chart(lines[["name", "kind", "mean", "q10", "q90", "cases"]]).encode(y=down, color=colour)
    said = [
        alt.Tooltip("name:N", title="entry"),
        alt.Tooltip("mean:Q", format=".4~g"),
        alt.Tooltip("cases:Q"),
    ]
    dots = base.mark_point(filled=True, size=75, opacity=1).encode(x=across, tooltip=said)
    bars = base.transform_filter("isValid(datum.q10)").mark_rule(strokeWidth=3, opacity=0.5)
    layers: list[alt.Chart] = [bars.encode(x="q10:Q", x2="q90:Q")]
    if len(ticks):
        layers.append(_ticks(ticks, down, colour))
    drawn = alt.LayerChart(layer=[*layers, dots])
    return drawn.properties(height=120 + 30 * len(lines))


def _ticks(ticks: pd.DataFrame, down: alt.Y, colour: alt.Color) -> alt.Chart:
    said = [
        alt.Tooltip("name:N", title="entry"),
        alt.Tooltip("case:N"),
        alt.Tooltip("value:Q", format=".4~g"),
    ]
    chart: alt.Chart = (
        alt.Chart(ticks[["name", "kind", "case", "value"]])
        .mark_tick(thickness=1.5, size=18, opacity=0.55, color=COLOUR)
        .encode(x="value:Q", y=down, color=colour, tooltip=said)
    )
    return chart
