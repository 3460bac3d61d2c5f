"""Tables of the terminal for comparisons and votes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from bench.base.wording import one_line, some
from bench.cli.layout import Column, Grid
from bench.comparison import columns
from bench.comparison.differences import Pair
from bench.votes.polls import Poll
from bench.votes.texts import estimate, interval, place

MOST_METRICS = 12
"""Metrics that one line names."""

SPARE = {
    "detectable": 9, "median": 8, "effect": 7, "p": 6, "won": 5, "p_adjusted": 4, "title": 3, "a": 2, "b": 1,
}  # fmt: skip
"""Column of a comparison -> how early it goes where there is no room; metric, difference and verdict always stay."""


def comparison(pair: Pair, suite: str) -> Grid:
    """One row per metric that is compared."""
    shown = columns.table(pair)
    drawn = tuple(
        Column(
            column.heading, column.align, wraps=column.key == "verdict",
            spare=SPARE.get(column.key, 0),
        )
        for column in shown.columns
    )  # fmt: skip
    titles = [one_line(each.card.title) for each in pair.differences]
    first, *others = drawn
    lines = [
        [row[0].text, title, *(cell.text for cell in row[1:])]
        for row, title in zip(shown.compared, titles, strict=True)
    ]
    title = f"{pair.b.name} against {pair.a.name} on {suite}"
    return Grid((first, Column("Title", wraps=True, spare=SPARE["title"]), *others), lines, title)


def not_compared(pair: Pair) -> Iterator[str]:
    """One line per reason why metrics are not compared."""
    reasons: dict[str, list[str]] = {}
    for each in pair.skipped:
        reasons.setdefault(one_line(each.reason), []).append(one_line(each.metric))
    for reason, metrics in reasons.items():
        yield f"not compared: {some(metrics, MOST_METRICS)}: {reason}"


def poll(found: Poll, names: Mapping[str, str]) -> Iterator[Grid]:
    """Ratings, and the agreement of metrics if there are any."""
    yield _ratings(found, names)
    if found.agreements:
        yield _agreement(found)


def _ratings(poll: Poll, names: Mapping[str, str]) -> Grid:
    """One row per run: points, interval, place, and how often it is preferred."""
    columns = (
        Column("entry"), Column("points", "right"), Column("95 % interval", "right", spare=1), Column("place", "right"),
        Column("beats the average", "right", spare=2), Column("won", "right", spare=3),
        Column("tied", "right", spare=3), Column("lost", "right", spare=3),
    )  # fmt: skip
    lines = [
        [
            names.get(entry.name, entry.name),
            f"{entry.points:.0f}",
            interval(entry),
            place(entry, poll.ratings),
            f"{entry.beats_average:.0%}",
            *map(str, (entry.wins, entry.ties, entry.losses)),
        ]
        for entry in poll.ratings.entries
    ]
    return Grid(columns, lines, f"{poll.suite}: what people prefer")


def _agreement(poll: Poll) -> Grid:
    """One row per main metric, the one that agrees most with the votes first."""
    columns = (
        Column("metric"), Column("votes", "right", spare=2), Column("same clip", "right"),
        Column("τ by clip", "right"), Column("models", "right", spare=1), Column("τ by model", "right"),
    )  # fmt: skip
    lines = [
        [
            each.heading,
            str(each.votes),
            estimate(each.share, "{:.0%}"),
            estimate(each.by_clip, "{:+.2f}"),
            str(each.models),
            estimate(each.by_model, "{:+.2f}"),
        ]
        for each in poll.main_agreements
    ]
    return Grid(columns, lines, f"{poll.suite}: which metrics agree")
