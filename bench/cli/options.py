"""The options that several commands share: one declaration each, so that a word means the same everywhere.

Each belongs to a group of --help. Numbers are checked where they are used, so that one line says what is wrong.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bench.base import network
from bench.cli import completion
from bench.types import Memory

if TYPE_CHECKING:
    from bench.engine.requests import Consent

of_models = partial(typer.Option, case_sensitive=False, rich_help_panel="Models")
of_cases = partial(typer.Option, case_sensitive=False, rich_help_panel="Suite and cases")
of_clips = partial(typer.Option, case_sensitive=False, rich_help_panel="Clips")
of_metrics = partial(typer.Option, case_sensitive=False, rich_help_panel="Metrics")
what = partial(typer.Option, case_sensitive=False, rich_help_panel="What is written")
how = partial(typer.Option, case_sensitive=False, rich_help_panel="Where and how")
shown = partial(typer.Option, case_sensitive=False, rich_help_panel="What is printed")

ModelsArgument = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="MODEL",
        help="Models, as bench ls models names them; --model does the same.",
        autocompletion=completion.models,
    ),
]
ModelOption = Annotated[
    list[str] | None,
    of_models(
        "--model",
        "-m",
        metavar="A,B,…",
        help="Models; repeat, or separate them by commas.",
        autocompletion=completion.models,
    ),
]
CheckpointOption = Annotated[
    list[str] | None,
    of_models(
        "--checkpoint",
        metavar="PATH",
        help="Folder, or hub id\\[@revision]; repeat for several, of one model.",
    ),
]
SetOption = Annotated[
    list[str] | None, of_models("--set", metavar="NAME=VALUE", help="A setting of the model; repeat.")
]
SuiteOption = Annotated[
    str, of_cases(metavar="NAME", help="Suite: a name or a folder.", autocompletion=completion.suites)
]
ProtocolOption = Annotated[
    str,
    of_cases(
        metavar="NAME@N",
        help="A paper's suite and metrics, ucf101@1 or msrvtt@1: docs/protocols.md.",
        autocompletion=completion.protocols,
    ),
]
SeedsOption = Annotated[
    str, of_cases(metavar="0,1,…", help="Seeds: one clip per case and seed; the suite's by default.")
]
CasesOption = Annotated[str, of_cases(metavar="A,B,…", help="Only these cases.")]
LimitOption = Annotated[int | None, of_cases(metavar="N", help="Only the first N cases.")]
MetricsOption = Annotated[
    str,
    of_metrics(
        metavar="A,B,…", help="Metrics or evaluators; all by default.", autocompletion=completion.metrics
    ),
]
MetricSetOption = Annotated[
    list[str] | None,
    of_metrics("--metric-set", metavar="EVALUATOR.NAME=VALUE", help="A setting of a metric; repeat."),
]
ViewsOption = Annotated[
    str,
    of_metrics(
        "--view", metavar="A,B,…", help="Views to measure in: native, default, or as 1.75s@8fps@0.13MP."
    ),
]
ViewOption = Annotated[
    str, of_metrics("--view", metavar="VIEW", help="View: default, native, or as 1.75s@8fps@0.13MP.")
]
RunsArgument = Annotated[
    list[str],
    typer.Argument(metavar="RUN", help="Runs: id, its beginning, or label.", autocompletion=completion.runs),
]
FoldersArgument = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="RUN|FOLDER",
        help="Runs: id, its beginning, or label; folders of runs; none: all runs in --out.",
        autocompletion=completion.runs,
    ),
]
RunArgument = Annotated[
    str,
    typer.Argument(metavar="RUN", help="Run: id, its beginning, or label.", autocompletion=completion.runs),
]
DeviceOption = Annotated[str, how(metavar="NAME", help="auto, cpu, cuda:0, mps.")]
DtypeOption = Annotated[str, how(metavar="NAME", help="auto, float32, float16, bfloat16.")]
AllowHostOption = Annotated[
    list[str] | None,
    how(metavar="NAME", help="Another host name to answer to, such as that of a proxy in front; repeat."),
]
HostOption = Annotated[
    str,
    how(metavar="ADDRESS", help="Address to listen on; 0.0.0.0 for everyone who can reach this machine."),
]
OutOption = Annotated[Path, how(metavar="FOLDER", help="Folder of runs, or s3://bucket/i2v: docs/stores.md.")]
RetryOption = Annotated[bool, how("--retry-failed", help="Try failures again.")]
ComponentOption = Annotated[
    list[str] | None,
    of_models(
        "--component",
        metavar="PART=PATH",
        help="A part of the pipeline from elsewhere, as transformer=./step-2000; repeat.",
    ),
]
LoraOption = Annotated[
    list[str] | None,
    of_models("--lora", metavar="PATH[:SCALE]", help="A LoRA on top: file, folder or hub id; repeat."),
]
AccelOption = Annotated[
    str,
    of_models(
        metavar="NAME[:N]",
        help="Cheaper generating, as first-block:0.08 or teacache:0.15; what it saved is measured.",
    ),
]
TrackOption = Annotated[
    str, shown(metavar="A,B,…", help="Log scores to tensorboard, wandb, mlflow, …: docs/training.md.")
]
StepOption = Annotated[
    int | None,
    shown(metavar="N", help="Training step to log; by default that of the label, as in step-2000."),
]
DryRunOption = Annotated[
    bool,
    shown(
        "--dry-run",
        help="Print what would be made, fetched and needed, and all options as a file for --config.",
    ),
]
MaxCostOption = Annotated[
    float | None, how(metavar="DOLLARS", help="Stop before paid services have cost more.")
]
WorkersOption = Annotated[int | None, how(metavar="N", help="Processes that measure clips.")]
GpusOption = Annotated[
    str,
    how(metavar="N,M,…", help="all, 0,1 or cpu:4: a process each makes clips, as many measure meanwhile."),
]
EngineOption = Annotated[
    str, how(metavar="NAME", help="local, or ray: the workers of a Ray cluster. docs/cluster.md")
]
AddressOption = Annotated[
    str, how(metavar="HOST:N", help="Head of the Ray cluster; auto, as by default: that of this machine.")
]
ShardOption = Annotated[
    str,
    how(
        metavar="I/N",
        help="This process's share of the clips, counted from 0: 0/8 to 7/8; slurm or rank: as the launcher's"
        " variables say. docs/cluster.md",
    ),
]
DownloadOption = Annotated[
    bool | None,
    how("--download/--no-download", help="Fetch missing weights; by default, a terminal asks first."),
]


def _offline(context: typer.Context, is_so: bool) -> bool:
    context.with_resource(network.offline(is_so))
    return is_so


OfflineOption = Annotated[
    bool, how("--offline", callback=_offline, help="Fetch nothing, and ask no service.")
]
JsonOption = Annotated[bool, shown("--json", help="JSON for machines.")]


MemoryOption = Annotated[
    Memory,
    how(metavar="MODE", help="full, or model or sequential: offload whole parts or layers to the CPU."),
]


def consent(download: bool | None, unasked: Consent = "ask") -> Consent:
    """The answer of --download, which also makes failed fetches be tried again.

    Args:
        download: the option.
        unasked: the answer without it.
    """
    if download:
        network.forget_failures()
    return unasked if download is None else "yes" if download else "no"


def words_of(text: str) -> list[str]:
    """The words of 'a,b,…'."""
    return [word.strip() for word in text.split(",") if word.strip()]


def models_of(named: list[str] | None, options: list[str] | None) -> list[str]:
    """The models that were named, as arguments or by --model."""
    return [word for text in (*(named or ()), *(options or ())) for word in words_of(text)]
