"""Tables of the terminal for comparisons and votes; nothing in their cells is markup."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from rich.markup import escape
from rich.table import Table
from rich.text import Text

from bench.base.wording import one_line
from bench.comparison import columns
from bench.comparison.differences import Pair
from bench.votes.polls import Poll
from bench.votes.texts import estimate, interval, place


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


def poll(found: Poll, names: Mapping[str, str]) -> Iterator[Table]:
    """Ratings, and the agreement of metrics if there are any."""
    yield _ratings(found, names)
    if found.agreements:
        yield _agreement(found)


def _ratings(poll: Poll, names: Mapping[str, str]) -> Table:
    """One row per run: points, interval, place, and how often it is preferred."""
    table = Table("entry", title=f"{poll.suite}: what people prefer", title_justify="left")
    for heading in ("points", "95 % interval", "place", "beats the average", "won", "tied", "lost"):
        table.add_column(heading, justify="right")
    for entry in poll.ratings.entries:
        table.add_row(
            escape(names.get(entry.name, entry.name)),
            f"{entry.points:.0f}",
            interval(entry),
            place(entry, poll.ratings),
            f"{entry.beats_average:.0%}",
            *map(str, (entry.wins, entry.ties, entry.losses)),
        )
    return table


def _agreement(poll: Poll) -> Table:
    """One row per main metric, the one that agrees most with the votes first."""
    table = Table("metric", title=f"{poll.suite}: which metrics agree", title_justify="left")
    for heading in ("votes", "same clip", "τ by clip", "models", "τ by model"):
        table.add_column(heading, justify="right")
    for each in poll.main_agreements:
        table.add_row(
            escape(each.heading),
            str(each.votes),
            estimate(each.share, "{:.0%}"),
            estimate(each.by_clip, "{:+.2f}"),
            str(each.models),
            estimate(each.by_model, "{:+.2f}"),
        )
    return table
