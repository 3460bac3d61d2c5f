"""Four processes write rows of overlapping shares into one run at once: each row is there once."""

from __future__ import annotations

import multiprocessing
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pyarrow.parquet as pq

from bench.runs import RunFolder
from tests.faults import shared_writer
from tests.faults.all_faults import Figures

PROCESSES = 4


def test_four_processes_write_the_same_rows(
    tmp_path: Path, times: Callable[[int, int], int], figures: Figures
) -> None:
    """Half of the keys of each are another's, too; one goes forwards and its neighbour backwards."""
    path, keys = tmp_path / shared_writer.RUN.id, [f"c{number}" for number in range(times(40, 1000))]
    shares = [
        keys[number::PROCESSES] + keys[(number + 1) % PROCESSES :: PROCESSES] for number in range(PROCESSES)
    ]
    context, begun = multiprocessing.get_context("spawn"), time.perf_counter()
    started = [
        context.Process(target=shared_writer.write, args=(path, share[:: -1 if number % 2 else 1]))
        for number, share in enumerate(shares)
    ]
    for process in started:
        process.start()
    for process in started:
        process.join()
    figures.slowest = time.perf_counter() - begun
    assert [process.exitcode for process in started] == [0] * PROCESSES
    folder = RunFolder(path)
    _, problems = folder.rows.read()
    kept = Counter(pq.read_table(folder.rows.folded)["case"].to_pylist())
    figures.tried = len(keys)
    figures.lost = len(set(keys) - set(kept)) + len(keys) - len(folder.records())
    figures.duplicated = sum(kept.values()) - len(kept) + len(list(path.glob("measurements/*.parquet")))
    figures.unreadable = len(problems)
    assert (figures.lost, figures.duplicated, figures.unreadable) == (0, 0, 0)
