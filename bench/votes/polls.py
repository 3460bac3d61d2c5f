"""A file of votes together with the results on this machine: ratings of each suite's runs, and which metrics agree."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from bench.errors import BenchError, UsageError
from bench.runs import result_files
from bench.scoring import summary, views
from bench.votes.agreement import Agreement, agreements, current
from bench.votes.ratings import Ratings, rated
from bench.votes.vote import Vote, counted, judgements, left_share
from bench.votes.vote_file import VoteFile

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = (
    "run", "clip_sha256", "label", "suite", "suite_version", "case", "seed", "metric", "metric_version", "value",
    "view",
)  # fmt: skip
"""The columns of results that ratings and agreement need."""


@dataclass(frozen=True)
class Poll:
    """The result of the votes on one suite.

    Attributes:
        suite: 'name@version'.
        ratings: of the runs, by id.
        agreements: of the metrics, the one that agrees most first; empty where the runs' results are elsewhere.
        stale: votes on clips that were made anew since: they count in ratings, not in agreement.
        left_share: fraction of the decided votes that went to the left.
        seconds: the median time that a vote took.
    """

    suite: str
    ratings: Ratings
    agreements: tuple[Agreement, ...]
    stale: int
    left_share: float | None
    seconds: float

    @property
    def main_agreements(self) -> list[Agreement]:
        """Those of the metrics that tables show by default; all where none is one."""
        return [each for each in self.agreements if each.is_main] or list(self.agreements)


@dataclass(frozen=True)
class Polls:
    """Every suite of a file of votes.

    Attributes:
        polls: one per suite, the one with most votes first.
        names: run -> its name in tables; its id where its results are not here.
        problems: lines and files that were set aside.
    """

    polls: tuple[Poll, ...]
    names: dict[str, str]
    problems: tuple[BenchError, ...]


def read(path: Path, folders: Iterable[Path]) -> Polls:
    """The votes of a file, with the results below folders.

    Raises:
        UsageError: there is no such file.
        BadResults: it cannot be read.
    """
    if not path.is_file():
        raise UsageError(f"there is no file of votes at {path}: bench board --votes {path} makes one")
    votes, problems = VoteFile(path).read()
    rows, broken = result_files.read_all(result_files.find(folders), COLUMNS)
    names = {vote_run: vote_run for vote in votes for vote_run in vote.pair} | summary.names(rows)
    return Polls(tuple(by_suite(votes, rows)), names, (*problems, *broken))


def by_suite(votes: Sequence[Vote], rows: pd.DataFrame) -> list[Poll]:
    """One poll per suite that was voted on, the one with most votes first.

    Args:
        votes: on any suites; the last of a voter's answers to a question counts.
        rows: the columns of Measurement, at least COLUMNS; of any suites.
    """
    rows = views.chosen(rows).rows
    own: dict[tuple[str, str], list[Vote]] = {}
    for vote in counted(votes):
        own.setdefault((vote.suite, vote.suite_version), []).append(vote)
    found = [poll(of_suite, _of_suite(rows, *suite)) for suite, of_suite in own.items()]
    return sorted(found, key=lambda each: (-each.ratings.votes, each.suite))


def poll(votes: Sequence[Vote], rows: pd.DataFrame) -> Poll:
    """The result of votes on one suite, at least one, with the suite's rows."""
    return Poll(
        f"{votes[0].suite}@{votes[0].suite_version}",
        rated(judgements(votes)),
        tuple(agreements(rows, votes)),
        len(votes) - len(current(votes, rows)),
        left_share(votes),
        float(np.median([vote.seconds for vote in votes])),
    )


def as_json(found: Polls) -> dict[str, Any]:
    """All polls, JSON-like; strengths are log-odds, points 400 for ten wins to one."""
    return {
        "polls": [_poll_json(poll, found.names) for poll in found.polls],
        "problems": [str(problem) for problem in found.problems],
    }


def _poll_json(poll: Poll, names: Mapping[str, str]) -> dict[str, Any]:
    return {
        "suite": poll.suite,
        **{key: value for key, value in asdict(poll.ratings).items() if key != "entries"},
        "stale": poll.stale,
        "left_share": poll.left_share,
        "seconds": poll.seconds,
        "ratings": [
            {**asdict(each), "run": each.name, "name": names[each.name], "points": each.points}
            for each in poll.ratings.entries
        ],
        "agreement": [asdict(each) for each in poll.agreements],
    }


def _of_suite(rows: pd.DataFrame, suite: str, version: str) -> pd.DataFrame:
    """Its rows, categories as plain text: grouping by categories would list those of other suites."""
    chosen = rows[(rows["suite"] == suite) & (rows["suite_version"] == version)]
    return chosen.astype({name: object for name in ("run", "case", "metric", "metric_version")})
