"""What tells one run from another, on a page: a table, a forest plot, the cases that differ most, and notes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd
import streamlit as st
from pandas.io.formats.style import Styler

from bench.comparison import columns
from bench.comparison.differences import Difference, Pair
from bench.comparison.extreme_cases import extremes
from bench.comparison.notes import notes
from leaderboard import difference_charts, lineup, tables, words

ABOUT_TABLE = (
    "Over the cases that both have: difference is the second minus the first, ± half of its 95 % interval. p: signs of "
    "the cases' differences flipped at random, raised for the number of metrics (Holm). Effect: difference / standard "
    "deviation of the cases' differences. Could show: the true difference that as many cases show in 8 of 10 "
    "comparisons. “No difference shown” is not “equal”."
)


def show(pair: Pair, number: int) -> None:
    """Draws it.

    Args:
        pair: what tells a run from the baseline.
        number: of the run among those chosen, from 0; the baseline is the first.
    """
    title = words.plain(f"{pair.b.name} against {pair.a.name}")
    st.subheader(title, anchor=False)  # an anchor would be made of a stranger's words
    st.markdown(_summary(pair.differences))
    if pair.differences:
        numbers, said, config = table(pair, number)
        st.dataframe(
            _coloured(tables.styled(numbers, said), pair),
            hide_index=True,
            height="content",
            column_config=config,
            placeholder="–",
            alt=f"{pair.b.name} against {pair.a.name}, metric by metric",
        )
        st.caption(words.plain(ABOUT_TABLE))
        _show_forest(pair)
    _show_extremes(pair, number)
    _show_notes(pair)


def _summary(found: Sequence[Difference]) -> str:
    """'Better in 2 metrics, worse in 1; no difference shown in 3.', or that there is nothing."""
    if not found:
        return "No metric can be compared."
    counts = pd.Series([each.verdict for each in found]).value_counts()
    parts = [
        f"{difference_charts.SIGNS[verdict]} **{verdict}** in {counts[verdict]}"
        for verdict in difference_charts.SIGNS
        if verdict in counts
    ]
    cases = sorted({each.cases for each in found})
    over = f"{cases[0]}" if len(cases) == 1 else f"{cases[0]} to {cases[-1]}"
    return f"{', '.join(parts)} of {len(found)} metrics, over {over} cases that both have."


def table(pair: Pair, number: int) -> tuple[pd.DataFrame, pd.DataFrame, dict[str, Any]]:
    """One line a metric: numbers to sort by, what their cells say, and what the columns mean.

    Args:
        pair, number: see show.
    """
    found = columns.table(pair)
    letters = {"a": "A ", "b": f"{'ABCDEF'[number]} "}
    shown = {f"{letters.get(column.key, '')}{column.heading}": column for column in found.columns}
    cells = pd.DataFrame(found.compared, columns=list(shown))
    texts = cells.map(lambda cell: cell.text)
    words_only = [heading for heading, column in shown.items() if column.number is None]
    numbers = (
        cells.map(lambda cell: cell.number).astype(float).assign(**{name: texts[name] for name in words_only})
    )
    numbers["Verdict"] = [
        f"{difference_charts.SIGNS[each.verdict]} {each.verdict}" for each in pair.differences
    ]
    return numbers, texts.drop(columns=words_only), {name: _config(column) for name, column in shown.items()}


def _coloured(styler: Styler, pair: Pair) -> Styler:
    colours = [difference_charts.COLOURS[each.verdict] for each in pair.differences]
    shades = [f"background-color: {colour}33" for colour in colours]
    return styler.apply(lambda _: shades, subset=["Verdict"])


def _config(column: columns.Column) -> Any:
    if column.number:
        return st.column_config.NumberColumn(help=column.help)
    if column.key == "verdict":
        return st.column_config.TextColumn(help=column.help, width=170)
    return st.column_config.TextColumn(help=column.help, pinned=True)


def _show_forest(pair: Pair) -> None:
    drawn = difference_charts.points(pair)
    if not drawn.empty:
        chart = difference_charts.forest(drawn, pair.a.name, pair.b.name)
        st.altair_chart(chart, alt=f"Gains of {pair.b.name} over {pair.a.name} with 95 % intervals")


def _show_extremes(pair: Pair, number: int) -> None:
    found = extremes(pair)
    if not found:
        return
    st.markdown(
        "**Cases that differ most**",
        help="Mean over metrics of gain / usual difference. Click to see the clips",
    )
    with st.container(horizontal=True):
        for each in found:
            sign = "▲" if each.gain > 0 else "▼"
            label = f"{sign} {words.plain(each.case)} {words.plain(f'{each.gain:+.2f}'.replace('-', '−'))}"
            st.button(label, key=f"go {number} {each.case}", on_click=lineup.go_to, args=(each.case,))


def _show_notes(pair: Pair) -> None:
    skipped = [f"{each.metric} is not compared: {each.reason}" for each in pair.skipped]
    lines = [*notes(pair), *skipped]
    if lines:
        st.markdown("\n".join(f"- {words.plain(line)}" for line in lines))
