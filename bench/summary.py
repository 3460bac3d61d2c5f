"""Measurements -> scores. Pure: frames of rows in, frames of scores out; no files, no printing.

A score is the mean over cases of the mean over seeds. Its 95 % interval takes cases as the independent draws (seeds of
one case are not): Student's t over case means. The percentile bootstrap errs 9 to 12 % of the time below 20 cases.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import pandas as pd

ENTRY = ["suite", "suite_version", "run", "label", "model", "reads_text", "metric", "metric_version"]
"""What one score is about."""


def scores(rows: pd.DataFrame) -> pd.DataFrame:
    """One row a run and metric.

    Args:
        rows: the columns of Measurement; of any number of runs and suites.

    Returns:
        suite, suite_version, run, label, model, reads_text, metric, metric_version; mean; low, high: the 95 % interval,
        NaN where one case or the metric gives none; cases: how many the mean stands on (clips, for a number about
        the whole set); failed: clips that have no value; clips: with and without.
    """
    import pandas as pd

    found = [
        {**dict(zip(ENTRY, entry, strict=True)), **_score(group)}
        for entry, group in rows.groupby(ENTRY, sort=False, dropna=False)
    ]
    columns = [*ENTRY, "mean", "low", "high", "cases", "failed", "clips"]
    return pd.DataFrame(found, columns=columns).reset_index(drop=True)


def interval(values: np.ndarray) -> tuple[float, float]:
    """The 95 % interval of the mean of independent values, by Student's t; (NaN, NaN) for fewer than two.

    Args:
        values: (N,) float.
    """
    from scipy.special import stdtrit

    if len(values) < 2:
        return float("nan"), float("nan")
    half = float(stdtrit(len(values) - 1, 0.975)) * float(np.std(values, ddof=1)) / len(values) ** 0.5
    return float(np.mean(values)) - half, float(np.mean(values)) + half


def failures(rows: pd.DataFrame) -> pd.DataFrame:
    """Why there are holes: one row a run, case, seed and reason, with the metrics that it cost."""
    failed = rows[rows["error"].notna()]
    keys = ["label", "run", "case", "seed", "error"]
    grouped = failed.groupby(keys, sort=False, dropna=False)["metric"]
    return grouped.agg(lambda metrics: ", ".join(sorted(metrics))).reset_index()


def names(rows: pd.DataFrame) -> dict[str, str]:
    """Run id -> what a table calls it: its label, with the end of its id where two runs share one."""
    runs = rows[["suite", "suite_version", "run", "label"]].drop_duplicates()
    is_shared = runs.duplicated(["suite", "suite_version", "label"], keep=False)
    return {
        run: f"{label} ({run.rsplit('-', 1)[-1][:4]})" if shared else label
        for run, label, shared in zip(runs["run"], runs["label"], is_shared, strict=True)
    }


def _score(group: pd.DataFrame) -> dict[str, float | int]:
    is_set = group["case"].isna().all()
    measured = group[group["value"].notna()]
    if is_set:
        (row,) = group.to_dict("records")
        n = int(row["n"] or 0) if row["n"] == row["n"] else 0
        return {
            "mean": row["value"],
            "low": row["low"],
            "high": row["high"],
            "cases": n,
            "failed": 0 if n else 1,
            "clips": n,
        }
    means = measured.groupby("case", sort=False)["value"].mean().to_numpy()
    low, high = interval(means)
    mean = float(means.mean()) if len(means) else float("nan")
    failed = len(group) - len(measured)
    return {
        "mean": mean,
        "low": low,
        "high": high,
        "cases": len(means),
        "failed": failed,
        "clips": len(group),
    }
