"""A Ray cluster as an engine: which share of a node each worker has, and how many there are.

A GPU holds one model, and beside it one worker that measures, if some metric has a network. Where the driver has no
GPU, all metrics are measured on CPUs: those about a set of clips compute there.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

from bench.base import devices, workers
from bench.engine.machine_needs import Needs
from bench.engine.on_ray.actors import Actors, Terms
from bench.engine.on_ray.cluster import Cluster, Share
from bench.errors import Unavailable, UsageError

State = TypeVar("State")
Task = TypeVar("Task")
Result = TypeVar("Result")

MEASURING_GPU = 0.25
"""The part of a GPU for networks that measure."""

CPU = 0.5
"""The part of a CPU that Ray sets aside for each worker: one that makes clips and one that measures share one."""

FORMS = "all, all:2 for models that span two each, or cpu:4 for workers without one"


@dataclass
class RayEngine:
    """Workers on a cluster.

    Attributes:
        cluster: that this process has joined.
        gpus: for each model; 0 on CPUs.
        measuring_device: see Engine.measuring_device.
        makers: the most workers that make clips; None for as many as have room.
        measurers: the most that measure; None for as many as make clips.
        has_networks: whether metrics need a part of a GPU; known once the cluster is prepared.
    """

    cluster: Cluster
    gpus: int
    measuring_device: str
    makers: int | None = None
    measurers: int | None = None
    has_networks: bool = field(default=False, init=False)

    @property
    def device(self) -> str:
        """What a worker calls its device."""
        return "cuda:0" if self.gpus else "cpu"

    def prepare(self, needs: Needs) -> None:
        """See Engine.prepare."""
        self.has_networks = self.measuring_device != "cpu" and bool(needs.weights)
        self.cluster.prepare(needs)

    def making(
        self, initialise: Callable[[], State], work: Callable[[State, Task], Result]
    ) -> Actors[State, Task, Result]:
        environment = workers.environment(self._threads())
        return Actors(self.cluster, Terms(self._of_maker(), self._makers, environment), initialise, work)

    def measuring(
        self, initialise: Callable[[], State], work: Callable[[State, Task], Result]
    ) -> Actors[State, Task, Result]:
        share = Share(MEASURING_GPU if self.has_networks else 0, CPU)
        terms = Terms(share, self._measurers, workers.environment(threads=1))
        return Actors(self.cluster, terms, initialise, work)

    def _of_maker(self) -> Share:
        return Share(self.gpus - (MEASURING_GPU if self.has_networks else 0), CPU)

    def _makers(self) -> int:
        room = self.cluster.room(self._of_maker() if self.gpus else Share(cpus=2 * CPU))
        return room if self.makers is None else min(room, self.makers)

    def _measurers(self) -> int:
        return self._makers() if self.measurers is None else self.measurers

    def _threads(self) -> int:
        """For each model, of half of the CPUs."""
        cpus = sum(node.cpus for node in self.cluster.nodes())
        return max(1, int(cpus / max(1, self._makers()) / 2))


def ray_engine(cluster: Cluster, words: str, measurers: int | None = None) -> RayEngine:
    """The engine of --engine ray.

    Args:
        cluster: that this process has joined.
        words: of --gpus: 'all', 'all:2' for models that span two each, 'cpu:4'; '' for all, or CPUs where there are no
            GPUs.
        measurers: how many workers measure; None for as many as make clips.

    Raises:
        UsageError: the words mean nothing.
        Unavailable: no node has that many GPUs.
    """
    if found := re.fullmatch(r"cpu:([1-9]\d{0,3})", words, re.ASCII):
        return RayEngine(cluster, 0, "cpu", int(found[1]), measurers)
    found = re.fullmatch(r"all(?::([1-9]\d?))?", words or "all", re.ASCII)
    if not found:
        raise UsageError(f"with --engine ray, gpus is {FORMS}, not '{words}': Ray chooses which")
    gpus = int(found[1] or 1)
    if cluster.room(Share(gpus, CPU)):
        measuring = (
            devices.resolve("auto", "auto").device if gpus == 1 else "cpu"
        )  # models that span leave none
        return RayEngine(cluster, gpus, measuring, None, measurers)
    if words:
        raise Unavailable(f"no node of {cluster} has {gpus} GPUs and a CPU", "--gpus cpu:4 does without")
    return RayEngine(cluster, 0, "cpu", None, measurers)
