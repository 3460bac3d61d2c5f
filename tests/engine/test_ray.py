"""Actors as workers, on a real cluster of several nodes on this machine; and what is said where there is none."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from bench.base import packages
from bench.engine.on_ray import joining
from bench.engine.on_ray.beacon import Beacon
from bench.engine.on_ray.cluster import Node, Share
from bench.engine.on_ray.joining import joined
from bench.errors import BenchError, Unavailable, UsageError
from tests.ray_cluster import LocalCluster, cluster

pytest.importorskip("ray", reason="the extra ray is not installed")


@pytest.fixture(scope="module")
def local() -> Iterator[LocalCluster]:
    with cluster(nodes=2) as found:
        yield found


def came_of(local: LocalCluster, folder: Path, *names: str) -> dict[str, Any]:
    """What came of scenarios of ray_pulling."""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-m", "tests.engine.ray_pulling", local.address, str(folder), *names],
        env=local.environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    assert not done.stderr
    assert not list(folder.iterdir())  # the file that nodes looked for is gone
    return dict(zip(names, map(json.loads, done.stdout.splitlines()), strict=True))


@pytest.fixture(scope="module")
def came(local: LocalCluster, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    names = ("deaths", "loading_fails", "large", "several_gpus", "environment", "other_version")
    return came_of(local, tmp_path_factory.mktemp("runs"), *names)


def test_exceptions_are_results_and_nodes_that_do_not_see_the_folder_are_refused(
    local: LocalCluster, tmp_path: Path
) -> None:
    came = came_of(local, tmp_path, "exceptions", "other_folder")
    found = came["exceptions"]["found"]
    assert [found[str(number)] for number in (0, 2, 8)] == [0, 20, 80]
    assert found["1"] == "too short"
    assert "unknown case 'a'" in found["3"]
    assert found["5"] == "RuntimeError: Sentence: no good"
    assert found["7"] == "ValueError: 7"
    assert not came["exceptions"]["said"]
    assert came["other_folder"].endswith(
        ": /nowhere/runs here is not the folder of runs; choose an --out that all machines share, at the same path"
    )


@pytest.mark.long
def test_a_unit_that_kills_three_actors_is_a_failure_and_costs_no_other(came: dict[str, Any]) -> None:
    found = came["deaths"]["found"]
    assert found.pop("2") == "worker process died on 2, 3 times, the last time alone (out of memory?)"
    assert found == {str(number): 10 * number for number in (0, 1, 3, 4, 5)}
    assert [line.rpartition(", process")[2].split(maxsplit=1)[1] for line in came["deaths"]["said"]] == [
        "died on 2, which is tried again"
    ] * 2


@pytest.mark.long
def test_what_cannot_be_loaded_is_the_error(came: dict[str, Any]) -> None:
    assert came["loading_fails"] == {
        "found": {}, "said": [], "error": "the weights are not here; fetch them"
    }  # fmt: skip


@pytest.mark.long
def test_large_results_come_through(came: dict[str, Any]) -> None:
    assert came["large"] == [5_000_000]


@pytest.mark.long
def test_several_gpus_are_of_one_node_and_given_back(came: dict[str, Any]) -> None:
    assert came["several_gpus"]["found"] == {"CUDA_VISIBLE_DEVICES": "0,1"}
    assert came["several_gpus"]["wanted"] == 2
    assert came["several_gpus"]["groups"] == ["REMOVED"]


@pytest.mark.long
def test_actors_have_the_variables_of_their_terms(came: dict[str, Any]) -> None:
    assert came["environment"]["found"] == {"OMP_NUM_THREADS": "3"}


@pytest.mark.long
def test_a_node_with_another_version_is_refused(came: dict[str, Any]) -> None:
    checked, *joined = came["other_version"]
    assert checked.startswith("node ") and checked.endswith("and 0.0 drives the run; install the same there")
    assert len(joined) >= 2 + 1  # the head, which has no CPU, and nodes that joined are checked, too
    assert all(line.endswith("install the same there: it is left out") for line in joined)


@pytest.mark.long
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_a_driver_that_ends_leaves_no_actor_behind(number: int, local: LocalCluster, tmp_path: Path) -> None:
    words = ["-m", "tests.engine.ray_pulling", local.address, str(tmp_path), "endless"]
    driver = subprocess.Popen([sys.executable, *words], env=local.environment)
    wait_for(lambda: any(tmp_path.glob("unit.*")))
    assert local.actors()
    driver.send_signal(number)
    driver.wait()
    wait_for(lambda: not local.actors())


def wait_for(happens: Callable[[], bool], seconds: float = 120) -> None:
    end = time.monotonic() + seconds
    while not happens():
        assert time.monotonic() < end
        time.sleep(0.1)


def refusal(address: str, out: Path) -> BenchError:
    with pytest.raises(BenchError) as caught, joined(address, out):
        pass
    return caught.value


def test_without_ray_the_line_that_installs_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(packages, "installed", lambda name: None)
    error = refusal("auto", tmp_path)
    assert isinstance(error, Unavailable)
    assert str(error).startswith("package ray is not installed; ")


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("garbage", "an address is auto or HOST:PORT, as 10.0.0.1:6379, not 'garbage'"),
        ("ray://head:10001", "is for clients outside the cluster"),
    ],
)
def test_what_is_no_address_is_refused(address: str, words: str, tmp_path: Path) -> None:
    error = refusal(address, tmp_path)
    assert isinstance(error, UsageError)
    assert words in str(error)


def test_where_nothing_listens_is_said_at_once(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("RAY_ADDRESS", "127.0.0.1:1")
    assert str(refusal("auto", tmp_path)).startswith(
        "no Ray cluster answers at '127.0.0.1:1' (connection refused); start one by ray start --head"
    )


@pytest.mark.parametrize(
    ("raised", "words"),
    [
        (
            RuntimeError("Version mismatch: The cluster was started with:\n    Ray: 2.50"),
            "with: Ray: 2.50; use the same",
        ),
        (
            ConnectionError("Failed to connect"),
            "does not let this process join a Ray cluster; if it has a token",
        ),
    ],
)
def test_a_cluster_that_cannot_be_joined_is_one_line(
    raised: Exception, words: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    import ray

    def init(*args: object, **options: object) -> None:
        raise raised

    monkeypatch.setattr(ray, "init", init)
    with socket.create_server(("127.0.0.1", 0)) as server:
        error = refusal(f"127.0.0.1:{server.getsockname()[1]}", tmp_path)
    assert isinstance(error, Unavailable)
    assert words in str(error) and "\n" not in str(error)


def test_room_is_counted_per_node() -> None:
    node = Node("a", "10.0.0.1", gpus=8, cpus=64)
    assert node.room(Share(gpus=1)) == 8
    assert node.room(Share(gpus=0.25, cpus=4)) == 16
    assert node.room(Share(gpus=3)) == 2
    assert node.room(Share()) == 128
    assert Node("b", "10.0.0.2", gpus=0, cpus=64).room(Share(gpus=1)) == 0


def test_a_beacon_is_seen_where_it_is_lit_and_gone_afterwards(tmp_path: Path) -> None:
    with Beacon.lit(tmp_path) as beacon:
        beacon.check()
    with pytest.raises(
        Unavailable, match="is not the folder of runs; choose an --out that all machines share"
    ):
        beacon.check()


def test_variables_of_the_user_stay(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("RAY_USAGE_STATS_ENABLED", "1")
    refusal("garbage", tmp_path)
    assert joining.os.environ["RAY_USAGE_STATS_ENABLED"] == "1"
