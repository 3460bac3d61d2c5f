"""Runs by the words that a user has for them: an id, its beginning, or a label."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from pathlib import Path

from bench.base import reading
from bench.errors import BadResults, BenchError, StorageFailed, UnknownName, UsageError, folded
from bench.runs.folder import RunFolder
from bench.types import Run

RUN_FILE = "run.json"


def find(out: Path) -> list[RunFolder]:
    """Every run below out whose run.json can be read and names it, sorted by id."""
    return [RunFolder(out / name) for name, found in _below(out).items() if isinstance(found, Run)]


def problems(out: Path) -> list[BenchError]:
    """Why the other runs below out are passed over."""
    return [found for found in _below(out).values() if isinstance(found, BenchError)]


def named(out: Path, words: str) -> RunFolder:
    """The run whose id words are; else whose label; else whose id begins with them.

    In that order, since the id of 'svd@step-2000' begins with 'svd', and 'svd' is a run's label.

    Raises:
        UnknownName: there is none.
        UsageError: there are several, or no words.
        BenchError: there is a folder of that name, and why it is passed over.
    """
    below = _below(out)
    found = {name: run for name, run in below.items() if isinstance(run, Run)}
    matches = called(words, {name: run.label for name, run in found.items()})
    passed_over = below.get(words)
    if not matches and isinstance(passed_over, BenchError):
        raise passed_over
    if not matches:
        known = {*found, *(run.label for run in found.values())}
        raise UnknownName("run", words, known, hint=_hint(out, len(below) - len(found)))
    if len(matches) > 1:
        several = (f"{name} on {found[name].suite_id}" for name in matches)
        raise UsageError(f"'{words}' is several runs: {', '.join(several)}")
    logging.getLogger(__name__).info("run %s: %s", words, out / matches[0])
    return RunFolder(out / matches[0])


def _hint(out: Path, passed_over: int) -> str:
    """Where runs were looked for: the one that is meant may be one whose label cannot be read."""
    return f"in {out}" + (f"; {passed_over} passed over, bench ls runs says why" if passed_over else "")


def called(words: str, labels: Mapping[str, str]) -> list[str]:
    """Ids of the runs that words mean, out of labels (run id -> label); see named. Case counts only if it decides.

    Raises:
        UsageError: there are no words, of which every id would be the beginning.
    """
    if not words.strip():
        raise UsageError(
            f"'{words}' names no run: give its id, the id's beginning or its label (a variable unset?)"
        )
    for alike in (str, folded):
        meant = alike(words)
        for found in (
            [run for run in labels if alike(run) == meant],
            [run for run, label in labels.items() if alike(label) == meant],
            [run for run in labels if alike(run).startswith(meant)],
        ):
            if found:
                return found
    return []


def _below(out: Path) -> dict[str, Run | BenchError]:
    """Name of a folder -> its run, or why it is passed over; sorted by name. Each file is read once."""
    with reading.of(out):
        paths = sorted(out.glob(f"*/{RUN_FILE}"))
    return {path.parent.name: _run(RunFolder(path.parent)) for path in paths}


def _run(folder: RunFolder) -> Run | BenchError:
    try:
        run = folder.run
    except (BadResults, StorageFailed) as problem:
        return problem
    if run.id == folder.path.name:
        return run
    return BadResults(
        f"{folder.path} is the folder of run '{run.id}', and is passed over: {misplaced(folder, run)}"
    )


def misplaced(folder: RunFolder, run: Run) -> str:
    """What to do with the folder of a run of another name."""
    if is_copy(folder, run):
        return f"it is a copy of {folder.path.parent / run.id}, which counts: delete it, or move it out"
    return f"rename it to {run.id}"


def is_copy(folder: RunFolder, run: Run) -> bool:
    """Whether the run of a folder of another name is there by its own name, too."""
    return (folder.path.parent / run.id / RUN_FILE).exists()
