"""Which runs may stand in a ranking, and which suite is shown first: one rule for board and site. Pure.

A run that was cut off, that lacks what a total takes, or whose model is a stand-in of random weights is left out of the
ranking, with the reason.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from bench.base.wording import some
from bench.runs import parquet
from bench.scoring import recipes, summary
from bench.scoring.summary import ENOUGH

if TYPE_CHECKING:
    import pandas as pd

    from bench.scoring.recipes import Recipe

STAND_IN = "random weights: shows that the machinery works"
"""Why a stand-in is left out."""


def suites(rows: pd.DataFrame, scores: pd.DataFrame, cases: Mapping[str, int]) -> list[str]:
    """Every 'name@version': the one with most entries first, by models, then by runs; one without values is last.

    Args:
        rows: the columns of Measurement.
        scores: of these rows, by summary.scores.
        cases: how many a suite has, for suites where that is known.
    """
    by_suite = {str(name): own for name, own in scores.groupby(parquet.suite_ids(scores), observed=True)}
    return sorted(by_suite, key=lambda name: (*_fewest(rows, by_suite[name], cases.get(name, 0)), name))


def _fewest(rows: pd.DataFrame, scores: pd.DataFrame, cases: int) -> tuple[int, int, bool]:
    outside = left_out(rows, scores, cases)
    entries = scores[scores["mean"].notna() & ~scores["run"].astype(str).isin(outside)]
    models = entries.drop_duplicates("run")["model"].astype(str)
    ranked = sum(summary.model_card(rows, model).role == "model" for model in models)
    return -ranked, -len(models), not scores["mean"].notna().any()


def left_out(rows: pd.DataFrame, scores: pd.DataFrame, cases: int = 0) -> dict[str, str]:
    """Run -> why it does not stand in its suite's ranking, of those that do not.

    Args:
        rows: the columns of Measurement; their cards tell the roles of models.
        scores: of one suite, by summary.scores.
        cases: how many the suite has; the most complete run counts if it has more.
    """
    if scores.empty:
        return {}
    had = _cases(rows, scores)
    most, recipe = max(cases, *had.values()), next(iter(measured_recipes(scores)), None)
    reasons = {
        str(run): _cut_off(had[str(run)], most) or _reason(own, recipe)
        for run, own in scores.groupby("run", observed=True)
    } | {run: STAND_IN for run in _stand_ins(rows, scores)}
    return {run: reason for run, reason in reasons.items() if reason}


def _cases(rows: pd.DataFrame, scores: pd.DataFrame) -> dict[str, int]:
    """Run -> how many cases it has values of: metrics may be measured on cases of their own (see Case.dimensions)."""
    most = scores.groupby("run", observed=True)["cases"].max()
    measured = rows.loc[rows["value"].notna() & rows["case"].notna(), ["run", "case"]].drop_duplicates()
    counts = measured.groupby("run", observed=True).size()
    return {str(run): max(int(known), int(counts.get(run, 0))) for run, known in most.items()}


def _stand_ins(rows: pd.DataFrame, scores: pd.DataFrame) -> list[str]:
    models = scores.drop_duplicates("run")[["run", "model"]].astype(str)
    return [
        run
        for run, model in models.itertuples(index=False)
        if summary.model_card(rows, model).role == "stand-in"
    ]


def _cut_off(had: int, cases: int) -> str:
    return f"{had} of {cases} cases" if had < cases else ""


def _reason(scores: pd.DataFrame, recipe: Recipe | None) -> str:
    """Why a run of all cases is left out; '' for one that is not."""
    shares = _shares(scores)
    if recipe is None:
        return ""
    missing = recipe.missing([metric for metric, share in shares.items() if share])
    if missing:
        return f"no total: {some(missing, 3)} missing"
    fewest = min(shares.get(metric, 1.0) for metric in recipe.metrics)
    return "" if fewest >= ENOUGH else f"values for {fewest:.0%} of clips"


def _shares(scores: pd.DataFrame) -> Mapping[str, float]:
    """Metric -> the share of clips that have a value or cannot have one; of the version that most clips have."""
    known = scores["clips"] - scores["failed"] + scores["unmeasurable"]
    shares = (known / scores["clips"].clip(lower=1)).groupby(scores["metric"].astype(str)).max()
    return {str(metric): float(share) for metric, share in shares.items()}


def measured_recipes(scores: pd.DataFrame) -> list[Recipe]:
    """The recipes that some run has all metrics of, in so far as its clips can have them."""
    is_known = scores["mean"].notna() | (scores["unmeasurable"] > 0)
    of_runs = scores[is_known].groupby("run", observed=True)["metric"].agg(set)
    return [
        recipe
        for recipe in recipes.registry.values()
        if any(not recipe.missing(tuple(map(str, metrics))) for metrics in of_runs)
    ]
