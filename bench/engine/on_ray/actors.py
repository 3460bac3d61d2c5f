"""Actors of a Ray cluster as workers for `bench.engine.pull`: each holds what it loads, on a share of some node.

Nodes that join get actors as soon as there are units for them; those of a node that leaves are taken for dead, and
their units go to others. Ray repeats nothing itself: how often a unit is tried is the pull loop's to decide.
"""

from __future__ import annotations

import os
import pickle
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Generic, TypeVar

from bench.base import worker_process
from bench.base.workers import NOTHING, packed_function
from bench.engine.on_ray.beacon import Beacon
from bench.engine.on_ray.cluster import Cluster, Share
from bench.errors import Unavailable, WorkerDied, reason

State = TypeVar("State")
Task = TypeVar("Task")
Result = TypeVar("Result")


WITHOUT_NODES = 900.0
"""Seconds for which nodes are waited for when all have left."""


@dataclass(frozen=True)
class Terms:
    """How many actors there are, and what each has.

    Attributes:
        share: of a node.
        most: gives how many actors there may be now; None for as many as have room.
        environment: variables of their processes.
    """

    share: Share = field(default_factory=Share)
    most: Callable[[], int] | None = None
    environment: Mapping[str, str] = field(default_factory=dict)


class Actors(Generic[State, Task, Result]):
    """As many actors as have room on the cluster.

    Args:
        cluster: that this process has joined.
        terms: for each actor.
        initialise: gives what every task needs; called once in each actor.
        work: gives the result of a task; a function of a module that can be imported, or a partial of one.

    Raises:
        TypeError: initialise or work cannot be pickled for other processes.
    """

    is_here = False

    def __init__(
        self,
        cluster: Cluster,
        terms: Terms,
        initialise: Callable[[], State],
        work: Callable[[State, Task], Result],
    ) -> None:
        self._cluster, self.terms = cluster, terms
        self._had_room = time.monotonic()
        self._packed = _packed(cluster.beacon, initialise), packed_function(work)

    def wanted(self) -> int:
        """As many as have room now.

        Raises:
            Unavailable: none has had for a long time, since all nodes have left.
        """
        room = self._cluster.room(self.terms.share)
        if room:
            self._had_room = time.monotonic()
        elif time.monotonic() > self._had_room + WITHOUT_NODES:
            raise Unavailable(
                f"no node of {self._cluster} has had room for a worker for {WITHOUT_NODES / 60:g} minutes",
                "start nodes; the same command goes on",
            )
        return room if self.terms.most is None else min(room, self.terms.most())

    def spawn(self) -> Actor[Task, Result]:
        """An actor, which waits for its share of a node if others have it now."""
        import ray

        share, group = self.terms.share, _group(self.terms.share)
        handle = (
            ray.remote(Resident)
            .options(
                num_gpus=share.gpus,
                num_cpus=share.cpus,
                max_restarts=0,
                max_task_retries=0,
                scheduling_strategy=_placed(group),
                runtime_env={"env_vars": self._environment()},
            )
            .remote()
        )
        return Actor(handle, group, *self._packed)

    def _environment(self) -> dict[str, str]:
        offline = {"HF_HUB_OFFLINE": "1"} if self._cluster.is_offline else {}
        return {**self.terms.environment, **offline}


class Actor(Generic[Task, Result]):
    """One actor.

    Args:
        handle: Ray's.
        group: the placement group that it has to itself; None if it needs none.
        initialise, work: pickled.
    """

    def __init__(self, handle: Any, group: Any, initialise: bytes, work: bytes) -> None:
        self._handle, self._group, self._work = handle, group, work
        self._where: Future[str] = handle.where.remote().future()
        self._ready = self._outcome(handle.load.remote(initialise))

    @property
    def place(self) -> str:
        """Its node and process; no node while the cluster has none for it."""
        if self._where.done() and not self._where.exception():
            return self._where.result()
        return "no node yet"

    def ready(self) -> Future[None]:
        """Done when initialise has returned, or with what it raised."""
        return self._ready

    def submit(self, task: Task) -> Future[Result]:
        """Starts on a task; the future gives what it returned or raised, or WorkerDied if the actor did not live."""
        return self._outcome(self._handle.work.remote(self._work, pickle.dumps(task)))

    def stop(self) -> None:
        """Ends the actor at once, and gives its share of the node back."""
        import ray

        with suppress(ray.exceptions.RayError, ValueError):  # it is dead already
            ray.kill(self._handle, no_restart=True)
        if self._group is not None:
            ray.util.remove_placement_group(self._group)
            self._group = None

    def _outcome(self, ref: Any) -> Future[Any]:
        outcome = Future[Any]()
        ref.future().add_done_callback(lambda sent: self._bring(sent, outcome))
        return outcome

    def _bring(self, sent: Future[bytes], outcome: Future[Any]) -> None:
        """Gives outcome what the actor sent, or what became of the actor."""
        error = sent.exception()
        if error is not None:
            outcome.set_exception(_explained(error, self.place))
            return
        worker_process.fill(outcome, sent.result())


class Resident:
    """The actor, in its process: a resident state, loaded by a call of its own, so that its place is known before."""

    def where(self) -> str:
        import ray

        return f"node {ray.util.get_node_ip_address()}, process {os.getpid()}"

    def load(self, initialise: bytes) -> bytes:
        worker_process.load(initialise)
        return worker_process.work_on(NOTHING, pickle.dumps(None))

    def work(self, work: bytes, task: bytes) -> bytes:
        return worker_process.work_on(work, task)


def _packed(beacon: Beacon, initialise: Callable[[], Any]) -> bytes:
    """What an actor loads, after its node was checked: it may have joined since the others were."""
    packed_function(initialise)
    return packed_function(partial(_checked, beacon, initialise))


def _checked(beacon: Beacon, initialise: Callable[[], Any]) -> Any:
    beacon.enter()
    return initialise()


def _explained(error: BaseException, place: str) -> Exception:
    """What Ray says of an actor as the pull loop understands it: it died, or it can never be."""
    import ray

    if isinstance(
        error, ray.exceptions.RayTaskError
    ):  # of Ray's own code in the actor, ours is brought by itself
        return error.cause if isinstance(error.cause, Exception) else RuntimeError(reason(error))
    if isinstance(error, ray.exceptions.RuntimeEnvSetupError | ray.exceptions.ActorUnschedulableError):
        return Unavailable(f"{place}: {reason(error)}")
    return WorkerDied(f"the worker at {place} died: {type(error).__name__}")


def _group(share: Share) -> Any:
    """GPUs of one node, reserved together, for what spans several; None for the rest."""
    from ray.util.placement_group import placement_group

    if share.gpus <= 1:
        return None
    return placement_group([{"GPU": share.gpus, "CPU": share.cpus}], strategy="STRICT_PACK")


def _placed(group: Any) -> Any:
    from ray.util.scheduling_strategies import PlacementGroupSchedulingStrategy

    return "SPREAD" if group is None else PlacementGroupSchedulingStrategy(group)
