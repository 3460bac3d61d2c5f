"""Runs by the words that a user has for them: an id, its beginning, or a label."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from bench.errors import BadResults, UnknownName, UsageError
from bench.runs.folder import RunFolder


def find(out: Path) -> list[RunFolder]:
    """Every run below out whose run.json can be read and names it, sorted by id."""
    return [folder for folder in _folders(out) if _problem(folder) is None]


def problems(out: Path) -> list[BadResults]:
    """Why the other runs below out are passed over."""
    return [problem for folder in _folders(out) if (problem := _problem(folder))]


def named(out: Path, words: str) -> RunFolder:
    """The run whose id words are; else whose label; else whose id begins with them.

    In that order, since the id of 'svd@step-2000' begins with 'svd', and 'svd' is a run's label.

    Raises:
        UnknownName: there is none.
        UsageError: there are several, or no words.
    """
    folders = {folder.path.name: folder for folder in find(out)}
    matches = called(words, {name: folder.run.label for name, folder in folders.items()})
    if not matches:
        raise UnknownName("run", words, folders, hint=f"in {out}")
    if len(matches) > 1:
        found = ((name, folders[name].run) for name in matches)
        several = (f"{name} on {run.suite_id}" for name, run in found)
        raise UsageError(f"'{words}' is several runs: {', '.join(several)}")
    return folders[matches[0]]


def called(words: str, labels: Mapping[str, str]) -> list[str]:
    """Ids of the runs that words mean, out of labels (run id -> label); see named.

    Raises:
        UsageError: there are no words, of which every id would be the beginning.
    """
    if not words.strip():
        raise UsageError(
            f"'{words}' names no run: give its id, the id's beginning or its label (a variable unset?)"
        )
    if words in labels:
        return [words]
    with_label = [run for run, label in labels.items() if label == words]
    return with_label or [run for run in labels if run.startswith(words)]


def _folders(out: Path) -> list[RunFolder]:
    return [RunFolder(path.parent) for path in sorted(out.glob("*/run.json"))]


def _problem(folder: RunFolder) -> BadResults | None:
    try:
        own = folder.run.id
    except BadResults as problem:
        return problem
    if own == folder.path.name:
        return None
    remedy = (
        f"it is a copy of {folder.path.parent / own}, which counts: delete it, or move it out"
        if (folder.path.parent / own / "run.json").exists()
        else f"rename it to {own}"
    )
    return BadResults(f"{folder.path} is the folder of run '{own}', and is passed over: {remedy}")
