"""Response curves as pages show them: the table that is here, and one metric's or damage's curves, drawn."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import streamlit as st

from bench.calibration import curves
from bench.calibration.curves import Calibration, Curve, MetricFacts
from leaderboard import curve_charts, source, words


def path() -> Path | None:
    """The table of this machine, else the published one."""
    out, published = source.folders()
    return next((path for folder in (out, *published) if (path := folder / curves.FILE).is_file()), None)


def read(path: Path) -> Calibration:
    """The table in a file.

    Raises:
        BadResults: it is no such table.
        OSError: it is gone.
    """
    status = path.stat()
    return _read(str(path), (status.st_mtime_ns, status.st_size, status.st_ino))


@st.cache_resource(max_entries=2, show_spinner="Reading curves …")
def _read(path: str, stamp: tuple[int, int, int]) -> Calibration:
    """The table; stamp is of the file, so that a changed one is read anew."""
    return curves.read(Path(path))


def show_claims(metric: MetricFacts) -> None:
    """What its card claims, as one sentence."""
    if metric.shows or metric.ignores:
        st.text(
            f"Its card claims that it shows {_listed(metric.shows)}, and that it ignores {_listed(metric.ignores)}."
        )


def _listed(names: tuple[str, ...]) -> str:
    return ", ".join(names) or "nothing"


def show_curves(found: Calibration, metric: MetricFacts) -> None:
    """One curve a damage."""
    with st.grid("auto", min_column_width=230):
        for curve in found.curves:
            if curve.metric == metric.name:
                _show_curve(found, curve)


def _show_curve(found: Calibration, curve: Curve) -> None:
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
        st.markdown(f"**{words.plain(curve.damage)}**", help=words.plain(damage.about))
        st.caption(words.plain(curves.found(curve)))
        chart = curve_charts.curve(points, damage.unit, words.unit(curve.metric))
        st.altair_chart(chart, alt=f"{curve.metric} and {curve.damage}")
