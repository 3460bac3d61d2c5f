"""What was measured along the clip: of one clip as lines, of all of a run as bands."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from bench.runs.row_facts import decoded
from bench.statistics import series_bands
from bench.statistics.series_bands import Band
from leaderboard import charts, series_charts, words
from leaderboard.source import card

ABOUT_BANDS = (
    "Line: the mean over cases. Band: where the middle 80 % of the cases lie. The seeds of a case count as one: "
    "their mean."
)
BY_SHARE = "Clips differ in length: each is shown from its beginning, 0 %, to its end, 100 %."


def show_clip(rows: pd.DataFrame) -> None:
    """Every metric of one clip that has a value a frame, or a pair of frames."""
    drawn = _with_series(rows)
    if drawn.empty:
        st.info("No metric of this clip has a value for each frame.")
        return
    with st.grid("auto", min_column_width=300):
        for row in drawn.to_dict("records"):
            with st.container():
                _show_title(row["metric"])
                _show_line(row)


def show_bands(rows: pd.DataFrame) -> None:
    """Every metric of the run that has a value a frame, or a pair of frames, over all its clips."""
    drawn = _with_series(rows)
    if drawn.empty:
        st.info("No metric of this run has a value for each frame.")
        return
    st.caption(words.plain(ABOUT_BANDS))
    with st.grid("auto", min_column_width=300):
        for metric, group in drawn.groupby("metric", sort=False):
            series = {str(case): [*seeds] for case, seeds in group.groupby("case", sort=False)["series"]}
            if band := series_bands.band(series):
                with st.container():
                    _show_title(str(metric), f"{_cases(band)}; ")
                    _show_band(str(metric), band, group)


def _with_series(rows: pd.DataFrame) -> pd.DataFrame:
    found: pd.DataFrame = rows[
        rows["case"].notna() & rows["series"].map(lambda series: series is not None and len(series) > 0)
    ]
    return found


def _show_title(metric: str, about: str = "") -> None:
    known = card(metric)
    st.markdown(f"**{words.plain(metric)}**", help=words.plain(known.definition) if known else None)
    if known and known.series:
        st.caption(words.plain(about + known.series))


def _show_line(row: dict[Any, Any]) -> None:
    known = decoded([row["decoded"]])
    chart = charts.series(row["series"], known.frames, known.fps, words.unit(row["metric"]))
    st.altair_chart(chart, alt=f"{row['metric']} along the clip")


def _show_band(metric: str, band: Band, rows: pd.DataFrame) -> None:
    frames = {decoded([text]).frames for text in rows["decoded"].unique()}
    is_of_pairs = not band.is_by_share and frames == {len(band.mean_P) + 1}
    places = band.places_P + (1 if is_of_pairs else 0)  # a pair's value stands at its later frame
    points = pd.DataFrame(
        {"place": places, "mean": band.mean_P, "low": band.low_P, "high": band.high_P, "cases": band.cases}
    )
    title = "% of the clip" if band.is_by_share else "frame"
    st.altair_chart(series_charts.band(points, title, words.unit(metric)), alt=f"{metric} over all clips")
    if band.is_by_share:
        st.caption(BY_SHARE)


def _cases(band: Band) -> str:
    return "1 case: no band" if band.cases == 1 else f"{band.cases} cases"
