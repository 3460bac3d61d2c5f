"""The cases that a run is best and worst at, under one metric; a click shows the clip."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from pathlib import Path
from typing import Any

import pandas as pd
import streamlit as st

from bench.base.wording import number
from bench.errors import BadResults, BenchError
from bench.runs import RunFolder
from bench.scoring import breakdown
from bench.types import SIGNS
from leaderboard import choices, model_clip, words
from leaderboard.choices import choose
from leaderboard.source import card

COUNT = 6
"""At each end: one line of small pictures."""

THUMBNAIL = (240, 160)
"""Width and height."""


def show(rows: pd.DataFrame, folder: RunFolder | None) -> None:
    """Draws both ends, and all cases as a table.

    Args:
        rows: of the run.
        folder: of its clips; None where only its numbers are here, which leaves out the pictures.
    """
    measured = rows[rows["case"].notna() & rows["value"].notna()]
    metrics = _telling_first(measured)
    if not metrics:
        st.info("No case of this run has a value.")
        return
    metric = choose(st.container(), "By metric", metrics, key="by")
    sign = SIGNS[known.direction] if (known := card(metric)) else 0
    found = breakdown.by_case(rows, metric, sign)
    pictures = _pictures(folder)
    if len(found) > 1 and found["value"].nunique() == 1:
        st.info(f"All {len(found)} cases have the same value: there is no best and no worst.")
    count = min(COUNT, (len(found) + 1) // 2)
    _show_end("Best" if sign else "Highest", found.head(count), metric, pictures)
    _show_end("Worst" if sign else "Lowest", found.iloc[count:].tail(count)[::-1], metric, pictures)
    with st.expander(f"All {len(found)} cases" if len(found) > 1 else "The one case"):
        st.dataframe(found[["case", "value"]], hide_index=True, alt=f"{metric} of each case")


def _telling_first(measured: pd.DataFrame) -> list[str]:
    """The metrics: first those whose cases differ, of these the main ones, of these those that know better or worse."""
    spread = measured.groupby("metric")["value"].agg(lambda values: values.max() - values.min())

    def key(metric: str) -> tuple[bool, bool, bool, str]:
        known = card(metric)
        return (
            spread[metric] == 0,
            not (known and known.is_main),
            not (known and SIGNS[known.direction]),
            metric,
        )

    return sorted(map(str, spread.index), key=key)


def _show_end(title: str, cases: pd.DataFrame, metric: str, pictures: Mapping[str, Path]) -> None:
    if cases.empty:
        return
    st.markdown(f"**{title}**")
    with st.grid("auto", min_column_width=150):
        for case in cases.to_dict("records"):
            with st.container(border=True, gap="xsmall"):
                _show_case(case, metric, pictures)


def _show_case(case: dict[Hashable, Any], metric: str, pictures: Mapping[str, Path]) -> None:
    if case["case"] in pictures:
        _show_thumbnail(pictures[case["case"]])
    st.text(case["case"])
    st.caption(words.plain(f"{number(case['value'])} {words.unit(metric)}".rstrip()))
    chosen = {"case": case["case"], "seed": int(case["seed"])}
    key = f"show {case['case']}"
    st.button("Show the clip", key=key, on_click=choices.clear, args=(chosen,), width="stretch")


def _show_thumbnail(path: Path) -> None:
    try:
        st.image(model_clip.fitted(path, THUMBNAIL, "cover"), width="stretch", alt="The input image")
    except (BenchError, OSError):
        st.caption("The image cannot be shown.")


def _pictures(folder: RunFolder | None) -> dict[str, Path]:
    """Case -> its input image, as the run knew it."""
    if folder is None:
        return {}
    try:
        return {case.id: case.image for case in folder.suite.cases}
    except BadResults as error:
        st.warning(words.plain(str(error)))
        return {}
