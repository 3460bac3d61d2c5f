"""Every score of a run, and the main ones by category."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from bench.scoring import breakdown
from leaderboard import links, series_charts, words
from leaderboard.source import Board, card

MOST = 9
"""Metrics that are drawn when nobody chose: three lines of three."""

ABOUT_CATEGORIES = (
    "Mean and 95 % interval over the cases of each category; in brackets, how many cases have a value. Dashed: the "
    "mean of all cases. Few cases have a wide interval, one has none."
)


def show(board: Board, run: str, rows: pd.DataFrame, clip_rows: pd.DataFrame) -> None:
    """Draws both.

    Args:
        board: for the scores.
        run: id.
        rows: of the run, all columns.
        clip_rows: of the clip that was chosen; may be none.
    """
    scores = board.scores[board.scores["run"] == run]
    _show_table(scores, clip_rows)
    _show_categories(scores, breakdown.by_category(rows))


def _show_table(scores: pd.DataFrame, clip_rows: pd.DataFrame) -> None:
    of_clip = dict(zip(clip_rows["metric"], clip_rows["value"], strict=True))
    lines = [_line(score, of_clip.get(score["metric"])) for score in scores.to_dict("records")]
    number = st.column_config.NumberColumn
    config = {
        "Metric": st.column_config.TextColumn(pinned=True),
        "This clip": number(format="%.4g", help="The value of the clip above"),
        "Mean": number(format="%.4g", help="Mean over cases of the mean over seeds"),
        "Low": number(format="%.4g", help="Lower end of the mean's 95 % interval"),
        "High": number(format="%.4g", help="Upper end of the mean's 95 % interval"),
        "Cases": number(help="Cases behind the mean; clips, for a number about the whole set"),
        "Not measurable": number(help="Clips that have no such value to give"),
        "Failed": number(help="Clips where something broke"),
        "About": st.column_config.LinkColumn(display_text="what it is", help="The metric's own page"),
    }
    st.dataframe(
        pd.DataFrame(lines), hide_index=True, column_config=config, placeholder="–", alt="Metrics of the run"
    )


def _line(score: dict[Any, Any], of_clip: float | None) -> dict[str, Any]:
    return {
        "Metric": words.heading(score["metric"]),
        "This clip": of_clip,
        "Mean": score["mean"],
        "Low": score["low"],
        "High": score["high"],
        "Unit": words.unit(score["metric"]),
        "Cases": score["cases"],
        "Not measurable": score["unmeasurable"],
        "Failed": score["failed"] - score["unmeasurable"],
        "Version": score["metric_version"],
        "About": links.to("metrics", metric=score["metric"]),
    }


def _show_categories(scores: pd.DataFrame, found: pd.DataFrame) -> None:
    st.subheader("By category", anchor=False)
    names = [name for name in found["category"].unique() if name]
    if len(names) < 2:
        only = (
            words.plain(f"All cases are of one category: {names[0]}.") if names else "No case has a category."
        )
        st.caption(only)
        return
    measured = found[found["mean"].notna()]
    there = list(measured["metric"].unique())
    chosen = st.multiselect(
        "Metrics", there, default=_telling(measured)[:MOST], key="metrics", bind="query-params"
    )
    st.caption(words.plain(ABOUT_CATEGORIES))
    means = dict(zip(scores["metric"], scores["mean"], strict=True))
    with st.grid("auto", min_column_width=300):
        for metric in chosen:
            with st.container():
                st.markdown(f"**{words.plain(words.heading(metric))}**")
                _show_chart(measured[measured["metric"] == metric], means[metric])
    with st.expander("The same as a table"):
        _show_category_table(measured[measured["metric"].isin(chosen)])


def _telling(scores: pd.DataFrame) -> list[str]:
    """The metrics that differ from category to category, main ones first."""
    spread = scores.groupby("metric", sort=False)["mean"].agg(lambda means: means.max() - means.min())
    differ = [str(metric) for metric, width in spread.items() if width > 0]
    return sorted(differ, key=lambda metric: not ((known := card(metric)) and known.is_main))


def _show_chart(scores: pd.DataFrame, overall: float) -> None:
    metric = str(scores["metric"].iloc[0])
    points = pd.DataFrame(
        {
            "category": [
                f"{name or 'none'} ({cases})"
                for name, cases in zip(scores["category"], scores["cases"], strict=True)
            ],
            "text": [
                words.with_interval(*numbers)
                for numbers in scores[["mean", "low", "high"]].itertuples(index=False, name=None)
            ],
            **{name: scores[name].astype(float).to_numpy() for name in ("mean", "low", "high")},
        }
    ).sort_values("category")
    chart = series_charts.categories(points, overall, words.heading(metric), words.unit(metric))
    st.altair_chart(chart, alt=f"{metric} by category")


def _show_category_table(scores: pd.DataFrame) -> None:
    shown = scores.assign(metric=scores["metric"].map(words.heading))
    names = ["metric", "category", "mean", "low", "high", "cases", "failed"]
    number = st.column_config.NumberColumn
    st.dataframe(
        shown[names],
        hide_index=True,
        placeholder="–",
        column_config={name: number(format="%.4g") for name in ("mean", "low", "high")},
        alt="Scores by category",
    )
