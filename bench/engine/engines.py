"""Engines by their words: processes of this machine (--gpus), or a Ray cluster (--engine ray --address auto)."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.base.progress import Progress
from bench.engine.backends import Engine
from bench.engine.local_engine import local_engine
from bench.errors import UsageError

NAMES = ("local", "ray")


@dataclass(frozen=True)
class EngineRequest:
    """Where other processes are to do the work.

    Attributes:
        name: one of NAMES.
        gpus: which GPUs, or how many processes on CPUs; see bench.base.gpus and bench.engine.on_ray.engine.
        workers: processes that measure; None for as many as make clips.
        address: of a Ray cluster; '' for the one that this machine belongs to.

    Raises:
        UsageError: an unknown name, or an address of no Ray cluster.
    """

    name: str = "local"
    gpus: str = ""
    workers: int | None = None
    address: str = ""

    def __post_init__(self) -> None:
        if self.name not in NAMES:
            raise UsageError(f"engine is {' or '.join(NAMES)}, not '{self.name}'")
        if self.address and self.name != "ray":
            raise UsageError(f"address '{self.address}' is that of a Ray cluster: add --engine ray")


@contextmanager
def opened(request: EngineRequest, out: Path, progress: Progress) -> Iterator[Engine | None]:
    """The engine while the block runs; None if this process is to do the work itself.

    Args:
        request: which engine.
        out: the folder of runs.
        progress: is told about machines.

    Raises:
        UsageError: words that mean nothing.
        Unavailable: a GPU that is not there, or a cluster that cannot be used.
    """
    if request.name == "local":
        yield local_engine(request.gpus, request.workers)
        return
    from bench.engine.on_ray.engine import ray_engine
    from bench.engine.on_ray.joining import joined

    with joined(request.address or "auto", out, progress.say) as cluster:
        yield ray_engine(cluster, request.gpus, request.workers)
