"""What a suite's cases are, for pages about them: the suite itself, or what a run's folder says; unknown otherwise."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from bench import suites
from bench.errors import BenchError
from bench.runs import parquet
from bench.suites import recalling

if TYPE_CHECKING:
    import pandas as pd

    from bench.runs import RunFolder
    from bench.types import Suite


def of_scores(scores: pd.DataFrame, here: Mapping[str, RunFolder]) -> dict[str, Suite | None]:
    """Suite, as name@version -> what is known of it, of all suites that scores name.

    Args:
        scores: by summary.scores.
        here: id -> folder, of the runs on this machine.
    """
    of_runs = scores.drop_duplicates("run")
    folders: dict[str, list[RunFolder]] = {}
    for run, name in zip(of_runs["run"].astype(str), parquet.suite_ids(of_runs), strict=True):
        folders.setdefault(name, []).extend([here[run]] if run in here else [])
    return {name: known(name, own) for name, own in folders.items()}


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
