"""The page of numbers that papers and boards published: apart from what is measured here, each with its source."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import streamlit as st

from bench.base.wording import number
from bench.errors import BadResults
from bench.scoring import reported
from bench.scoring.recipes import FROZEN, VBENCH_I2V, Recipe, registry
from bench.scoring.reported import EVIDENCE, Metric, Reported
from bench.types import ARROWS
from leaderboard import downloads, reported_charts, source, words
from leaderboard.choices import choose

MOTION = "vbench_dynamic_degree"
RECOMPUTED, DIFFERENCE = reported.ADDED
BANNER = (
    "Published by others, not measured here. Each paper has its own clips, sizes and code: the same model's FVD is 405 "
    "in one and 527 in another. Compare within one table only; none of these numbers is in a ranking of ours."
)


def show() -> None:
    """Draws the page."""
    st.title("Reported", anchor=False)
    st.warning(words.plain(BANNER))
    found, problems = _numbers()
    for problem in problems:
        st.error(f"Set aside: {words.plain(problem)}")
    if not found:
        st.info("There are no reported numbers here: they are files in the folder of published results.")
        return
    benchmark = choose(st.container(), "Benchmark", reported.benchmarks(found), key="benchmark")
    own = [each for each in found if each.benchmark == benchmark]
    st.text(own[0].about)
    _show_sources(own)
    metrics = reported.metrics(own, benchmark)
    table = _with_totals(reported.table(own, benchmark), own, benchmark)
    _show_table(table, metrics)
    _show_plot(table, metrics)
    _show_meaning(metrics, table)
    _show_downloads(table, benchmark)


def _numbers() -> tuple[list[Reported], list[str]]:
    """Of all published folders, as their files are now."""
    folders = [folder / reported.FOLDER for folder in source.folders()[1]]
    return _read(tuple((str(folder), _stamps(folder)) for folder in folders))


@st.cache_resource(max_entries=2, show_spinner=False)
def _read(stamps: tuple[tuple[str, object], ...]) -> tuple[list[Reported], list[str]]:
    """Read, never changed; stamps are of the files, so that a changed one is read anew."""
    found: list[Reported] = []
    problems: list[BadResults] = []
    for folder, _ in stamps:
        numbers, broken = reported.read(Path(folder))
        found, problems = found + numbers, problems + broken
    return found, [str(problem) for problem in problems]


def _stamps(folder: Path) -> tuple[tuple[str, int, int, int], ...]:
    found = ((path.name, path.stat()) for path in sorted(folder.glob("*.toml")))
    return tuple((name, status.st_mtime_ns, status.st_size, status.st_ino) for name, status in found)


def _show_sources(own: Sequence[Reported]) -> None:
    with st.container(horizontal=True):
        for link, citation in {each.source.link: each.source.citation for each in reversed(own)}.items():
            if link:
                st.link_button(words.plain(f"{citation} ↗"), link, type="tertiary")
            else:
                st.caption(words.plain(citation))


# The table


def _with_totals(table: pd.DataFrame, own: Sequence[Reported], benchmark: str) -> pd.DataFrame:
    """The table with what a recipe makes of the rows whose total was published: beside none it would pass for one."""
    for recipe in registry.values():
        totals = {each.model: each for each in reported.totals(own, benchmark, recipe)}
        of_rows = [totals[model] for model in table["model"]]
        if any(each.difference is not None for each in of_rows):
            table[RECOMPUTED] = [None if each.published is None else each.total for each in of_rows]
            table[DIFFERENCE] = [each.difference for each in of_rows]
            table.attrs["recipe"] = recipe.name
    return table


def _show_table(table: pd.DataFrame, metrics: Sequence[Metric]) -> None:
    totals = [name for name in (RECOMPUTED, DIFFERENCE) if name in table and table[name].notna().any()]
    order = [
        "model",
        *(metric.name for metric in metrics),
        *totals,
        "evidence",
        "link",
        "citation",
        "date",
        "note",
    ]
    order = [name for name in order if name not in ("link", "date", "note") or table[name].any()]
    shown = table.assign(link=table["link"].replace("", None))
    st.dataframe(
        shown,
        hide_index=True,
        column_order=order,
        column_config={**_facts_config(), **{metric.name: _column(metric) for metric in metrics}},
        placeholder="–",
        height="content" if len(table) <= 12 else 440,
        alt="Reported numbers: one row a model, one column a metric",
    )
    doubtful = ", ".join(table.loc[table["is_doubtful"].astype(bool), "model"])
    st.caption(
        "Click a heading to sort. ↑ higher is better, ↓ lower is better, as the source sees it."
        + (f" Not plotted, since the source's row is broken: {words.plain(doubtful)}." if doubtful else "")
    )


def _facts_config() -> dict[str, Any]:
    column = st.column_config
    return {
        "model": column.TextColumn("Model", pinned=True, help="As the source calls it"),
        "evidence": column.TextColumn("Evidence", help="How the number came here; see below"),
        "citation": column.TextColumn("Citation", width="medium"),
        "link": column.LinkColumn("Source", display_text="open", help="Leads away from this board"),
        "date": column.TextColumn("Date", help="Of the source, or of the look at it"),
        "note": column.TextColumn("Note", width="large"),
        RECOMPUTED: column.NumberColumn(
            format="%.2f", help="By the recipe below, from this row's own numbers"
        ),
        DIFFERENCE: column.NumberColumn(format="%+.3f", help="Recomputed less published"),
    }


def _column(metric: Metric) -> Any:
    parts = (metric.title, metric.unit and f"in {metric.unit}", metric.protocol)
    return st.column_config.NumberColumn(
        f"{metric.title} {ARROWS[metric.direction]}".rstrip(),
        help=words.plain(" · ".join(part for part in parts if part)),
        format="%.2f" if metric.unit == "%" else "%.6g",
    )


# The plot


def _show_plot(table: pd.DataFrame, metrics: Sequence[Metric]) -> None:
    of_title = {metric.title: metric for metric in metrics}
    metric = of_title[choose(st.container(), "Plot", list(of_title), key="plot")]
    name = metric.name
    has_motion = MOTION in table and name != MOTION
    points = pd.DataFrame(
        {
            "name": table["model"],
            "value": table[name],
            "text": [f"{number(value)} {metric.unit}".rstrip() for value in table[name]],
            "motion": table[MOTION] if has_motion else float("nan"),
        }
    )[~table["is_doubtful"].astype(bool)].dropna(subset=["value"])
    points = points.sort_values("value", ascending=metric.direction == "lower", kind="stable")
    title = f"{metric.title} ({metric.unit})" if metric.unit else metric.title
    motion = "Dynamic degree (%)" if has_motion else ""
    mark = VBENCH_I2V.total(FROZEN) if name == f"{VBENCH_I2V.name}_total" else None
    st.altair_chart(reported_charts.dots(points, title, motion, mark), alt=f"Plot of {metric.title}")
    if mark is not None:
        st.caption(
            f"The dashed line is what a frozen copy of the input image has by the published formula, {mark:.1f}: "
            "computed, not measured. Colours say how many of a model's clips move; pale gray where nobody said."
        )


# What it means


def _show_meaning(metrics: Sequence[Metric], table: pd.DataFrame) -> None:
    with st.expander("What the columns mean"):
        lines = [
            (metric.name, metric.title, metric.unit, metric.direction, metric.protocol) for metric in metrics
        ]
        headings = ["Name", "Title", "Unit", "Better", "Protocol, where the source says"]
        st.dataframe(pd.DataFrame(lines, columns=headings), hide_index=True, alt="Columns and their meaning")
    with st.expander("How the numbers came here"):
        st.markdown("\n".join(f"- **{mark}**: {words.plain(said)}" for mark, said in EVIDENCE.items()))
    recipe = registry.get(str(table.attrs.get("recipe", "")))
    if recipe:
        _show_recipe(recipe)


def _show_recipe(recipe: Recipe) -> None:
    with st.expander("The recomputed total"):
        st.text(f"{recipe.title} ({recipe.label}). {recipe.about}")
        st.code(recipe.formula, language=None, wrap_lines=True)
        st.text(recipe.missing_policy)
        st.caption(words.plain(f"Source: {recipe.source}"))


def _show_downloads(table: pd.DataFrame, benchmark: str) -> None:
    name = downloads.file_name(f"reported-{benchmark}")
    with st.container(horizontal=True):
        st.download_button("CSV", downloads.as_csv(table), f"{name}.csv", "text/csv", on_click="ignore")
        st.download_button(
            "JSON", downloads.as_json(table), f"{name}.json", "application/json", on_click="ignore"
        )


if __name__ == "__main__":
    show()
