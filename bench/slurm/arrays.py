"""The size of an array of tasks, as Slurm's users write it: 512%64."""

from __future__ import annotations

import re
from dataclasses import dataclass

from bench.errors import UsageError

LARGEST = 4_000_000
"""Tasks of an array that Slurm can be set up for; clusters allow 1001 unless MaxArraySize says otherwise."""


@dataclass(frozen=True)
class Array:
    """So many tasks, one per shard.

    Attributes:
        count: of tasks, 0 to count - 1.
        at_once: how many of them run at a time; None for as many as there is room for. It changes no shard.
    """

    count: int
    at_once: int | None = None

    @classmethod
    def parse(cls, text: str) -> Array:
        """An array of '512' or '512%64'.

        Raises:
            UsageError: it is neither, as Slurm's own 0-511, or there is no task.
        """
        found = re.fullmatch(r"(\d{1,7})(?:%(\d{1,7}))?", text, flags=re.ASCII)
        count, at_once = (int(each) if each else None for each in found.groups()) if found else (None, None)
        if count is None or not 1 <= count <= LARGEST or at_once == 0:
            raise UsageError(
                f"array is a number of shards, and after % how many run at a time, as 512%64, not '{text}'"
            )
        return cls(count, at_once)

    def __str__(self) -> str:
        return f"0-{self.count - 1}" + (f"%{self.at_once}" if self.at_once else "")
