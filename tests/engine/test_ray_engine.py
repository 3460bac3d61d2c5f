"""Which shares of nodes workers have, and how many there are, without a cluster."""

from __future__ import annotations

from typing import Any

import pytest

from bench.base import devices
from bench.base.weights import Weights
from bench.engine.machine_needs import Needs
from bench.engine.on_ray import actors as actors_module
from bench.engine.on_ray.actors import Actors
from bench.engine.on_ray.cluster import Node, Share
from bench.engine.on_ray.engine import RayEngine, ray_engine
from bench.errors import Unavailable, UsageError
from bench.types import Runtime
from tests import worker_tasks as tasks

NET = Weights("net.safetensors", (), "0" * 64, 1, "MIT")


class Nodes:
    """A cluster of given nodes, which have all that is needed."""

    beacon = None

    def __init__(self, *nodes: Node) -> None:
        self.ready = nodes
        self.needs: list[Needs] = []

    def __str__(self) -> str:
        return "this cluster"

    def nodes(self) -> tuple[Node, ...]:
        return self.ready

    def room(self, share: Share) -> int:
        return sum(node.room(share) for node in self.ready)

    def prepare(self, needs: Needs) -> None:
        self.needs.append(needs)


@pytest.fixture(autouse=True)
def gpu(monkeypatch: pytest.MonkeyPatch) -> None:
    """One that the driver has."""
    monkeypatch.setattr(devices, "resolve", lambda *words: Runtime("cuda:0", "float16"))


def engine(words: str, *nodes: tuple[float, float], measurers: int | None = None) -> RayEngine:
    there: Any = Nodes(*(Node(str(number), "10.0.0.1", *each) for number, each in enumerate(nodes)))
    return ray_engine(there, words, measurers)


def making(made: RayEngine) -> Actors[Any, Any, Any]:
    return made.making(tasks.ten, tasks.times)


def measuring(made: RayEngine) -> Actors[Any, Any, Any]:
    return made.measuring(tasks.ten, tasks.times)


def test_one_model_per_gpu_and_one_that_measures_beside_it() -> None:
    made = engine("", (8, 64), (4, 32), (0, 16))
    assert made.device == "cuda:0"
    assert (making(made).wanted(), measuring(made).wanted()) == (12, 12)
    assert making(made).terms.share == Share(gpus=1)
    assert measuring(made).terms.share == Share(gpus=0)
    assert making(made).terms.environment["OMP_NUM_THREADS"] == "4"
    assert measuring(made).terms.environment["OMP_NUM_THREADS"] == "1"


def test_networks_that_measure_have_a_quarter_of_the_gpu_of_a_model() -> None:
    made = engine("all", (2, 16))
    made.prepare(Needs(weights=(NET,)))
    assert making(made).terms.share == Share(gpus=0.75)
    assert measuring(made).terms.share == Share(gpus=0.25)
    assert (making(made).wanted(), measuring(made).wanted()) == (2, 2)


def test_models_that_span_gpus_are_on_one_node_each() -> None:
    made = engine("all:3", (8, 64), (2, 64))
    made.prepare(Needs(weights=(NET,)))
    assert making(made).wanted() == 2
    assert made.measuring_device == "cpu"
    assert measuring(made).terms.share == Share(gpus=0)


def test_where_the_driver_has_no_gpu_metrics_are_measured_on_cpus(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(devices, "resolve", lambda *words: Runtime("cpu", "float32"))
    made = engine("all", (2, 16))
    made.prepare(Needs(weights=(NET,)))
    assert (made.device, made.measuring_device) == ("cuda:0", "cpu")
    assert (making(made).terms.share, measuring(made).terms.share) == (Share(gpus=1), Share(gpus=0))


def test_without_gpus_one_model_per_cpu_or_as_many_as_asked() -> None:
    made = engine("", (0, 3), (0, 1))
    assert made.device == "cpu"
    assert (making(made).wanted(), measuring(made).wanted()) == (4, 4)
    asked = engine("cpu:2", (8, 16), measurers=3)
    assert (making(asked).wanted(), measuring(asked).wanted()) == (2, 3)
    assert making(asked).terms.share == Share(gpus=0)
    assert making(asked).terms.environment["OMP_NUM_THREADS"] == "4"


def test_nodes_that_join_are_counted() -> None:
    made = engine("", (1, 8))
    actors, other = making(made), measuring(made)
    there: Any = made.cluster
    there.ready = (*there.ready, Node("new", "10.0.0.9", 2, 8))
    assert (actors.wanted(), other.wanted()) == (3, 3)


@pytest.mark.parametrize("words", ["0,1", "cpu", "cpu:0", "all:0", "two"])
def test_other_words_are_refused(words: str) -> None:
    with pytest.raises(
        UsageError, match=f"with --engine ray, gpus is all, all:2 .* not '{words}': Ray chooses"
    ):
        engine(words, (1, 8))


def test_gpus_that_no_node_has_are_refused() -> None:
    with pytest.raises(
        Unavailable, match="no node of this cluster has 4 GPUs and a CPU; --gpus cpu:4 does without"
    ):
        engine("all:4", (2, 8), (3, 8))


def test_nodes_that_have_all_left_are_waited_for_but_not_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    actors = making(engine("cpu:2", (0, 4)))
    there: Any = actors._cluster
    there.ready = ()
    assert actors.wanted() == 0
    monkeypatch.setattr(actors_module, "WITHOUT_NODES", -1.0)
    with pytest.raises(
        Unavailable, match=r"has had room for a worker .* start nodes; the same command goes on"
    ):
        actors.wanted()
