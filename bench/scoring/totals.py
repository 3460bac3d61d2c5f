"""A recipe's totals of runs, their intervals and ranks, and what is missing where there is none. Pure."""

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
    """What a recipe makes of a suite's runs.

    Attributes:
        scores: run -> its total; of those that have one.
        missing: run -> the metrics without which it has none: those that it was not measured by; all, where it was
            measured by each of them and on no case by all.
        ranks: run -> its rank; of models that have a total on enough cases.
    """

    scores: Mapping[str, Score]
    missing: Mapping[str, tuple[str, ...]]
    ranks: Mapping[str, Rank]


def totals(
    recipe: Recipe, means: pd.DataFrame, runs: Collection[str], ranked: Collection[str], cases: int
) -> Totals:
    """The totals of runs.

    A recipe that is by case makes a total of each case, and the score is their mean with its interval. One that is on
    means, as VBench's is, whose dimensions are measured on different cases, has no interval here and ranks nobody.

    Args:
        recipe: which.
        means: summary.case_means of the suite. Of a metric of several versions the one that most values are of counts:
            totals of others do not compare.
        runs: of which.
        ranked: those that may be ranked.
        cases: of the suite; a total that stands on too few of them is not ranked (summary.ENOUGH).
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
    """Over cases: what a total lacks is cases, whatever the number of seeds."""
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
