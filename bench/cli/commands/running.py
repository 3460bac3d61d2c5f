"""`bench run`, `generate` and `evaluate`: from words to requests, from the report to tables."""

from __future__ import annotations

import time
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bench.cli import completion
from bench.cli.commands.output import print_all, print_json, progress, say
from bench.cli.commands.report import Done, made, print_report
from bench.cli.config import as_toml
from bench.cli.options import (
    AccelOption,
    AddressOption,
    CasesOption,
    CheckpointOption,
    ComponentOption,
    DeviceOption,
    DownloadOption,
    DryRunOption,
    DtypeOption,
    EngineOption,
    GpusOption,
    JsonOption,
    LimitOption,
    LoraOption,
    MaxCostOption,
    MemoryOption,
    MetricSetOption,
    MetricsOption,
    ModelOption,
    ModelsArgument,
    OfflineOption,
    OutOption,
    ProtocolOption,
    RetryOption,
    SeedsOption,
    SetOption,
    ShardOption,
    StepOption,
    SuiteOption,
    TrackOption,
    ViewsOption,
    WorkersOption,
    consent,
    models_of,
    of_clips,
    words_of,
)
from bench.errors import UsageError
from bench.types import FitChoice, Memory, Runtime

if TYPE_CHECKING:
    from bench.engine.backends import Engine
    from bench.engine.requests import MetricRequest, ModelRequest, RunConfig, Selection

BOTH_VIEWS = "native,default"
"""The views in which clips are measured if nothing is said."""


def run(
    context: typer.Context,
    named: ModelsArgument = None,
    model: ModelOption = None,
    checkpoint: CheckpointOption = None,
    component: ComponentOption = None,
    lora: LoraOption = None,
    settings: SetOption = None,
    suite: SuiteOption = "demo",
    protocol: ProtocolOption = "",
    seeds: SeedsOption = "",
    cases: CasesOption = "",
    limit: LimitOption = None,
    metrics: MetricsOption = "",
    metric_settings: MetricSetOption = None,
    view: ViewsOption = BOTH_VIEWS,
    device: DeviceOption = "auto",
    dtype: DtypeOption = "auto",
    memory: MemoryOption = "full",
    out: OutOption = Path("runs"),
    retry_failed: RetryOption = False,
    workers: WorkersOption = None,
    gpus: GpusOption = "",
    engine: EngineOption = "local",
    address: AddressOption = "",
    shard: ShardOption = "",
    accel: AccelOption = "",
    max_cost: MaxCostOption = None,
    track: TrackOption = "",
    step: StepOption = None,
    download: DownloadOption = None,
    offline: OfflineOption = False,
    dry_run: DryRunOption = False,
    as_json: JsonOption = False,
) -> None:
    """Generate, evaluate, store, and print the table; what is already there is not made again.

    bench run                                null models: no download, no GPU
    bench run svd                            Stable Video Diffusion, demo suite
    bench run svd,wan2.1-i2v-480p            two models, one after the other
    bench run svd --checkpoint ./step-2000   a checkpoint of your own
    bench run svd --set steps=10 --seeds 0,1,2 --limit 4
    bench run svd --protocol ucf101@1        FVD as papers report it
    bench run svd --gpus all                 one process per GPU
    bench run svd --engine ray               one per GPU of a Ray cluster
    bench run svd --dry-run                  frames, size, cost; fetches nothing
    bench run --config run.toml              options from a file
    """
    from bench import tracking
    from bench.engine import engines, jobs, protocols, requests

    asked = models_of(named, model)
    models = asked_models(asked or list(requests.NULL_MODELS), checkpoint, component, lora, settings, accel)
    selection, wanted = protocols.chosen(
        protocol,
        asked_cases(suite, seeds, cases, limit),
        asked_metrics(metrics, metric_settings, view),
        asked_metrics("", None, BOTH_VIEWS),
    )
    tracked = tracking.request(track, step)
    started = time.monotonic()
    with engines.opened(engines.EngineRequest(engine, gpus, workers, address), out, progress()) as found:
        config = _config(out, _runtime(device, dtype, memory, found), retry_failed, workers, shard)
        fetches = consent(download, "ask" if asked or metrics or protocol else "no")
        config = replace(config, max_cost=max_cost, download=fetches, engine=found)
        if dry_run:
            _print_plan(models, selection, wanted, config, as_json)
            if not as_json:
                print_all(["bench run --config FILE with this in FILE is this run:", as_toml(context)])
            return
        report = jobs.run(models, selection, wanted, config, progress())
    tracked.log(report.folders, report.rows, out, progress())
    print_report(Done(report, wanted, out, time.monotonic() - started), as_json)


