"""A recipe's totals of runs with their intervals and ranks, and which metrics a run lacks for one. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bench.scoring import summary
from bench.scoring.summary import Score
from bench.statistics import quantiles, ranking
from bench.statistics.ranking import Rank

if TYPE_CHECKING:
    import pandas as pd

    from bench.scoring.recipes import Recipe


@dataclass(frozen=True)
class Totals:
    """A recipe's totals of a suite's runs.

    Attributes:
        scores: run -> its total, for runs that have one.
        missing: run -> the metrics that it lacks for a total. All of the recipe's, if each metric has values but no
            case has values of all of them.
        ranks: run -> its rank, for models that have a total on enough cases.
    """

    scores: Mapping[str, Score]
    missing: Mapping[str, tuple[str, ...]]
    ranks: Mapping[str, Rank]


def totals(
    recipe: Recipe, means: pd.DataFrame, runs: Collection[str], ranked: Collection[str], cases: int
) -> Totals:
    """The totals of runs.

    A recipe that is by case gives each case a total, and the score is the mean over cases with its interval. One that
    uses means, like VBench's, whose dimensions are measured on different cases, gives neither intervals nor ranks.

    Args:
        recipe: the recipe.
        means: summary.case_means of the suite. If a metric has several versions, the one with the most values counts:
            totals from other versions do not compare.
        runs: ids of the runs that totals are wanted of.
        ranked: ids of those that may be ranked.
        cases: number of the suite's cases; a total based on too few of them is not ranked (summary.ENOUGH).
    """
    own = quantiles.of_usual_versions(means[means["metric"].isin(recipe.metrics)])
    measured = {str(run): rows for run, rows in own.groupby("run", observed=True)}
    if recipe.is_by_case:
        of_case: Any = recipe.by_case(summary.across(own, "metric").reindex(columns=list(recipe.metrics)))
        values = {run: of_case.loc[run].dropna() for run in measured}
        scores = {run: _mean(each, cases) for run, each in values.items() if len(each)}
    else:
        values = {}
        found = {run: (recipe.total(_means(rows)), rows) for run, rows in measured.items()}
        scores = {
            run: _of_means(total, rows, cases) for run, (total, rows) in found.items() if total is not None
        }
    lacks = {
        run: recipe.missing(_means(measured[run]) if run in measured else ()) or recipe.metrics
        for run in runs
        if run not in scores
    }
    enough = [
        run for run in ranked if run in values and run in scores and scores[run].coverage >= summary.ENOUGH
    ]
    return Totals(scores, lacks, _ranks({run: values[run] for run in enough}))


def _mean(values: pd.Series[float], cases: int) -> Score:
    low, high = summary.interval(values.to_numpy())
    return _score(float(values.mean()), low, high, len(values), cases)


def _of_means(total: float, rows: pd.DataFrame, cases: int) -> Score:
    return _score(total, float("nan"), float("nan"), int(rows["case"].nunique()), cases)


def _score(mean: float, low: float, high: float, counted: int, cases: int) -> Score:
    """A score whose clips are cases: totals are per case, whatever the number of seeds."""
    missing = max(0, cases - counted)
    return Score(mean, low, high, counted, missing, 0, counted + missing)


def _means(rows: pd.DataFrame) -> dict[str, float]:
    """Metric -> the mean over its own cases."""
    return {
        str(metric): float(mean)
        for metric, mean in rows.groupby("metric", observed=True)["value"].mean().items()
    }


def _ranks(values: Mapping[str, pd.Series[float]]) -> dict[str, Rank]:
    import pandas as pd

    return ranking.of_cases(pd.DataFrame(dict(values)), 1) if values else {}
