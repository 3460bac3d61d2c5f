"""A Ray cluster that this process has joined: its nodes, once each was checked and has the weights."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from bench.engine.machine_needs import Needs
from bench.engine.on_ray.beacon import Beacon
from bench.errors import Unavailable, reason

CHECKED_WITHIN = 120.0
"""Seconds in which every node starts a Python process and looks at a file."""

_TAKE_OUT = "see its logs, or take it out of the cluster"


@dataclass(frozen=True)
class Share:
    """The part of a node that one worker has to itself.

    Attributes:
        gpus: below 1 where several workers share one; more than one are of one node.
        cpus: below 1 likewise.
    """

    gpus: float = 0.0
    cpus: float = 0.5


@dataclass(frozen=True)
class Node:
    """A machine of the cluster that is alive.

    Attributes:
        id: by which Ray places tasks.
        name: its address, for people.
        gpus, cpus: that it has, whoever uses them.
    """

    id: str
    name: str
    gpus: float
    cpus: float

    def room(self, share: Share) -> int:
        """How many workers have room for their share, were there nothing else."""
        rooms = [have / each for have, each in ((self.gpus, share.gpus), (self.cpus, share.cpus)) if each]
        return int(min(rooms) + 1e-9) if rooms else 0


class Cluster:
    """The nodes that can work for this process; those that join are prepared as they come.

    Attributes:
        is_offline: whether every node that was prepared has all weights, so that nothing need be fetched there.

    Args:
        address: of the head.
        dashboard: a page that shows what the cluster does; '' if there is none.
        beacon: what every node must see.
        say: is told which nodes are left out.
    """

    def __init__(
        self, address: str, dashboard: str, beacon: Beacon, say: Callable[[str], None] = lambda line: None
    ) -> None:
        self.address, self.dashboard, self.beacon, self.is_offline = address, dashboard, beacon, False
        self._say, self._prepare = say, partial(_prepared, beacon, Needs())
        self._asked: dict[str, Any] = {}
        self._ready: dict[str, bool] = {}

    def __str__(self) -> str:
        nodes = _alive()
        gpus, cpus = sum(node.gpus for node in nodes), sum(node.cpus for node in nodes)
        link = f"; http://{self.dashboard}" if self.dashboard else ""
        return f"Ray cluster {self.address}: {len(nodes)} nodes, {gpus:g} GPUs, {cpus:g} CPUs{link}"

    def check(self) -> None:
        """Refuses nodes that do not see the folder of runs or have another version of this package.

        Raises:
            Unavailable: which node, and what it lacks.
        """
        self._all_ready(CHECKED_WITHIN)

    def prepare(self, needs: Needs) -> None:
        """Brings to each node what it lacks, on all at the same time.

        Args:
            needs: of the job, on every node.

        Raises:
            Unavailable: a node cannot have it.
        """
        self._prepare = partial(_prepared, self.beacon, needs)
        self._ready.clear()
        self._all_ready(None)

    def nodes(self) -> list[Node]:
        """The nodes that are alive now, as far as their heartbeats tell, and ready."""
        import ray

        alive = _alive()
        for node in alive:
            if node.id not in self._ready and node.id not in self._asked:
                self._asked[node.id] = _asked(node, self._prepare)
        asked = [(node, self._asked[node.id]) for node in alive if node.id in self._asked]
        done, _ = (
            ray.wait([ref for _, ref in asked], num_returns=len(asked), timeout=0) if asked else ([], [])
        )
        for node, ref in asked:
            if ref in done and (problem := self._problem(node)):
                self._say(f"{problem}: it is left out")
        return [node for node in alive if node.id in self._ready]

    def room(self, share: Share) -> int:
        """How many workers have room for their share now."""
        return sum(node.room(share) for node in self.nodes())

    def _all_ready(self, seconds: float | None) -> None:
        import ray

        nodes = _alive()
        self._asked |= {node.id: _asked(node, self._prepare) for node in nodes}
        refs = [self._asked[node.id] for node in nodes]
        done, _ = ray.wait(refs, num_returns=len(refs), timeout=seconds)
        for node, ref in zip(nodes, refs, strict=True):
            if ref not in done:
                raise Unavailable(f"node {node.name} has not answered in {seconds:g} s", _TAKE_OUT)
            if problem := self._problem(node):
                raise problem

    def _problem(self, node: Node) -> Unavailable | None:
        """Takes note of what the preparation of a node gave; why it is not ready."""
        import ray

        try:
            self._ready[node.id] = ray.get(self._asked[node.id])
            del self._asked[node.id]
            self.is_offline = all(self._ready.values())
        except ray.exceptions.RayTaskError as error:
            return _refusal(node, error.cause)
        except ray.exceptions.RayError as error:
            if node.id in {each.id for each in _alive()}:
                return Unavailable(f"node {node.name}: {reason(error)}", _TAKE_OUT)
        return None


def _alive() -> list[Node]:
    import ray

    return [
        Node(each["NodeID"], each["NodeManagerAddress"], found.get("GPU", 0.0), found.get("CPU", 0.0))
        for each in ray.nodes()
        if each["Alive"]
        for found in [each["Resources"]]
    ]


def _asked(node: Node, prepare: Callable[[], bool]) -> Any:
    """Ray's reference to what a preparation on that very node gives; it waits for nothing else there."""
    import ray
    from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

    there = NodeAffinitySchedulingStrategy(node.id, soft=False)
    task = ray.remote(max_retries=0, num_cpus=0)(_called)
    return task.options(scheduling_strategy=there).remote(prepare)


def _called(prepare: Callable[[], bool]) -> bool:
    return prepare()


def _prepared(beacon: Beacon, needs: Needs) -> bool:
    """Checks the node that this is called on, and brings to it what it lacks; whether nothing is left to be fetched."""
    beacon.enter()
    return needs.bring()


def _refusal(node: Node, cause: Exception) -> Unavailable:
    if isinstance(cause, Unavailable):
        return Unavailable(f"node {node.name}: {cause.reason}", cause.remedy)
    return Unavailable(
        f"node {node.name} cannot run this package: {reason(cause)}",
        "install there what is installed here, and start Ray from that environment",
    )