def generate(
    named: ModelsArgument = None,
    model: ModelOption = None,
    checkpoint: CheckpointOption = None,
    component: ComponentOption = None,
    lora: LoraOption = None,
    settings: SetOption = None,
    suite: SuiteOption = "demo",
    seeds: SeedsOption = "",
    cases: CasesOption = "",
    limit: LimitOption = None,
    device: DeviceOption = "auto",
    dtype: DtypeOption = "auto",
    memory: MemoryOption = "full",
    out: OutOption = Path("runs"),
    retry_failed: RetryOption = False,
    gpus: GpusOption = "",
    engine: EngineOption = "local",
    address: AddressOption = "",
    shard: ShardOption = "",
    accel: AccelOption = "",
    max_cost: MaxCostOption = None,
    download: DownloadOption = None,
    offline: OfflineOption = False,
) -> None:
    """Only make the clips; `bench evaluate RUN` measures them, here or elsewhere.

    bench generate svd --suite my/suite
    bench evaluate svd
    """
    from bench.engine import engines, jobs

    asked = models_of(named, model)
    if not asked:
        raise UsageError("name a model, as in bench generate svd: bench ls models lists them")
    models = asked_models(asked, checkpoint, component, lora, settings, accel)
    chosen = asked_cases(suite, seeds, cases, limit)
    with engines.opened(engines.EngineRequest(engine, gpus, None, address), out, progress()) as found:
        config = _config(out, _runtime(device, dtype, memory, found), retry_failed, shard=shard)
        config = replace(config, max_cost=max_cost, download=consent(download), engine=found)
        report = jobs.run(models, chosen, None, config, progress())
    for folder in report.folders:
        say(folder.path)
    print_all([made(report)])
    raise typer.Exit(report.lost > 0)


def evaluate(
    runs: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="RUN",
            help="Runs on disk: id, its beginning, or label.",
            autocompletion=completion.runs,
        ),
    ] = None,
    clips: Annotated[
        Path | None, of_clips(metavar="PATH", help="CSV or folder of clips that you already have.")
    ] = None,
    name: Annotated[str, of_clips(metavar="TEXT", help="What tables call these clips.")] = "",
    suite: Annotated[
        str | None,
        of_clips(
            metavar="NAME",
            help="Suite that these clips animate, if one of ours.",
            autocompletion=completion.suites,
        ),
    ] = None,
    fit: Annotated[
        FitChoice,
        of_clips(
            metavar="HOW",
            help="How input images were fitted to the clips: cover, contain, stretch; auto: as frame 0 shows.",
        ),
    ] = "auto",
    fps: Annotated[
        float | None, of_clips(metavar="N", help="Frame rate of folders of frames; 8 by default.")
    ] = None,
    metrics: MetricsOption = "",
    metric_settings: MetricSetOption = None,
    view: ViewsOption = BOTH_VIEWS,
    device: DeviceOption = "auto",
    out: OutOption = Path("runs"),
    retry_failed: RetryOption = False,
    workers: WorkersOption = 1,
    shard: ShardOption = "",
    track: TrackOption = "",
    step: StepOption = None,
    download: DownloadOption = None,
    offline: OfflineOption = False,
    as_json: JsonOption = False,
) -> None:
    """Measure clips: those of runs on disk, or your own by a CSV or a folder.

    CSV: a header with case, image, clip and, if you like, prompt, seed, category,
    reference (a real clip of the same scene, for FVD), keep (a picture, white
    where nothing should change), keyframes (a.png@0;b.png@40), camera (pan_left),
    trajectory (x y;x y), fps (of a folder of frames), prompt_sent (where a model
    rewrote the prompt); paths are relative to the CSV.
    Folder: duck.mp4 with duck.png and duck.txt (its prompt) beside it; duck-3.mp4
    is seed 3.
    Files of pandas, Excel, VBench and ComfyUI are read as they are:
    docs/own-clips.md. Clips are mp4, m4v, mov, mkv, webm, gif, avi, animated webp
    or png, or folders of frames.

    bench evaluate --clips my/cases.csv --name my-model
    bench evaluate svd --metrics clipsim
    """
    from bench import tracking
    from bench.engine import jobs, requests

    tracked = tracking.request(track, step)
    wanted = asked_metrics(metrics, metric_settings, view)
    config = replace(_config(out, _runtime(device), retry_failed, workers, shard), download=consent(download))
    if bool(runs) == bool(clips):
        raise UsageError("name runs on disk, or --clips PATH --name LABEL")
    started = time.monotonic()
    if clips:
        if not name:
            raise UsageError("--clips needs --name: what tables call these clips")
        source = requests.ClipSource(clips, name, suite, fit, fps)
        report = jobs.evaluate_clips(source, wanted, config, progress())
    else:
        report = jobs.evaluate_runs(runs or [], wanted, config, progress())
    tracked.log(report.folders, report.rows, out, progress())
    print_report(Done(report, wanted, out, time.monotonic() - started), as_json)


