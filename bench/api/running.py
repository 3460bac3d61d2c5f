"""`bench.run` and `bench.evaluate`: from Python's values to a job, and its rows as a frame."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.api import asked
from bench.api.asked import Place
from bench.errors import UsageError

VIEWS = ("native", "default")
"""The views in which clips are measured if nothing is said."""

if TYPE_CHECKING:
    import pandas as pd

    from bench.base.progress import Progress
    from bench.engine.jobs import JobReport
    from bench.engine.requests import ModelRequest, RunConfig, Selection
    from bench.media.arrays import Layout
    from bench.tracking import TrackRequest
    from bench.types import FitChoice, Memory


def run(
    model: str | Sequence[str] | Callable[..., Any] = (),
    name: str = "",
    *,
    checkpoint: Place | Sequence[Place] = (),
    component: Mapping[str, Place] | None = None,
    lora: Place | Sequence[Place] | Mapping[str, float] = (),
    settings: Mapping[str, Any] | None = None,
    suite: str | Path = "demo",
    protocol: str = "",
    cases: str | Sequence[str] = (),
    limit: int | None = None,
    seeds: int | Iterable[int] | None = None,
    metrics: str | Sequence[str] = (),
    metric_settings: Mapping[str, Any] | None = None,
    view: str | Sequence[str] = VIEWS,
    device: str = "auto",
    dtype: str = "auto",
    memory: Memory = "full",
    accel: str = "",
    max_cost: float | None = None,
    out: str | Path = "runs",
    download: bool = True,
    offline: bool = False,
    retry_failed: bool = False,
    workers: int | None = None,
    gpus: str = "",
    engine: str = "local",
    address: str = "",
    shard: str = "",
    revision: str = "",
    layout: Layout = "THWC",
    track: str | Sequence[Any] = (),
    step: int | None = None,
    dry_run: bool = False,
    show_progress: bool = True,
) -> pd.DataFrame:
    """Generates, evaluates and stores, only what is missing, like `bench run`.

    Args:
        model: name, or several (see `bench ls models`); a pipeline of diffusers in memory; or a function that is given
            an image (a picture of Pillow) and gives frames: an array, a tensor, a list of pictures, or a Clip. What it
            has parameters for is given by name: prompt, seed, frames (or num_frames), fps, and whatever is in settings.
            Nothing for the null models.
        name: what tables call a pipeline or function in memory: 'mine@step-500'.
        checkpoint: folder or hub id[@revision], or several of one model.
        component: parts of the pipeline from elsewhere, on each checkpoint: {"transformer": "out/step-2000"}.
        lora: on top of each checkpoint: file, folder or hub id, also 'path:0.8', or several; or {path: scale}.
        settings: of the model: {"steps": 10}.
        suite: name or folder.
        protocol: of a paper, 'ucf101@1' or 'msrvtt@1', which fixes the suite, its cases and the metrics; see
            docs/protocols.md.
        cases: ids; none for all.
        limit: only this many cases, the first ones; None for all.
        seeds: one clip per case and seed; None for those that the suite names, which is 0 where it names none.
        metrics: names of evaluators or metrics; none for all that can be measured here.
        metric_settings: {"clipsim.model": "ViT-L-14"}.
        view: what part of clips is measured, at which rate and size, or several: 'native', 'default', or as
            '1.75s@8fps@0.13MP'; see docs/views.md. There is one row per view.
        device: 'auto' (the first GPU if there is one), 'cpu', 'cuda:0', 'mps'; in memory, of the metrics alone.
        dtype: 'auto' (float16 on a GPU, float32 on a CPU), 'float32', 'float16', 'bfloat16'. A pipeline in memory
            stays as it is; but for 'auto' it is called under autocast to that precision.
        memory: 'full', or 'model' or 'sequential' to offload to the CPU; see bench.types.Runtime.
        accel: cheaper generating, as 'first-block:0.08'; see docs/speed.md.
        max_cost: US dollars; paid services are stopped before they have cost more. None for no limit.
        out: the folder of runs, or the URL of a bucket: docs/stores.md.
        download: whether missing weights may be fetched; what failed is not tried again for ten minutes.
        offline: whether nothing may be fetched, and no service asked.
        retry_failed: whether failures are tried again.
        workers: processes that measure clips side by side, for which numbers do not depend on how many there are; None
            for 1, or with gpus as many as make clips.
        gpus: where other processes make clips, while others measure them: 'all', '0,1', or 'cpu:4' for four that
            divide the cores.
        engine: 'local', or 'ray' for the workers of a Ray cluster, where gpus is 'all', 'all:2' for models that span
            two each, or 'cpu:4'; see docs/cluster.md.
        address: HOST:PORT of the cluster's head; '' for the cluster that this machine belongs to.
        shard: this process's share of the clips, '0/8' to '7/8'; 'slurm' or 'rank' as the launcher's variables say.
        revision: what identifies a function in memory, such as a commit and a step: clips are then kept under it, and
            a call that was interrupted goes on. '' makes them anew at every call.
        layout: axes of what a function gives: 'THWC', or 'TCHW' with channels first.
        track: where scores and a contact sheet are logged: 'tensorboard', 'wandb', … or several; or a training's own,
            as `accelerator.trackers`. See docs/training.md.
        step: of the training, for track; None for the one that the label names: 2000 of 'svd@step-2000'.
        dry_run: whether only to say what would be made, which needs no weights.
        show_progress: bars on stderr.

    Returns:
        One row per measurement of the cases, seeds and metrics asked for, including failures (their `value` is missing,
        `error` says why); the columns are those of bench.types.Measurement. A number about a set is about the clips
        asked for; if the run holds more, it is not stored. `rows.attrs["unavailable"]` maps evaluators that could not
        work here to the reason, `rows.attrs["untracked"]` trackers that took nothing. For dry_run: one row per model
        and case, of bench.models.plans.Plan.

    Raises:
        bench.errors.UsageError: an unknown name or a bad setting; nothing was started.
        bench.errors.Unavailable: the model's weights, a package or the device is missing, or the weights of all metrics
            named.
    """
    from bench import tracking
    from bench.base import devices, network
    from bench.engine import engines, jobs, protocols
    from bench.engine.engines import EngineRequest
    from bench.engine.requests import ModelRequest, RunConfig, Selection
    from bench.engine.units import shard_named
    from bench.runs import buckets

    chosen = dict(settings or {}) | ({"accel": accel} if accel else {})
    if callable(model):
        asked.check_in_memory(
            {"checkpoint": checkpoint, "component": component, "lora": lora, "memory": memory != "full"}
        )
        at_hand = asked.in_memory(model, name, chosen, dtype, revision, layout)
        models = ModelRequest((at_hand.label,), at_hand=at_hand)
    else:
        models = ModelRequest(
            asked.names(model) or ModelRequest().names,
            asked.places(checkpoint),
            asked.assignments(chosen),
            asked.assignments(component),
            asked.loras(lora),
        )
        asked.check_named(name, revision)
    selection = Selection(
        str(suite), asked.names(cases), limit, None if seeds is None else asked.seeds(seeds)
    )
    wanted = asked.metrics(metrics, metric_settings, view)
    selection, wanted = protocols.chosen(protocol, selection, wanted, asked.metrics((), None, VIEWS))
    tracked, shown = tracking.request(track, step), asked.progress(show_progress)
    where = EngineRequest(engine, gpus, workers, address)
    place = buckets.opened(out, shown, with_rows=False)
    with network.offline(offline), engines.opened(where, place, shown) as found:
        dtype = "auto" if callable(model) else dtype
        config = RunConfig(
            place,
            devices.resolve(device, dtype, memory, found.device if found else ""),
            retry_failed,
            1 if workers is None else workers,
            max_cost,
            asked.consent(download),
            shard_named(shard),
            found,
        )
        if dry_run:
            return _plan(models, selection, config, shown)
        report = jobs.run(models, selection, wanted, config, shown)
    return _rows(report, tracked, config.out, shown)


def evaluate(
    clips: str | Path | None = None,
    name: str = "",
    *,
    runs: str | Sequence[str] = (),
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
    offline: bool = False,
    retry_failed: bool = False,
    workers: int = 1,
    shard: str = "",
    track: str | Sequence[Any] = (),
    step: int | None = None,
    show_progress: bool = True,
) -> pd.DataFrame:
    """Measures clips that exist already, like `bench evaluate`: files, those of runs on disk, or frames in memory.

    Args:
        clips: a CSV (case, image, clip, prompt, …) or a folder; see `bench evaluate --help`. None for the others.
        name: what tables call them; 'frames' by default for frames.
        runs: one or several on disk: id, its beginning, or label.
        frames: case -> array or tensor: uint8, or floats from 0 to 1. The rows are returned, and nothing is stored.
        images: case -> input image: a path, or an array or tensor of one frame. Every case of frames has one.
        prompts: case -> text, for metrics that read it.
        layout: axes of frames and images: 'THWC', or 'TCHW' with channels first.
        suite: name or folder, whose cases they animate; None to make a suite of the cases found.
        fit: how the input images were brought to the clips' size: 'cover', 'contain' or 'stretch'; 'auto' tells it from
            their first frames.
        fps: frames per second of frames, and of folders of frames; None for 8. Video files state their own.
        metrics, metric_settings, view, device, out, download, offline, retry_failed, workers, shard: as
            for run.
        track, step, show_progress: as for run.

    Returns:
        As run.

    Raises:
        bench.errors.UsageError: a line that cannot be understood, an array of another shape or range, or not exactly
            one of clips, runs and frames; nothing was started.
        bench.errors.BadClip: frames at a rate that no film states.
    """
    from bench import tracking
    from bench.base import devices, network
    from bench.engine import jobs
    from bench.engine.requests import ClipSource, RunConfig
    from bench.engine.units import shard_named
    from bench.media.opening import FRAMES_FPS
    from bench.runs import buckets
    from bench.suites import in_memory

    if (clips is not None) + bool(runs) + (frames is not None) != 1:
        raise UsageError("evaluate takes clips, a CSV or a folder, or runs on disk, or frames in memory")
    wanted = asked.metrics(metrics, metric_settings, view)
    shown = asked.progress(show_progress)
    tracked = tracking.request(track, step)
    place, resolved = buckets.opened(out, shown, with_rows=False), devices.resolve(device, "auto")
    work = place
    with ExitStack() as stack:
        stack.enter_context(network.offline(offline))
        if frames is not None:
            folder = stack.enter_context(in_memory.folder(frames))
            rate = FRAMES_FPS if fps is None else fps
            clips = in_memory.write(folder, frames, images or {}, prompts or {}, rate, layout)
            name, work = name or "frames", folder / "runs"
        consent, share = asked.consent(download), shard_named(shard)
        config = RunConfig(work, resolved, retry_failed, workers, download=consent, shard=share)
        if runs:
            report = jobs.evaluate_runs(asked.names(runs), wanted, config, shown)
        else:
            source = ClipSource(Path(clips or ""), name, None if suite is None else str(suite), fit, fps)
            report = jobs.evaluate_clips(source, wanted, config, shown)
        return _rows(report, tracked, place, shown)


def _plan(models: ModelRequest, selection: Selection, config: RunConfig, progress: Progress) -> pd.DataFrame:
    import pandas as pd

    from bench.engine import dry_run

    rows = dry_run.plan(models, selection, config.runtime, progress)
    return pd.DataFrame([{**asdict(row), **asdict(row.plan)} for row in rows]).drop(columns="plan")


def _rows(report: JobReport, tracked: TrackRequest, out: Path, progress: Progress) -> pd.DataFrame:
    report.rows.attrs["unavailable"] = dict(report.unavailable)
    report.rows.attrs["untracked"] = tracked.log(report.folders, report.rows, out, progress)
    return report.rows
