"""What a suite's cases are, for pages about them: from a run's folder or the suite itself; unknown otherwise."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from bench import suites
from bench.errors import BenchError

if TYPE_CHECKING:
    from bench.runs import RunFolder
    from bench.types import Suite


def known(text: str, folders: Iterable[RunFolder]) -> Suite | None:
    """The suite of that name@version."""
    for folder in folders:
        try:
            suite = folder.suite
        except BenchError:
            continue
        if str(suite) == text:
            return suite
    name = text.rpartition("@")[0]
    if name not in suites.names():
        return None
    try:
        shipped = suites.load(name)
    except BenchError:
        return None
    return shipped if str(shipped) == text else None
