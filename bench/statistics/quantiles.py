"""The spread of one metric over the cases of each run: frames in, frames out."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

QUANTILES = {"q10": 0.1, "q25": 0.25, "q75": 0.75, "q90": 0.9}


def of_usual_versions(case_means: pd.DataFrame) -> pd.DataFrame:
    """Only the version of each metric that has most values: numbers of two versions are not compared.

    Args:
        case_means: run, case, metric, metric_version, value: see summary.case_means.
    """
    versions = case_means.groupby(["metric", "metric_version"], sort=False, observed=True)["value"].count()
    usual = versions.reset_index().sort_values("value", kind="stable").drop_duplicates("metric", keep="last")
    if len(usual) == len(versions):
        return case_means
    return case_means.merge(usual[["metric", "metric_version"]])


def by_run(case_means: pd.DataFrame, sign: int) -> pd.DataFrame:
    """One row per run, the best mean first.

    Args:
        case_means: of one metric in one version: run, case, value.
        sign: +1 where higher is better, −1 where lower is; 0 for the highest first.

    Returns:
        run, mean, q10, q25, q75, q90 (quantiles over cases), cases.

    >>> import pandas as pd
    >>> by_run(pd.DataFrame({"run": list("aab"), "case": list("xyx"), "value": [1.0, 3.0, 9.0]}), sign=1)[
    ...     "mean"
    ... ].tolist()
    [9.0, 2.0]
    """
    values = case_means.astype({"run": object, "value": float}).groupby("run")["value"]
    quantiles = {name: values.quantile(share) for name, share in QUANTILES.items()}
    found = values.mean().to_frame("mean").assign(**quantiles, cases=values.count()).reset_index()
    return found.sort_values(["mean", "run"], ascending=[sign < 0, True]).reset_index(drop=True)
