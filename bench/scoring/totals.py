"""A recipe's totals of runs with their parts, intervals and ranks, and which metrics a run lacks for one. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from bench.scoring import recipes, summary
from bench.scoring.summary import Score
from bench.statistics import quantiles, ranking
from bench.statistics.ranking import Rank

if TYPE_CHECKING:
    import pandas as pd

    from bench.scoring.recipes import Recipe

SCALE = (0.0, 100.0)
"""Of totals by clip: intervals of means end there, too."""

CLIP = ["run", "case", "seed"]
"""Columns that identify a clip."""


@dataclass(frozen=True)
class Totals:
    """A recipe's totals of a suite's runs.

    Attributes:
        scores: run -> its total, for runs that have one.
        missing: run -> the metrics that it lacks for a total. All of the recipe's, if each metric has values but no
            clip has values of all of them.
        ranks: run -> its rank, for models that have a total on enough cases.
        parts: run -> group of the recipe -> the mean of its part over the cases that have a total; of a recipe that
            uses means, its part of these.
    """

    scores: Mapping[str, Score]
    missing: Mapping[str, tuple[str, ...]]
    ranks: Mapping[str, Rank]
    parts: Mapping[str, Mapping[str, float]] = field(default_factory=dict)


def totals(
    recipe: Recipe, rows: pd.DataFrame, runs: Collection[str], ranked: Collection[str], cases: int
) -> Totals:
    """The totals of runs.

    A recipe that is by clip gives each clip a total (see Recipe.missing_policy), and the score is the mean over cases
    of the mean over seeds, with its interval. One that uses means, like VBench's, whose dimensions are measured on
    different cases, gives neither intervals nor ranks.

    Args:
        recipe: the recipe.
        rows: the columns of Measurement, of one suite and view. If a metric has several versions, the one with the
            most values counts: totals from other versions do not compare.
        runs: ids of the runs that totals are wanted of.
        ranked: ids of those that may be ranked.
        cases: number of the suite's cases; a total based on too few of them is not ranked (summary.ENOUGH).
    """
    own = rows[rows["metric"].isin(recipe.metrics) & rows["case"].notna()]
    own = quantiles.of_usual_versions(own)
    found = _by_clip(recipe, own, cases) if recipe.is_by_clip else _by_means(recipe, own, cases)
    lacks = {
        run: recipe.missing(found.given.get(run, ())) or recipe.metrics
        for run in runs
        if run not in found.scores
    }
    ranks = {run: found.of_cases[run] for run in ranked if found.is_ranked(run)}
    return Totals(found.scores, lacks, _ranks(ranks), found.parts)


def records(rows: pd.DataFrame) -> list[dict[str, Any]]:
    """The totals of runs, JSON-like: by ours, and by each recipe of which a run has more than half of the metrics.

    Args:
        rows: the columns of Measurement.

    Returns:
        Per run and recipe: run, recipe, version; mean, low, high, None where there is none; parts: group -> its mean;
        cases: how many have a total; clips, and how many of them have none; missing: the metrics that it lacks.
    """
    return [
        _record(str(run), recipe, totals(recipe, own, [str(run)], (), own["case"].nunique()))
        for run, own in rows.groupby("run", sort=False, observed=True)
        for recipe in recipes.registry.values()
        if recipe is recipes.MOVING or _has_most(recipe, own)
    ]


def _has_most(recipe: Recipe, rows: pd.DataFrame) -> bool:
    """Whether a total is there, or so near that what it lacks is worth saying."""
    lacking = recipe.missing(set(rows.loc[rows["value"].notna(), "metric"]))
    return 2 * len(lacking) < len(recipe.metrics)


def _record(run: str, recipe: Recipe, found: Totals) -> dict[str, Any]:
    score = found.scores.get(run, Score(np.nan, np.nan, np.nan, 0, 0, 0, 0))
    numbers = {name: getattr(score, name) for name in ("mean", "low", "high")}
    return {
        "run": run,
        "recipe": recipe.name,
        "version": recipe.version,
        **{name: None if np.isnan(value) else value for name, value in numbers.items()},
        "parts": found.parts.get(run, {}),
        "cases": score.cases,
        "clips": score.clips,
        "clips_without": score.failed,
        "missing": list(found.missing.get(run, ())),
    }


@dataclass(frozen=True)
class _Found:
    """Scores and parts of runs, the totals of their cases, and what each gave the recipe: metrics, or their means."""

    scores: Mapping[str, Score]
    parts: Mapping[str, Mapping[str, float]]
    of_cases: Mapping[str, pd.Series[float]]
    given: Mapping[str, Collection[str]]

    def is_ranked(self, run: str) -> bool:
        """Whether the run has totals of cases, and enough of them."""
        return run in self.of_cases and run in self.scores and self.scores[run].coverage >= summary.ENOUGH


def _by_clip(recipe: Recipe, rows: pd.DataFrame, cases: int) -> _Found:
    of_clip, parts = recipe.of_rows(clip_values(recipe, rows))
    scores, means, of_cases = {}, {}, {}
    for run, clips in of_clip.groupby(level="run"):
        has = clips.dropna()
        if len(has):
            values = has.droplevel("run").groupby(level="case").mean()
            of_parts = parts.loc[has.index].groupby(level="case").mean().mean()
            scores[str(run)], of_cases[str(run)] = _score(values, clips, cases), values
            means[str(run)] = {str(name): float(part) for name, part in of_parts.items()}
    known = rows[rows["value"].notna() | (rows["status"] == "not measurable")]
    given = {str(run): set(own["metric"]) for run, own in known.groupby("run", observed=True)}
    return _Found(scores, means, of_cases, given)


def clip_values(recipe: Recipe, rows: pd.DataFrame) -> pd.DataFrame:
    """One row per run, case and seed, one column per metric of the recipe.

    What cannot be measured of a clip has the value that counts 0; NaN is what was not measured, what broke, and every
    metric of a clip of which nothing was measured.

    Args:
        recipe: the recipe.
        rows: of its metrics, the columns of Measurement.
    """
    import pandas as pd

    codes = rows.groupby(CLIP, sort=False, observed=True, dropna=False).ngroup().to_numpy()
    clips = rows[CLIP].iloc[np.unique(codes, return_index=True)[1]].astype({"run": object, "case": object})
    names = rows["metric"].astype(object)
    places = codes, pd.Index(recipe.metrics).get_indexer(pd.Index(names))
    values = np.full((len(clips), len(recipe.metrics)), np.nan)
    values[places] = rows["value"].to_numpy(dtype=np.float64)
    is_measured = ~np.isnan(values).all(axis=1)
    is_zero = (rows["status"] == "not measurable").to_numpy() & is_measured[codes]
    zeros = names.map(dict(recipe.zeros)).to_numpy(dtype=np.float64)
    values[tuple(place[is_zero] for place in places)] = zeros[is_zero]
    return pd.DataFrame(values, index=pd.MultiIndex.from_frame(clips), columns=list(recipe.metrics))


def _by_means(recipe: Recipe, rows: pd.DataFrame, cases: int) -> _Found:
    import pandas as pd

    scores, given, parts = {}, {}, {}
    for run, means in summary.case_means(rows).groupby("run", observed=True):
        of_metrics = means.groupby("metric", observed=True)["value"].mean()
        given[str(run)] = {str(metric): float(mean) for metric, mean in of_metrics.items()}
        whole, own = recipe.of_rows(pd.DataFrame([given[str(run)]]))
        total = float(whole.iloc[0])
        if not np.isnan(total):
            counted = int(means["case"].nunique())
            without = max(0, cases - counted)
            parts[str(run)] = {str(name): float(part) for name, part in own.iloc[0].items()}
            scores[str(run)] = Score(total, np.nan, np.nan, counted, without, 0, counted + without)
    return _Found(scores, parts, {}, given)


def _score(values: pd.Series[float], clips: pd.Series[float], cases: int) -> Score:
    """The mean over cases; clips without a total count as failed, those of cases that the run lacks among them.

    Args:
        values: the total of each case that has one.
        clips: the total of each clip, NaN where it has none.
        cases: number of the suite's cases.
    """
    low, high = (float(end) for end in np.clip(summary.interval(values.to_numpy()), *SCALE))
    seeds = round(len(clips) / clips.index.get_level_values("case").nunique())
    expected = max(len(clips), cases * seeds)
    without = expected - int(clips.notna().sum())
    return Score(float(values.mean()), low, high, len(values), without, 0, expected)


def _ranks(values: Mapping[str, pd.Series[float]]) -> dict[str, Rank]:
    import pandas as pd

    return ranking.of_cases(pd.DataFrame(dict(values)), 1) if values else {}
