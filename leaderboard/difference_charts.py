"""Forest plots: how far two runs are apart, metric by metric, in a unit that all metrics share."""

from __future__ import annotations

import altair as alt
import pandas as pd

from bench.base.svg import REACH
from bench.comparison.differences import Pair
from bench.comparison.plots import standardised
from leaderboard import words

SIGNS = {
    "better": "▲",
    "worse": "▼",
    "differs": "◆",
    "no difference shown": "○",
    "too few cases": "·",
}
"""Verdict -> the sign that says it without its colour."""

COLOURS = {
    "better": "#2e9e6b",
    "worse": "#d1495b",
    "differs": "#8a6fd1",
    "no difference shown": "#8a8f98",
    "too few cases": "#8a8f98",
}
"""Verdict -> its colour, on white and on Streamlit's dark background alike."""

SHAPES = {
    "better": "triangle-right",
    "worse": "triangle-left",
    "differs": "diamond",
    "no difference shown": "circle",
    "too few cases": "cross",
}


def points(pair: Pair) -> pd.DataFrame:
    """One line a metric that has an interval: metric; gain, low, high; verdict; text.

    In standard deviations, cut at REACH. The gain of a metric without a better direction is its difference.
    """
    found = []
    for each in pair.differences:
        scaled = standardised(each)
        if scaled:
            gain, half = scaled
            ends = {"gain": gain, "low": gain - half, "high": gain + half}
            shown = {name: max(-REACH, min(REACH, value)) for name, value in ends.items()}
            text = f"{gain:+.2f} ± {half:.2f} standard deviations".replace("-", "−")
            found.append(
                {"metric": words.heading(each.metric), **shown, "verdict": each.verdict, "text": text}
            )
    return pd.DataFrame(found, columns=["metric", "gain", "low", "high", "verdict", "text"])


def forest(drawn: pd.DataFrame, a: str, b: str) -> alt.LayerChart:
    """Points with 95 % intervals around 0, where b is as good as a; right is better.

    Args:
        drawn: see points.
        a, b: names of the baseline and the other.
    """
    verdicts = [verdict for verdict in SIGNS if verdict in set(drawn["verdict"])]
    base = alt.Chart(drawn).encode(
        y=alt.Y("metric:N", sort=None, title=None, axis=alt.Axis(labelLimit=190, labelFlush=False)),
        tooltip=[alt.Tooltip(f"{name}:N") for name in ("metric", "verdict", "text")],
    )
    across = alt.X(
        "low:Q",
        scale=alt.Scale(domain=[-REACH, REACH], nice=False),
        title=[
            f"← {a[:24]} is better · {b[:24]} is better →",
            "standard deviations of the cases' differences",
        ],
        axis=alt.Axis(values=list(range(-int(REACH), int(REACH) + 1)), format="+d", labelFlush=False),
    )
    colour = alt.Color(
        "verdict:N",
        scale=alt.Scale(domain=verdicts, range=[COLOURS[verdict] for verdict in verdicts]),
        legend=alt.Legend(title=None, orient="top"),
    )
    shape = alt.Shape(
        "verdict:N", scale=alt.Scale(domain=verdicts, range=[SHAPES[verdict] for verdict in verdicts])
    )
    zero = (
        alt.Chart(pd.DataFrame({"zero": [0.0]}))
        .mark_rule(color="#8a8f98", strokeDash=[4, 3])
        .encode(x="zero:Q")
    )
    bars = base.mark_rule(strokeWidth=2).encode(x=across, x2="high:Q", color=colour)
    marks = base.mark_point(filled=True, size=90, opacity=1).encode(
        x=alt.X("gain:Q"), color=colour, shape=shape
    )
    layered = alt.LayerChart(layer=[zero, bars, marks])
    return layered.properties(height=110 + 28 * len(drawn))
