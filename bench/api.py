"""The public functions: everything of `bench run`, `evaluate` and `compare`, for notebooks and training loops.

import bench

rows = bench.run("svd", checkpoint="out/step-2000", limit=8, metrics=["flicker", "ssim"])
bench.scores(rows)                                  # mean, interval, coverage of each metric
bench.compare("svd@step-1000", "svd@step-2000")     # their differences, and what may be concluded
rows = bench.evaluate(clips="cases.csv", name="my model")
rows = bench.evaluate(frames={"duck": array}, images={"duck": "duck.png"}, fps=8)     # nothing is stored
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Mapping, Sequence
from contextlib import ExitStack
from operator import index
from pathlib import Path
from typing import TYPE_CHECKING, Any

VIEWS = ("native", "default")
"""The views in which clips are measured if nothing is said."""

if TYPE_CHECKING:
    import pandas as pd

    from bench.base.progress import Progress
    from bench.engine.jobs import JobReport
    from bench.engine.requests import MetricRequest
    from bench.suites.in_memory import Layout
    from bench.types import FitChoice, Memory


def run(
    model: str | Sequence[str],
    *,
    checkpoint: str | Path | Sequence[str | Path] = (),
    settings: Mapping[str, Any] | None = None,
    suite: str | Path = "demo",
    cases: str | Sequence[str] = (),
    limit: int | None = None,
    seeds: int | Iterable[int] = (0,),
    metrics: str | Sequence[str] = (),
    metric_settings: Mapping[str, Any] | None = None,
    view: str | Sequence[str] = VIEWS,
    device: str = "auto",
    dtype: str = "auto",
    memory: Memory = "full",
    out: str | Path = "runs",
    download: bool = True,
    retry_failed: bool = False,
    workers: int = 1,
    show_progress: bool = True,
) -> pd.DataFrame:
    """Generates, evaluates and stores, only what is missing, like `bench run`.

    Args:
        model: name, or several (see `bench ls models`).
        checkpoint: folder or hub id[@revision], or several of one model.
        settings: of the model: {"steps": 10}.
        suite: name or folder.
        cases: ids; none for all.
        limit: only this many cases, the first ones; None for all.
        seeds: one clip per case and seed.
        metrics: names of evaluators or metrics; none for all that can be measured here.
        metric_settings: {"clipsim.model": "ViT-L-14"}.
        view: what part of clips is measured, at which rate and size, or several: 'native', 'default', or as
            '1.75s@8fps@0.13MP'; see docs/views.md. There is one row per view.
        device: 'auto' (the first GPU if there is one), 'cpu', 'cuda:0', 'mps'.
        dtype: 'auto' (float16 on a GPU, float32 on a CPU), 'float32', 'float16', 'bfloat16'.
        memory: 'full', or 'model' or 'sequential' to offload to the CPU; see bench.types.Runtime.
        out: the folder of runs.
        download: whether missing weights of metrics may be fetched.
        retry_failed: whether failures are tried again.
        workers: processes that measure clips side by side; the numbers are the same for any number of them.
        show_progress: bars on stderr.

    Returns:
        One row per measurement of the cases, seeds and metrics asked for, including failures (their `value` is missing,
        `error` says why); the columns are those of bench.types.Measurement. A number about a set is about the clips
        asked for; if the run holds more, it is not stored. `rows.attrs["unavailable"]` maps evaluators that could not
        work here to the reason.

    Raises:
        bench.errors.UsageError: an unknown name or a bad setting; nothing was started.
        bench.errors.Unavailable: the model's weights, a package or the device is missing, or the weights of all metrics
            named.
    """
    from bench.base import devices
    from bench.engine import jobs
    from bench.engine.requests import ModelRequest, RunConfig, Selection

    checkpoints = (checkpoint,) if isinstance(checkpoint, (str, Path)) else tuple(checkpoint)
    models = ModelRequest(_names(model), tuple(map(str, checkpoints)), _assignments(settings))
    selection = Selection(str(suite), _names(cases), limit, _seeds(seeds))
    wanted = _metrics(metrics, metric_settings, view, download)
    config = RunConfig(Path(out), devices.resolve(device, dtype, memory), retry_failed, workers)
    return _rows(jobs.run(models, selection, wanted, config, _progress(show_progress)))


def evaluate(
    clips: str | Path | None = None,
    name: str = "",
    *,
    frames: Mapping[str, Any] | None = None,
    images: Mapping[str, Any] | None = None,
    prompts: Mapping[str, str] | None = None,
    layout: Layout = "THWC",
    suite: str | Path | None = None,
    fit: FitChoice = "auto",
    fps: float | None = None,
    metrics: str | Sequence[str] = (),
    metric_settings: Mapping[str, Any] | None = None,
    view: str | Sequence[str] = VIEWS,
    device: str = "auto",
    out: str | Path = "runs",
    download: bool = True,
    retry_failed: bool = False,
    workers: int = 1,
    show_progress: bool = True,
) -> pd.DataFrame:
    """Measures clips that exist already, like `bench evaluate --clips`: files, or frames in memory.

    Args:
        clips: a CSV (case, image, clip, prompt, …) or a folder; see `bench evaluate --help`. None for frames.
        name: what tables call them; 'frames' by default for frames.
        frames: case -> array or tensor: uint8, or floats from 0 to 1. The rows are returned, and nothing is stored.
        images: case -> input image: a path, or an array or tensor of one frame. Every case of frames has one.
        prompts: case -> text, for metrics that read it.
        layout: axes of frames and images: 'THWC', or 'TCHW' with channels first.
        suite: name or folder, whose cases they animate; None to make a suite of the cases found.
        fit: how the input images were brought to the clips' size: 'cover', 'contain' or 'stretch'; 'auto' tells it from
            their first frames.
        fps: frames per second of frames, and of folders of frames; None for 8. Video files state their own.
        metrics, metric_settings, view, device, out, download, retry_failed, workers, show_progress: as for run.

    Returns:
        As run.

    Raises:
        bench.errors.UsageError: a line that cannot be understood, an array of another shape or range, both clips and
            frames, or neither; nothing was started.
        bench.errors.BadClip: frames at a rate that no film states.
    """
    from bench.base import devices
    from bench.engine import jobs
    from bench.engine.requests import ClipSource, RunConfig
    from bench.errors import UsageError
    from bench.media.opening import FRAMES_FPS
    from bench.suites import in_memory

    if (clips is None) == (frames is None):
        raise UsageError("evaluate takes clips, a CSV or a folder, or frames in memory")
    wanted = _metrics(metrics, metric_settings, view, download)
    with ExitStack() as stack:
        if frames is not None:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-frames-")))
            rate = FRAMES_FPS if fps is None else fps
            clips = in_memory.write(folder, frames, images or {}, prompts or {}, rate, layout)
            name, out = name or "frames", folder / "runs"
        source = ClipSource(Path(clips or ""), name, None if suite is None else str(suite), fit, fps)
        config = RunConfig(Path(out), devices.resolve(device, "auto"), retry_failed, workers)
        return _rows(jobs.evaluate_clips(source, wanted, config, _progress(show_progress)))


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

    found = comparison(Path(out), (baseline, *others), _names(metrics), (), across_protocols, view)
    table = frame(found)
    table.attrs["view"] = found.view
    table.attrs["view_notes"] = list(found.view_notes)
    table.attrs["skipped"] = {
        pair.b.name: {each.metric: each.reason for each in pair.skipped} for pair in found.pairs
    }
    table.attrs["notes"] = {pair.b.name: notes(pair) for pair in found.pairs}
    return table


def _assignments(settings: Mapping[str, Any] | None) -> tuple[str, ...]:
    return tuple(f"{name}={value}" for name, value in (settings or {}).items())


def _metrics(
    names: str | Sequence[str],
    settings: Mapping[str, Any] | None,
    view: str | Sequence[str],
    download: bool,
) -> MetricRequest:
    from bench.engine.requests import MetricRequest
    from bench.scoring import views

    return MetricRequest(_names(names), _assignments(settings), download, views.all_named(_names(view)))


def _names(names: str | Sequence[str]) -> tuple[str, ...]:
    """One name or several."""
    return (names,) if isinstance(names, str) else tuple(names)


def _seeds(seeds: int | Iterable[int]) -> tuple[int, ...]:
    """One seed or several, also as NumPy's integers.

    Raises:
        UsageError: something else.
    """
    from bench.errors import UsageError

    try:
        return tuple(index(seed) for seed in (seeds if isinstance(seeds, Iterable) else [seeds]))
    except TypeError:
        raise UsageError(f"seeds are whole numbers, not {seeds!r}") from None


def _progress(is_shown: bool) -> Progress:
    if is_shown:
        from bench.cli.terminal import TerminalProgress

        return TerminalProgress()
    from bench.base.progress import Progress

    return Progress()


def _rows(report: JobReport) -> pd.DataFrame:
    report.rows.attrs["unavailable"] = dict(report.unavailable)
    return report.rows
