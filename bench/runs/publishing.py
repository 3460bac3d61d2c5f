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
"""An absolute path, also of a home folder, and its last part; not the path of a web address."""

HOME = re.compile(r"/(?:home|Users)/[^\s/:'\"<>]+(?![^\s:'\"<>])")
"""The home folder itself: its last part is a person's name."""

MAX_BYTES = 5_000_000
"""Limit of one file: files in git are small; results of thousands of cases belong elsewhere."""


def publish(folder: RunFolder, published: Path) -> Path:
    """Writes the run's rows to <published>/<suite>@<version>/<run id>.parquet.

    Reasons of failed rows are kept; paths in them are cut down to file names.

    Returns:
        The path.

    Raises:
        UsageError: the run has no measurements, or its rows are too large for a folder that goes into git.
        BadResults: a file of its rows is broken: part of the rows would pass for all.
    """
    run, (rows, problems) = folder.run, folder.rows.read()
    if problems:
        raise problems[0]
    if not rows:
        raise UsageError(
            f"run '{folder.path.name}' has no measurements yet: bench evaluate {folder.path.name}"
        )
    path = published / str(run.suite_id) / f"{folder.path.name}.parquet"
    with tempfile.TemporaryDirectory() as scratch:  # an earlier file stays if the new one fails
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
