"""A suite's standing: its runs with scores, rank ranges and totals. Pure: frames of rows in, values out.

The board's overview and the static site draw the same standing, so that no two places say different things. Numbers
compare within one version of a suite and of a metric; null baselines and reference clips are measured like models and
never ranked; nor is a run of which too many clips have no value, since what is missing is seldom the best.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import numpy as np

from bench import ranking, summary
from bench.differences import SIGNS
from bench.facts import Facts, Kind, facts
from bench.ranking import Rank

if TYPE_CHECKING:
    import pandas as pd

    from bench.recipes import Recipe

ENOUGH = 0.95
"""The share of its clips that must have a value for a run to be ranked."""

ORDER: tuple[Kind, ...] = ("model", "null baseline", "reference clips")

Provenance: TypeAlias = Literal["clips here", "numbers only"]
"""Whether the clips behind a run's numbers are on this machine, to be looked at and measured again."""


@dataclass(frozen=True)
class Column:
    """One metric at one version."""

    metric: str
    version: str


@dataclass(frozen=True)
class Score:
    """A cell; see summary.scores. Mean, low and high are NaN where there is none."""

    mean: float
    low: float
    high: float
    cases: int
    failed: int
    unmeasurable: int
    clips: int

    @property
    def coverage(self) -> float:
        """The share of clips that have a value."""
        return 1 - self.failed / self.clips if self.clips else 0.0


@dataclass(frozen=True)
class Line:
    """One run in a standing.

    Attributes:
        run, name, label, model: id; what tables call it; as it was asked for; the adapter.
        facts: about the model.
        reads_text: whether the prompt reaches the model; None where nobody said.
        cases, clips: of the run.
        coverage: the share of clips that have a value, of the column that has least.
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
    facts: Facts
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
    def kind(self) -> Kind:
        """What the row is for."""
        return self.facts.kind


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
    own = scores[(scores["suite"] + "@" + scores["suite_version"]) == suite]
    rows = rows[rows["run"].isin(own["run"])]
    names, means = summary.names(rows), summary.case_means(rows)
    columns = _columns(own, metrics)
    lines = [_line(str(run), group, columns, str(run) in here) for run, group in own.groupby("run")]
    ranks = {column: _ranks(column, lines, means) for column in columns}
    totals = _Totals.of(recipe, means, lines) if recipe else None
    lines = [
        replace(
            line,
            name=names[line.run],
            ranks={column: ranks[column][line.run] for column in columns if line.run in ranks[column]},
            total=totals.score(line) if totals else None,
            total_rank=totals.ranks.get(line.run) if totals else None,
            total_missing=totals.missing(line) if totals else (),
        )
        for line in lines
    ]
    lines.sort(key=lambda line: (ORDER.index(line.kind), line.name, line.run))
    return Standing(suite, columns, tuple(lines), recipe)


def _columns(scores: pd.DataFrame, metrics: Sequence[str]) -> tuple[Column, ...]:
    """In the order of metrics, and of versions."""
    measured = scores[["metric", "metric_version"]].drop_duplicates().itertuples(index=False, name=None)
    versions: dict[str, list[str]] = {}
    for metric, version in measured:
        versions.setdefault(str(metric), []).append(str(version))
    return tuple(Column(metric, each) for metric in metrics for each in sorted(versions.get(metric, [])))


def _line(run: str, scores: pd.DataFrame, columns: Sequence[Column], is_here: bool) -> Line:
    """What the run's own scores say of it."""
    first = scores.iloc[0]
    found = {
        Column(score["metric"], score["metric_version"]): Score(
            **{name: score[name] for name in summary.NUMBERS}
        )
        for score in scores.to_dict("records")
    }
    shown = {column: found[column] for column in columns if column in found}
    reads_text = first["reads_text"]
    return Line(
        run=run,
        name=run,
        label=str(first["label"]),
        model=str(first["model"]),
        facts=facts(str(first["model"])),
        reads_text=bool(reads_text) if isinstance(reads_text, (bool, np.bool_)) else None,
        cases=max(score.cases for score in found.values()),
        clips=max(score.clips for score in found.values()),
        coverage=min((score.coverage for score in shown.values()), default=0.0),
        scores=shown,
        provenance="clips here" if is_here else "numbers only",
    )


