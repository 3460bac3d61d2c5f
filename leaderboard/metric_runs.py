"""What runs make of a metric: how its values lie over the cases of each, and which other metrics say the same."""

from __future__ import annotations

from typing import TypeAlias

import pandas as pd
import streamlit as st

from bench.scoring import summary
from bench.statistics import correlations, quantiles
from bench.statistics.correlations import Correlation
from bench.types import SIGNS
from leaderboard import links, source, strip_charts, words
from leaderboard.choices import choose
from leaderboard.source import Board, Stamp, card

Stamps: TypeAlias = tuple[tuple[str, Stamp], ...]

MOST_RUNS = 40
"""Runs in one plot: the best, and every baseline besides."""

MOST_TICKS = 6_000
"""Cases that are drawn one by one."""

AGREE = {1: "the same", 0: "", -1: "the opposite"}


def show(board: Board, metric: str) -> None:
    """Draws both for one suite."""
    if not board.suites:
        return
    st.subheader("On the runs", anchor=False)
    about = "Numbers compare only within one version of a suite."
    suite = choose(st.container(), "Suite", board.suites, key="suite", about=about)
    stamps = tuple(board.files.items())
    means = _case_means(board, stamps, suite)
    own = quantiles.of_usual_versions(means[means["metric"] == metric])
    if len(own):
        _show_spread(board, metric, own)
        _show_alike(metric, *_values(board, stamps, suite))
    else:
        _show_of_sets(board, metric, suite)


@st.cache_resource(max_entries=4, show_spinner="Reading values …")
def _case_means(_board: Board, stamps: Stamps, suite: str) -> pd.DataFrame:
    """Of one suite; stamps are of the board's files, so that a changed one is read anew."""
    name, _, version = suite.rpartition("@")
    rows = _board.rows
    return summary.case_means(rows[(rows["suite"] == name) & (rows["suite_version"] == version)])


@st.cache_resource(max_entries=4, show_spinner="Comparing metrics …")
def _values(_board: Board, stamps: Stamps, suite: str) -> tuple[pd.DataFrame, str]:
    """The values that metrics are compared by, see correlations.table, and whose they are.

    Baselines are left out where there are two models: noise and stills would decide everything.
    """
    means, kinds = _case_means(_board, stamps, suite), _kinds(_board)
    models = [run for run in means["run"].unique() if kinds[str(run)] == "model"]
    if len(models) < 2:
        return correlations.table(means), "all runs, null baselines among them"
    return correlations.table(means[means["run"].isin(models)]), f"{len(models)} models"


def _kinds(board: Board) -> dict[str, str]:
    """Run -> what it is for."""
    runs = board.scores.drop_duplicates("run")
    return {
        str(run): source.model_card(str(model)).role
        for run, model in zip(runs["run"], runs["model"], strict=True)
    }


def _sign(metric: str) -> int:
    known = card(metric)
    return SIGNS[known.direction] if known else 0


def _show_spread(board: Board, metric: str, own: pd.DataFrame) -> None:
    found = quantiles.by_run(own, _sign(metric))
    shown, kinds = _shown(board, found), _kinds(board)
    cases = own[own["run"].isin(shown["run"])].astype({"run": object, "case": object})
    ticks = cases.assign(name=cases["run"].map(board.names), kind=cases["run"].map(kinds))
    chart = strip_charts.spread(
        shown, ticks.head(0) if len(ticks) > MOST_TICKS else ticks, words.heading(metric), words.unit(metric)
    )
    st.altair_chart(chart, alt=f"{metric} of every case, run by run")
    st.caption(words.plain(_about_spread(own, len(found), len(shown), len(ticks) > MOST_TICKS)))


def _shown(board: Board, lines: pd.DataFrame) -> pd.DataFrame:
    """The first MOST_RUNS models and all that is no model, in their order, with names and kinds."""
    kinds = _kinds(board)
    lines = lines.assign(
        kind=[kinds[run] for run in lines["run"]], name=[board.names[run] for run in lines["run"]]
    )
    is_model = lines["kind"] == "model"
    return pd.concat([lines[is_model].head(MOST_RUNS), lines[~is_model]]).sort_index()


def _about_spread(own: pd.DataFrame, runs: int, shown: int, is_dense: bool) -> str:
    version = str(own["metric_version"].iloc[0])
    parts = [
        f"Version {version} of the metric.",
        "" if is_dense else "Thin lines: cases, each the mean of its seeds.",
        "Dot: the mean. Bar: the middle 80 % of the cases.",
        f"{shown} of {runs} runs: the best by mean, and every baseline." if shown < runs else "",
    ]
    return " ".join(part for part in parts if part)


def _show_of_sets(board: Board, metric: str, suite: str) -> None:
    """A number about the whole set has no cases: its own interval is shown."""
    scores, (name, _, version) = board.scores, suite.rpartition("@")
    is_own = (scores["suite"] == name) & (scores["suite_version"] == version) & (scores["metric"] == metric)
    found = scores[is_own & scores["mean"].notna()].astype({"run": object})
    if found.empty:
        st.caption("No run on this suite has a value.")
        return
    found = found.sort_values("mean", ascending=_sign(metric) < 0).reset_index(drop=True)
    lines = _shown(board, found).rename(columns={"low": "q10", "high": "q90"})
    chart = strip_charts.spread(lines, lines.head(0), words.heading(metric), words.unit(metric))
    st.altair_chart(chart, alt=f"{metric}, run by run")
    st.caption("A number about each whole set of clips. Bar: its 95 % interval.")


def _show_alike(metric: str, values: pd.DataFrame, whose: str) -> None:
    st.subheader("Which metrics say the same", anchor=False)
    found = correlations.strongest(values, metric)
    if not found:
        st.caption(f"Fewer than {correlations.MIN_PAIRS} cases have another metric, too, or nothing varies.")
        return
    st.caption(
        words.plain(
            f"Spearman's rank correlation over the cases of {whose}. 1: they order the cases alike; −1: the other way "
            "round; 0: they have nothing to do with each other. It does not say which of them is right."
        )
    )
    st.dataframe(
        pd.DataFrame([_line(metric, each) for each in found]),
        hide_index=True,
        column_config={
            "Metric": st.column_config.TextColumn(pinned=True),
            "Spearman": st.column_config.NumberColumn(format="%.2f"),
            "Calls better": st.column_config.TextColumn(help="Where both know which way is better"),
            "Page": st.column_config.LinkColumn(display_text="open"),
        },
        alt="Metrics that go with this one",
    )


def _line(metric: str, other: Correlation) -> dict[str, object]:
    agreement = other.spearman * _sign(metric) * _sign(other.metric)
    return {
        "Metric": words.heading(other.metric),
        "Spearman": other.spearman,
        "Calls better": AGREE[(agreement > 0) - (agreement < 0)],
        "Cases": other.pairs,
        "Page": links.to("metrics", metric=other.metric),
    }
