"""The options that several commands share: one declaration each, so that a word means the same everywhere."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from bench.types import Memory

WHICH, HOW = "Which models, cases and metrics", "Where and how"

ModelOption = Annotated[
    list[str] | None,
    typer.Option(
        "--model", "-m", help="Model; repeat for several (see bench ls models).", rich_help_panel=WHICH
    ),
]
CheckpointOption = Annotated[
    list[str] | None,
    typer.Option(
        "--checkpoint",
        help="Folder, or hub id\\[@revision]; repeat for several, of one model.",
        rich_help_panel=WHICH,
    ),
]
SetOption = Annotated[
    list[str] | None,
    typer.Option(
        "--set", metavar="NAME=VALUE", help="A setting of the model; repeat.", rich_help_panel=WHICH
    ),
]
SuiteOption = Annotated[str, typer.Option(help="Suite: a name or a folder.", rich_help_panel=WHICH)]
SeedsOption = Annotated[str, typer.Option(metavar="0,1,…", help="Seeds.", rich_help_panel=WHICH)]
CasesOption = Annotated[str, typer.Option(metavar="A,B,…", help="Only these cases.", rich_help_panel=WHICH)]
LimitOption = Annotated[
    int | None, typer.Option(min=1, help="Only the first N cases.", rich_help_panel=WHICH)
]
MetricsOption = Annotated[
    str, typer.Option(metavar="A,B,…", help="Metrics or evaluators; all by default.", rich_help_panel=WHICH)
]
MetricSetOption = Annotated[
    list[str] | None,
    typer.Option(
        "--metric-set",
        metavar="EVALUATOR.NAME=VALUE",
        help="A setting of a metric; repeat.",
        rich_help_panel=WHICH,
    ),
]
DeviceOption = Annotated[str, typer.Option(help="auto, cpu, cuda:0, mps.", rich_help_panel=HOW)]
DtypeOption = Annotated[str, typer.Option(help="auto, float32, float16, bfloat16.", rich_help_panel=HOW)]
OutOption = Annotated[Path, typer.Option(help="Folder of runs.", rich_help_panel=HOW)]
RetryOption = Annotated[bool, typer.Option("--retry-failed", help="Try failures again.", rich_help_panel=HOW)]
ComponentOption = Annotated[
    list[str] | None,
    typer.Option(
        "--component",
        metavar="PART=PATH",
        help="A part of the pipeline from elsewhere, as transformer=./step-2000; repeat.",
        rich_help_panel=WHICH,
    ),
]
LoraOption = Annotated[
    list[str] | None,
    typer.Option(
        "--lora",
        metavar="PATH\\[:SCALE]",
        help="A LoRA on top: file, folder or hub id; repeat.",
        rich_help_panel=WHICH,
    ),
]
AccelOption = Annotated[
    str,
    typer.Option(
        metavar="NAME\\[:N]",
        help="Cheaper generating, as first-block:0.08 or teacache:0.15; what it saved is measured.",
        rich_help_panel=HOW,
    ),
]
DryRunOption = Annotated[
    bool,
    typer.Option(
        "--dry-run", help="Print what would be made, and stop: needs no weights.", rich_help_panel=HOW
    ),
]
MaxCostOption = Annotated[
    float | None,
    typer.Option(
        min=0, metavar="DOLLARS", help="Stop before paid services have cost more.", rich_help_panel=HOW
    ),
]
WorkersOption = Annotated[
    int, typer.Option(min=1, metavar="N", help="Processes that measure clips.", rich_help_panel=HOW)
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON.", rich_help_panel=HOW)]


MemoryOption = Annotated[
    Memory, typer.Option(help="Offload whole parts, or layer by layer, to the CPU.", rich_help_panel=HOW)
]


def words_of(text: str) -> list[str]:
    """The words of 'a,b,…'."""
    return [word.strip() for word in text.split(",") if word.strip()]
