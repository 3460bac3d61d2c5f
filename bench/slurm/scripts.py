"""The script of an array: one command, in three parts that differ by a word or two.

`first` makes one clip, so that weights are fetched once, and a mistake is found before hundreds of tasks make it.
`shard` is the array. `last` is the command without a shard: it finishes what lost tasks have left, measures sets, and
prints the table. All three are told to stop before their time is up, and are queued again until nothing is missing.
"""

from __future__ import annotations

import shlex
import sys
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from bench.slurm.arrays import Array
from bench.slurm.resources import Resources

if TYPE_CHECKING:
    from jinja2 import Template

PROGRAM = (sys.executable, "-m", "bench")
"""What `bench` is here: tasks need no PATH and no activated environment."""


@dataclass(frozen=True)
class Job:
    """A command as an array of tasks.

    Attributes:
        words: of the command, as `run -m svd`, without a shard.
        first: words that make it make one clip.
        array: how many shards.
        resources: of each task.
        folder: in which the command runs; relative paths in words are relative to it.
        is_offline: whether shards fetch nothing from the hub. Not where results are stored there.
        program: words before the command's.
    """

    words: tuple[str, ...]
    first: tuple[str, ...]
    array: Array
    resources: Resources = field(default_factory=Resources)
    folder: Path = field(default_factory=Path.cwd)
    is_offline: bool = True
    program: tuple[str, ...] = PROGRAM


def script(job: Job) -> str:
    """The text of the script: bash, for sbatch."""
    return _template().render(
        job=job,
        folder=shlex.quote(str(job.folder)),
        command=shlex.join((*job.program, *job.words)),
        first=shlex.join(job.first),
    )


@cache
def _template() -> Template:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("bench.slurm", "."),
        undefined=StrictUndefined,
        keep_trailing_newline=True,
        trim_blocks=True,
    )
    return environment.get_template("script.sh.jinja")
