"""The page of response curves: which metric shows which damage, from which severity on, and does its card say so."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import streamlit as st

from bench import curves, matrix
from bench.curves import Calibration, Curve, MetricFacts
from bench.errors import BadResults
from leaderboard import curve_charts, source, words
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
    path = _path()
    if path is None:
        _show_empty()
        return
    try:
        found = _read(str(path), _stamp(path))
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


def _path() -> Path | None:
    """The table of this machine, else the published one."""
    out, published = source.folders()
    return next((path for folder in (out, *published) if (path := folder / curves.FILE).is_file()), None)


def _stamp(path: Path) -> tuple[int, int, int]:
    status = path.stat()
    return status.st_mtime_ns, status.st_size, status.st_ino


@st.cache_resource(max_entries=2, show_spinner="Reading curves …")
def _read(path: str, stamp: tuple[int, int, int]) -> Calibration:
    """The table; stamp is of the file, so that a changed one is read anew."""
    return curves.read(Path(path))


def _show_empty() -> None:
    out, published = source.folders()
    places = " or ".join(words.plain(str(folder / curves.FILE)) for folder in (out, *published))
    st.info(f"No calibration at {places} yet. Make one, then reload this page:")
    st.code("bench calibrate", language=None)


# All of it


def _show_matrix(found: Calibration) -> None:
    broken = matrix.not_as_claimed(found)
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
    shown = [curve for curve in found.curves if curve.metric == name]
    if metric.shows or metric.ignores:
        st.text(
            f"Its card claims that it shows {_listed(metric.shows)}, and that it ignores {_listed(metric.ignores)}."
        )
    with st.grid("auto", min_column_width=230):
        for curve in shown:
            _show_curve(found, curve, curve.damage, words.unit(name))


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


def _show_curve(found: Calibration, curve: Curve, title: str, unit: str) -> None:
    damage = next(each for each in found.damages if each.name == curve.damage)
    points = pd.DataFrame(
        {
            "severity": [0.0, *damage.severities],
            "change": [0.0, *curve.changes],
            "low": [0.0, *curve.lows],
            "high": [0.0, *curve.highs],
        }
    )
    with st.container():
        st.markdown(f"**{words.plain(title)}**", help=words.plain(damage.about))
        st.caption(words.plain(curves.found(curve)))
        st.altair_chart(curve_charts.curve(points, damage.unit, unit), alt=f"{curve.metric} and {title}")


def _listed(names: tuple[str, ...]) -> str:
    return ", ".join(names) or "nothing"


def _show_about(found: Calibration) -> None:
    with st.expander("Where the curves come from"):
        for name, text in found.about.items():
            st.text(f"{name}: {text}")


if __name__ == "__main__":
    show()
