"""A Ray cluster of several nodes on this machine, in a process of its own; run as a script, it is that process.

with cluster(nodes=2) as found:
    found.address, found.add(), found.kill()
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

STORE = 80 << 20
"""Bytes of each node's object store: only paths and rows go through it."""


@dataclass(frozen=True)
class LocalCluster:
    """A head and other nodes, each with a CPU and two GPUs that no library can use.

    Attributes:
        address: of the head.
        process: that holds the cluster.
        environment: of the nodes, and of who joins them.
    """

    address: str
    process: subprocess.Popen[str]
    environment: dict[str, str]

    def add(self) -> None:
        """One more node."""
        self.tell("add")

    def kill(self) -> None:
        """Kills all processes of the oldest node that is not the head."""
        self.tell("kill")

    def actors(self, doing: str = "") -> list[int]:
        """Processes of actors that are alive; only those that run a method, if one is named."""
        title = f"ray::Resident{doing and '.'}{doing}".encode()
        paths = Path("/proc").glob("[0-9]*/cmdline")
        return [int(path.parent.name) for path in paths if self._is_actor(path, title)]

    def _is_actor(self, path: Path, title: bytes) -> bool:
        try:
            return path.read_bytes().startswith(title) and self._is_own(path.with_name("environ"))
        except OSError:  # it has ended
            return False

    def _is_own(self, path: Path) -> bool:
        return f"RAY_TMPDIR={self.environment['RAY_TMPDIR']}".encode() in path.read_bytes().split(b"\0")

    def tell(self, word: str) -> None:
        """Returns once it is done."""
        assert self.process.stdin is not None and self.process.stdout is not None
        print(word, file=self.process.stdin, flush=True)
        assert self.process.stdout.readline() == f"{word}\n"


@contextmanager
def cluster(nodes: int) -> Iterator[LocalCluster]:
    """A cluster, for as long as the block runs.

    Args:
        nodes: besides the head, which has no CPU to work on.
    """
    place = Path(tempfile.mkdtemp(prefix="r", dir="/tmp"))  # of sockets, whose paths must be short
    environment = {
        **os.environ, "RAY_TMPDIR": str(place), "RAY_AUTH_MODE": "disabled", "RAY_USAGE_STATS_ENABLED": "0",
        "RAY_ENABLE_UV_RUN_RUNTIME_ENV": "0",
    }  # fmt: skip
    process = subprocess.Popen(
        [sys.executable, __file__, str(nodes)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env=environment,
    )
    assert process.stdin is not None and process.stdout is not None
    try:
        yield LocalCluster(process.stdout.readline().strip(), process, environment)
    finally:
        process.stdin.close()
        process.wait()
        process.stdout.close()
        shutil.rmtree(place, ignore_errors=True)


def main(count: int) -> None:
    """Says the address, then does what stdin says; all nodes end with stdin, or with this process."""
    from ray.cluster_utils import Cluster

    found = Cluster(
        initialize_head=True,
        head_node_args={"num_cpus": 0, "object_store_memory": STORE, "include_dashboard": False},
    )
    of_node = {"num_cpus": 1, "num_gpus": 2, "object_store_memory": STORE}
    nodes = [found.add_node(**of_node) for _ in range(count)]
    print(found.address, flush=True)  # noqa: T201
    for line in sys.stdin:
        if line == "kill\n":
            found.remove_node(nodes.pop(0), allow_graceful=False)
        else:
            nodes.append(found.add_node(**of_node))
        print(line, end="", flush=True)  # noqa: T201
    found.shutdown()


if __name__ == "__main__":
    main(int(sys.argv[1]))
