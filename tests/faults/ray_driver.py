"""A driver whose workers die; prints what came of each unit.

python -m tests.faults.ray_driver ADDRESS FOLDER UNITS DYING
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from bench.engine.on_ray.actors import Actors
from bench.engine.on_ray.joining import joined
from tests import worker_tasks as tasks
from tests.engine.ray_pulling import CPU, _pulled


def main(address: str, folder: Path, units: int, dying: int) -> None:
    """The first units kill their worker once; a file per unit says that it has."""
    (folder / "units").mkdir()
    paths = [folder / "units" / str(number) for number in range(units)]
    for path in paths[dying:]:
        path.touch()
    with joined(address, folder) as cluster:
        found = _pulled(Actors(cluster, CPU, tasks.nothing, tasks.slow), paths)
    print(json.dumps({path.name: came for path, came in found["found"].items()}))  # noqa: T201


if __name__ == "__main__":
    main(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]))
