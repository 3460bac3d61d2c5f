"""900 frames of 1280 x 720 are evaluated by every metric without weights in less than 1.5 GB.

Peak resident memory of a child process (getrusage), imports included: loaded whole, the frames alone are 2.5 GB.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from pathlib import Path

from bench.engine.one_pass import show_file
from bench.media import digests
from bench.types import ClipRecord
from benchmarks._clips import Film
from benchmarks._evaluators import without_weights
from benchmarks._timing import machine

FILM = Film("pagoda", 1280, 720, 900, step=(1, 0))
LIMIT = 1.5e9


def main() -> None:
    """Prints a table; exits with 1 where the limit does not hold."""
    print(machine("opencv-python-headless", "av"))
    print(f"\n{FILM}\n\n| shown to | peak memory, MB |\n|---|---|")
    peak = 0
    with FILM.written() as (path, _):
        for name in ("no evaluator", "every metric without weights"):
            words = [sys.executable, "-m", "benchmarks.memory", str(path), name]
            peak = int(subprocess.run(words, check=True, capture_output=True, text=True).stdout)
            print(f"| {name} | {peak / 1e6:.0f} |", flush=True)
    sys.exit(peak > LIMIT)


def measure(path: Path, shown_to: str) -> int:
    """Peak resident memory of this process in bytes, after a clip was shown and metrics were concluded."""
    chosen = [] if shown_to == "no evaluator" else without_weights()
    record = ClipRecord("pagoda", 0, str(path), digests.clip_digest(path))
    seen = show_file(path, chosen, FILM.case(), record)
    for evaluator in chosen:
        seen.answers(evaluator)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024  # Linux counts in kilobytes


if __name__ == "__main__":
    if len(sys.argv) == 3:
        os.write(1, str(measure(Path(sys.argv[1]), sys.argv[2])).encode())
    else:
        main()
