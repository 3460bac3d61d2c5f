"""Joining a Ray cluster as a driver, and what is said where that cannot be."""

from __future__ import annotations

import logging
import os
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from bench.base import packages
from bench.engine.on_ray.beacon import Beacon
from bench.engine.on_ray.cluster import Cluster
from bench.errors import Unavailable, UsageError

DRIVER: dict[str, str] = {
    "RAY_USAGE_STATS_ENABLED": "0",  # nothing is reported to anybody
    "RAY_DEDUP_LOGS_SKIP_REGEX": ".",  # what dies is told by us; Ray prints pages about it, to stdout
    "RAY_ENABLE_UV_RUN_RUNTIME_ENV": "0",  # under `uv run`, Ray would build an environment anew on every node
}
"""Variables of this process, where the user has not set them; Ray reads them when it is imported."""

ANSWERS_WITHIN = 10.0
"""Seconds for a connection to an address; Ray itself would try for minutes."""

TOKEN = "if it has a token, set RAY_AUTH_MODE=token, and RAY_AUTH_TOKEN_PATH to the file with the token"


@contextmanager
def joined(address: str, out: Path, say: Callable[[str], None] = lambda line: None) -> Iterator[Cluster]:
    """This process is a driver of a cluster while the block runs; its actors and tasks end with it.

    Args:
        address: HOST:PORT of the cluster's head, or 'auto' for the cluster that this machine is a node of.
        out: the folder of runs, which all nodes must see.
        say: is told what the cluster is, and which nodes are left out.

    Raises:
        UsageError: it is no address of a driver.
        Unavailable: Ray is not installed, no cluster answers there, it is of another version, or one of its nodes
            cannot be used: see Cluster.check.
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
            cluster = Cluster(found, context.dashboard_url or "", beacon, say)
            cluster.check()
            say(str(cluster))
            yield cluster
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
