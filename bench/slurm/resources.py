"""What a task asks Slurm for: options of sbatch, each a line of the script."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from bench.errors import UsageError

OURS = (
    "array",
    "dependency",
    "kill-on-invalid-dep",
    "no-requeue",
    "parsable",
    "requeue",
    "signal",
    "wait",
    "wrap",
)
"""Options of sbatch that the script sets itself, or that would undo what it does."""


@dataclass(frozen=True)
class Resources:
    """Options of sbatch for each task.

    Attributes:
        options: name -> value, as 'gres' -> 'gpu:1'; '' for an option without one.
        notice: seconds before the end of its time at which a task is told to stop, so that it is queued again.

    Raises:
        UsageError: a name or value that would not be read as one, an option that the script needs for itself, or no
            time to stop.
    """

    options: tuple[tuple[str, str], ...] = ()
    notice: int = 300

    def __post_init__(self) -> None:
        for name, value in self.options:
            _check(name, value)
        if not 1 <= self.notice <= 65535:
            raise UsageError(
                f"signal is 1 to 65535 seconds before the end of a task's time, not {self.notice}"
            )

    def lines(self) -> Iterator[str]:
        """The options as they stand after #SBATCH."""
        for name, value in self.options:
            yield f"--{name}={value}" if value else f"--{name}"


def option(text: str) -> tuple[str, str]:
    """Name and value of an option of sbatch, as 'qos=high' or '--exclusive'."""
    name, _, value = text.strip().removeprefix("--").partition("=")
    return name.strip(), value.strip()


def _check(name: str, value: str) -> None:
    if not re.fullmatch(r"[a-z][a-z0-9-]+", name, flags=re.ASCII):
        raise UsageError(f"an option of sbatch is its long name and a value, as qos=high, not '{name}'")
    if name in OURS:
        raise UsageError(f"--{name} of sbatch is set by the script itself: leave it out")
    if re.search(r"[\s\"'\\#]", value) or not value.isprintable():
        raise UsageError(f"--{name} of sbatch is one word without quotes, backslashes and #, not {value!r}")
