"""The options that several commands share: one declaration each, so that a word means the same everywhere."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from bench.types import Memory

which = partial(typer.Option, rich_help_panel="Which models, cases and metrics")
how = partial(typer.Option, rich_help_panel="Where and how")

ModelsArgument = Annotated[
    list[str] | None,
    typer.Argument(metavar="MODEL", help="Models, as bench ls models names them; --model does the same."),
]
ModelOption = Annotated[
    list[str] | None,
    which("--model", "-m", metavar="A,B,…", help="Models; repeat, or separate them by commas."),
]
CheckpointOption = Annotated[
    list[str] | None,
    which(
        "--checkpoint",
        metavar="PATH",
        help="Folder, or hub id\\[@revision]; repeat for several, of one model.",
    ),
]
SetOption = Annotated[
    list[str] | None, which("--set", metavar="NAME=VALUE", help="A setting of the model; repeat.")
]
SuiteOption = Annotated[str, which(metavar="NAME", help="Suite: a name or a folder.")]
SeedsOption = Annotated[str, which(metavar="0,1,…", help="Seeds.")]
CasesOption = Annotated[str, which(metavar="A,B,…", help="Only these cases.")]
LimitOption = Annotated[int | None, which(min=1, metavar="N", help="Only the first N cases.")]
MetricsOption = Annotated[str, which(metavar="A,B,…", help="Metrics or evaluators; all by default.")]
MetricSetOption = Annotated[
    list[str] | None,
    which("--metric-set", metavar="EVALUATOR.NAME=VALUE", help="A setting of a metric; repeat."),
]
ViewsOption = Annotated[
    str,
    which("--view", metavar="A,B,…", help="Views to measure in: native, default, or as 1.75s@8fps@0.13MP."),
]
ViewOption = Annotated[
    str, which("--view", metavar="VIEW", help="View: default, native, or as 1.75s@8fps@0.13MP.")
]
DeviceOption = Annotated[str, how(metavar="NAME", help="auto, cpu, cuda:0, mps.")]
DtypeOption = Annotated[str, how(metavar="NAME", help="auto, float32, float16, bfloat16.")]
AllowHostOption = Annotated[
    list[str] | None,
    typer.Option(metavar="NAME", help="A further name to answer to, as a proxy's in front; repeat."),
]
OutOption = Annotated[Path, how(metavar="FOLDER", help="Folder of runs.")]
RetryOption = Annotated[bool, how("--retry-failed", help="Try failures again.")]
ComponentOption = Annotated[
    list[str] | None,
    which(
        "--component",
        metavar="PART=PATH",
        help="A part of the pipeline from elsewhere, as transformer=./step-2000; repeat.",
    ),
]
LoraOption = Annotated[
    list[str] | None,
    which("--lora", metavar="PATH[:SCALE]", help="A LoRA on top: file, folder or hub id; repeat."),
]
AccelOption = Annotated[
    str,
    how(
        metavar="NAME[:N]",
        help="Cheaper generating, as first-block:0.08 or teacache:0.15; what it saved is measured.",
    ),
]
DryRunOption = Annotated[bool, how("--dry-run", help="Print what would be made, and stop: needs no weights.")]
MaxCostOption = Annotated[
    float | None, how(min=0, metavar="DOLLARS", help="Stop before paid services have cost more.")
]
WorkersOption = Annotated[int, how(min=1, metavar="N", help="Processes that measure clips.")]
JsonOption = Annotated[bool, how("--json", help="Print JSON.")]


MemoryOption = Annotated[Memory, how(help="Offload whole parts, or layer by layer, to the CPU.")]


def words_of(text: str) -> list[str]:
    """The words of 'a,b,…'."""
    return [word.strip() for word in text.split(",") if word.strip()]


def models_of(named: list[str] | None, options: list[str] | None) -> list[str]:
    """The models that were named, as arguments or by --model."""
    return [word for text in (*(named or ()), *(options or ())) for word in words_of(text)]