def _ranks(column: Column, lines: Sequence[Line], means: pd.DataFrame) -> dict[str, Rank]:
    """Of the models that have enough values, where one way is better."""
    card = summary.cards().get(summary.bare(column.metric))
    sign = SIGNS[card.direction] if card else 0
    own = {
        line.run: score
        for line in lines
        if line.kind == "model" and (score := line.scores.get(column)) and score.coverage >= ENOUGH
    }
    if not sign or not own:
        return {}
    of_column = means[(means["metric"] == column.metric) & (means["metric_version"] == column.version)]
    if of_column.empty:
        return ranking.of_intervals({run: (s.mean, s.low, s.high) for run, s in own.items()}, sign)
    return ranking.of_cases(_by_case(of_column[of_column["run"].isin(own)], "run"), sign)


def _by_case(means: pd.DataFrame, across: str) -> pd.DataFrame:
    """Cases down, runs or metrics across."""
    down = ["case"] if across == "run" else ["run", "case"]
    table = means.assign(**{name: means[name].astype(object) for name in [*down, across]})
    return table.pivot(index=down, columns=across, values="value")


@dataclass(frozen=True)
class _Totals:
    """A recipe's totals.

    Attributes:
        recipe: which.
        measured: run -> the recipe's metrics that it has a value of.
        of_case: (run, case) -> total; NaN where a dimension is missing.
        ranks: of the models that have a total on enough of their cases.
    """

    recipe: Recipe
    measured: Mapping[str, tuple[str, ...]]
    of_case: pd.Series[Any]
    ranks: Mapping[str, Rank]

    @classmethod
    def of(cls, recipe: Recipe, means: pd.DataFrame, lines: Sequence[Line]) -> _Totals:
        own = _newest(means[means["metric"].isin(recipe.metrics)])
        groups = own.groupby("run", observed=True)["metric"]
        measured = {str(run): tuple(map(str, dict.fromkeys(names))) for run, names in groups}
        values = _by_case(own, "metric").reindex(columns=list(recipe.metrics))
        of_case = recipe.by_case(values)
        found = cls(recipe, measured, of_case, {})
        own_scores = {line.run: found.score(line) for line in lines if line.kind == "model"}
        ranked = [run for run, score in own_scores.items() if score and score.coverage >= ENOUGH]
        table = of_case.unstack("run").reindex(columns=ranked)
        return replace(found, ranks=ranking.of_cases(table, 1) if ranked else {})

    def missing(self, line: Line) -> tuple[str, ...]:
        """The metrics without which there is no total; none where there is one."""
        return () if self.score(line) else self.recipe.missing(self.measured.get(line.run, ()))

    def score(self, line: Line) -> Score | None:
        """The mean over cases, with its interval; None where a dimension is missing in all of them."""
        if line.run not in self.measured:
            return None
        values = self.of_case.loc[line.run].dropna().to_numpy()
        if not len(values):
            return None
        low, high = summary.interval(values)
        missing = max(0, line.cases - len(values))
        return Score(float(values.mean()), low, high, len(values), missing, 0, len(values) + missing)


def _newest(means: pd.DataFrame) -> pd.DataFrame:
    """The means of each metric's last version that anybody was measured by: totals of others do not compare."""
    found = means[["metric", "metric_version"]].drop_duplicates().astype(str)
    versions = found.groupby("metric")["metric_version"].agg(lambda own: max(own, key=_natural))
    is_last = {*versions.items()}
    pairs = list(found.itertuples(index=False, name=None))
    if all(pair in is_last for pair in pairs):
        return means
    last = means["metric"].astype(object).map(versions)
    return means[means["metric_version"].astype(object) == last]


def _natural(version: str) -> tuple[tuple[int, int | str], ...]:
    """'10+ab' after '9+ab'."""
    parts = re.split(r"(\d+)", version)
    return tuple((1, int(part)) if part.isdigit() else (0, part) for part in parts)
