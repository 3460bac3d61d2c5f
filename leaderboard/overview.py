"""The first page: runs down, metrics across, one table a suite and version."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any
from urllib.parse import quote

import pandas as pd
import streamlit as st
from pandas.io.formats.style import Styler

from bench.terminal import card
from leaderboard import charts, source, words
from leaderboard.choices import choose
from leaderboard.source import Board

PINNED = ["Entry"]


def show() -> None:
    """Draws the page."""
    st.title("I2V Bench")
    board = source.read()
    show_problems(board)
    if board.rows.empty:
        show_empty()
        return
    suites = sorted({f"{suite}@{version}" for suite, version in _suites(board)})
    about = "Numbers compare only within one version of a suite."
    chosen = choose(st.container(), "Suite", suites, key="suite", about=about)
    scores = board.scores[_suite_of(board.scores) == chosen]
    metrics = _choose_metrics(scores)
    if metrics:
        _show_table(board, scores, metrics)
        _show_plot(board, scores, metrics)
        _show_definitions(metrics)


def show_problems(board: Board) -> None:
    """Names the files that were set aside."""
    if board.problems:
        count = f"{len(board.problems)} result file{'s' * (len(board.problems) > 1)}"
        lines = "\n".join(f"- {words.plain(problem)}" for problem in board.problems)
        st.warning(f"{count} set aside, the rest is shown:\n{lines}")


def show_empty() -> None:
    """Says where nothing was found and how to get something."""
    out, published = source.folders()
    places = " or ".join(words.plain(str(place)) for place in [out, *published])
    st.info(f"No results in {places} yet. Make some, then reload this page:")
    st.code("bench run", language=None)


def _suites(board: Board) -> list[tuple[str, str]]:
    return list(board.scores[["suite", "suite_version"]].drop_duplicates().itertuples(index=False, name=None))


def _suite_of(scores: pd.DataFrame) -> pd.Series[str]:
    return scores["suite"] + "@" + scores["suite_version"]


def _choose_metrics(scores: pd.DataFrame) -> list[str]:
    there = list(dict.fromkeys(scores["metric"]))
    measured = set(scores.loc[scores["mean"].notna(), "metric"])
    main = [metric for metric in there if metric in measured and (known := card(metric)) and known.is_main]
    return st.multiselect("Metrics", there, default=main or there[:8], key="metrics", bind="query-params")


def columns(scores: pd.DataFrame, metrics: Sequence[str]) -> dict[tuple[str, str], str]:
    """(metric, version) -> heading of its column: versions of one metric never share a column."""
    found = {}
    for metric in metrics:
        versions = sorted(scores.loc[scores["metric"] == metric, "metric_version"].unique())
        for version in versions:
            found[metric, version] = words.heading(metric, version if len(versions) > 1 else "")
    return found


def table(
    scores: pd.DataFrame, names: dict[str, str], metrics: Sequence[str]
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The leaderboard of one suite: its numbers, and what each cell says.

    Args:
        scores: of one suite, see summary.scores.
        names: run id -> what a table calls it.
        metrics: to show.

    Returns:
        Two frames of the same shape, one row a run: the first with means as numbers, which is what sorting goes by, the
        second with means, intervals and coverage as text.
    """
    shown = columns(scores, metrics)
    numbers, texts = [], []
    for run, group in scores.groupby("run", sort=False):
        found = {(score["metric"], score["metric_version"]): score for score in group.to_dict("records")}
        about = _about(str(run), names, group, [found[key] for key in shown if key in found])
        cells = {heading: found.get(key) for key, heading in shown.items()}
        means = {heading: score["mean"] if score else float("nan") for heading, score in cells.items()}
        said = {
            heading: words.cell(score, about["Cases"]) if score else "–" for heading, score in cells.items()
        }
        numbers.append({**about, **means})
        texts.append({**{name: str(value) for name, value in about.items()}, **said})
    return pd.DataFrame(numbers), pd.DataFrame(texts)


def _about(
    run: str, names: dict[str, str], group: pd.DataFrame, shown: list[dict[Any, Any]]
) -> dict[str, Any]:
    first = group.iloc[0]
    holes = [f"{score['metric']} {words.coverage(score)}" for score in shown if score["failed"]]
    return {
        "Entry": names[run],
        "Run": f"run?run={quote(run, safe='')}",
        "Kind": words.BASELINES.get(first["model"], ""),
        "Reads text": words.yes_or_no(first["reads_text"]),
        "Cases": int(group["cases"].where(group["cases"] <= group["clips"]).max()),
        "Clips": int(group["clips"].max()),
        "Without a value": "; ".join(holes),
    }


