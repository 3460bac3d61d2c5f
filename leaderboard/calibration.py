"""The page of response curves: which metric shows which damage, from which severity on, and does its card say so."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from bench.calibration import curves, tables
from bench.calibration.curves import Calibration, Curve, MetricFacts
from bench.errors import BadResults
from leaderboard import curve_charts, curve_views, source, words
from leaderboard.choices import choose

ABOUT = (
    "Sound clips are damaged at growing severity; a curve is the mean difference to the undamaged clip with its 95 % "
    "interval. Shows: told apart from a severity on, monotone, to the worse where one way is better. Moves: told "
    "apart, but back and forth or to the better. Silent: not told apart even at the greatest severity."
)

VERDICTS = {"shows": "shows", "moves": "moves", "silent": "silent", "too few": "too few clips"}


def show() -> None:
    """Draws the page."""
    st.title("Calibration")
    path = curve_views.path()
    if path is None:
        _show_empty()
        return
    try:
        found = curve_views.read(path)
    except (BadResults, OSError) as error:
        st.warning(words.plain(str(error)))
        return
    if not found.curves:
        st.info("This calibration has no curve: no metric had a value on the clips.")
        return
    st.caption(words.plain(ABOUT))
    _show_matrix(found)
    _show_metric(found)
    _show_damage(found)
    _show_about(found)


def _show_empty() -> None:
    out, published = source.folders()
    places = " or ".join(words.plain(str(folder / curves.FILE)) for folder in (out, *published))
    st.info(f"No calibration at {places} yet. Make one, then reload this page:")
    st.code("bench calibrate", language=None)


# All of it


def _show_matrix(found: Calibration) -> None:
    broken = tables.not_as_claimed(found)
    if broken:
        lines = "\n".join(f"- {words.plain(line)}" for line in broken)
        st.warning(f"{len(broken)} not as the cards claim:\n{lines}")
    owners = list(dict.fromkeys(metric.evaluator for metric in found.metrics))
    owner = choose(st.container(), "Evaluator", ["all", *owners], key="evaluator")
    shown = [metric for metric in found.metrics if owner in ("all", metric.evaluator)]
    st.altair_chart(curve_charts.matrix(cells(found, shown)), alt="Which metric shows which damage")


def cells(found: Calibration, metrics: list[MetricFacts]) -> pd.DataFrame:
    """One line a curve: metric, damage, verdict, sign (of the matrix) and text (for the tooltip)."""
    of = {metric.name: metric for metric in metrics}
    lines = [
        {
            "metric": words.heading(curve.metric),
            "damage": curve.damage,
            "verdict": VERDICTS[curve.verdict],
            "sign": _sign(found, of[curve.metric], curve),
            "text": curves.found(curve),
        }
        for curve in found.curves
        if curve.metric in of
    ]
    return pd.DataFrame(lines, columns=["metric", "damage", "verdict", "sign", "text"])


def _sign(found: Calibration, metric: MetricFacts, curve: Curve) -> str:
    claim = metric.claim(curve.damage)
    return "" if not claim or curve.verdict == "too few" else "✗" if found.is_broken(metric, curve) else "✓"


# One of it


def _show_metric(found: Calibration) -> None:
    st.subheader("One metric, every damage")
    names = [metric.name for metric in found.metrics]
    name = choose(st.container(), "Metric", names, key="metric")
    metric = next(each for each in found.metrics if each.name == name)
    curve_views.show_claims(metric)
    curve_views.show_curves(found, metric)


def _show_damage(found: Calibration) -> None:
    st.subheader("One damage, every metric that sees it")
    name = choose(st.container(), "Damage", [damage.name for damage in found.damages], key="damage")
    damage = next(each for each in found.damages if each.name == name)
    st.text(f"{damage.title}: {damage.about}")
    seen = [curve for curve in found.curves if curve.damage == name and curve.verdict in curves.SEEN]
    if not seen:
        st.info("No metric tells it apart from no damage.")
        return
    lines = [
        {
            "Metric": words.heading(curve.metric),
            "Verdict": VERDICTS[curve.verdict],
            f"From ({damage.unit})": curve.told_from,
            "Undamaged": curve.baseline,
            "Change at the greatest": curve.changes[-1],
            "Low": curve.lows[-1],
            "High": curve.highs[-1],
            "Clips": curve.clips,
        }
        for curve in sorted(seen, key=lambda curve: (curve.verdict != "shows", curve.told_from))
    ]
    numbers = {
        heading: st.column_config.NumberColumn(format="%.4g")
        for heading in ("Undamaged", "Change at the greatest", "Low", "High")
    }
    st.dataframe(pd.DataFrame(lines), hide_index=True, column_config=numbers, alt=f"Metrics that see {name}")


def _show_about(found: Calibration) -> None:
    with st.expander("Where the curves come from"):
        for name, text in found.about.items():
            st.text(f"{name}: {text}")


if __name__ == "__main__":
    show()
