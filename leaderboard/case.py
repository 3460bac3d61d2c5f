"""One case of a suite: what every run made of it, side by side, and every number about it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import streamlit as st

from bench.web import player
from leaderboard import lineup, links, notices, players, source, words
from leaderboard.choices import choose, choose_several
from leaderboard.source import Board, card

MOST_COMPARED = 4
HERE = Path(__file__).parent


def show() -> None:
    """Draws the page."""
    st.title("Case", anchor=False)
    board = source.read()
    notices.show_problems(board)
    if board.rows.empty:
        notices.show_empty()
        return
    suite = lineup.choose_suite(st.container(), board)
    runs = lineup.runs(board, suite)
    rows = board.rows[board.rows["run"].isin(runs) & board.rows["case"].notna() & board.rows["seed"].notna()]
    if rows.empty:
        st.info("This suite has numbers about the whole set only: there is no case to look at.")
        return
    case, seed = _choose_clip(rows)
    _show_clips(board, suite, runs, case, seed)
    _show_values(board, runs, rows[(rows["case"] == case) & (rows["seed"] == seed)])


def _choose_clip(rows: pd.DataFrame) -> tuple[str, int]:
    """A case, by name or by steps through the suite, and a seed."""
    left, right = st.columns([3, 1])
    cases = sorted(rows["case"].astype(str).unique())
    case = choose(left, "Case", cases, key="case")
    of_case = rows[rows["case"] == case]
    seeds = sorted(int(seed) for seed in of_case["seed"].unique())
    seed = choose(right, "Seed", seeds, key="seed")
    _show_steps(cases, cases.index(case), sorted(of_case["category"].dropna().astype(str).unique()))
    return case, seed


def _show_steps(cases: Sequence[str], place: int, categories: Sequence[str]) -> None:
    """Where in the suite this is, and the ways to the neighbours; in one row on a phone, too."""
    before, after = cases[place - 1] if place else "", cases[place + 1] if place + 1 < len(cases) else ""
    with st.container(horizontal=True, vertical_alignment="center"):
        for label, to in (("← Previous", before), ("Next →", after)):
            st.button(label, key=label, on_click=lineup.go_to, args=(to,), disabled=not to)
        about = [f"Case {place + 1} of {len(cases)}", *(f"category {name}" for name in categories if name)]
        st.caption(words.plain(" · ".join(about)), width="content")


def _show_clips(board: Board, suite: str, runs: Sequence[str], case: str, seed: int) -> None:
    about = f"At most {player.MOST} clips side by side; null baselines and reference clips come last."
    chosen = lineup.choose_runs(st.container(), runs, player.MOST, runs[: player.MOST], about)
    if not chosen:
        st.info("Choose a run to see its clip.")
        return
    players.frame(chosen, case, seed)
    query = {"suite": suite, "runs": chosen[:MOST_COMPARED], "case": case, "seed": str(seed)}
    named = ", ".join(board.names[run] for run in chosen[:MOST_COMPARED])
    if len(chosen) > 1:
        st.page_link(HERE / "compare.py", label=words.plain(f"Compare {named} →"), query_params=query)


def _show_values(board: Board, runs: Sequence[str], rows: pd.DataFrame) -> None:
    st.subheader("Every number about this case", anchor=False)
    metrics = sorted(rows["metric"].astype(str).unique(), key=lambda name: (not _is_main(name), name))
    main = [metric for metric in metrics if _is_main(metric)]
    chosen = choose_several(
        st.container(), "Metrics", metrics, key="metrics", about="None for the main metrics"
    )
    shown = rows[rows["metric"].isin(chosen or main or metrics)].astype({"metric": str, "run": str})
    st.dataframe(
        table(shown, runs, board.names),
        hide_index=True,
        height="content",
        column_config=_config(shown),
        placeholder="–",
        alt="Values of every run on this case",
    )
    st.caption("One clip each: a single case says little about a model. Click a heading to sort.")


def table(rows: pd.DataFrame, runs: Sequence[str], names: dict[str, str]) -> pd.DataFrame:
    """One line a run, one column a metric; versions of one metric have columns of their own.

    Args:
        rows: of one case and seed.
        runs: in the order shown; those without a row are left out.
        names: run -> what a table calls it.
    """
    headings = _headings(rows)
    lines = []
    for run in runs:
        of_run = rows[rows["run"] == run]
        if of_run.empty:
            continue
        first = of_run.iloc[0]
        found = {
            headings[metric, str(version)]: value
            for metric, version, value in of_run[["metric", "metric_version", "value"]].itertuples(
                index=False
            )
        }
        kind = source.model_card(str(first["model"])).role
        about = {
            "Model": names[run],
            "Open": links.to("model", run=run, case=str(first["case"]), seed=int(first["seed"])),
            "Kind": "" if kind == "model" else kind,
        }
        missing = sorted({str(error) for error in of_run["error"].dropna()})
        lines.append({**about, **found, "Without a value": "; ".join(missing)})
    columns = ["Model", "Open", "Kind", *headings.values(), "Without a value"]
    shown = pd.DataFrame(lines, columns=columns).astype(dict.fromkeys(headings.values(), float))
    return shown if any(shown["Without a value"]) else shown.drop(columns="Without a value")


def _headings(rows: pd.DataFrame) -> dict[tuple[str, str], str]:
    """(Metric, version) -> heading, main metrics first."""
    found = sorted(
        {
            (str(metric), str(version))
            for metric, version in zip(rows["metric"], rows["metric_version"], strict=True)
        },
        key=lambda pair: (not _is_main(pair[0]), pair),
    )
    metrics = [metric for metric, _ in found]
    return {
        (metric, version): words.heading(metric, version if metrics.count(metric) > 1 else "")
        for metric, version in found
    }


def _config(rows: pd.DataFrame) -> dict[str, Any]:
    column = st.column_config
    config: dict[str, Any] = {
        "Model": column.TextColumn(pinned=True),
        "Open": column.LinkColumn(display_text="open", width=60, help="This clip with its series and origin"),
        "Without a value": column.TextColumn(width="medium", help="Why numbers are missing"),
    }
    for (metric, _), heading in _headings(rows).items():
        known = card(metric)
        about = words.plain(known.definition) if known else None
        config[heading] = column.NumberColumn(heading, format="%.4g", help=about)
    return config


def _is_main(metric: str) -> bool:
    known = card(metric)
    return known is not None and known.is_main


if __name__ == "__main__":
    show()
