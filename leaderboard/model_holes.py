"""Why values of a run are missing: the reasons, and every clip that each cost something."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from bench.scoring import breakdown, summary

ABOUT = (
    "Failed: something broke. Not measurable: the clip has no such value to give (too short, no text), which is no "
    "fault. Neither counts as 0: the mean is of the clips that have a value, and every table says of how many."
)


def show(rows: pd.DataFrame) -> None:
    """Draws both tables.

    Args:
        rows: of the run.
    """
    reasons = breakdown.by_reason(rows)
    if reasons.empty:
        st.success("Every clip has every value.", icon=None)
        return
    st.caption(ABOUT)
    shown = reasons[["status", "error", "clips", "metrics"]].rename(columns={"error": "why"})
    config = {"why": st.column_config.TextColumn(width="large")}
    st.dataframe(shown, hide_index=True, column_config=config, alt="Reasons why values are missing")
    with st.expander("Clip by clip"):
        holes = summary.failures(rows)[["case", "seed", "status", "metrics", "error"]]
        holes = holes.rename(columns={"error": "why"})
        holes["case"] = holes["case"].fillna("the set")
        st.dataframe(holes, hide_index=True, placeholder="", alt="Why values are missing, clip by clip")
