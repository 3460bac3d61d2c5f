"""A suite's standing: its runs with scores, rank ranges and totals. Pure: frames of rows in, values out.

The board's overview and the static site show the same standing, so that they cannot differ. Numbers compare within one
version of a suite and of a metric. Null baselines and reference clips are measured like models and never ranked. A run
is not ranked either if too many of its clips have no value, since missing values are seldom the best ones.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import numpy as np

from bench.evaluators.catalogue import Catalogue
from bench.runs import parquet
from bench.scoring import summary, totals as total_scores
from bench.scoring.summary import ENOUGH, Score
from bench.statistics import ranking
from bench.statistics.ranking import Rank, SetScore
from bench.types import MetricCard, ModelCard, Role

if TYPE_CHECKING:
    import pandas as pd

    from bench.scoring.recipes import Recipe

__all__ = ["ENOUGH", "Column", "Line", "Provenance", "Score", "Standing", "standing"]

ORDER: tuple[Role, ...] = ("model", "stand-in", "null baseline", "reference clips")
"""The order of roles in a table."""

Provenance: TypeAlias = Literal["clips here", "numbers only"]
"""Whether the clips of a run are on this machine, where they can be played and measured again."""


@dataclass(frozen=True)
class Column:
    """One metric at one version, and its card."""

    metric: str
    version: str
    card: MetricCard = field(compare=False)


@dataclass(frozen=True)
class Line:
    """One run in a standing.

    Attributes:
        run: its id.
        name: its name in tables.
        label: the model as it was requested.
        model: the adapter.
        card: the model's.
        reads_text: whether the prompt reaches the model; None if unknown.
        cases, clips: how many the run has.
        coverage: the clips that have a value, as a share of those that the most complete run would have; the lowest
            over the columns.
        scores: by column, for all metrics that it was measured by, shown or not.
        provenance: where its clips are.
        ranks: by column, where it is ranked.
        total: by the recipe; None without a recipe, or if a metric is missing.
        total_rank: None if the total is not ranked.
        total_missing: the metrics that it lacks for a total.
    """

    run: str
    name: str
    label: str
    model: str
    card: ModelCard
    reads_text: bool | None
    cases: int
    clips: int
    coverage: float
    scores: Mapping[Column, Score]
    provenance: Provenance
    ranks: Mapping[Column, Rank] = field(default_factory=dict)
    total: Score | None = None
    total_rank: Rank | None = None
    total_missing: tuple[str, ...] = ()

    @property
    def role(self) -> Role:
        """The model's role."""
        return self.card.role


@dataclass(frozen=True)
class Standing:
    """The runs on one version of one suite.

    Attributes:
        suite: name@version.
        columns: the metrics that are shown, one column per version.
        lines: in the order of ORDER, then by name.
        recipe: of the totals; None if there are none.
    """

    suite: str
    columns: tuple[Column, ...]
    lines: tuple[Line, ...]
    recipe: Recipe | None


def standing(
    rows: pd.DataFrame,
    scores: pd.DataFrame,
    suite: str,
    metrics: Sequence[str],
    recipe: Recipe | None = None,
    here: Collection[str] = (),
) -> Standing:
    """The standing of a suite.

    Args:
        rows: the columns of Measurement; of this suite and possibly others.
        scores: of these rows, by summary.scores.
        suite: name@version.
        metrics: to show, in this order; those that no run was measured by are left out.
        recipe: of the totals.
        here: ids of the runs whose clips are on this machine.

    Returns:
        Its runs; ranks are computed when they are first read.
    """
    own = scores[parquet.suite_ids(scores) == suite]
    rows = rows[rows["run"].isin(own["run"])]
    names, means, known = summary.names(rows), summary.case_means(rows), summary.catalogue_of(rows)
    columns = _columns(own, metrics, known)
    cards = {str(model): summary.model_card(rows, str(model)) for model in own["model"].unique()}
    found = [_line(str(run), group, cards, known, str(run) in here) for run, group in own.groupby("run")]
    most = _most_cases(found)
    sets = rows[rows["case"].isna()]
    ranking_of = cache(lambda column: _ranks(column, found, means, sets, most))
    models = [line.run for line in found if line.role == "model"]
    cases = max((line.cases for line in found), default=0)
    totals = recipe and total_scores.totals(recipe, rows, names, models, cases)
    lines = [
        replace(
            line,
            name=names[line.run],
            coverage=min(
                (_share(line, column, most) for column in columns if column in line.scores), default=0.0
            ),
            ranks=_RanksOf(line.run, columns, ranking_of),
            total=totals.scores.get(line.run) if totals else None,
            total_rank=totals.ranks.get(line.run) if totals else None,
            total_missing=totals.missing.get(line.run, ()) if totals else (),
        )
        for line in found
    ]
    lines.sort(key=lambda line: (ORDER.index(line.role), line.name, line.run))
    return Standing(suite, columns, tuple(lines), recipe)


