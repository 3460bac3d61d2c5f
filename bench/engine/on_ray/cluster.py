"""The nodes of a Ray cluster that this process has joined: how many workers they have room for, and work on each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from bench.engine.on_ray.beacon import Beacon
from bench.errors import Unavailable, reason

CHECKED_WITHIN = 120.0
"""Seconds in which every node starts a Python process and looks at a file."""


@dataclass(frozen=True)
class Share:
    """The part of a node that one worker has to itself.

    Attributes:
        gpus: below 1 where several workers share one.
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


@dataclass(frozen=True)
class Cluster:
    """A cluster that this process has joined.

    Attributes:
        address: of its head.
        dashboard: a page that shows what it does; '' if there is none.
        beacon: what every node must see.
    """

    address: str
    dashboard: str
    beacon: Beacon

    def __str__(self) -> str:
        nodes = self.nodes()
        gpus, cpus = (sum(getattr(node, kind) for node in nodes) for kind in ("gpus", "cpus"))
        link = f"; http://{self.dashboard}" if self.dashboard else ""
        return f"Ray cluster {self.address}: {len(nodes)} nodes, {gpus:g} GPUs, {cpus:g} CPUs{link}"

    def nodes(self) -> list[Node]:
        """The nodes that are alive now, as far as their heartbeats tell."""
        import ray

        return [
            Node(
                each["NodeID"],
                each["NodeManagerAddress"],
                each["Resources"].get("GPU", 0.0),
                each["Resources"].get("CPU", 0.0),
            )
            for each in ray.nodes()
            if each["Alive"]
        ]

    def room(self, share: Share) -> int:
        """How many workers have room for their share now."""
        return sum(node.room(share) for node in self.nodes())

    def check(self) -> None:
        """Refuses nodes that do not see the folder of runs or have another version of this package.

        All are asked at the same time, whatever else they do; one that leaves the cluster meanwhile is passed over.

        Raises:
            Unavailable: which node, and what it lacks.
        """
        import ray

        asked = [(node, _asked(node, self.beacon)) for node in self.nodes()]
        done, _ = ray.wait([ref for _, ref in asked], num_returns=len(asked), timeout=CHECKED_WITHIN)
        for node, ref in asked:
            if ref not in done:
                raise Unavailable(f"node {node.name} has not answered in {CHECKED_WITHIN:g} s", _TAKE_OUT)
            self._take_answer(node, ref)

    def _take_answer(self, node: Node, ref: Any) -> None:
        import ray

        try:
            ray.get(ref)
        except ray.exceptions.RayTaskError as error:
            raise _refusal(node, error.cause) from None
        except ray.exceptions.RayError as error:
            if node.id in {each.id for each in self.nodes()}:
                raise Unavailable(f"node {node.name}: {reason(error)}", _TAKE_OUT) from None


_TAKE_OUT = "see its logs, or take it out of the cluster"


def _asked(node: Node, beacon: Beacon) -> Any:
    """Ray's reference to what a check on that very node gives."""
    import ray
    from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

    there = NodeAffinitySchedulingStrategy(node.id, soft=False)
    check = ray.remote(max_retries=0, num_cpus=0)(_checked)
    return check.options(scheduling_strategy=there).remote(beacon)


def _checked(beacon: Beacon) -> None:
    beacon.check()


def _refusal(node: Node, cause: Exception) -> Unavailable:
    if isinstance(cause, Unavailable):
        return Unavailable(f"node {node.name}: {cause.reason}", cause.remedy)
    return Unavailable(
        f"node {node.name} cannot run this package: {reason(cause)}",
        "install there what is installed here, and start Ray from that environment",
    )
