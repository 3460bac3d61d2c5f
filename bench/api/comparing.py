"""`bench.scores` and `compare`: means with intervals, and whether one run is better than another."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from bench.api.asked import names

if TYPE_CHECKING:
    import pandas as pd


def scores(rows: pd.DataFrame, view: str = "default") -> pd.DataFrame:
    """Mean, 95 % interval and coverage of each run and metric in rows; see bench.scoring.summary.scores.

    Scores are of one view: see docs/views.md. In `attrs["views"]` is the view of each suite, in `attrs["notes"]` why it
    is native where the default view was asked for.

    >>> import bench
    >>> rows = bench.run("still", limit=2, settings={"num_frames": 4}, metrics="ssim", show_progress=False)
    >>> bench.scores(rows).set_index("metric").loc[["ssim_mean"], ["mean", "cases"]].to_dict("index")
    {'ssim_mean': {'mean': 1.0, 'cases': 2}}
    """
    from bench.scoring import summary, views

    chosen = views.chosen(rows, view)
    found = summary.scores(chosen.rows)
    found.attrs.update(views=dict(chosen.views), notes=dict(chosen.notes))
    return found


def compare(
    baseline: str,
    *others: str,
    metrics: str | Sequence[str] = (),
    across_protocols: bool = False,
    out: str | Path = "runs",
    view: str = "default",
) -> pd.DataFrame:
    """Compares runs that were measured on one suite, each with the first, like `bench compare`.

    Args:
        baseline: id of a run, its beginning, or its label.
        others: one run or several.
        metrics: names of metrics, or of evaluators for their main ones; none for all main ones, 'all' for all.
        across_protocols: whether metrics get a verdict that depend on what the clips differ in (frame rate, length,
            size, compression, fit); else it is 'not comparable'.
        out: the folder of runs.
        view: in which they are compared, see docs/views.md.

    Returns:
        One row per pair and metric: baseline, run; metric, version, direction, unit, basis ('cases' or 'set'); cases
        that both have; a, b: the scores; difference: b minus a; low, high: its interval, and level, its coverage, with
        which those of all metrics hold at once in 95 %; median of the cases' differences, median_low, median_high,
        median_coverage; p, p_adjusted; effect; won, lost, tied; detectable; seeds_worth; verdict. See
        bench.comparison.differences.Difference, and docs/compare.md for how each is computed.
        `attrs["skipped"]` has the metrics of a run that are not compared, and why; `attrs["notes"]` has what else to
        know of it.

    Raises:
        bench.errors.UsageError: runs of different suites or versions, or without measurements.
        bench.errors.UnknownName: no such run or metric.

    >>> import bench
    >>> models, short = ["still", "drift"], {"num_frames": 4}
    >>> rows = bench.run(models, limit=6, settings=short, metrics="ssim", show_progress=False)
    >>> found = bench.compare("still", "drift", metrics="ssim_mean")
    >>> found[["run", "metric", "cases", "won", "verdict"]].to_dict("records")
    [{'run': 'drift', 'metric': 'ssim_mean', 'cases': 6, 'won': 0, 'verdict': 'worse'}]
    """
    from bench.comparison.compare import comparison
    from bench.comparison.notes import notes
    from bench.comparison.records import frame

    found = comparison(Path(out), (baseline, *others), names(metrics), (), across_protocols, view)
    table = frame(found)
    table.attrs["view"] = found.view
    table.attrs["view_notes"] = list(found.view_notes)
    table.attrs["skipped"] = {
        pair.b.name: {each.metric: each.reason for each in pair.skipped} for pair in found.pairs
    }
    table.attrs["notes"] = {pair.b.name: notes(pair) for pair in found.pairs}
    return table
