"""Publishing a run: its rows in a folder that goes into git, by suite and version; nothing of this machine in them."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

from bench import results
from bench.errors import UsageError
from bench.runs import RunFolder
from bench.types import Measurement

PATH = re.compile(r"(?<![\w.:/~-])~?(?:/[^\s/:'\"<>]+)+/([^\s/:'\"<>]+)")
"""An absolute path of two parts at least, and its last part."""

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
    path = published / f"{run.suite}@{run.suite_version}" / f"{folder.path.name}.parquet"
    results.write(path, [public(row) for row in rows])
    if path.stat().st_size > MAX_BYTES:
        size = path.stat().st_size
        path.unlink()
        raise UsageError(f"the rows of {folder.path.name} are {size / 1e6:.0f} MB: too large to go into git")
    return path


def public(row: Measurement) -> Measurement:
    """The row without paths of this machine."""
    return row if row.error is None else replace(row, error=PATH.sub(r"\1", row.error))
