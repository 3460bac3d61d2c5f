"""What the pages show, read once for every state of the files: rows, their scores, what had to be set aside."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import TypeAlias

import pandas as pd
import streamlit as st

from bench import runs
from bench.errors import BenchError
from bench.evaluators import catalogue
from bench.evaluators.catalogue import Catalogue
from bench.runs import RunFolder, parquet, result_files
from bench.scoring import entries, summary, views
from bench.suites import recalling
from bench.types import NATIVE, Case, ModelCard, Suite
from bench.web import launch
from bench.web.pages import compare
from bench.web.static import suites_here

Stamp: TypeAlias = tuple[str, int, int, int]
"""A file's path, time of change, size and inode: another when the file is replaced, even within one second."""

LIGHT = (
    "run", "label", "model", "reads_text", "suite", "suite_version", "case", "category", "seed", "metric",
    "metric_version", "value", "low", "high", "n", "status", "error", "view",
)  # fmt: skip
"""The columns of all runs that are kept; series, settings and provenance are read one run at a time."""


@dataclass(frozen=True)
class Board:
    """What the result files say. Shared by all visitors: read, never changed.

    Attributes:
        rows: one per measurement, of the columns LIGHT, text as categories. Of one view per suite.
        scores: one per run and metric, see summary.scores.
        names: run id -> what tables call it.
        problems: why files were set aside, one line per file.
        files: run id -> the file of its rows.
        views: suite, as name@version -> the view of its rows.
        notes: suite -> why that is native; only of suites that cannot be shown in the default view.
        cases: suite -> how many cases it has, where that is known on this machine.
    """

    rows: pd.DataFrame
    scores: pd.DataFrame
    names: dict[str, str]
    problems: tuple[str, ...]
    files: dict[str, Stamp]
    views: Mapping[str, str] = field(default_factory=dict)
    notes: Mapping[str, str] = field(default_factory=dict)
    cases: Mapping[str, int] = field(default_factory=dict)

    @cached_property
    def suites(self) -> list[str]:
        """Every 'name@version', the one with most entries first."""
        return entries.suites(self.rows, self.scores, self.cases)

    @cached_property
    def catalogue(self) -> Catalogue:
        """What is known of the metrics."""
        return summary.catalogue_of(self.rows)

    @cached_property
    def models(self) -> dict[str, str]:
        """Run id -> its model."""
        table = self.scores[["run", "model"]].astype(str).drop_duplicates("run")
        return dict(zip(table["run"], table["model"], strict=True))

    @cached_property
    def suite_of(self) -> dict[str, str]:
        """Run id -> its suite, as 'name@version'."""
        table = self.scores[["run", "suite", "suite_version"]].astype(str).drop_duplicates("run")
        return dict(zip(table["run"], table["suite"] + "@" + table["suite_version"], strict=True))

    @cached_property
    def cases_of(self) -> dict[str, frozenset[str]]:
        """Run id -> the cases that it has a value of."""
        return compare.cases_of(self.rows)

    def card(self, run: str) -> ModelCard:
        """The card of a run's model; one that claims nothing for a run that is not here."""
        return summary.model_card(self.rows, self.models.get(run, ""))

    def scores_of(self, suite: str) -> pd.DataFrame:
        """The scores on one suite."""
        return self.scores[self.scores["suite"] + "@" + self.scores["suite_version"] == suite]


def read() -> Board:
    """The board as the files are now."""
    return _read(_stamps())


def read_columns(columns: tuple[str, ...]) -> pd.DataFrame:
    """All runs' rows with other columns than LIGHT."""
    return _read_columns(_stamps(), columns)


def folders() -> tuple[Path, list[Path]]:
    """The folder of runs, and that of published results if there is one."""
    out, published = launch.folders(os.environ)
    return out, [published] if published else []


