"""Units of work, and shares of them: `--shard 3/8` is the fourth of eight processes that divide a job.

A unit is a clip: it is made and measured by the shard that its key falls to. No process needs to know of the others.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from bench.errors import UsageError
from bench.types import Case, Run


@dataclass(frozen=True)
class Shard:
    """One of several shares of the units of a job.

    Attributes:
        index: which one, counted from 0.
        count: how many there are.

    Raises:
        UsageError: there is no such shard.
    """

    index: int
    count: int

    def __post_init__(self) -> None:
        if not 0 <= self.index < self.count:
            raise UsageError(
                f"shards are counted from 0, as 0/{self.count} to {self.count - 1}/{self.count}, not"
                f" {self.index}/{self.count}"
                if self.count > 0
                else f"there is at least one shard, not {self.count}"
            )

    def __str__(self) -> str:
        return f"{self.index}/{self.count}"

    def has(self, key: str) -> bool:
        """Whether a unit is of this share; every unit is of exactly one.

        Args:
            key: of the unit; see clip_key.
        """
        return int.from_bytes(hashlib.sha256(key.encode()).digest()[:8]) % self.count == self.index

    def clips(self, run: Run, clips: Iterable[tuple[str, int]]) -> frozenset[tuple[str, int]]:
        """The cases and seeds of a run that are of this share."""
        return frozenset((case, seed) for case, seed in clips if self.has(clip_key(run, case, seed)))


def clip_key(run: Run, case: str, seed: int) -> str:
    """What identifies a clip.

    Args:
        run: whose id is a digest of all that decides its clips, besides case and seed.
        case, seed: of the clip.
    """
    return f"{run.id}/{case}-{seed}"


def samples_of(shard: Shard | None, run: Run, samples: Iterable[tuple[Case, int]]) -> list[tuple[Case, int]]:
    """The cases and seeds that fall to a shard.

    Args:
        shard: which; None for all.
        run: that the clips are of.
        samples: cases and seeds.
    """
    return [(case, seed) for case, seed in samples if not shard or shard.has(clip_key(run, case.id, seed))]


def shard_named(words: str, environment: Mapping[str, str] = os.environ) -> Shard | None:
    """The shard of '3/8', or of the variables that a launcher has set; None of ''.

    Args:
        words: '3/8'; 'rank' for RANK and WORLD_SIZE, as torchrun sets them; 'slurm' for a task of an array of Slurm.
        environment: where the variables are.

    Raises:
        UsageError: it is none of these, or a variable is missing.
    """
    if not words:
        return None
    if words in LAUNCHERS:
        return LAUNCHERS[words](environment)
    found = re.fullmatch(r"(\d{1,9})/(\d{1,9})", words, re.ASCII)
    if not found:
        names = " or ".join(f"'{name}'" for name in LAUNCHERS)
        raise UsageError(f"a shard is as 0/8, the first of eight, or {names}, not '{words}'")
    return Shard(int(found[1]), int(found[2]))


def _of_rank(environment: Mapping[str, str]) -> Shard:
    number = _variables("rank", environment)
    return Shard(number("RANK"), number("WORLD_SIZE"))


def _of_slurm(environment: Mapping[str, str]) -> Shard:
    number = _variables("slurm", environment)
    first, step = number("SLURM_ARRAY_TASK_MIN"), number("SLURM_ARRAY_TASK_STEP", 1)
    return Shard((number("SLURM_ARRAY_TASK_ID") - first) // max(step, 1), number("SLURM_ARRAY_TASK_COUNT"))


def _variables(shard: str, environment: Mapping[str, str]) -> Callable[..., int]:
    def number(name: str, default: int | None = None) -> int:
        text = environment.get(name, "" if default is None else str(default))
        if not (text.isascii() and text.isdecimal() and len(text) < 10):
            raise UsageError(f"--shard {shard} reads {name}, which is '{text}': state the shard, as 0/8")
        return int(text)

    return number


LAUNCHERS: Mapping[str, Callable[[Mapping[str, str]], Shard]] = MappingProxyType(
    {"rank": _of_rank, "slurm": _of_slurm}
)
"""Launchers whose variables say which shard a process is; they are read only when asked for by name."""
