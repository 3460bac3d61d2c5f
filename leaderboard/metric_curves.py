"""What damages do to a metric, measured: its response curves, or why there are none."""

from __future__ import annotations

from pathlib import Path

import streamlit as st

from bench.errors import BadResults
from bench.evaluators import catalogue
from leaderboard import curve_views, words

CALIBRATION = Path(__file__).with_name("calibration.py")


def show(metric: str) -> None:
    """Draws them."""
    st.subheader("Under damage", anchor=False)
    path = curve_views.path()
    if path is None:
        st.caption("Nobody has calibrated here: bench calibrate makes the curves.")
        return
    try:
        found = curve_views.read(path)
    except (BadResults, OSError) as error:
        st.warning(words.plain(str(error)))
        return
    names = (metric, catalogue.bare(metric))
    own = next((each for each in found.metrics if each.name in names), None)
    if own is None or not any(curve.metric == own.name for curve in found.curves):
        st.caption("It has no curve: it was not calibrated, or had no value on the clips that were damaged.")
        return
    st.caption("The mean change of sound clips, damaged at growing severity, with its 95 % interval.")
    curve_views.show_curves(found, own)
    st.page_link(CALIBRATION, label="All metrics and damages", query_params={"metric": own.name})
