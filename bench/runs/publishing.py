"""Publishing a run: its rows in a folder that goes into git, by suite and version; nothing of this machine in them."""

from __future__ import annotations

import re
import tempfile
from dataclasses import replace
from pathlib import Path

from bench.base import files
from bench.errors import UsageError
from bench.runs import RunFolder, parquet
from bench.types import Measurement

QUOTED = re.compile(r"(['\"])(?:file://|~\w*)?/[^'\"]*?([^/'\"]+)\1")
"""An absolute path in quotes, spaces and all, and its last part."""

PATH = re.compile(r"(?:file://|(?<![\w./~-])~\w*|(?<![\w./~-]))(?:/[^\s/:'\"<>]+)*/([^\s/:'\"<>]+)")
"""An absolute path, of a home folder too, and its last part; not what follows the host of an address of the web."""

HOME = re.compile(r"/(?:home|Users)/[^\s/:'\"<>]+(?![^\s:'\"<>])")
"""The home folder itself: its last part is somebody's name."""

MAX_BYTES = 5_000_000
"""Of one file: what goes into git is small; a suite of thousands of cases belongs elsewhere."""


def publish(folder: RunFolder, published: Path) -> Path:
    """Writes the run's rows to <published>/<suite>@<version>/<run id>.parquet and gives that path.

    Rows say why there are holes in the words of whatever failed; paths in them are cut down to file names.

    Raises:
        UsageError: the run has no measurements, or its rows are too large for a folder that goes into git.
        BadResults: a file of its rows is broken: half of the rows would pass for all.
    """
    run, (rows, problems) = folder.run, folder.rows.read()
    if problems:
        raise problems[0]
    if not rows:
        raise UsageError(
            f"run '{folder.path.name}' has no measurements yet: bench evaluate {folder.path.name}"
        )
    path = published / str(run.suite_id) / f"{folder.path.name}.parquet"
    with tempfile.TemporaryDirectory() as scratch:  # a good file stays, whatever becomes of the new one
        tried = Path(scratch) / path.name
        parquet.write(tried, [public(row) for row in rows], folder.rows.cards())
        size = tried.stat().st_size
        if size > MAX_BYTES:
            raise UsageError(
                f"the rows of {folder.path.name} are {size / 1e6:.0f} MB: too large to go into git"
            )
        files.write(path, lambda temporary: temporary.write_bytes(tried.read_bytes()))
    return path


def public(row: Measurement) -> Measurement:
    """The row without paths of this machine."""
    if row.error is None:
        return row
    return replace(row, error=PATH.sub(r"\1", QUOTED.sub(r"\1\2\1", HOME.sub("~", row.error))))
