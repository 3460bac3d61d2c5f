"""All that is wrong with the files of a run. They are read side by side, since digests take time."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TypeVar

from bench.base.progress import Progress
from bench.runs.folder import RunFolder
from bench.runs.verification import clips, rows, run_files, vectors
from bench.runs.verification.fault import Fault

T = TypeVar("T")
U = TypeVar("U")

MOST_THREADS = 8
"""A disk has no use for more."""


def faults(folder: RunFolder, progress: Progress) -> list[Fault]:
    """Everything that is wrong with the files of a run; nothing is changed.

    Raises:
        StorageFailed: a file cannot be read now: whether it is sound is not known.
    """
    among_clips, kept = clips.listed(folder), vectors.listed(folder)
    records = [path for path in among_clips if clips.is_record(path)]
    of_rows = folder.rows.files()
    with _threads(
        progress, f"verify {folder.path.name}", len(records) + len(kept) + len(of_rows)
    ) as side_by_side:
        of_records = side_by_side(lambda path: clips.of_record(folder, path), records)
        of_vectors = side_by_side(lambda path: vectors.of_file(folder, path), kept)
        of_files = side_by_side(lambda path: rows.of_file(folder, path), of_rows)
    sound = [record for record, _ in of_records if record]
    cases = run_files.cases(folder)
    stated = {(record.case, record.seed): record.sha256 for record in sound}
    tables = [table for table, _ in of_files if table]
    return [
        *run_files.faults(folder),
        *(found for _, each in of_records for found in each),
        *clips.orphans(folder, among_clips),
        *(clips.of_other_cases(folder, sound, cases) if cases is not None else ()),
        *(found for each in of_vectors for found in each),
        *(vectors.orphans(folder, kept, set(stated.values())) if len(sound) == len(records) else ()),
        *(found for _, each in of_files for found in each),
        *rows.faults(folder, tables, stated),
    ]


@contextmanager
def _threads(
    progress: Progress, title: str, total: int
) -> Iterator[Callable[[Callable[[T], U], Sequence[T]], list[U]]]:
    """Several threads: sha256 lets go of the interpreter."""
    with (
        ThreadPoolExecutor(min(MOST_THREADS, os.cpu_count() or 1)) as pool,
        progress.bar(title, total) as bar,
    ):

        def side_by_side(work: Callable[[T], U], on: Sequence[T]) -> list[U]:
            found = []
            for each in pool.map(work, on):
                found.append(each)
                bar.advance()
            return found

        yield side_by_side