@dataclass(frozen=True, eq=False)
class _RanksOf(Mapping[Column, Rank]):
    """The ranks of one run, computed when read: a table of 200 models shows the ranks of one column in ten."""

    run: str
    columns: tuple[Column, ...]
    ranking: Callable[[Column], Mapping[str, Rank]]

    def __getitem__(self, column: Column) -> Rank:
        if column not in self.columns:
            raise KeyError(column)
        return self.ranking(column)[self.run]

    def __iter__(self) -> Iterator[Column]:
        return (column for column in self.columns if self.run in self.ranking(column))

    def __len__(self) -> int:
        return sum(1 for _ in self)


def _columns(scores: pd.DataFrame, metrics: Sequence[str], known: Catalogue) -> tuple[Column, ...]:
    """Columns in the order of metrics, then of versions."""
    measured = scores[["metric", "metric_version"]].drop_duplicates().itertuples(index=False, name=None)
    versions: dict[str, list[str]] = {}
    for metric, version in measured:
        versions.setdefault(str(metric), []).append(str(version))
    return tuple(
        Column(metric, each, known.card(metric, each))
        for metric in metrics
        for each in sorted(versions.get(metric, []))
    )


def _line(
    run: str, scores: pd.DataFrame, cards: Mapping[str, ModelCard], known: Catalogue, is_here: bool
) -> Line:
    """The line as far as the run's own scores determine it."""
    first = scores.iloc[0]
    found = {
        Column(
            score["metric"], score["metric_version"], known.card(score["metric"], score["metric_version"])
        ): Score(**{name: score[name] for name in summary.NUMBERS})
        for score in scores.to_dict("records")
    }
    reads_text = first["reads_text"]
    return Line(
        run=run,
        name=run,
        label=str(first["label"]),
        model=str(first["model"]),
        card=cards[str(first["model"])],
        reads_text=bool(reads_text) if isinstance(reads_text, (bool, np.bool_)) else None,
        cases=max(score.cases for score in found.values()),
        clips=max(score.clips for score in found.values()),
        coverage=0.0,
        scores=found,
        provenance="clips here" if is_here else "numbers only",
    )


def _most_cases(lines: Sequence[Line]) -> dict[Column, int]:
    """The number of cases that the most complete run has in each column."""
    most: dict[Column, int] = {}
    for line in lines:
        for column, score in line.scores.items():
            most[column] = max(most.get(column, 0), score.cases)
    return most


def _share(line: Line, column: Column, most: Mapping[Column, int]) -> float:
    """The clips that have a value, as a share of those that the most complete run with as many seeds would have.

    Other runs are the yardstick for two reasons. A run that was cut off, or from which hard cases were left out, has a
    value for every clip that it has. And a case without a requested camera move has no adherence to one in any run.
    """
    score, seeds = line.scores[column], max(1, round(line.clips / max(line.cases, 1)))
    expected = most[column] * seeds
    return min(1.0, (score.clips - score.failed) / expected) if expected else 0.0


def _ranks(
    column: Column,
    lines: Sequence[Line],
    means: pd.DataFrame,
    sets: pd.DataFrame,
    most: Mapping[Column, int],
) -> dict[str, Rank]:
    """Ranks of the models that have enough values; none if neither direction is better.

    Args:
        column: that is ranked.
        lines: all runs.
        means: of cases.
        sets: the rows about whole sets.
        most: see _most_cases.
    """
    sign = column.card.sign
    measured = [line for line in lines if line.role == "model" and column in line.scores]
    own = {line.run: line.scores[column] for line in measured if _share(line, column, most) >= ENOUGH}
    if not sign or not own:
        return {}
    of_column = means[(means["metric"] == column.metric) & (means["metric_version"] == column.version)]
    if of_column.empty:
        return ranking.of_sets(_set_scores(column, own, sets), sign)
    return ranking.of_cases(summary.across(of_column[of_column["run"].isin(own)], "run"), sign)


def _set_scores(column: Column, own: Mapping[str, Score], sets: pd.DataFrame) -> dict[str, SetScore]:
    """The scores of a set's metric, with what they are without groups of cases, where the rows say that."""
    of_column = sets[(sets["metric"] == column.metric) & (sets["metric_version"] == column.version)]
    rows = {str(row["run"]): row for row in of_column.to_dict("records")}  # the later row counts
    return {
        run: SetScore(score.mean, score.low, score.high, *_groups(rows[run])) for run, score in own.items()
    }


def _groups(row: Mapping[Any, Any]) -> tuple[int, tuple[float, ...]]:
    """How many clips a row about a set stands on, and its series; 0 and () for none."""
    series = row.get("series")  # frames of rows that were selected for something else have none
    n = 0 if row["n"] is None or np.isnan(row["n"]) else int(row["n"])
    return n, () if series is None or np.ndim(series) == 0 else tuple(map(float, series))
