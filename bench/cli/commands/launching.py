"""`bench launch …`: a run as many jobs, for those who schedule them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer

from bench.base import files
from bench.cli.commands.output import say
from bench.cli.commands.running import asked_cases, asked_metrics, asked_models
from bench.cli.loudness import to_stderr
from bench.cli.options import models_of, shown, what
from bench.errors import UnknownName, UsageError

of_jobs = partial(typer.Option, rich_help_panel="Jobs")

LAUNCHED = ("run", "generate")
"""Commands that can be launched; after `generate`, the same words with `run` measure."""

REFUSED = {
    "shard": "each task has its own",
    "dry_run": "nothing would be made",
    "protocol": "it fixes its cases, and the first job makes one clip; its suite, metrics and settings can be named",
    "track": "every task would log: bench evaluate RUN --track does, afterwards",
}
"""Options that what is launched may not have -> why."""


def slurm(
    context: typer.Context,
    words: Annotated[
        list[str],
        typer.Argument(metavar="COMMAND", help="After --: run or generate, with its options."),
    ],
    array: Annotated[
        str, of_jobs(metavar="N%M", help="Number of shards, and how many run at a time: 512%64.")
    ],
    gres: Annotated[str, of_jobs(metavar="TEXT", help="Of each task, as gpu:1.")] = "",
    time: Annotated[
        str, of_jobs(metavar="H:MM:SS", help="Of each task; what is left then is queued again.")
    ] = "",
    partition: Annotated[str, of_jobs(metavar="NAME", help="Partition.")] = "",
    account: Annotated[str, of_jobs(metavar="NAME", help="Account.")] = "",
    cpus: Annotated[str, of_jobs(metavar="N", help="CPU cores of each task.")] = "",
    mem: Annotated[str, of_jobs(metavar="SIZE", help="Memory of each task, as 64G.")] = "",
    sbatch: Annotated[
        list[str] | None, of_jobs(metavar="NAME=VALUE", help="Another option of sbatch, as qos=high; repeat.")
    ] = None,
    signal: Annotated[
        int,
        of_jobs(metavar="SECONDS", help="How long before its time is up a task stops, to be queued again."),
    ] = 300,
    script: Annotated[Path, what(metavar="FILE", help="Where the script is written.")] = Path("bench.sbatch"),
    submit: Annotated[bool, shown("--submit", help="Send it, instead of showing it.")] = False,
) -> None:
    r"""Write a script that runs a command as an array of tasks on a Slurm cluster.

    Three jobs: the first makes one clip, for which weights are fetched; then come
    the shards, offline; the last one makes what is still missing, and the table.
    A task that is stopped is queued again and goes on: docs/cluster.md.

    bench launch slurm --array 512%64 --gres gpu:1 --time 2:00:00 \
        -- run svd --suite vbench-i2v --out /lustre/i2v
    """
    from bench import slurm as queue

    named = {
        "gres": gres, "time": time, "partition": partition, "account": account, "cpus-per-task": cpus, "mem": mem,
    }  # fmt: skip
    options = [*((name, value) for name, value in named.items() if value), *map(queue.option, sbatch or ())]
    size, resources = queue.Array.parse(array), queue.Resources(tuple(options), signal)
    launched = _parsed(context, words)
    job = queue.Job(
        tuple(words), _one_clip(launched), size, resources, is_offline=not _is_on_hub(launched["out"])
    )
    text = queue.script(job)
    files.write(script, lambda path: path.write_bytes(text.encode(errors="surrogateescape")))
    if not submit:
        say(text)
        to_stderr(f"{script}: written; with --submit it is sent, too, and its first lines say how else")
        return
    jobs = queue.send(script)
    say(f"{script}: jobs {', '.join(jobs)}: one clip, {size.count} shards, and what is left")
    say(f"squeue --jobs {','.join(jobs)} shows them, scancel {' '.join(jobs)} ends them")


def _parsed(context: typer.Context, words: Sequence[str]) -> dict[str, Any]:
    """The options of what is launched, by their names in Python.

    Raises:
        UsageError: the command cannot be launched, or does not take these words.
    """
    name = words[0]
    if name not in LAUNCHED:
        raise UnknownName("command", name, LAUNCHED, hint="what is launched is a run")
    if "--" in words:
        raise UsageError("leave the second -- out: the first job and the shards add options at the end")
    commands: Any = context.find_root().command
    try:
        with commands.commands[name].make_context(name, list(words[1:]), parent=context) as inner:
            found: dict[str, Any] = dict(inner.params)
    except typer.TyperException as error:
        raise UsageError(f"bench {name}: {getattr(error, 'format_message', error.__str__)()}") from None
    for option, why in REFUSED.items():
        if found.get(option):
            raise UsageError(f"leave --{option.replace('_', '-')} out of what is launched: {why}")
    return found


def _one_clip(options: Mapping[str, Any]) -> tuple[str, ...]:
    """The words that leave one clip of what is launched: its first case and seed.

    Raises:
        BenchError: an unknown name or a bad setting, of which each task would otherwise complain.
    """
    from bench.engine import requests, resolve_metrics, resolve_models
    from bench.types import Runtime

    models = asked_models(
        models_of(options["named"], options["model"]) or list(requests.NULL_MODELS),
        *(options[each] for each in ("checkpoint", "component", "lora", "settings", "accel")),
    )
    chosen = asked_cases(*(options[each] for each in ("suite", "seeds", "cases", "limit")))
    resolve_models.sketched(models, Runtime())  # for this machine, which may lack what the tasks' have
    suite, samples = chosen.samples()
    if "metrics" in options:
        metrics = asked_metrics(*(options[each] for each in ("metrics", "metric_settings", "view")))
        resolve_metrics.resolve(metrics, "cpu", [suite])
    return ("--limit", "1", "--seeds", str(samples[0][1]))


def _is_on_hub(out: object) -> bool:
    """Whether runs are stored where nothing can be reached once the hub is forbidden."""
    return str(out).startswith("hf:")
