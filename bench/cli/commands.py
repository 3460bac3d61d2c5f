"""The command line: each command parses, calls one library function, prints.

Progress goes to stderr, results to stdout, `--json` is for machines. Exit 0: all good; 1: some clip could not be
made or measured because something broke; 2: wrong use, nothing was started.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from bench.base.provenance import bench_version
from bench.cli.options import (
    HOW,
    WHICH,
    AccelOption,
    CasesOption,
    CheckpointOption,
    ClipsChoice,
    ComponentOption,
    DeviceOption,
    DryRunOption,
    DtypeOption,
    ExportFormat,
    FitChoice,
    JsonOption,
    Kind,
    LimitOption,
    LoraOption,
    MaxCostOption,
    Memory,
    MemoryOption,
    MetricSetOption,
    MetricsOption,
    ModelOption,
    OutOption,
    RetryOption,
    SeedsOption,
    SetOption,
    SuiteOption,
    WorkersOption,
)
from bench.errors import BenchError, UsageError

if TYPE_CHECKING:
    from bench.engine.jobs import JobReport
    from bench.engine.requests import MetricRequest, ModelRequest, RunConfig, Selection

app = typer.Typer(
    name="bench",
    help="I2V Bench: animate a fixed suite of images with image-to-video models, measure the clips, compare.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="bench run with no arguments needs no GPU and no download: the null models on nine photographs.",
)


@app.command()
def run(
    model: ModelOption = None,
    checkpoint: CheckpointOption = None,
    component: ComponentOption = None,
    lora: LoraOption = None,
    settings: SetOption = None,
    suite: SuiteOption = "demo",
    seeds: SeedsOption = "0",
    cases: CasesOption = "",
    limit: LimitOption = None,
    metrics: MetricsOption = "",
    metric_settings: MetricSetOption = None,
    device: DeviceOption = "auto",
    dtype: DtypeOption = "auto",
    memory: MemoryOption = Memory.full,
    out: OutOption = Path("runs"),
    retry_failed: RetryOption = False,
    workers: WorkersOption = 1,
    accel: AccelOption = "",
    max_cost: MaxCostOption = None,
    dry_run: DryRunOption = False,
    as_json: JsonOption = False,
) -> None:
    """Generate, evaluate, store, and print the table; what is already there is not made again.

    bench run                                    the null models: no download, no GPU, a few minutes
    bench run -m svd                             Stable Video Diffusion on the demo suite
    bench run -m svd --checkpoint ./step-2000    any checkpoint of your own
    bench run -m svd --set steps=10 --seeds 0,1,2 --limit 4
    bench run -m wan2.1-i2v-480p --dry-run       frames, size, crop and cost, before any weight is fetched
    """
    with _plain_errors():
        from bench.engine import jobs, requests

        models = _model_request(
            model or list(requests.NULL_MODELS), checkpoint, _with_accel(settings, accel), component, lora
        )
        selection = _selection(suite, seeds, cases, limit)
        config = _config(out, device, dtype, memory, retry_failed, workers)
        if dry_run:
            _print_plan(models, selection, config, as_json)
            return
        wanted = _metric_request(metrics, metric_settings, download=bool(model or metrics))
        report = jobs.run(models, selection, wanted, replace(config, max_cost=max_cost), _progress())
        _print_report(report, wanted, out, as_json)


@app.command()
def generate(
    model: Annotated[
        list[str], typer.Option("--model", "-m", help="Model; repeat for several.", rich_help_panel=WHICH)
    ],
    checkpoint: CheckpointOption = None,
    component: ComponentOption = None,
    lora: LoraOption = None,
    settings: SetOption = None,
    suite: SuiteOption = "demo",
    seeds: SeedsOption = "0",
    cases: CasesOption = "",
    limit: LimitOption = None,
    device: DeviceOption = "auto",
    dtype: DtypeOption = "auto",
    memory: MemoryOption = Memory.full,
    out: OutOption = Path("runs"),
    retry_failed: RetryOption = False,
    accel: AccelOption = "",
    max_cost: MaxCostOption = None,
) -> None:
    """Only make the clips; `bench evaluate RUN` measures them, here or elsewhere."""
    with _plain_errors():
        from bench.engine import jobs

        models = _model_request(model, checkpoint, _with_accel(settings, accel), component, lora)
        config = replace(_config(out, device, dtype, memory, retry_failed), max_cost=max_cost)
        report = jobs.run(models, _selection(suite, seeds, cases, limit), None, config, _progress())
        for folder in report.folders:
            typer.echo(folder.path)
        _say_made(report)
        raise typer.Exit(report.lost > 0)


@app.command()
def evaluate(
    runs: Annotated[
        list[str] | None, typer.Argument(help="Runs on disk: id, its beginning, or label.")
    ] = None,
    clips: Annotated[Path | None, typer.Option(help="CSV or folder of clips that you already have.")] = None,
    name: Annotated[str, typer.Option(help="What tables call these clips.")] = "",
    suite: Annotated[str | None, typer.Option(help="Suite that these clips animate, if one of ours.")] = None,
    fit: Annotated[
        FitChoice, typer.Option(help="How input images were brought to the clips' size.")
    ] = FitChoice.cover,
    metrics: MetricsOption = "",
    metric_settings: MetricSetOption = None,
    device: DeviceOption = "auto",
    out: OutOption = Path("runs"),
    retry_failed: RetryOption = False,
    workers: WorkersOption = 1,
    as_json: JsonOption = False,
) -> None:
    """Measure clips: those of runs on disk, or your own by a CSV or a folder.

    CSV: a header with case, image, clip and, if you like, prompt, seed, category,
    reference (a real clip of the same scene, for FVD), keep (a picture, white where nothing
    should change) and keyframes (a.png@0;b.png@40); paths are relative to the CSV.
    Folder: duck.mp4 with duck.png and duck.txt (its prompt) beside it; duck-3.mp4 is seed 3.
    Clips are mp4, m4v, mov, mkv, webm, gif, avi or folders of frames.

    bench evaluate --clips my/cases.csv --name my-model
    bench evaluate svd --metrics clipsim
    """
    with _plain_errors():
        from bench.engine import jobs, requests

        wanted = _metric_request(metrics, metric_settings, download=True)
        config = _config(out, device, "auto", Memory.full, retry_failed, workers)
        if bool(runs) == bool(clips):
            raise UsageError("name runs on disk, or --clips PATH --name LABEL")
        if clips:
            if not name:
                raise UsageError("--clips needs --name: what tables call these clips")
            source = requests.ClipSource(clips, name, suite, fit.value)
            report = jobs.evaluate_clips(source, wanted, config, _progress())
        else:
            report = jobs.evaluate_runs(runs or [], wanted, config, _progress())
        _print_report(report, wanted, out, as_json)


@app.command()
def calibrate(
    suite: Annotated[
        str, typer.Option(help="Suite whose reference clips are damaged.", rich_help_panel=WHICH)
    ] = "motion",
    clips: Annotated[
        Path | None,
        typer.Option(help="CSV or folder of sound clips to damage instead.", rich_help_panel=WHICH),
    ] = None,
    limit: Annotated[
        int | None,
        typer.Option(min=1, help="At most N clips, of every kind; 12 by default.", rich_help_panel=WHICH),
    ] = None,
    metrics: Annotated[
        str,
        typer.Option(
            metavar="A,B,…", help="Metrics or evaluators; all that need no weights.", rich_help_panel=WHICH
        ),
    ] = "",
    damages: Annotated[
        str, typer.Option(metavar="A,B,…", help="Damages; all by default.", rich_help_panel=WHICH)
    ] = "",
    out: Annotated[
        Path, typer.Option(help="Folder of the table, calibration.json.", rich_help_panel=HOW)
    ] = Path("runs"),
    docs: Annotated[
        Path | None, typer.Option(help="Markdown file to write, too.", rich_help_panel=HOW)
    ] = None,
    workers: WorkersOption = 1,
    as_json: JsonOption = False,
) -> None:
    """Damage sound clips at growing severity, and see which metrics notice.

    Noise, flicker, freezes, cuts, warps and more, and a pan, which is innocent: for each metric
    and damage the response curve, whether it is monotone, the smallest severity that is told
    apart from no damage, and whether that is what the metric's card claims. Takes a while.

    bench calibrate                                            on the motion suite
    bench calibrate --metrics flicker --damages noise,pan      minutes
    bench calibrate --clips my/cases.csv                       on clips of your own
    """
    with _plain_errors():
        from bench.base import files
        from bench.calibration import curves, measure, tables
        from bench.cli import terminal

        progress = _progress()
        chosen = measure.chosen_damages(_words(damages))
        evaluators = measure.chosen(_words(metrics), "cpu", progress)
        sources = (
            measure.sources_of_clips(clips, limit)
            if clips
            else measure.sources_of_suite(suite, limit, progress)
        )
        found = measure.calibrate(sources, evaluators, chosen, progress, workers)
        curves.write(out / curves.FILE, found)
        if docs:
            files.write_text(docs, tables.markdown(found, f"bench calibrate --out {out} --docs {docs}"))
        if as_json:
            typer.echo((out / curves.FILE).read_text(encoding="utf-8"), nl=False)
        else:
            console = terminal.stdout()
            console.print(terminal.listing(*tables.summary(found)))
            for line in tables.not_as_claimed(found):
                console.print(line, markup=False, soft_wrap=True)
            console.print(f"{out / curves.FILE}; bench board shows the curves", markup=False, soft_wrap=True)
        raise typer.Exit(bool(found.failures))


@app.command()
def show(
    run: Annotated[str, typer.Argument(help="Run: id, its beginning, or label.")],
    out: OutOption = Path("runs"),
    as_json: JsonOption = False,
) -> None:
    """Print every metric of a run, and why there are holes."""
    with _plain_errors():
        from bench import runs
        from bench.cli import terminal
        from bench.runs import parquet
        from bench.scoring import summary

        stored = runs.named(out, run).rows
        found, problems = stored.read()
        for problem in problems:
            typer.echo(f"warning: {problem}", err=True)
        rows = parquet.frame(found, stored.cards())
        if as_json:
            _print_json(
                {"scores": _records(summary.scores(rows)), "failures": _records(summary.failures(rows))}
            )
            return
        console = terminal.stdout()
        if not len(rows):
            raise UsageError(f"run '{run}' has no measurements yet: bench evaluate {run}")
        console.print(terminal.run_table(rows))
        for status in ("not measurable", "failed"):
            holes = terminal.failures_table(rows[rows["status"] == status], title=status)
            if holes:
                console.print(holes)


@app.command()
def compare(
    runs: Annotated[
        list[str],
        typer.Argument(help="Runs, the baseline first: id, its beginning, or label.", metavar="A B…"),
    ],
    metrics: Annotated[
        str,
        typer.Option(
            metavar="A,B,…", help="Metrics or evaluators; 'all'; main ones by default.", rich_help_panel=WHICH
        ),
    ] = "",
    fail_if_worse: Annotated[
        list[str] | None,
        typer.Option(
            metavar="METRIC[:MARGIN]",
            help="Exit 1 if that is worse than A's by more, with 95 % confidence; repeat.",
            rich_help_panel=HOW,
        ),
    ] = None,
    markdown: Annotated[
        Path | None, typer.Option(help="Report to write, with plots beside it.", rich_help_panel=HOW)
    ] = None,
    out: OutOption = Path("runs"),
    as_json: JsonOption = False,
) -> None:
    """Say whether one run is better than another, and how sure that is; nothing is measured anew.

    Differences are paired by case and each run is held against the first. A verdict is given where
    it would be false in 5 of 100 comparisons at most, over all metrics shown together.

    bench compare svd@step-1000 svd@step-2000
    bench compare still drift --metrics ssim,flicker --markdown report.md
    bench compare old new --fail-if-worse clipsim:0.01     for a training pipeline
    """
    with _plain_errors():
        from bench.cli import tables, terminal
        from bench.comparison import gates, notes, records
        from bench.comparison.compare import comparison
        from bench.comparison.markdown import write_report

        asked = [gates.gate(words) for words in fail_if_worse or []]
        found = comparison(out, runs, _words(metrics), asked)
        broken = gates.broken(found.pairs, asked)
        for problem in found.problems:
            typer.echo(f"warning: {problem}", err=True)
        written = write_report(markdown, found) if markdown else []
        if as_json:
            _print_json(records.as_json(found, broken))
        else:
            console = terminal.stdout()
            for pair in found.pairs:
                console.print(tables.comparison(pair, found.suite))
                for note in [*notes.extreme_lines(pair), *notes.notes(pair)]:
                    console.print(note, markup=False, soft_wrap=True)
            for line in [*notes.gate_lines(broken), *map(str, written)]:
                console.print(line, markup=False, soft_wrap=True)
        raise typer.Exit(bool(broken))


@app.command()
def publish(
    runs: Annotated[list[str], typer.Argument(help="Runs: id, its beginning, or label.", metavar="RUN…")],
    to: Annotated[Path, typer.Option(help="Folder of published results.")] = Path("results"),
    out: OutOption = Path("runs"),
) -> None:
    """Copy the numbers of runs to a folder that goes into git; boards and the static site read it.

    Rows keep suite, seed, settings, digests and versions, and reasons without paths of this machine.
    Clips stay where they are.

    bench publish svd svd@step-2000
    """
    with _plain_errors():
        from bench import runs as all_runs
        from bench.runs import publishing

        for folder in [all_runs.named(out, words) for words in runs]:
            typer.echo(publishing.publish(folder, to))


@app.command("ls")
def list_entries(
    kind: Annotated[Kind, typer.Argument(help="What to list.")],
    out: OutOption = Path("runs"),
    as_json: JsonOption = False,
) -> None:
    """List models, metrics, suites, weights or runs."""
    with _plain_errors():
        from bench.cli import listings

        headings, entries = listings.of(kind.value, out)
        for line in listings.problems(kind.value, out):
            typer.echo(f"warning: {line}", err=True)
        if as_json:
            _print_json(entries)
            return
        from bench.cli import terminal

        lines = [[entry[heading] for heading in headings] for entry in entries]
        console = terminal.stdout()
        groups = [str(entry.get("family") or entry.get("group") or "") for entry in entries]
        console.print(terminal.listing(headings, lines, groups))
        for line in listings.notes(kind.value):
            console.print(line, markup=False, soft_wrap=True)


@app.command()
def doctor(
    models: Annotated[
        list[str] | None, typer.Argument(help="Models, also with treatments; none: this machine.")
    ] = None,
    settings: SetOption = None,
    checkpoint: Annotated[
        str, typer.Option(help="Folder or hub id in place of the model's own weights.", rich_help_panel=WHICH)
    ] = "",
    device: DeviceOption = "auto",
    dtype: DtypeOption = "auto",
    memory: MemoryOption = Memory.full,
    as_json: JsonOption = False,
) -> None:
    """Say what models lack on this machine, and the line that mends it.

    Packages, weights, keys, programs, servers, memory; nothing is downloaded. Exit 1: something is missing.

    bench doctor                                       this machine: GPU, codecs, folders, hub
    bench doctor svd kling wan2.1-i2v-480p             what each of them lacks
    bench doctor command --set program=my.toml
    """
    with _plain_errors():
        from bench.doctor import machine, models as doctor
        from bench.types import Runtime

        where = Runtime(device, dtype, memory.value)
        found = doctor.checkups(models, settings or [], checkpoint, where) if models else [machine.checkup()]
        if as_json:
            _print_json(doctor.as_json(found))
        else:
            typer.echo("\n".join(str(each) for each in found))
        raise typer.Exit(not all(each.is_fit for each in found))


@app.command()
def board(
    out: OutOption = Path("runs"),
    port: Annotated[int | None, typer.Option(help="Port; a free one near 8501 by default.")] = None,
    browser: Annotated[bool, typer.Option(help="Open a browser.")] = True,
    votes_file: Annotated[
        Path | None,
        typer.Option("--votes", help="File to note votes in; adds a page of blind comparisons."),
    ] = None,
) -> None:
    """Serve the leaderboard of your runs on this machine."""
    with _plain_errors():
        from bench.web.launch import serve

        serve(out, Path("results"), port, browser, votes_file)


@app.command()
def votes(
    file: Annotated[Path, typer.Argument(help="Votes, as bench board --votes FILE notes them.")],
    out: OutOption = Path("runs"),
    as_json: JsonOption = False,
) -> None:
    """Say which runs people prefer, how sure that is, and which metrics agree with them."""
    with _plain_errors():
        from bench.cli import tables, terminal
        from bench.votes import polls, texts

        found = polls.read(file, [Path("results"), out])
        for problem in found.problems:
            typer.echo(f"warning: {problem}", err=True)
        if as_json:
            _print_json(polls.as_json(found))
            return
        console = terminal.stdout()
        for poll in found.polls:
            for table in tables.poll(poll, found.names):
                console.print(table)
            for note in texts.notes(poll):
                console.print(note, markup=False, soft_wrap=True)
        if not found.polls:
            console.print(f"no votes in {file} yet", markup=False, soft_wrap=True)


@app.command()
def export(
    destination: Annotated[Path, typer.Argument(help="Folder of the site, or file to write.")],
    run: Annotated[
        list[str] | None,
        typer.Option(
            help="Only this run: id, its beginning, or label; repeat.",
            metavar="RUN",
            rich_help_panel=WHICH,
        ),
    ] = None,
    suite: Annotated[
        str, typer.Option(help="Only this suite: name, or name@version.", rich_help_panel=WHICH)
    ] = "",
    format: Annotated[
        ExportFormat,
        typer.Option(
            metavar="FORMAT",
            help="site, csv, json, parquet, eval-results, every-eval-ever.",
            rich_help_panel=HOW,
        ),
    ] = ExportFormat.site,
    clips: Annotated[
        ClipsChoice | None,
        typer.Option(
            help="Site: copy the clips into it (the default), link to where they lie, or none.",
            rich_help_panel=HOW,
        ),
    ] = None,
    max_clips: Annotated[
        int | None,
        typer.Option(
            min=0, metavar="N", help="Site: clips of each run, one seed; 50 by default.", rich_help_panel=HOW
        ),
    ] = None,
    dataset: Annotated[
        str,
        typer.Option(
            metavar="ORG/NAME",
            help="eval-results: the benchmark's dataset on the Hub.",
            rich_help_panel=HOW,
        ),
    ] = "",
    published: Annotated[
        Path, typer.Option(help="Folder of published results, shown too.", rich_help_panel=HOW)
    ] = Path("results"),
    out: OutOption = Path("runs"),
) -> None:
    """Write results as a site of plain files, as tables, or for other leaderboards.

    A site opens from the disk or any web server; the same results give the same files.
    eval-results is a Hugging Face model's .eval_results YAML; every-eval-ever its JSON schema.

    bench export site/                                       then bench serve site/
    bench export site/ --clips link --run svd --run still
    bench export scores.csv --format csv
    bench export hub/ --format eval-results --run svd --dataset ORG/NAME
    """
    with _plain_errors():
        from bench import exports

        if format is not ExportFormat.site:
            if clips is not None or max_clips is not None:
                raise UsageError(f"--clips and --max-clips are for a site, not for --format {format.value}")
            gathered = exports.gather([published, out], run or [], suite)
            for problem in gathered.problems:
                typer.echo(f"warning: {problem}", err=True)
            for path in exports.write(format.value, destination, gathered, dataset):
                typer.echo(path)
            return
        from bench.web import static

        if dataset:
            raise UsageError("--dataset is for --format eval-results, not for a site")
        wanted = static.Wanted((published, out), tuple(run or ()), suite, *_shown_clips(clips, max_clips))
        made = static.export(destination, wanted, _progress())
        for line in made.problems:
            typer.echo(f"warning: {line}", err=True)
        typer.echo(f"{destination}: {made.runs} runs, {made.pages} pages, {made.clips} clips")
        # links lead out of the folder, and bench serve hands out what is in it
        served = "" if wanted.clips == "link" else f"bench serve {destination}: look at it; or "
        typer.echo(f"{served}open {destination / 'index.html'}")


@app.command()
def serve(
    folder: Annotated[Path, typer.Argument(help="Folder that bench export made.")],
    host: Annotated[
        str, typer.Option(help="Address to listen on; 0.0.0.0 for everybody who reaches this machine.")
    ] = "127.0.0.1",
    port: Annotated[int | None, typer.Option(help="Port; a free one near 8600 by default.")] = None,
) -> None:
    """Serve an exported site, with range requests, without which browsers cannot seek in clips."""
    with _plain_errors():
        from bench.web import serve as serving

        serving.serve(folder, host, port, typer.echo)


def _shown_clips(clips: ClipsChoice | None, most: int | None) -> tuple[Any, int]:
    from bench.web.static.exporting import MOST_CLIPS

    return (clips or ClipsChoice.copy).value, MOST_CLIPS if most is None else most


def _version(is_asked: bool) -> None:
    if is_asked:
        typer.echo(bench_version())
        raise typer.Exit


@app.callback()
def main(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """I2V Bench: animate a fixed suite of images with image-to-video models, measure the clips, compare."""


@contextmanager
def _plain_errors() -> Iterator[None]:
    """Our errors in one line and exit 2; Ctrl-C says how to go on; the rest crashes loudly."""
    try:
        yield
    except BenchError as error:
        typer.echo(f"error: {error}", err=True)
        raise typer.Exit(2) from None
    except KeyboardInterrupt:
        typer.echo("stopped: finished clips and rows are kept; the same words go on from there", err=True)
        raise typer.Exit(130) from None


def _progress() -> Any:
    from bench.cli.terminal import TerminalProgress

    return TerminalProgress()


def _selection(suite: str, seeds: str, cases: str, limit: int | None) -> Selection:
    from bench.engine.requests import Selection

    return Selection(suite, tuple(_words(cases)), limit, _seeds(seeds))


def _metric_request(names: str, settings: list[str] | None, download: bool) -> MetricRequest:
    from bench.engine.requests import MetricRequest

    chosen = () if names == "all" else tuple(_words(names))
    return MetricRequest(chosen, tuple(settings or ()), download)


def _model_request(
    model: list[str],
    checkpoint: list[str] | None,
    settings: list[str] | None,
    component: list[str] | None,
    lora: list[str] | None,
) -> ModelRequest:
    from bench.engine.requests import ModelRequest

    return ModelRequest(
        tuple(model),
        tuple(checkpoint or ()),
        tuple(settings or ()),
        tuple(component or ()),
        tuple(lora or ()),
    )


def _with_accel(settings: list[str] | None, accel: str) -> list[str]:
    return [*(settings or ()), *([f"accel={accel}"] if accel else ())]


def _print_plan(models: ModelRequest, selection: Selection, config: RunConfig, as_json: bool) -> None:
    from bench.cli import terminal
    from bench.engine import dry_run

    rows = dry_run.plan(models, selection, config.runtime, _progress())
    if as_json:
        _print_json([asdict(row) for row in rows])
        return
    terminal.stdout().print(terminal.plan_table(rows))


def _config(
    out: Path, device: str, dtype: str, memory: Memory, retry_failed: bool, workers: int = 1
) -> RunConfig:
    from bench.base import devices
    from bench.engine.requests import RunConfig

    return RunConfig(out, devices.resolve(device, dtype, memory.value), retry_failed, workers)


def _words(text: str) -> list[str]:
    return [word.strip() for word in text.split(",") if word.strip()]


def _seeds(text: str) -> tuple[int, ...]:
    words = _words(text)
    if not words or not all(word.isdecimal() and len(word) < 19 for word in words):
        raise UsageError(f"seeds are whole numbers like 0,1,2, not '{text}'")
    return tuple(int(word) for word in words)


def _print_report(report: JobReport, wanted: MetricRequest, out: Path, as_json: bool) -> None:
    """Tables, failures, what is missing and where things are; exits 1 if something broke."""
    from bench.cli import terminal
    from bench.scoring import summary

    if as_json:
        runs = [str(folder.path) for folder in report.folders]
        _print_json(
            {"runs": runs, "scores": _records(summary.scores(report.rows)), "unavailable": report.unavailable}
        )
        raise typer.Exit(report.failed > 0)
    console = terminal.stdout()
    for table in terminal.scores_tables(report.rows, wanted.names):
        console.print(table)
    failures = terminal.failures_table(report.rows[report.rows["status"] == "failed"], title="failed")
    if failures:
        console.print(failures)
    holes = int((report.rows["status"] == "not measurable").sum())
    if holes:
        console.print(
            f"{holes} numbers are not measurable on these clips: bench show RUN says why", markup=False
        )
    for evaluator, reason in report.unavailable.items():
        console.print(f"not measured: {evaluator}: {reason}", markup=False, soft_wrap=True)
    if report.is_generating:
        _say_made(report)
    else:
        console.print(f"{report.kept} clips, {_measured(report)}", markup=False)
    for folder in report.folders:
        console.print(f"{folder.path}", markup=False, soft_wrap=True)
    place = "" if out == Path("runs") else f" --out {out}"
    console.print(f"bench show RUN{place}: every metric; bench board{place}: the leaderboard", markup=False)
    raise typer.Exit(report.failed > 0)


def _say_made(report: JobReport) -> None:
    from bench.cli import terminal

    clips = f"{report.made} clips generated ({report.kept} were there)"
    if not report.made:
        clips = f"nothing to generate ({report.kept} clips are there)"
    terminal.stdout().print(f"{clips}, {_measured(report)}", markup=False)


def _measured(report: JobReport) -> str:
    return f"{report.measured} numbers measured" if report.measured else "nothing to measure"


def _records(frame: Any) -> Any:
    """Rows of a pandas frame as JSON-like dictionaries, NaN as null."""
    return json.loads(frame.to_json(orient="records"))


def _print_json(content: Any) -> None:
    typer.echo(json.dumps(content, indent=1, ensure_ascii=False))
