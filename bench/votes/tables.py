"""Polls for people and for machines: tables of the terminal, and JSON."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import asdict
from typing import Any

from rich.markup import escape
from rich.table import Table

from bench.statistics.davidson import MIN_VOTERS
from bench.statistics.estimate import Estimate
from bench.statistics.profile_likelihood import MOST_PROFILED
from bench.votes.agreement import Agreement
from bench.votes.polls import Poll, Polls
from bench.votes.ratings import Rating, Ratings, points

DRAWS = {
    "cases and voters": "intervals are about other cases and other voters",
    "cases": f"intervals are about other cases, but these voters: it takes {MIN_VOTERS} to tell how voters differ",
    "votes": "all votes are on one case: intervals are about more votes on it",
}


def tables(poll: Poll, names: Mapping[str, str]) -> Iterator[Table]:
    """Ratings, and what was measured."""
    yield ratings_table(poll, names)
    if main(poll):
        yield agreement_table(poll)


def ratings_table(poll: Poll, names: Mapping[str, str]) -> Table:
    """A line a run: points, interval, place, and how often it is preferred."""
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


def agreement_table(poll: Poll) -> Table:
    """A line a main metric, the one that agrees most with the votes first."""
    table = Table("metric", title=f"{poll.suite}: which metrics agree", title_justify="left")
    for heading in ("votes", "same clip", "τ by clip", "models", "τ by model"):
        table.add_column(heading, justify="right")
    for each in main(poll):
        table.add_row(
            escape(each.heading),
            str(each.votes),
            estimate(each.share, "{:.0%}"),
            estimate(each.by_clip, "{:+.2f}"),
            str(each.models),
            estimate(each.by_model, "{:+.2f}"),
        )
    return table


def main(poll: Poll) -> list[Agreement]:
    """Those of metrics that tables show when nobody chose; all where none is one."""
    return [each for each in poll.agreements if each.is_main] or list(poll.agreements)


def notes(poll: Poll) -> Iterator[str]:
    """What to know of the tables."""
    found = poll.ratings
    counts = f"{found.votes} votes by {_count(found.voters, 'voter')} on {_count(found.cases, 'case')}"
    yield f"{counts}; {DRAWS[found.clusters]}"
    if len(found.entries) > MOST_PROFILED:
        yield f"of more than {MOST_PROFILED} entries, intervals are estimate ± error, not followed along the likelihood"
    if found.entries and found.entries[-1].group > 1:
        yield "groups of entries that were never compared with each other are rated apart"
    if poll.left_share is not None:
        yield (
            f"{poll.left_share:.0%} of the decided votes went to the left clip; half of the votes took at least "
            f"{poll.seconds:.1f} s"
        )
    if poll.stale:
        yield f"{_count(poll.stale, 'vote')} on clips that were made anew since: not in the agreement of metrics"


def as_json(found: Polls) -> dict[str, Any]:
    """The same for machines; strengths are log-odds, points 400 for ten wins to one."""
    return {
        "polls": [
            {
                "suite": poll.suite,
                **{key: value for key, value in asdict(poll.ratings).items() if key != "entries"},
                "stale": poll.stale,
                "left_share": poll.left_share,
                "seconds": poll.seconds,
                "ratings": [
                    {**asdict(each), "run": each.name, "name": found.names[each.name], "points": each.points}
                    for each in poll.ratings.entries
                ],
                "agreement": [asdict(each) for each in poll.agreements],
            }
            for poll in found.polls
        ],
        "problems": [str(problem) for problem in found.problems],
    }


def interval(entry: Rating) -> str:
    """'960 … 1080', with 'open' where nothing bounds it."""
    low, high = ("open" if end is None else f"{points(end):.0f}" for end in (entry.low, entry.high))
    return _signed(f"{low} … {high}")


def place(entry: Rating, found: Ratings) -> str:
    """'1', or '2–4' where the votes allow several; with its group where there are several."""
    places = f"{entry.best}" if entry.best == entry.worst else f"{entry.best}–{entry.worst}"
    is_one = all(each.group == 1 for each in found.entries)
    return places if is_one else f"{places} of group {entry.group}"


def estimate(found: Estimate | None, form: str) -> str:
    """'+0.31 (+0.12 … +0.50)'."""
    if found is None:
        return "–"
    if found.low is None or found.high is None:
        return _signed(form.format(found.value))
    return _signed(f"{form.format(found.value)} ({form.format(found.low)} … {form.format(found.high)})")


def ends(found: Estimate | None) -> str:
    """'+0.12 … +0.50'; '' where no interval is known."""
    if found is None or found.low is None or found.high is None:
        return ""
    return _signed(f"{found.low:+.2f} … {found.high:+.2f}")


def _signed(text: str) -> str:
    return text.replace("-", "−")


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
