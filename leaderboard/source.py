"""What the pages show, read once for every state of the files: rows, their scores, what had to be set aside."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

import pandas as pd
import streamlit as st

from bench import board, results, runs, summary
from bench.errors import BadResults
from bench.runs import RunFolder

Stamp: TypeAlias = tuple[str, int, int, int]
"""A file's path, time of change, size and inode: another when the file is replaced, even within one second."""


@dataclass(frozen=True)
class Board:
    """Everything in the result files. Shared by all visitors: read, never changed.

    Attributes:
        rows: one a measurement, the columns of Measurement.
        scores: one a run and metric, see summary.scores.
        names: run id -> what tables call it.
        problems: why a file was set aside, one line a file.
    """

    rows: pd.DataFrame
    scores: pd.DataFrame
    names: dict[str, str]
    problems: tuple[str, ...]


def read() -> Board:
    """The board as the files are now."""
    out, published = folders()
    # the later file of a run wins: what was measured here is newer than what was published
    return _read(tuple(stamp for path in results.find([*published, out]) if (stamp := _stamp(path))))


def folders() -> tuple[Path, list[Path]]:
    """The folder of runs, and that of published results if there is one."""
    out, published = board.folders(os.environ)
    return out, [published] if published else []


def run_folder(run: str) -> RunFolder | None:
    """The folder of a run, if it is on this machine.

    The id, which may come from a stranger's file or address, is compared with what is there, never made a path of.
    """
    out, _ = folders()
    return next((folder for folder in runs.find(out) if folder.path.name == run), None)


@st.cache_resource(max_entries=2, show_spinner="Reading results …")
def _read(stamps: tuple[Stamp, ...]) -> Board:
    rows, problems = results.read_all([Path(path) for path, *_ in stamps])
    return Board(
        rows, summary.scores(rows), summary.names(rows), tuple(_line(problem) for problem in problems)
    )


def _line(problem: BadResults) -> str:
    return " ".join(str(problem).split())


def _stamp(path: Path) -> Stamp | None:
    try:
        status = path.stat()
    except OSError:
        return None  # gone since it was found
    return str(path), status.st_mtime_ns, status.st_size, status.st_ino
