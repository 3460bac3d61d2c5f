"""What the votes say so far, for those who ask: who knows the results votes differently."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import pandas as pd
import streamlit as st

from bench.votes import polls, texts
from bench.votes.agreement import Agreement
from bench.votes.polls import Poll
from bench.votes.ratings import Rating, points
from bench.votes.vote import Vote
from bench.votes.vote_file import VoteFile
from leaderboard import ballots, charts, source, words
from leaderboard.source import Stamp

MARGIN = 120.0
"""Points by which an interval that is open is drawn beyond all others."""


def show(suite: str, votes: Sequence[Vote], noted: VoteFile) -> None:
    """An expander; what is in it is not sent before somebody opens it."""
    box = st.expander("Results so far: they tell names and may sway you", key="results", on_change="rerun")
    if box.open:
        with box:
            show_inside(suite, votes, noted)


def show_inside(suite: str, votes: Sequence[Vote], noted: VoteFile) -> None:
    """Ratings, agreement of metrics, and the file itself."""
    if not votes:
        st.text("No votes yet.")
        return
    board = source.read()
    found = _poll(suite, ballots.stamp(noted), tuple(board.files.values()), votes)
    names = {entry.name: board.names.get(entry.name, entry.name) for entry in found.ratings.entries}
    _show_ratings(found, names)
    _show_agreement(found)
    for note in texts.notes(found):
        st.caption(words.plain(note))
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


def _show_ratings(found: Poll, names: Mapping[str, str]) -> None:
    st.subheader("What people prefer", anchor=False)
    entries = found.ratings.entries
    st.altair_chart(
        charts.scores(_drawn(entries, names), "points; 1000 is the average, 400 more is ten wins to one", ""),
        alt="Ratings with their intervals",
    )
    lines = [
        {
            "Entry": names[entry.name],
            "Points": round(entry.points),
            "95 % interval": texts.interval(entry),
            "Place": texts.place(entry, found.ratings),
            "Beats the average": 100 * entry.beats_average,
            "Won": entry.wins,
            "Tied": entry.ties,
            "Lost": entry.losses,
        }
        for entry in entries
    ]
    config = {
        "Entry": st.column_config.TextColumn(pinned=True),
        "Points": st.column_config.NumberColumn(
            help="Log-odds of winning, on Elo's scale, by Davidson's model"
        ),
        "95 % interval": st.column_config.TextColumn(
            help=(
                "Open above where some entry never beat it or tied with it, not even by way of others; open below "
                "where it never so reached some entry; and where it was never compared"
            )
        ),
        "Place": st.column_config.TextColumn(help="Places that the votes allow"),
        "Beats the average": st.column_config.NumberColumn(
            format="%.0f %%", help="How often it would be preferred to an average entry; a tie is half"
        ),
    }
    st.dataframe(pd.DataFrame(lines), hide_index=True, column_config=config, alt="Ratings")


def _drawn(entries: Sequence[Rating], names: Mapping[str, str]) -> pd.DataFrame:
    """Ratings as charts.scores takes them."""
    ends = [
        points(end) for entry in entries for end in (entry.low, entry.high, entry.strength) if end is not None
    ]
    least, most = min(ends) - MARGIN, max(ends) + MARGIN
    models = dict(
        source.read().scores[["run", "model"]].astype(str).drop_duplicates("run").to_numpy().tolist()
    )
    lines = [
        {
            "name": names[entry.name],
            "kind": source.model_card(models.get(entry.name, "")).role,
            "text": f"{entry.points:.0f} ({texts.interval(entry)})",
            "mean": entry.points,
            "low": least if entry.low is None else points(entry.low),
            "high": most if entry.high is None else points(entry.high),
        }
        for entry in entries
    ]
    drawn = pd.DataFrame(lines)
    return drawn.sort_values("kind", key=lambda kinds: kinds != "model", kind="stable")


def _show_agreement(found: Poll) -> None:
    st.subheader("Which metrics agree", anchor=False)
    if not found.agreements:
        st.text("No metric was measured on these clips yet.")
        return
    wants_all = st.toggle("All metrics", key="all metrics")
    shown = found.agreements if wants_all else found.main_agreements
    config = {
        "Metric": st.column_config.TextColumn(pinned=True),
        "Same clip": st.column_config.NumberColumn(
            format="%.0f %%",
            help="Of the votes that are no ties: how often the metric prefers the same clip; 50 is a coin",
        ),
        "τ by clip": st.column_config.NumberColumn(
            format="%+.2f",
            help="Kendall's τ over the clips that were shown together; 0 is a coin, 1 agrees always",
        ),
        "τ by model": st.column_config.NumberColumn(
            format="%+.2f", help="Kendall's τ between the models' means and their ratings"
        ),
    }
    st.dataframe(
        pd.DataFrame([_line(each) for each in shown]),
        hide_index=True,
        column_config=config,
        placeholder="–",
        alt="How metrics agree with the votes",
    )
    st.caption("A metric without a better direction is taken as it is: above 0, people prefer more of it.")


def _line(each: Agreement) -> dict[str, object]:
    share, clip, model = each.share, each.by_clip, each.by_model
    return {
        "Metric": words.heading(each.metric),
        "Votes": each.votes,
        "Same clip": 100 * share.value if share else math.nan,
        "τ by clip": clip.value if clip else math.nan,
        "Interval": texts.ends(clip),
        "τ by model": model.value if model else math.nan,
        "Interval ": texts.ends(model),
        "Models": each.models,
    }
