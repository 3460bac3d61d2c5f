"""The page of two numbers at once: what a model gains in one and pays in the other, and who is beaten in both."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd
import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from bench.scoring.standings import Column, Line, Score
from bench.statistics import pareto
from bench.statistics.pareto import Place, Span, Spot
from bench.types import SIGNS
from leaderboard import columns, links, notices, ranked, source, tables, tradeoff_charts, words
from leaderboard.choices import choose, toggle
from leaderboard.source import card
from leaderboard.tradeoff_charts import Axis

QUESTIONS = {
    "Motion and consistency": (("motion_share",), ("first_frame_ssim", "ssim_mean", "warping_error")),
    "Smoothness and motion": (("motion_share",), ("motion_smoothness", "flicker_compensated")),
    "Quality and seconds": (
        ("cost_seconds",),
        ("fvd_debiased", "fvd_lite0_debiased", "first_frame_ssim", "ssim_mean"),
    ),
    "Quality and memory": (("cost_peak_memory",), ("fvd_debiased", "fvd_lite0_debiased", "first_frame_ssim")),
    "Quality and money": (("cost_usd",), ("fvd_debiased", "fvd_lite0_debiased", "first_frame_ssim")),
}
"""Question -> metrics across and up, the first that was measured of each."""

OWN = "Own choice"
BETTER = {"more": 1, "less": -1}

ABOUT = (
    "Each cross is a run: its means, and their 95 % intervals as arms. On the dashed front, nobody is at least as good "
    "in both numbers and better in one. Orange runs are behind it, but their intervals reach it. Gray runs are beaten: "
    "somebody is better in both, beyond all intervals. Null baselines and reference clips are drawn, never ranked."
)


@dataclass(frozen=True)
class Plot:
    """What is plotted.

    Attributes:
        across, up: the two metrics.
        lines: runs that have a value of both.
        signs: which way is better in each.
    """

    across: Column
    up: Column
    lines: tuple[Line, ...]
    signs: tuple[int, int]

    def spot(self, line: Line) -> Spot:
        """Where a run stands."""
        return _span(line.scores[self.across]), _span(line.scores[self.up])

    def places(self) -> Mapping[str, Place]:
        """Run -> its place among the models."""
        return pareto.places(self._spots(), self.signs)

    def front(self) -> list[Line]:
        """The models on the front, from left to right."""
        of_run = {line.run: line for line in self.lines}
        return [of_run[run] for run in pareto.front(self._spots(), self.signs)]

    def _spots(self) -> dict[str, Spot]:
        return {line.run: self.spot(line) for line in self.lines if line.role == "model"}


def show() -> None:
    """Draws the page."""
    st.title("Trade-offs", anchor=False)
    board = source.read()
    notices.show_problems(board)
    if board.rows.empty:
        notices.show_empty()
        return
    left, right = st.columns(2)
    suite = choose(left, "Suite", board.suites, key="suite")
    scores = board.scores[board.scores["suite"] + "@" + board.scores["suite_version"] == suite]
    measured = columns.ordered(scores.loc[scores["mean"].notna(), "metric"])
    pair = _choose_pair(right, measured)
    if pair is None:
        st.info("There is one metric only on this suite: nothing to trade.")
        return
    standing = ranked.standing(board, suite, pair)
    plot = _choose_plot(standing.columns, standing.lines, pair)
    st.caption(ABOUT)
    if plot.lines:
        _show_plot(plot)
        _show_places(plot)
    else:
        st.info("No run has a value of both metrics.")


def _choose_pair(place: DeltaGenerator, measured: Sequence[str]) -> tuple[str, str] | None:
    """The metrics across and up; None where there are no two."""
    if len(measured) < 2:
        return None
    able = {name: pair for name, wanted in QUESTIONS.items() if (pair := _first(wanted, measured))}
    question = choose(place, "Question", [*able, OWN], key="question")
    if question != OWN:
        return able[question]
    left, right = st.columns(2)
    across = choose(left, "Across", list(measured), key="x")
    return across, choose(right, "Up", [metric for metric in measured if metric != across], key="y")


def _first(wanted: tuple[Sequence[str], Sequence[str]], measured: Sequence[str]) -> tuple[str, str] | None:
    across, up = (next((metric for metric in side if metric in measured), None) for side in wanted)
    return (across, up) if across and up else None


def _choose_plot(shown: Sequence[Column], lines: Sequence[Line], pair: tuple[str, str]) -> Plot:
    """Of several versions of a metric the one that most runs have: numbers of two versions do not compare."""
    across, up = (_version(shown, lines, metric) for metric in pair)
    there = tuple(line for line in lines if tables.has_score(line, across) and tables.has_score(line, up))
    with st.container(horizontal=True):
        signs = _choose_sign(across, "x"), _choose_sign(up, "y")
    return Plot(across, up, there, signs)


def _version(shown: Sequence[Column], lines: Sequence[Line], metric: str) -> Column:
    own = [column for column in shown if column.metric == metric]
    return max(own, key=lambda column: sum(tables.has_score(line, column) for line in lines))


def _choose_sign(column: Column, axis: str) -> int:
    """Which way is better; the visitor's word where the metric's card leaves it open."""
    known = card(column.metric)
    sign = SIGNS[known.direction] if known else 0
    if sign:
        return sign
    about = f"{column.metric} is neither good nor bad in itself: it depends on what was asked for."
    place = st.container(width=260)
    return BETTER[
        choose(place, f"Better in {column.metric}", list(BETTER), key=f"better_{axis}", about=about)
    ]


def _span(score: Score) -> Span:
    return Span(score.mean, score.low, score.high)


# Drawn


def _show_plot(plot: Plot) -> None:
    places = plot.places()
    points = pd.DataFrame([_point(plot, line, places.get(line.run, "not ranked")) for line in plot.lines])
    with st.container(horizontal=True):
        axes = [_axis(points, column, sign, name) for column, sign, name in _sides(plot)]
    front = [plot.spot(line) for line in plot.front()]
    line = pd.DataFrame({"x": [x.mean for x, _ in front], "y": [y.mean for _, y in front]})
    chart = tradeoff_charts.scatter(points, line, *axes)
    st.altair_chart(chart, alt=f"{plot.up.metric} against {plot.across.metric}")


def _sides(plot: Plot) -> list[tuple[Column, int, str]]:
    return [(plot.across, plot.signs[0], "x"), (plot.up, plot.signs[1], "y")]


def _axis(points: pd.DataFrame, column: Column, sign: int, axis: str) -> Axis:
    unit = words.unit(column.metric)
    title = f"{column.metric} ({unit})" if unit else column.metric
    ends = points[[axis, f"{axis}_low"]]
    can_be_log = bool((ends.isna() | (ends > 0)).all(axis=None))
    is_log = toggle(st.container(width="content"), f"Logarithmic {column.metric}", key=f"log_{axis}")
    if is_log and not can_be_log:
        st.text(f"{column.metric} reaches 0 or below, which no logarithmic axis shows.")
    return Axis(title, sign, is_log and can_be_log)


def _point(plot: Plot, line: Line, place: str) -> dict[str, object]:
    x, y = plot.spot(line)
    return {
        "name": line.name, "kind": line.role, "place": place,
        "x": x.mean, "x_low": x.low, "x_high": x.high, "text_x": words.with_interval(x.mean, x.low, x.high),
        "y": y.mean, "y_low": y.low, "y_high": y.high, "text_y": words.with_interval(y.mean, y.low, y.high),
    }  # fmt: skip


def _show_places(plot: Plot) -> None:
    """The plot in words: who is where, for those who cannot see it and for those who want to copy it."""
    places = plot.places()
    if not places:
        st.info("No model has both numbers, only what is no model.")
        return
    order: dict[str, int] = {"on the front": 0, "not told apart": 1, "beaten": 2}
    lines = sorted(
        (line for line in plot.lines if line.run in places), key=lambda line: order[places[line.run]]
    )
    headings = [tables.plain_heading(column, (plot.across, plot.up)) for column in (plot.across, plot.up)]
    rows = [
        {
            "Model": line.name,
            "Open": links.to("model", run=line.run),
            "Place": places[line.run],
            **{
                name: words.with_interval(s.mean, s.low, s.high)
                for name, s in zip(headings, plot.spot(line), strict=True)
            },
        }
        for line in lines
    ]
    config = {
        "Model": st.column_config.TextColumn(pinned=True),
        "Open": st.column_config.LinkColumn(display_text="open", width=60),
    }
    st.dataframe(pd.DataFrame(rows), hide_index=True, column_config=config, alt="Place of every model")


if __name__ == "__main__":
    show()
