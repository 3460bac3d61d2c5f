"""A suite's standing: its runs with scores, rank ranges and totals. Pure: frames of rows in, values out.

The board's overview and the static site draw the same standing, so that no two places say different things. Numbers
compare within one version of a suite and of a metric; null baselines and reference clips are measured like models and
never ranked; nor is a run of which too many clips have no value, since what is missing is seldom the best.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from typing import TYPE_CHECKING, Literal, TypeAlias

import numpy as np

from bench.evaluators.catalogue import Catalogue
from bench.runs import parquet
from bench.scoring import summary, totals as total_scores
from bench.scoring.summary import ENOUGH, Score
from bench.statistics import ranking
from bench.statistics.ranking import Rank
from bench.types import MetricCard, ModelCard, Role

if TYPE_CHECKING:
    import pandas as pd

    from bench.scoring.recipes import Recipe

__all__ = ["ENOUGH", "Column", "Line", "Provenance", "Score", "Standing", "standing"]

ORDER: tuple[Role, ...] = ("model", "stand-in", "null baseline", "reference clips")
"""Of roles in a table."""

Provenance: TypeAlias = Literal["clips here", "numbers only"]
"""Whether the clips behind a run's numbers are on this machine, to be looked at and measured again."""


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
        run, name, label, model: id; what tables call it; as it was asked for; the adapter.
        card: of the model.
        reads_text: whether the prompt reaches the model; None where nobody said.
        cases, clips: of the run.
        coverage: the share of clips that have a value, of those that the most complete run has; of the column that
            has least.
        scores: of the columns that it was measured by.
        provenance: where its clips are.
        ranks: of those where it is ranked.
        total: of the recipe; None without one, and where a dimension is missing.
        total_rank: None where the total is not ranked.
        total_missing: the metrics without which the recipe gives it no total.
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
        """What the row is for."""
        return self.card.role


@dataclass(frozen=True)
class Standing:
    """The runs on one version of one suite.

    Attributes:
        suite: name@version.
        columns: the metrics that are shown, each version on its own.
        lines: models first, then null baselines and reference clips; by name.
        recipe: of the totals; None for none.
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
        rows: the columns of Measurement; of this suite at least.
        scores: of these rows, by summary.scores.
        suite: name@version.
        metrics: to show, in that order; what nobody was measured by is left out.
        recipe: of the totals.
        here: ids of the runs whose clips are on this machine.
    """
    own = scores[parquet.suite_ids(scores) == suite]
    rows = rows[rows["run"].isin(own["run"])]
    names, means, known = summary.names(rows), summary.case_means(rows), summary.catalogue_of(rows)
    columns = _columns(own, metrics, known)
    cards = {str(model): summary.model_card(rows, str(model)) for model in own["model"].unique()}
    found = [_line(str(run), group, cards, known, str(run) in here) for run, group in own.groupby("run")]
    most = _most_cases(found)
    ranking_of = cache(lambda column: _ranks(column, found, means, most))
    models = [line.run for line in found if line.role == "model"]
    cases = max((line.cases for line in found), default=0)
    totals = recipe and total_scores.totals(recipe, means, names, models, cases)
    lines = [
        replace(
            line,
            name=names[line.run],
            coverage=min(
                (_share(line, column, most) for column in columns if column in line.scores), default=0.0
            ),
            scores={column: line.scores[column] for column in columns if column in line.scores},
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
    """The ranks of one run, found when somebody asks: a table of 200 models shows those of one column of ten."""

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
    """In the order of metrics, and of versions."""
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
    """What the run's own scores say of it."""
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
    """How many cases the most complete run has of each column: what the others are held against."""
    most: dict[Column, int] = {}
    for line in lines:
        for column, score in line.scores.items():
            most[column] = max(most.get(column, 0), score.cases)
    return most


def _share(line: Line, column: Column, most: Mapping[Column, int]) -> float:
    """The share of clips that have a value, of those that the most complete run of as many seeds would have.

    Held against others, since a run that was cut off, or of which somebody left out the hard cases, has a value for
    every clip that it has; and since a case that asks for no camera move has no adherence to it, whoever animates it.
    """
    score, seeds = line.scores[column], max(1, round(line.clips / max(line.cases, 1)))
    expected = most[column] * seeds
    return min(1.0, (score.clips - score.failed) / expected) if expected else 0.0


def _ranks(
    column: Column, lines: Sequence[Line], means: pd.DataFrame, most: Mapping[Column, int]
) -> dict[str, Rank]:
    """Of the models that have enough values, where one way is better."""
    sign = column.card.sign
    measured = [line for line in lines if line.role == "model" and column in line.scores]
    own = {line.run: line.scores[column] for line in measured if _share(line, column, most) >= ENOUGH}
    if not sign or not own:
        return {}
    of_column = means[(means["metric"] == column.metric) & (means["metric_version"] == column.version)]
    if of_column.empty:
        return ranking.of_intervals({run: (s.mean, s.low, s.high) for run, s in own.items()}, sign)
    return ranking.of_cases(summary.across(of_column[of_column["run"].isin(own)], "run"), sign)
