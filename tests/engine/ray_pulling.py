"""A driver of a cluster: pulls units of tests.worker_tasks through actors and prints what came of them, as JSON.

python -m tests.engine.ray_pulling ADDRESS FOLDER SCENARIO
"""

from __future__ import annotations

import json
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

from bench.engine.on_ray.actors import Actors, Terms
from bench.engine.on_ray.cluster import Cluster, Share
from bench.engine.on_ray.joining import joined
from bench.engine.pull import Pool, pull
from bench.errors import BenchError, reason
from tests import worker_tasks as tasks

CPU = Terms(Share(cpus=1), environment={"OMP_NUM_THREADS": "3"})


def exceptions(cluster: Cluster) -> Any:
    return _pulled(Actors(cluster, CPU, tasks.ten, tasks.picky), range(9))


def deaths(cluster: Cluster) -> Any:
    return _pulled(Actors(cluster, CPU, tasks.ten, tasks.dies_on_two), range(6))


def loading_fails(cluster: Cluster) -> Any:
    return _pulled(Actors(cluster, CPU, tasks.no_weights, tasks.times), range(3))


def large(cluster: Cluster) -> Any:
    """Rows with long series: more than Ray sends along with its messages."""
    with Pool(Actors(cluster, CPU, tasks.nothing, tasks.large), [5_000_000]) as pool:
        return [len(done.result) for done in pull(pool)]


def several_gpus(cluster: Cluster) -> Any:
    """The GPUs that an actor with two sees, and what is left of its placement group."""
    import ray

    actors = Actors(cluster, Terms(Share(gpus=2)), tasks.nothing, tasks.variable)
    found = _pulled(actors, ["CUDA_VISIBLE_DEVICES"])
    groups = [each["state"] for each in ray.util.placement_group_table().values()]
    return {**found, "wanted": actors.wanted(), "groups": groups}


def environment(cluster: Cluster) -> Any:
    return _pulled(
        Actors(cluster, replace(CPU, most=lambda: 1), tasks.nothing, tasks.variable), ["OMP_NUM_THREADS"]
    )


def endless(cluster: Cluster) -> Any:
    return _pulled(Actors(cluster, CPU, tasks.nothing, tasks.sleeps), [cluster.beacon.path.with_name("unit")])


def other_version(cluster: Cluster) -> Any:
    """What is said of nodes that are checked at first, and of those that join later."""
    lines: list[str] = []
    other = Cluster(cluster.address, "", replace(cluster.beacon, version="0.0"), lines.append)
    while len(lines) < 3:
        assert not other.nodes()
        time.sleep(0.1)
    return [_reason(other), *lines]


def other_folder(cluster: Cluster) -> Any:
    elsewhere = replace(cluster.beacon, path=Path("/nowhere/runs/.seen"))
    return _reason(Cluster(cluster.address, "", elsewhere))


def _pulled(actors: Actors[Any, Any, Any], units: Any) -> dict[str, Any]:
    lines: list[str] = []
    found: dict[Any, Any] = {}
    error = ""
    try:
        with Pool(actors, units) as pool:
            for done in pull(pool, say=lines.append):
                found[done.unit] = reason(done.result) if isinstance(done.result, Exception) else done.result
    except BenchError as caught:
        error = reason(caught)
    return {"found": found, "said": lines, "error": error}


def _reason(cluster: Cluster) -> str:
    try:
        cluster.check()
    except BenchError as error:
        return reason(error)
    return ""


def main(address: str, folder: str, *names: str) -> None:
    with joined(address, Path(folder)) as cluster:
        for name in names:
            print(json.dumps(globals()[name](cluster)), flush=True)  # noqa: T201


if __name__ == "__main__":
    main(*sys.argv[1:])
