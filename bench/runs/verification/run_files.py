"""The files that say what a run is: run.json, suite.json and cards.json."""

from __future__ import annotations

from collections.abc import Iterator

from bench.base import documents, reading, sealed
from bench.errors import BadResults
from bench.runs import finding as runs_by_name
from bench.runs.folder import RunFolder
from bench.runs.verification.fault import AGAIN, MEASURE, Fault, Kind, why


def faults(folder: RunFolder) -> Iterator[Fault]:
    """What is wrong with the files that are about the whole run."""
    yield from _of_run(folder)
    try:
        _ = folder.suite
    except BadResults as error:
        yield _broken(folder, "suite.json", error)
    yield from _of_cards(folder)


def cases(folder: RunFolder) -> frozenset[str] | None:
    """The cases of the run; None where its suite cannot be read."""
    try:
        return frozenset(case.id for case in folder.suite.cases)
    except BadResults:
        return None


def _of_run(folder: RunFolder) -> Iterator[Fault]:
    try:
        run = folder.run
    except BadResults as error:
        yield _broken(folder, "run.json", error)
        return
    if run.id != folder.path.name:
        kind: Kind = "duplicated" if runs_by_name.is_copy(folder, run) else "orphaned"
        what = f"it is called otherwise than its run, '{run.id}', and passed over"
        yield Fault(folder.path.name, kind, folder.path, what, runs_by_name.misplaced(folder, run))


def _broken(folder: RunFolder, name: str, error: BadResults) -> Fault:
    path = folder.path / name
    if not path.exists():
        return Fault(folder.path.name, "missing", path, f"the folder of a run has a {name}", AGAIN)
    return Fault(folder.path.name, "changed", path, why(error, path), AGAIN, (path,))


def _of_cards(folder: RunFolder) -> Iterator[Fault]:
    """Rows of earlier versions have no cards, and a run that was not measured has none either."""
    path = folder.path / "cards.json"
    try:
        content = reading.content(path)
        sealed.check(content)
        documents.json_value(content)
    except reading.ABSENT:
        return
    except ValueError as error:
        yield Fault(folder.path.name, "changed", path, str(error), MEASURE, (path,))
