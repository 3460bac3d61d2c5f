"""The runs that are exported: their rows without series of clips, scores, and the file of each run."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bench.base.json_values import records
from bench.errors import BenchError, UnknownName, UsageError, meant
from bench.evaluators import catalogue
from bench.runs import finding, parquet, publishing, result_files
from bench.scoring import summary, views

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = (
    "run", "created", "bench_version", "commit", "software", "made_with", "device", "suite", "suite_version", "case",
    "category", "seed", "label", "model", "checkpoint", "checkpoint_digest", "adapter_version", "settings",
    "reads_text", "metric", "metric_version", "value", "low", "high", "n", "series", "error", "status", "decoded",
    "view",
)  # fmt: skip
"""Columns of Measurement: all but single clips' digests."""


@dataclass(frozen=True)
class Gathered:
    """The rows of some runs.

    Attributes:
        rows: one per measurement, COLUMNS; texts are categories. Of one view per suite.
        scores: one per run and metric, see summary.scores.
        names: run id -> its name in tables.
        paths: run id -> the file that its rows are in.
        problems: files that had to be set aside.
        views: suite, as name@version -> the view of its rows.
        notes: suite -> why that is native though the default view was asked for.
    """

    rows: pd.DataFrame
    scores: pd.DataFrame
    names: dict[str, str]
    paths: dict[str, Path]
    problems: tuple[BenchError, ...] = ()
    views: Mapping[str, str] = field(default_factory=dict)
    notes: Mapping[str, str] = field(default_factory=dict)

    def measured(self, run: str) -> list[dict[str, Any]]:
        """One run's scores that have a value, by metric."""
        scores = self.scores[(self.scores["run"] == run) & self.scores["mean"].notna()]
        return records(scores.sort_values("metric"))


def gather(
    folders: Iterable[Path], runs: Sequence[str] = (), suite: str = "", view: str = views.DEFAULT
) -> Gathered:
    """The rows of runs below folders; for a run that is in several, those of the last.

    Args:
        folders: of runs, or of published results.
        runs: ids, their beginnings or labels; none for all.
        suite: name, or name@version; '' for all.
        view: whose rows count, see bench.scoring.views.

    Returns:
        The rows, and what is exported along with them.

    Raises:
        UnknownName: no such run, suite or view.
        UsageError: a word names several runs.
    """
    found, problems = result_files.tables(result_files.find(folders), COLUMNS, catalogue.registered().own())
    rows = parquet.joined([publishing.public_table(table) for _, table in found.values()], COLUMNS)
    paths = {run: path for run, (path, _) in found.items()}
    wanted = _of_suite(rows, suite) if suite else set(paths)
    if runs:
        labels = dict(zip(rows["run"], rows["label"], strict=True))
        wanted &= {_named(word, {run: str(labels.get(run, "")) for run in wanted}) for word in runs}
    seen = views.chosen(rows[rows["run"].isin(wanted)], view)
    kept = seen.rows
    files = {str(run): paths[str(run)] for run in dict.fromkeys(kept["run"])}
    names = summary.names(kept)
    return Gathered(kept, summary.scores(kept), names, files, tuple(problems), seen.views, seen.notes)


def _of_suite(rows: pd.DataFrame, suite: str) -> set[str]:
    """The runs on a suite."""
    about = rows[["run", "suite", "suite_version"]].drop_duplicates().astype(str)
    texts = parquet.suite_ids(about)
    name = meant("suite", suite, {*texts, *about["suite"]}, hint="among these results")
    return set(about[(texts == name) | (about["suite"] == name)]["run"])


def _named(word: str, labels: dict[str, str]) -> str:
    """The run that a word means, as on the rest of the command line."""
    matches = finding.called(word, labels)
    if not matches:
        raise UnknownName("run", word, {*labels, *labels.values()}, hint="among these results")
    if len(matches) > 1:
        raise UsageError(f"'{word}' is several runs: {', '.join(sorted(matches))}")
    return matches[0]
