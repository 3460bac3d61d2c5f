"""Tables of the terminal for comparisons and votes; nothing in their cells is markup."""

from __future__ import annotations

from rich.table import Table
from rich.text import Text

from bench.base.wording import one_line
from bench.comparison import columns
from bench.comparison.differences import Pair


def comparison(pair: Pair, suite: str) -> Table:
    """One row per metric, those that are not compared last."""
    shown = columns.table(pair)
    title = f"{one_line(pair.b.name)} against {one_line(pair.a.name)} on {one_line(suite)}"
    drawn = Table(title=Text(title), title_justify="left")
    for column in shown.columns:
        drawn.add_column(Text(column.heading), justify=column.align)
    for row in (*shown.compared, *shown.skipped):
        drawn.add_row(*(Text(cell.text) for cell in row))
    return drawn
