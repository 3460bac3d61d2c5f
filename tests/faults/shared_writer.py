"""One of several processes that write into one run's folder at once, without leases: these only spare work."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from bench.runs import RunFolder
from bench.types import ClipRecord, Run, Suite
from tests.made import measurement

RUN = Run("still-tiny-0", "still", "still", "", "", 1, {"fps": 8.0}, "", "tiny", "0", False)
SUITE = Suite("tiny", "0", "of no case", ())


def write(path: Path, keys: Sequence[str]) -> None:
    """A record and a row for each key, in this order."""
    folder = RunFolder(path)
    with folder.working(RUN, SUITE):
        for key in keys:
            folder.write_record(ClipRecord(key, 0, None, "", error="not made"))
            folder.rows.add([measurement(case=key)])
