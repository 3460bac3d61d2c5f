"""One run's scores by category, its values by case, and its missing values by reason. Pure: frames in and out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bench.scoring import summary
from bench.statistics import quantiles

if TYPE_CHECKING:
    import pandas as pd

SCORE = ["metric", "metric_version", "category", *summary.NUMBERS]


def by_category(rows: pd.DataFrame) -> pd.DataFrame:
    """Scores as by summary.scores, one row per metric and category; numbers about the whole set have no category.

    Args:
        rows: of one run, the columns of Measurement.

    Returns:
        metric, metric_version, category ('' if the case has none), mean, low, high, cases, failed, unmeasurable,
        clips; in the order of the rows.
    """
    of_cases = rows[rows["case"].notna()]
    # a score is computed per run: here the clips of one category pass for a run
    scores = summary.scores(of_cases.assign(run=of_cases["category"].astype(object).fillna("")))
    return scores.rename(columns={"run": "category"})[SCORE]


def by_case(rows: pd.DataFrame, metric: str, sign: int) -> pd.DataFrame:
    """One metric's value of each case that has one, the best first.

    Two versions of a metric have no common scale, so only the version with the most values counts.

    Args:
        rows: of one run, the columns of Measurement.
        metric: its name.
        sign: +1 if higher is better, −1 if lower is, 0 to sort the highest first.

    Returns:
        case, value: the mean over its seeds; seed: the one whose value is nearest to that mean, the smaller of two.
    """
    found = rows[(rows["metric"] == metric) & rows["value"].notna() & rows["case"].notna()]
    found = quantiles.of_usual_versions(found)
    found = found[["case", "seed", "value"]].astype({"case": object, "seed": "uint64"})
    means = found.groupby("case")["value"].transform("mean")
    found = found.assign(mean=means, far=(found["value"] - means).abs())
    nearest = found.sort_values(["case", "far", "seed"]).drop_duplicates("case")
    ordered = nearest.assign(key=nearest["mean"] * -(sign or 1)).sort_values(["key", "case"])
    return ordered[["case", "mean", "seed"]].rename(columns={"mean": "value"}).reset_index(drop=True)


def by_reason(rows: pd.DataFrame) -> pd.DataFrame:
    """Why values are missing: one row per status and reason, failures before values that are not measurable.

    Args:
        rows: of one run, the columns of Measurement.

    Returns:
        status, error; clips: how many lack a value for it (a number about the whole set counts as one); metrics: their
        names, sorted; case, seed: of the first such clip, missing for the set. Reasons with the most clips come first.
    """
    failed = rows[rows["error"].notna()].astype({"status": object, "error": object, "metric": object})
    metrics = failed.groupby(["status", "error"])["metric"].agg(lambda each: ", ".join(sorted(set(each))))
    clips = failed.drop_duplicates(["status", "error", "case", "seed"]).groupby(["status", "error"]).size()
    found = failed.drop_duplicates(["status", "error"])
    pairs = list(zip(found["status"], found["error"], strict=True))
    found = found.assign(
        clips=[int(clips[pair]) for pair in pairs], metrics=[metrics[pair] for pair in pairs]
    )
    return found.sort_values(["status", "clips"], ascending=[True, False], kind="stable")[
        ["status", "error", "clips", "metrics", "case", "seed"]
    ].reset_index(drop=True)
