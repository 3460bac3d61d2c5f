"""`bench.scores`, `compare` and `same`: means with intervals, and whether a run is better than another, or the same."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from bench.api import asked
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
        out: the folder of runs, or the URL of a bucket: docs/stores.md.
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
    from bench.base.progress import Progress
    from bench.comparison.compare import comparison
    from bench.comparison.notes import notes
    from bench.comparison.records import frame
    from bench.runs import buckets

    place = buckets.opened(out, Progress(), with_rows=True)
    found = comparison(place, (baseline, *others), names(metrics), (), across_protocols, view)
    table = frame(found)
    table.attrs["view"] = found.view
    table.attrs["view_notes"] = list(found.view_notes)
    table.attrs["skipped"] = {
        pair.b.name: {each.metric: each.reason for each in pair.skipped} for pair in found.pairs
    }
    table.attrs["notes"] = {pair.b.name: notes(pair) for pair in found.pairs}
    return table


def same(
    base: str,
    other: str,
    *,
    margin: float = 0.1,
    limit: int | None = None,
    floor: str = "run",
    ceiling: str = "run",
    device: str = "auto",
    workers: int = 1,
    out: str | Path = "runs",
    show_progress: bool = True,
) -> pd.DataFrame:
    """Compares the clips of two runs one by one, as a share of what another seed changes, like `bench same`.

    Args:
        base: id of a run, its beginning, or its label: the one that is held to be right.
        other: the run that should be the same.
        margin: share of a change of seed up to which a run counts as the same.
        limit: only this many cases, the first ones; None for all.
        floor: 'run' makes the base again where that was not done before, 'reuse' takes what is there, 'none' does
            without.
        ceiling: the same for the base under other seeds.
        device: where models and networks compute.
        workers: processes that compare clips side by side.
        out: the folder of runs.
        show_progress: whether bars are drawn on stderr.

    Returns:
        One row per measure: measure, unit; other, floor, ceiling: how far clips are from the base's in the mean over
        cases, in the measure's unit, and as distances of which shares are taken; cases; share, with low and high, its
        95 % interval; verdict. `attrs["verdict"]` is over all measures: 'identical', 'same', 'different' or
        'undecided'; `attrs["sentence"]` and `attrs["notes"]` say it in words; `attrs["clips"]` is a frame of one row
        per measure and clip, the farthest first, with the frame that is least like its counterpart. See docs/same.md.

    Raises:
        bench.errors.UsageError: runs of different suites, or without a clip of one case and seed in common.
        bench.errors.UnknownName: no such run.

    >>> import bench
    >>> rows = bench.run("noise", limit=6, settings={"num_frames": 3}, metrics="ssim", show_progress=False)
    >>> found = bench.same("noise", "noise", show_progress=False)
    >>> found.attrs["verdict"], found.set_index("measure").loc["psnr", ["other", "floor"]].tolist()
    ('identical', [100.0, 100.0])
    """
    from bench.base import devices
    from bench.engine.requests import RunConfig
    from bench.fidelity import job, records, repeats

    modes = repeats.mode(floor, "floor"), repeats.mode(ceiling, "ceiling")
    config = RunConfig(Path(out), devices.resolve(device, "auto"), workers=workers)
    request = job.SameRequest(base, other, *modes, margin, limit)
    return records.frame(job.same(request, config, asked.progress(show_progress)))
