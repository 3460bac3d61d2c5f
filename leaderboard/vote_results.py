"""What the votes say so far, for those who ask: who knows the results votes differently."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import streamlit as st

from bench.base import svg
from bench.statistics.estimate import Estimate
from bench.votes import polls, texts
from bench.votes.agreement import Agreement
from bench.votes.polls import Poll
from bench.votes.ratings import Rating, points
from bench.votes.vote import Vote
from bench.votes.vote_file import VoteFile
from bench.web import content
from bench.web.content import Block, Cell, Column, Figure, Heading, Row, Table, Text
from bench.web.pages import roles
from leaderboard import ballots, source
from leaderboard.place import place
from leaderboard.source import Stamp

MARGIN = 120.0
"""Points by which an interval that is open is drawn beyond all others."""


def show(suite: str, votes: Sequence[Vote], noted: VoteFile) -> None:
    """Draws an expander; what is in it is not sent before it is opened.

    Args:
        suite: 'name@version'.
        votes: of all voters, on this suite.
        noted: the file of all votes, for download.
    """
    box = st.expander("Results so far: they tell names and may sway you", key="results", on_change="rerun")
    if box.open:
        with box:
            show_inside(suite, votes, noted)


def show_inside(suite: str, votes: Sequence[Vote], noted: VoteFile) -> None:
    """Draws the ratings, the agreement of metrics, and a button that downloads the file.

    Args:
        suite, votes, noted: as show takes them.
    """
    if not votes:
        st.text("No votes yet.")
        return
    board = source.read()
    found = _poll(suite, ballots.stamp(noted), tuple(board.files.values()), votes)
    names = {entry.name: board.names.get(entry.name, entry.name) for entry in found.ratings.entries}
    place(_ratings(found, names), "ratings")
    _show_agreement(found)
    place([Text(note, "small") for note in texts.notes(found)], "notes")
    st.download_button(
        "Download the votes",
        noted.path.read_bytes(),
        "votes.jsonl",
        "application/jsonl",
        key="download votes",
    )


@st.cache_resource(max_entries=8, show_spinner="Counting votes …")
def _poll(suite: str, state: tuple[int, int, int], stamps: tuple[Stamp, ...], _votes: Sequence[Vote]) -> Poll:
    """Streamlit does not look at what begins with '_': the state of the file says it all."""
    rows = source.read_columns(polls.COLUMNS)
    of_suite = rows[(rows["suite"].astype(str) + "@" + rows["suite_version"].astype(str)) == suite]
    return polls.poll(_votes, of_suite)


# Ratings


def _ratings(found: Poll, names: Mapping[str, str]) -> list[Block]:
    entries = found.ratings.entries
    lines = [
        Row(
            entry.name,
            (
                content.words(names[entry.name]), content.figure(round(entry.points)),
                Cell(texts.interval(entry)), Cell(texts.place(entry, found.ratings)),
                Cell(f"{entry.beats_average:.0%}", entry.beats_average),
                *map(content.figure, (entry.wins, entry.ties, entry.losses)),
            ),
        )
        for entry in entries
    ]  # fmt: skip
    return [
        Heading("What people prefer"),
        Figure(_plot(entries, names)),
        Table("Ratings", RATINGS, tuple(lines)),
    ]


def _plot(entries: Sequence[Rating], names: Mapping[str, str]) -> svg.Intervals:
    """Models first; an interval that is open is drawn beyond all others."""
    ends = [
        points(end) for entry in entries for end in (entry.low, entry.high, entry.strength) if end is not None
    ]
    least, most = min(ends) - MARGIN, max(ends) + MARGIN
    lines = [
        svg.Interval(
            names[entry.name], entry.points,
            least if entry.low is None else points(entry.low), most if entry.high is None else points(entry.high),
            roles.COLOURS[role], roles.SHAPES[role],
            f"{entry.points:.0f} ({texts.interval(entry)})", role != "model",
        )
        for entry in entries
        for role in [source.read().card(entry.name).role]
    ]  # fmt: skip
    across = "points; 1000 is the average, 400 more is ten wins to one"
    return svg.Intervals(
        "Ratings with their intervals", sorted(lines, key=lambda line: line.is_apart), across
    )


RATINGS = (
    Column("entry", "Model", is_text=True),
    Column("points", "Points", "Log-odds of winning, on Elo's scale, by Davidson's model", sign=1),
    Column(
        "interval", "95 % interval",
        "Open above where some entry never beat it or tied with it, not even by way of others; open below where it "
        "never so reached some entry; and where it was never compared", is_text=True,
    ),
    Column("place", "Place", "Places that the votes allow", is_text=True),
    Column("beats", "Beats the average", "How often it would be preferred to an average entry; a tie is half", sign=1),
    Column("won", "Won", sign=1),
    Column("tied", "Tied"),
    Column("lost", "Lost", sign=-1),
)  # fmt: skip


# Agreement of metrics


def _show_agreement(found: Poll) -> None:
    if not found.agreements:
        place(
            [Heading("Which metrics agree"), Text("No metric was measured on these clips yet.")], "agreement"
        )
        return
    wants_all = st.toggle("All metrics", key="all metrics")
    shown = found.agreements if wants_all else found.main_agreements
    caption = "A metric without a better direction is taken as it is: above 0, people prefer more of it."
    table = Table("How metrics agree with the votes", AGREEMENTS, tuple(map(_row, shown)), caption=caption)
    place([Heading("Which metrics agree"), table], "agreement")


AGREEMENTS = (
    Column("metric", "Metric", is_text=True),
    Column("votes", "Votes", sign=1),
    Column(
        "share", "Same clip",
        "Of the votes that are no ties: how often the metric prefers the same clip; 50 % is a coin", sign=1,
    ),
    Column(
        "clip", "τ by clip",
        "Kendall's τ over the clips that were shown together; 0 is a coin, 1 agrees always", sign=1,
    ),
    Column("model", "τ by model", "Kendall's τ between the models' means and their ratings", sign=1),
    Column("models", "Models"),
)  # fmt: skip


def _row(each: Agreement) -> Row:
    share, clip, model = each.share, each.by_clip, each.by_model
    cells = (
        Cell(
            each.heading,
            each.heading.casefold(),
            note=each.metric,
            link=content.to("metrics", metric=each.metric),
        ),
        content.figure(each.votes),
        Cell(f"{share.value:.0%}", share.value) if share else Cell(content.NOTHING),
        _tau(clip),
        _tau(model),
        content.figure(each.models),
    )
    return Row(each.metric, cells)


def _tau(found: Estimate | None) -> Cell:
    if found is None:
        return Cell(content.NOTHING)
    return Cell(content.minus(f"{found.value:+.2f}"), found.value, half=texts.ends(found))
