"""A file of votes, held against the results on this machine: ratings of each suite's runs, and which metrics agree."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from bench.errors import BadResults, UsageError
from bench.runs import parquet
from bench.scoring import summary
from bench.types import SuiteId
from bench.votes import agreement, ballot_file as ballots, ratings
from bench.votes.agreement import Agreement
from bench.votes.ballot_file import Vote, VoteFile
from bench.votes.ratings import Ratings

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = (
    "run", "clip_sha256", "label", "suite", "suite_version", "case", "seed", "metric", "metric_version", "value",
)  # fmt: skip
"""Of the results: what ratings and agreement need."""


@dataclass(frozen=True)
class Poll:
    """What the votes on one suite say.

    Attributes:
        suite: 'name@version'.
        ratings: of the runs, by id.
        agreements: of the metrics, the one that agrees most first; none where the runs' results are elsewhere.
        stale: votes on clips that were made anew since: they count in ratings, not in agreement.
        left_share: of the votes that are no ties, how many went to the left; far from a half, somebody did not look.
        seconds: the median time that a vote took.
    """

    suite: str
    ratings: Ratings
    agreements: tuple[Agreement, ...]
    stale: int
    left_share: float | None
    seconds: float


@dataclass(frozen=True)
class Polls:
    """Every suite of a file of votes.

    Attributes:
        polls: one a suite, the one with most votes first.
        names: run -> what tables call it; its id where its results are not here.
        problems: lines and files that were set aside.
    """

    polls: tuple[Poll, ...]
    names: dict[str, str]
    problems: tuple[BadResults, ...]


def read(path: Path, folders: Iterable[Path]) -> Polls:
    """The votes of a file, with the results below folders.

    Raises:
        UsageError: there is no such file.
        BadResults: it cannot be read.
    """
    if not path.is_file():
        raise UsageError(f"there is no file of votes at {path}: bench board --votes {path} makes one")
    votes, problems = VoteFile(path).read()
    rows, broken = parquet.read_all(parquet.find(folders), COLUMNS)
    names = {vote_run: vote_run for vote in votes for vote_run in vote.pair} | summary.names(rows)
    return Polls(tuple(polls(votes, rows)), names, (*problems, *broken))


def polls(votes: Sequence[Vote], rows: pd.DataFrame) -> list[Poll]:
    """One a suite that was voted on, the one with most votes first.

    Args:
        votes: of any suites; of each voter's answers to a question the last counts.
        rows: the columns of Measurement, at least COLUMNS; of any suites.
    """
    by_suite: dict[tuple[str, str], list[Vote]] = {}
    for vote in ballots.counted(votes):
        by_suite.setdefault((vote.suite, vote.suite_version), []).append(vote)
    found = [poll(of_suite, _of_suite(rows, *suite)) for suite, of_suite in by_suite.items()]
    return sorted(found, key=lambda each: (-each.ratings.votes, each.suite))


def poll(votes: Sequence[Vote], rows: pd.DataFrame) -> Poll:
    """What votes on one suite say, at least one, with the suite's rows."""
    return Poll(
        str(SuiteId(votes[0].suite, votes[0].suite_version)),
        ratings.rated(ballots.judgements(votes)),
        tuple(agreement.agreements(rows, votes)),
        len(votes) - len(agreement.current(votes, rows)),
        ballots.left_share(votes),
        float(np.median([vote.seconds for vote in votes])),
    )


def _of_suite(rows: pd.DataFrame, suite: str, version: str) -> pd.DataFrame:
    """Its rows, with the texts of categories as plain texts: groups of categories would hold those of other suites."""
    chosen = rows[(rows["suite"] == suite) & (rows["suite_version"] == version)]
    return chosen.astype({name: object for name in ("run", "case", "metric", "metric_version")})
