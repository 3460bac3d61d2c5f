"""Which runs and which metrics are compared: runs are found, and each is compared with the first.

For runs on this machine every metric compares. For runs of which only the numbers are here, metrics of clips compare,
and metrics of whole sets are skipped, since they need the clips' features.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from bench import runs
from bench.comparison import by_case, by_set, gates, guard
from bench.comparison.differences import Comparison, Pair, Side, Skipped
from bench.comparison.gates import Gate
from bench.comparison.verdicts import decided
from bench.errors import UsageError
from bench.runs import RunFolder, row_tables
from bench.scoring import summary, views

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = ("run", "case", "seed", "metric", "metric_version", "value", "error", "status", *guard.COLUMNS)
"""The columns of Measurement that a comparison of rows needs."""


def comparison(
    out: Path,
    words: Sequence[str],
    metrics: Sequence[str] = (),
    gated: Sequence[Gate] = (),
    across_protocols: bool = False,
    view: str = views.DEFAULT,
) -> Comparison:
    """The runs that words name, each against the first.

    Args:
        out: folder of runs.
        words: ids, their beginnings or labels; two at least.
        metrics: see chosen.
        gated: gates whose metrics are compared besides.
        across_protocols: whether metrics get verdicts that depend on what clips differ in; see guard.
        view: in which the runs are compared, see bench.scoring.views.

    Returns:
        One pair per run but the first, in the order of words.

    Raises:
        UnknownName: no such run, metric or view.
        UsageError: one run alone, or one run twice; runs on different suites, or versions of one; a run without
            measurements.
    """
    if len(words) < 2:
        raise UsageError("compare needs two runs at least: bench compare BASELINE OTHER")
    folders = [runs.named(out, each) for each in words]
    _check_runs(folders, words)
    _check_suites(folders)
    all_rows, problems = _rows(folders)
    seen = views.chosen(all_rows, view)
    rows = seen.rows
    declared = gates.metrics(gated, {*rows["metric"]})
    wanted = [*chosen(rows, metrics), *declared]
    run = folders[0].run
    by_run = {folder.path.name: folder for folder in folders}
    wanted = list(dict.fromkeys(wanted))
    found = pairs(rows, _sides(folders), wanted, by_run, across_protocols, declared)
    return Comparison(str(run.suite_id), found, problems, seen.heading, tuple(seen.notes.values()))


def chosen(rows: pd.DataFrame, names: Sequence[str]) -> list[str]:
    """The metrics to compare, among those that rows have.

    Args:
        rows: of all runs.
        names: of metrics, or of evaluators for their main ones; none for all main metrics that have a value, 'all' for
            all metrics that have one.

    Raises:
        UnknownName: there is no such metric, neither here nor in the rows.
    """
    return summary.catalogue_of(rows).chosen(names, list(rows[rows["value"].notna()]["metric"]))


def pairs(
    rows: pd.DataFrame,
    sides: Sequence[Side],
    metrics: Sequence[str],
    folders: Mapping[str, RunFolder],
    across_protocols: bool = False,
    declared: Collection[str] = (),
) -> tuple[Pair, ...]:
    """Each side but the first, against the first, on one version of one suite.

    Args:
        rows: of all sides, at least COLUMNS.
        sides: two at least.
        metrics: names, see chosen.
        folders: run -> its folder, where it is on this machine: metrics of whole sets compare by the features in it.
        across_protocols: see comparison.
        declared: metrics that are questions of their own: see verdicts.decided.

    Returns:
        One per side but the first, in their order.
    """
    versions = dict(zip(rows["metric"], rows["metric_version"], strict=True))
    first, *others = sides
    found = (by_case.pair(first, side, rows, metrics) for side in others)
    whole = (_with_sets(pair, folders, versions) for pair in found)
    return tuple(decided(guard.guarded(pair, rows, folders, across_protocols), declared) for pair in whole)


def _with_sets(pair: Pair, folders: Mapping[str, RunFolder], versions: Mapping[str, str]) -> Pair:
    a, b = folders.get(pair.a.run), folders.get(pair.b.run)
    if a and b:
        return by_set.completed(pair, a, b, versions)
    gone = " and ".join(side.name for side, folder in ((pair.a, a), (pair.b, b)) if not folder)
    return replace(pair, skipped=tuple(_without_features(each, gone) for each in pair.skipped))


def _without_features(skipped: Skipped, gone: str) -> Skipped:
    if skipped.kind != "whole set":
        return skipped
    reason = f"{skipped.reason}: it compares by features of the clips, and those of {gone} are not here"
    return Skipped(skipped.metric, reason, "unavailable")


def _check_runs(folders: Sequence[RunFolder], words: Sequence[str]) -> None:
    """Refuses one run under two words: it would differ nowhere, and pass every gate."""
    named: dict[Path, str] = {}
    for folder, word in zip(folders, words, strict=True):
        if folder.path in named:
            raise UsageError(
                f"'{named[folder.path]}' and '{word}' are one run, {folder.path.name}: name each run once"
            )
        named[folder.path] = word


def _check_suites(folders: Sequence[RunFolder]) -> None:
    first, *others = (folder.run for folder in folders)
    for run in others:
        if run.suite_id != first.suite_id:
            raise UsageError(
                f"{run.id} is on {run.suite_id}, {first.id} on {first.suite_id}: "
                "runs compare on one version of one suite"
            )


def _rows(folders: Sequence[RunFolder]) -> tuple[pd.DataFrame, tuple[str, ...]]:
    found, problems = [], []
    for folder in dict.fromkeys(folders):
        rows, broken = folder.rows.table()
        problems += [str(each) for each in broken]
        if not len(rows):
            name = folder.path.name
            raise UsageError(f"run '{name}' has no measurements yet: bench evaluate {name}")
        found.append(rows)
    return row_tables.frame(found), tuple(problems)


def _sides(folders: Sequence[RunFolder]) -> list[Side]:
    """Runs named by their label, or by id where several share one."""
    labels = [folder.run.label for folder in folders]
    shared = {label for label in labels if len({f.path for f in folders if f.run.label == label}) > 1}
    return [
        Side(folder.path.name, folder.path.name if label in shared else label, _clips(folder))
        for folder, label in zip(folders, labels, strict=True)
    ]


def _clips(folder: RunFolder) -> dict[str, Path]:
    """Case -> the clip of its first seed."""
    made = [record for record in folder.records() if not record.error]
    return {record.case: folder.locate(record) for record in reversed(made)}
