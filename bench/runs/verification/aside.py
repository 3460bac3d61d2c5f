"""Moves what is wrong out of the way, so that the next run makes it again; nothing is deleted."""

from __future__ import annotations

import time
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from bench.base import files
from bench.errors import UsageError
from bench.runs.folder import RunFolder
from bench.runs.verification.clips import CORRUPT
from bench.runs.verification.fault import Fault


def set_aside(folder: RunFolder, found: Iterable[Fault]) -> list[Path]:
    """Renames the files that stand in the way; gives their new names. No other process may work in the run.

    Raises:
        UsageError: the run is in a bucket, where the files that count are.
        InUse: one does.
        StorageFailed: a file cannot be renamed.
    """
    if folder.is_in_bucket:
        raise UsageError(
            f"run '{folder.path.name}' is in a bucket, where nothing is moved: delete the objects named, and the folder"
            f" {folder.path}, and the next run makes them again"
        )
    renamed = []
    with folder.alone():
        for path in dict.fromkeys(path for each in found for path in each.aside):
            with suppress(FileNotFoundError), files.storing(path):
                renamed.append(path.rename(path.with_name(f"{path.name}{CORRUPT}{time.time_ns()}")))
    return renamed
