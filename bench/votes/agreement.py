"""How far each metric agrees with the votes, clip by clip and model by model: rows and votes in, numbers out.

By clip: does the metric prefer the clip of a case and seed that a voter preferred? Only clips that were shown side by
side are compared, so the difficulty of cases does not matter. By model: does the metric's order of the models agree
with the ratings' order? That is easier: averages over many cases hide errors on each.

A metric without a better direction is taken as it is: a positive number says that people prefer more of it.

V: votes; C: cases; N: models; B: resamples.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from bench.evaluators.catalogue import Catalogue
from bench.scoring import summary
from bench.statistics import comparison_graph, concordance, davidson, paired
from bench.statistics.arrays import Matrix, Vector
from bench.statistics.estimate import Estimate
from bench.types import Direction
from bench.votes.vote import OUTCOMES, Vote

if TYPE_CHECKING:
    import pandas as pd

MIN_MODELS = 3
"""The order of two models has no degrees of agreement."""

RESAMPLES = 500
"""Resamples of the cases: τ of few models is coarse, and its ends need no more."""


@dataclass(frozen=True)
class Agreement:
    """The agreement of one metric with the votes.

    Attributes:
        metric, version, heading, direction, is_main: the metric; its title with settings and arrow; from its card.
        votes: number of votes on two clips that both have a value.
        share: fraction of the decided votes that went to the clip that the metric prefers; half a vote where it prefers
            neither. 0.5 is chance.
        by_clip: Kendall's τ_b over the clips that were shown together, −1 to 1; 0 is chance. Ties count on both sides.
        models: how many are ordered.
        by_model: Kendall's τ_b between the models' means and their ratings.
    """

    metric: str
    version: str
    heading: str
    direction: Direction
    is_main: bool
    votes: int
    share: Estimate | None
    by_clip: Estimate | None
    models: int
    by_model: Estimate | None


def agreements(rows: pd.DataFrame, votes: Iterable[Vote]) -> list[Agreement]:
    """One per metric and version, the one that agrees most with votes on clips first.

    Args:
        rows: the columns of Measurement, at least run, case, seed, metric, metric_version and value; of one suite. With
            clip_sha256, votes on clips that were made anew since do not count.
        votes: on this suite, one per voter and question.

    Returns:
        Empty without votes on clips as they are now.
    """
    sound = current(votes, rows)
    if not sound:
        return []
    models = _Models.of(sound, rows["case"].dropna())
    known = summary.catalogue_of(rows)
    groups = rows[rows["value"].notna()].groupby(["metric", "metric_version"], sort=False)
    found = [
        _agreement(known, str(metric), str(version), own, sound, models) for (metric, version), own in groups
    ]
    return sorted(found, key=_rank)


def _agreement(
    known: Catalogue, metric: str, version: str, rows: pd.DataFrame, votes: Sequence[Vote], models: _Models
) -> Agreement:
    card = known.card(metric, version)
    is_of_clips = bool(rows["case"].notna().all())
    clips = _Clips.of(rows, votes if is_of_clips else (), card.sign or 1)
    count, by_model = models.estimate(_means(rows) if is_of_clips else _of_sets(rows), card.sign or 1)
    return Agreement(
        metric=metric,
        version=version,
        heading=known.heading(metric),
        direction=card.direction,
        is_main=bool(known.main([metric])),
        votes=len(clips.human_V),
        share=clips.share(),
        by_clip=clips.tau(),
        models=count,
        by_model=by_model,
    )


def current(votes: Iterable[Vote], rows: pd.DataFrame) -> list[Vote]:
    """The votes whose clips are those that were measured."""
    if "clip_sha256" not in rows:
        return list(votes)
    known = rows[rows["case"].notna()].drop_duplicates(["run", "case", "seed"], keep="last")
    keys = zip(known["run"], known["case"], known["seed"], strict=True)
    digests = dict(zip(keys, known["clip_sha256"], strict=True))

    def is_same(run: str, vote: Vote, digest: str) -> bool:
        return not digest or digests.get((run, vote.case, vote.seed), digest) == digest

    return [
        vote
        for vote in votes
        if is_same(vote.left, vote, vote.left_clip) and is_same(vote.right, vote, vote.right_clip)
    ]


def _rank(found: Agreement) -> tuple[float, str, str]:
    return (-found.by_clip.value if found.by_clip else 2.0, found.metric, found.version)


@dataclass(frozen=True)
class _Clips:
    """Votes on two clips that both have a value, and the metric's preference.

    Attributes:
        metric_V, human_V: 1 for the left clip, −1 for the right one, 0 for neither.
        clusters: what counts as an independent draw.
    """

    metric_V: Vector
    human_V: Vector
    clusters: Sequence[Sequence[str]]

    @classmethod
    def of(cls, rows: pd.DataFrame, votes: Sequence[Vote], sign: int) -> _Clips:
        keys = zip(rows["run"], rows["case"], rows["seed"], strict=True)
        value = dict(zip(keys, rows["value"], strict=True))
        sides = [
            tuple(value.get((run, vote.case, vote.seed)) for run in (vote.left, vote.right)) for vote in votes
        ]
        both = [number for number, side in enumerate(sides) if None not in side]
        left_V, right_V = (np.array([sides[n][side] for n in both], dtype=np.float64) for side in (0, 1))
        counted = [votes[number] for number in both]
        return cls(
            np.asarray(sign * np.sign(paired.differences(right_V, left_V))),
            np.array([OUTCOMES[vote.choice] for vote in counted], dtype=np.float64),
            concordance.clusters_of([vote.case for vote in counted], [vote.voter for vote in counted]),
        )

    def share(self) -> Estimate | None:
        return concordance.share(self.metric_V, self.human_V, self.clusters)

    def tau(self) -> Estimate | None:
        return concordance.tau(self.metric_V, self.human_V, self.clusters)


@dataclass(frozen=True)
class _Models:
    """Strengths of the models that were compared with each other, from all cases and from resamples of them.

    Attributes:
        runs: N.
        cases: C, with votes or measured.
        strengths_N: from all votes.
        weights_BC: how often each case is in each resample.
        resampled_BN: strengths from the resamples.
    """

    runs: tuple[str, ...]
    cases: tuple[str, ...]
    strengths_N: Vector
    weights_BC: Matrix
    resampled_BN: Matrix

    @classmethod
    def of(cls, votes: Sequence[Vote], measured: Iterable[str]) -> _Models:
        runs = tuple(sorted({run for vote in votes for run in vote.pair}))
        cases = tuple(sorted({*measured, *(vote.case for vote in votes)}))
        wins_CNN, ties_CNN = _tables(votes, runs, cases)
        wins, ties = wins_CNN.sum(axis=0), ties_CNN.sum(axis=0)
        group = np.array(comparison_graph.groups(wins + ties > 0), dtype=np.intp)
        inside = np.flatnonzero(group == 0)  # the largest: ratings of two groups cannot be ordered
        wins_CNN, ties_CNN = (table[:, inside][:, :, inside] for table in (wins_CNN, ties_CNN))
        strengths, _ = davidson.fit(wins_CNN.sum(axis=0)[None], ties_CNN.sum(axis=0)[None])
        evenly = np.full(len(cases), 1 / len(cases))
        weights = np.random.default_rng(0).multinomial(len(cases), evenly, RESAMPLES).astype(np.float64)
        resampled, _ = davidson.fit(np.tensordot(weights, wins_CNN, 1), np.tensordot(weights, ties_CNN, 1))
        return cls(tuple(runs[place] for place in inside), cases, strengths[0], weights, resampled)

    def estimate(self, means: pd.DataFrame, sign: int) -> tuple[int, Estimate | None]:
        """How many models have a value, and τ_b between their means, over cases that all have, and their strengths.

        Args:
            means: cases down, runs across; one row for a number about sets, which is the same in every resample.
            sign: 1 where higher is better, −1 where lower.
        """
        places = [place for place, run in enumerate(self.runs) if run in means]
        values = means[[self.runs[place] for place in places]].dropna()
        if len(places) < MIN_MODELS or values.empty:
            return len(places), None
        values_CN = sign * values.to_numpy(dtype=np.float64)
        values_BN = np.vstack([values_CN.mean(axis=0), self._weights(list(values.index)) @ values_CN])
        strengths_BN = np.vstack([self.strengths_N, self.resampled_BN])[:, places]
        return len(places), concordance.of_models(values_BN, strengths_BN)

    def _weights(self, cases: Sequence[str]) -> Matrix:
        """(B, C): how often these cases are in the resamples; a whole set is once in each."""
        place = {case: number for number, case in enumerate(self.cases)}
        ones = np.ones(len(self.weights_BC))
        return np.stack(
            [self.weights_BC[:, place[case]] if case in place else ones for case in cases], axis=1
        )


def _tables(votes: Sequence[Vote], runs: Sequence[str], cases: Sequence[str]) -> tuple[Matrix, Matrix]:
    """(C, N, N) wins and ties of the votes on each case."""
    run_place, case_place = ({name: n for n, name in enumerate(names)} for names in (runs, cases))
    wins, ties = np.zeros((2, len(cases), len(runs), len(runs)))
    for vote in votes:
        case, left, right = case_place[vote.case], run_place[vote.left], run_place[vote.right]
        outcome = OUTCOMES[vote.choice]
        if outcome:
            wins[(case, left, right) if outcome > 0 else (case, right, left)] += 1
        else:
            ties[case, [left, right], [right, left]] += 1
    return wins, ties


def _means(rows: pd.DataFrame) -> pd.DataFrame:
    """Cases down, runs across: means over seeds."""
    return rows.pivot_table(index="case", columns="run", values="value", aggfunc="mean")


def _of_sets(rows: pd.DataFrame) -> pd.DataFrame:
    """One row, which is no case; runs across."""
    return rows.groupby("run")["value"].last().to_frame("").T