def _show_table(board: Board, scores: pd.DataFrame, metrics: Sequence[str]) -> None:
    numbers, texts = table(scores, board.names, metrics)
    shown = columns(scores, metrics)
    order = ["Entry", "Run", "Kind", "Reads text", *shown.values(), "Cases", "Clips", "Without a value"]
    if not any(numbers["Without a value"]):
        order.remove("Without a value")
    st.dataframe(
        _styled(numbers, texts, list(shown.values())),
        hide_index=True,
        column_order=order,
        column_config={**_facts_config(), **_metrics_config(shown)},
        placeholder="–",
        height="content",
        alt="Scores: one row a run, one column a metric",
    )
    st.caption(
        "Mean over cases of the mean over seeds ± half its 95 % interval; ↑ higher is better, ↓ lower is better. "
        "“5 of 8 clips” marks a mean that some clips have no value for. A model that reads no text cannot follow a "
        "prompt: compare its text metrics with others of its kind. Click a heading to sort."
    )


def _styled(numbers: pd.DataFrame, texts: pd.DataFrame, headings: list[str]) -> Styler:
    """Numbers that sort as numbers and read as texts."""
    styler = numbers.style
    for heading in headings:
        for row, text in zip(numbers.index, texts[heading], strict=True):
            styler = styler.format(_says(text), subset=pd.IndexSlice[[row], [heading]])
    return styler


def _says(text: str) -> Callable[[object], str]:
    return lambda _: text


def _facts_config() -> dict[str, Any]:
    column = st.column_config
    return {
        "Entry": column.TextColumn(pinned=True, help="The model, and its checkpoint after @"),
        "Run": column.LinkColumn(display_text="open", help="Its clips, series, failures and provenance"),
        "Kind": column.TextColumn(
            help="Null baselines need no model. Consistency metrics reward not moving: read them beside these rows."
        ),
        "Reads text": column.TextColumn(help="Whether the prompt reaches the model; — where nobody said"),
        "Cases": column.NumberColumn(help="Cases with at least one value"),
        "Clips": column.NumberColumn(help="Clips of the run: cases × seeds, with and without values"),
        "Without a value": column.TextColumn(
            width="medium", help="Metrics of this table that some clips of the run have no value for"
        ),
    }


def _metrics_config(shown: dict[tuple[str, str], str]) -> dict[str, Any]:
    return {
        heading: st.column_config.NumberColumn(heading, help=_help(metric))
        for (metric, _), heading in shown.items()
    }


def _help(metric: str) -> str | None:
    known = card(metric)
    if known is None:
        return "No card: this metric is not registered on this machine."
    return words.plain(known.definition) + (
        f" Blind to: {words.plain(known.blind_to)}" if known.blind_to else ""
    )


def _show_plot(board: Board, scores: pd.DataFrame, metrics: Sequence[str]) -> None:
    metric = choose(st.container(), "Plot", list(metrics), key="plot")
    chosen = scores[(scores["metric"] == metric) & scores["mean"].notna()]
    if chosen.empty:
        st.info("No run has a value for this metric.")
        return
    points = pd.DataFrame(
        {
            "name": [board.names[run] for run in chosen["run"]],
            "kind": [words.BASELINES.get(model, "") for model in chosen["model"]],
            "text": [
                words.with_interval(*row)
                for row in chosen[["mean", "low", "high"]].itertuples(index=False, name=None)
            ],
            "mean": chosen["mean"].astype(float),
            "low": chosen["low"].astype(float),
            "high": chosen["high"].astype(float),
        }
    ).sort_values("mean", ascending=_is_lower_better(metric))
    st.altair_chart(charts.scores(points, words.heading(metric), words.unit(metric)), alt=f"Plot of {metric}")


def _is_lower_better(metric: str) -> bool:
    known = card(metric)
    return known is not None and known.direction == "lower"


def _show_definitions(metrics: Sequence[str]) -> None:
    with st.expander("What the metrics mean"):
        for metric in metrics:
            show_definition(metric)


def show_definition(metric: str) -> None:
    """A metric's card in words."""
    known = card(metric)
    st.markdown(f"**{words.plain(words.heading(metric))}**")
    if known is None:
        st.text("No card: this metric is not registered on this machine.")
        return
    facts = {
        "Definition": known.definition,
        "Range": f"{words.span(known)} {known.unit}".rstrip(),
        "Source": known.source,
        "Blind to": known.blind_to,
        "Series": known.series,
    }
    st.markdown("\n".join(f"- {name}: {words.plain(text)}" for name, text in facts.items() if text))


if __name__ == "__main__":
    show()