def run_folder(run: str) -> RunFolder | None:
    """The folder of a run, if it is on this machine.

    The id, which may come from a stranger's file or address, is compared with what is there, never made a path of.
    """
    out, _ = folders()
    return next((folder for folder in runs.find(out) if folder.path.name == run), None)


def suite_of(folder: RunFolder) -> Suite:
    """The suite that a run animates, with the files that are what they were; see bench.suites.recalling.

    Raises:
        BadResults: suite.json is missing or broken.
    """
    suite = folder.suite
    return _recalled(suite, tuple(stamp for case in suite.cases if (stamp := stamp_of(case.image))))


def case_of(folder: RunFolder, case_id: str) -> Case | None:
    """A case of the suite that a run animates; None if the suite does not name it any more.

    Raises:
        BadResults: as suite_of.
    """
    return next((case for case in suite_of(folder).cases if case.id == case_id), None)


@st.cache_resource(max_entries=64, show_spinner=False, hash_funcs={Suite: repr})
def _recalled(suite: Suite, stamps: tuple[Stamp, ...]) -> Suite:
    """A file of a suite may be changed at any time: stamps tell."""
    return recalling.recalled(suite)


def here() -> frozenset[str]:
    """Ids of the runs whose clips are on this machine."""
    return frozenset(folder.path.name for folder in runs.find(folders()[0]))


def rows_of(run: str, view: str = "") -> pd.DataFrame:
    """All columns of one run's rows in a view; none for a run that is in no file.

    Args:
        run: id.
        view: '' for the one in which the board shows its suite.
    """
    board = read()
    stamp = board.files.get(run)
    if not stamp:
        return parquet.frame([])
    shown = view or board.views.get(board.suite_of.get(run, ""), NATIVE)
    return views.only(_read_run(run, stamp), shown).reset_index(drop=True)


@st.cache_resource(max_entries=2, show_spinner="Reading results …")
def _read(stamps: tuple[Stamp, ...]) -> Board:
    found, problems = result_files.tables(
        [Path(path) for path, *_ in stamps], LIGHT, catalogue.registered().own()
    )
    seen = views.chosen(parquet.joined([table for _, table in found.values()], LIGHT))
    rows = seen.rows
    known = {Path(stamp[0]): stamp for stamp in stamps}
    files = {run: known[path] for run, (path, _) in found.items()}
    scores, names = summary.scores(rows), summary.names(rows)
    said = tuple(map(_line, problems))
    return Board(rows, scores, names, said, files, seen.views, seen.notes, _cases(scores))


def _cases(scores: pd.DataFrame) -> dict[str, int]:
    """Suite -> how many cases it has, of those that are known on this machine."""
    here = {folder.path.name: folder for folder in runs.find(folders()[0])}
    found = suites_here.of_scores(scores, here)
    return {name: len(suite.cases) for name, suite in found.items() if suite}


@st.cache_resource(max_entries=2, show_spinner="Reading results …")
def _read_columns(stamps: tuple[Stamp, ...], columns: tuple[str, ...]) -> pd.DataFrame:
    rows, _ = result_files.read_all([Path(path) for path, *_ in stamps], columns)
    return rows


@st.cache_resource(max_entries=16, show_spinner="Reading results …")
def _read_run(run: str, stamp: Stamp) -> pd.DataFrame:
    rows, _ = result_files.read_all([Path(stamp[0])])
    return rows[rows["run"] == run].reset_index(drop=True)


def _line(problem: BenchError) -> str:
    return " ".join(str(problem).split())


def _stamps() -> tuple[Stamp, ...]:
    """Stamps of all files, the last of which counts: what was measured here is newer than what was published."""
    out, published = folders()
    return tuple(stamp for path in result_files.find([*published, out]) if (stamp := stamp_of(path)))


def stamp_of(path: Path) -> Stamp | None:
    """The stamp of a file; None if there is none."""
    try:
        status = path.stat()
    except OSError:
        return None  # gone since it was found
    return str(path), status.st_mtime_ns, status.st_size, status.st_ino