def asked_models(
    model: list[str],
    checkpoint: list[str] | None,
    component: list[str] | None,
    lora: list[str] | None,
    settings: list[str] | None,
    accel: str,
) -> ModelRequest:
    """The models that options ask for, with their weights and settings."""
    from bench.engine.requests import ModelRequest

    return ModelRequest(
        names=tuple(model),
        checkpoints=tuple(checkpoint or ()),
        settings=(*(settings or ()), *([f"accel={accel}"] if accel else ())),
        components=tuple(component or ()),
        loras=tuple(lora or ()),
    )


def asked_cases(suite: str, seeds: str, cases: str, limit: int | None) -> Selection:
    """The cases and seeds that options ask for."""
    from bench.engine.requests import Selection

    return Selection(suite, tuple(words_of(cases)), limit, _seeds(seeds))


def _seeds(text: str) -> tuple[int, ...] | None:
    """None of '': those that the suite names."""
    words = words_of(text)
    if not text:
        return None
    if not words or not all(word.isdecimal() and len(word) <= 20 for word in words):
        raise UsageError(f"seeds are whole numbers like 0,1,2, not '{text}'")
    return tuple(int(word) for word in words)


def asked_metrics(names: str, settings: list[str] | None, view: str) -> MetricRequest:
    """The metrics that options ask for."""
    from bench.engine.requests import MetricRequest
    from bench.scoring import views

    chosen = () if names == "all" else tuple(words_of(names))
    return MetricRequest(chosen, tuple(settings or ()), views.all_named(words_of(view)))


def _runtime(
    device: str, dtype: str = "auto", memory: Memory = "full", engine: Engine | None = None
) -> Runtime:
    from bench.base import devices

    return devices.resolve(device, dtype, memory, engine.device if engine else "")


def _config(
    out: Path, runtime: Runtime, retry_failed: bool, workers: int | None = None, shard: str = ""
) -> RunConfig:
    from bench.engine.requests import RunConfig
    from bench.engine.units import shard_named

    count = 1 if workers is None else workers
    return RunConfig(out, runtime, retry_failed, count, shard=shard_named(shard))


def _print_plan(
    models: ModelRequest, selection: Selection, metrics: MetricRequest, config: RunConfig, as_json: bool
) -> None:
    from bench.cli.plan_table import outlook_lines, plan_table
    from bench.doctor import outlook
    from bench.engine import dry_run, fetching

    rows = dry_run.plan(models, selection, config.runtime, progress())
    found = outlook.outlooks(models, config)
    suites = [] if config.download == "no" else [selection.samples()[0]]
    fetches = fetching.of_metrics(metrics, suites, config.runtime.device)
    if as_json:
        cases, outlooks, files = ([asdict(each) for each in part] for part in (rows, found, fetches))
        print_json({"cases": cases, "models": outlooks, "fetched for metrics": files})
    else:
        print_all([plan_table(rows), *outlook_lines(rows, found, fetches)])
