"""A poll in words: the texts of cells, and notes below the tables."""

from __future__ import annotations

from collections.abc import Iterator

from bench.base.wording import minus
from bench.statistics.davidson import MIN_VOTERS
from bench.statistics.estimate import Estimate
from bench.statistics.profile_likelihood import MOST_PROFILED
from bench.votes.polls import Poll
from bench.votes.ratings import Rating, Ratings, points

DRAWS = {
    "cases and voters": "intervals are about other cases and other voters",
    "cases": f"intervals are about other cases, but these voters: it takes {MIN_VOTERS} to estimate how voters differ",
    "votes": "all votes are on one case: intervals are about more votes on it",
}


def notes(poll: Poll) -> Iterator[str]:
    """What else to know: counts, independent draws, groups, sides, votes on clips that changed."""
    found = poll.ratings
    counts = (
        f"{_count(found.votes, 'vote')} by {_count(found.voters, 'voter')} on {_count(found.cases, 'case')}"
    )
    yield f"{counts}; {DRAWS[found.clusters]}"
    if len(found.entries) > MOST_PROFILED:
        yield f"with more than {MOST_PROFILED} entries, intervals are estimate ± error instead of profile likelihoods"
    if found.entries and found.entries[-1].group > 1:
        yield "groups of entries that were never compared with each other are rated apart"
    if poll.left_share is not None:
        yield (
            f"{poll.left_share:.0%} of the decided votes went to the left clip; half of the votes took at least "
            f"{poll.seconds:.1f} s"
        )
    if poll.stale:
        yield f"{_count(poll.stale, 'vote')} on clips that were made anew since: not in the agreement of metrics"


def interval(entry: Rating) -> str:
    """'960 … 1080', with 'open' for an end that no vote bounds."""
    low, high = ("open" if end is None else f"{points(end):.0f}" for end in (entry.low, entry.high))
    return minus(f"{low} … {high}")


def place(entry: Rating, found: Ratings) -> str:
    """'1', or '2–4' where the votes allow several places; with its group where there are several groups."""
    places = f"{entry.best}" if entry.best == entry.worst else f"{entry.best}–{entry.worst}"
    is_one = all(each.group == 1 for each in found.entries)
    return places if is_one else f"{places} of group {entry.group}"


def estimate(found: Estimate | None, form: str) -> str:
    """'+0.31 (+0.12 … +0.50)'."""
    if found is None:
        return "–"
    if found.low is None or found.high is None:
        return minus(form.format(found.value))
    return minus(f"{form.format(found.value)} ({form.format(found.low)} … {form.format(found.high)})")


def ends(found: Estimate | None) -> str:
    """'+0.12 … +0.50'; '' where no interval is known."""
    if found is None or found.low is None or found.high is None:
        return ""
    return minus(f"{found.low:+.2f} … {found.high:+.2f}")


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"
