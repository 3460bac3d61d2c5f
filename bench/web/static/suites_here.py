"""What a suite's cases are, for pages about them: the suite itself, or what a run's folder says; unknown otherwise."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from bench import suites
from bench.errors import BenchError
from bench.suites import recalling

if TYPE_CHECKING:
    from bench.runs import RunFolder
    from bench.types import Suite


def known(text: str, folders: Iterable[RunFolder]) -> Suite | None:
    """The suite of that name@version; the one that is here, if it is, since a run's folder may come from anywhere."""
    name = text.rpartition("@")[0]
    if name in suites.names():
        try:
            shipped = suites.load(name)
        except BenchError:
            shipped = None
        if str(shipped) == text:
            return shipped
    for folder in folders:
        try:
            suite = folder.suite
        except BenchError:
            continue
        if str(suite) == text:
            return recalling.recalled(suite)
    return None
