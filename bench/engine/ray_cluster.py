"""A Ray cluster that this process joins, and what its nodes must have in common with this machine.

    with joined("auto", out) as cluster:
        cluster.check()
        with Pool(Actors(cluster, Share(gpus=1), load, make), clips) as pool: ...

The nodes run the code that is installed on them; only paths, records and rows travel.
"""

from __future__ import annotations

import logging
import os
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from bench.base import packages
from bench.engine.node_check import Beacon
from bench.errors import BenchError, Unavailable, UsageError, reason

Result = TypeVar("Result")

DRIVER: dict[str, str] = {
    "RAY_USAGE_STATS_ENABLED": "0",  # nothing is reported to anybody
    "RAY_DEDUP_LOGS_SKIP_REGEX": ".",  # what dies is told by us; Ray prints pages about it, to stdout
    "RAY_ENABLE_UV_RUN_RUNTIME_ENV": "0",  # under `uv run`, Ray would build an environment anew on every node
}
"""Variables of this process, where the user has not set them; Ray reads them when it is imported."""

ANSWERS_WITHIN = 10.0
"""Seconds for a connection to an address; Ray itself would try for minutes."""

CHECKED_WITHIN = 120.0
"""Seconds in which every node starts a Python process and looks at a file."""

TOKEN = "if it has a token, set RAY_AUTH_MODE=token, and RAY_AUTH_TOKEN_PATH to the file with the token"


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

        Raises:
            Unavailable: which node, and what it lacks.
        """
        self.on_each_node(self.beacon.check, CHECKED_WITHIN)

    def on_each_node(self, work: Callable[[], Result], seconds: float) -> list[Result]:
        """Calls a function once on every node, on all at the same time, whatever else they do.

        Args:
            work: a function of a module that can be imported there.
            seconds: for all of them.

        Raises:
            Unavailable: a node cannot, or is not done in time. One that leaves the cluster meanwhile is passed over.
        """
        import ray
        from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

        task = ray.remote(max_retries=0, num_cpus=0)(_called)
        asked = [
            (
                node,
                task.options(scheduling_strategy=NodeAffinitySchedulingStrategy(node.id, soft=False)).remote(
                    work
                ),
            )
            for node in self.nodes()
        ]
        done, _ = ray.wait([ref for _, ref in asked], num_returns=len(asked), timeout=seconds)
        late = [node.name for node, ref in asked if ref not in done]
        if late:
            raise Unavailable(
                f"node {late[0]} has not answered in {seconds:g} s", "see its logs, or take it out"
            )
        found = [self._answer(node, ref) for node, ref in asked]
        return [result for is_there, result in found if is_there]

    def _answer(self, node: Node, ref: Any) -> tuple[bool, Any]:
        import ray

        try:
            return True, ray.get(ref)
        except ray.exceptions.RayTaskError as error:
            cause = error.cause
            if isinstance(cause, Unavailable):
                raise Unavailable(f"node {node.name}: {cause.reason}", cause.remedy) from None
            if isinstance(cause, BenchError):
                raise Unavailable(f"node {node.name}: {cause}") from None
            raise Unavailable(
                f"node {node.name} cannot run this package: {reason(cause)}",
                "install there what is installed here, and start Ray from that environment",
            ) from None
        except ray.exceptions.RayError as error:
            if node.id in {each.id for each in self.nodes()}:
                raise Unavailable(
                    f"node {node.name}: {reason(error)}", "see its logs, or take it out"
                ) from None
            return False, None


def _called(work: Callable[[], Result]) -> Result:
    return work()


@contextmanager
def joined(address: str, out: Path) -> Iterator[Cluster]:
    """This process is a driver of a cluster while the block runs; its actors and tasks end with it.

    Args:
        address: HOST:PORT of the cluster's head, or 'auto' for the cluster that this machine is a node of.
        out: the folder of runs, which all nodes must see.

    Raises:
        UsageError: it is no address of a driver.
        Unavailable: Ray is not installed, no cluster answers there, or it is of another version.
        StorageFailed: the folder of runs cannot be written to.
    """
    for name, value in DRIVER.items():
        os.environ.setdefault(name, value)
    packages.check("ray")
    import ray

    found = _address(address)
    _knock(found)
    try:
        with _explained(found):
            context = ray.init(found, log_to_driver=False, logging_level=logging.CRITICAL)
        with Beacon.lit(out) as beacon:
            yield Cluster(found, context.dashboard_url or "", beacon)
    finally:
        ray.shutdown()


def _address(words: str) -> str:
    """HOST:PORT; 'auto' if only Ray itself can find the cluster."""
    if words == "auto":
        return os.environ.get("RAY_ADDRESS") or _latest() or words
    if words.startswith("ray://"):
        raise UsageError(
            f"'{words}' is for clients outside the cluster: run this on one of its nodes with --address auto, or"
            " submit it by ray job submit"
        )
    host, _, port = words.rpartition(":")
    if not host or not port.isdecimal():
        raise UsageError(f"an address is auto or HOST:PORT, as 10.0.0.1:6379, not '{words}'")
    return words


def _latest() -> str:
    """The cluster that `ray start` on this machine made or joined last; '' if there is none."""
    with suppress(OSError):
        return (
            (Path(os.environ.get("RAY_TMPDIR", "/tmp")) / "ray" / "ray_current_cluster").read_text().strip()
        )
    return ""


def _knock(address: str) -> None:
    """Refuses an address where nothing listens."""
    host, _, port = address.rpartition(":")
    if not host or not port.isdecimal():
        return
    try:
        socket.create_connection((host.strip("[]"), int(port)), ANSWERS_WITHIN).close()
    except OSError as error:
        raise _no_cluster(address, (error.strerror or str(error)).lower()) from None


def _no_cluster(address: str, why: str) -> Unavailable:
    return Unavailable(
        f"no Ray cluster answers at '{address}' ({why})",
        "start one by ray start --head, and --address HOST:6379 on other machines, or state its --address",
    )


@contextmanager
def _explained(address: str) -> Iterator[None]:
    """What ray.init raises as one line."""
    import ray

    try:
        yield
    except ConnectionError as error:
        if address == "auto":
            raise _no_cluster(address, "Ray knows of none on this machine") from error
        raise Unavailable(
            f"what answers at {address} does not let this process join a Ray cluster", TOKEN
        ) from error
    except ray.exceptions.AuthenticationError as error:
        raise Unavailable(f"Ray finds no token for the cluster at {address}", TOKEN) from error
    except RuntimeError as error:
        if "ersion mismatch" not in str(error):
            raise
        raise Unavailable(
            " ".join(str(error).split()), "use the same versions of Ray and Python on all machines"
        ) from error
