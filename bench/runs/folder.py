"""A run's folder: its identity, clips, features, measurements; and who works in it.

    <out>/<run id>/run.json               what the run is
                   suite.json             its cases, with the paths that their images have on this machine
                   clips/<case>-<seed>.mkv    lossless; beside it its record as .json, written last
                   tasks/<case>-<seed>.json   what services were asked for, and what it costs
                   features/<protocol>/       what set-level metrics keep of each clip
                   measurements/part-*.parquet    new rows, not yet folded
                   results.parquet            all rows, one a (case, seed, metric)
                   previews/                  for browsers, made when somebody looks

Whoever kills a process at any moment finds every finished clip and row again: each is one whole file.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Any, TypeVar

from bench.base import files
from bench.errors import BadResults, Unavailable, UnknownName, UsageError
from bench.runs.row_store import RowStore
from bench.types import Case, ClipRecord, Keyframe, Run, Suite, Task

T = TypeVar("T")


@dataclass(frozen=True)
class Ledger:
    """What services were asked for, one file a case and seed: whoever resumes a run polls, and does not pay again.

    Attributes:
        path: of its folder; made when there is something to note.
    """

    path: Path

    def tasks(self, case: str, seed: int) -> tuple[Task, ...]:
        """The tasks for a clip, the oldest first.

        Raises:
            BadResults: the file cannot be read; going on without it might pay twice.
        """
        path = self._file(case, seed)
        return _tasks(path) if path.exists() else ()

    def pending(self, case: str, seed: int) -> Task | None:
        """The newest task that a clip can still come of."""
        return next((task for task in reversed(self.tasks(case, seed)) if not task.is_over), None)

    def note(self, case: str, seed: int, task: Task) -> None:
        """Writes a task down, in the place of what was known of it."""
        known = {each.id: each for each in self.tasks(case, seed)} | {task.id: task}
        files.write_json(self._file(case, seed), [asdict(each) for each in known.values()])

    def spent(self) -> dict[tuple[str, int], float]:
        """US dollars by case and seed: every task counts, those that failed with what is known of their cost."""
        named = {_case_and_seed(path): path for path in self.path.glob("*.json")}
        return {key: sum(task.cost or 0.0 for task in _tasks(path)) for key, path in named.items() if key}

    def _file(self, case: str, seed: int) -> Path:
        return self.path / f"{case}-{seed}.json"


@dataclass(frozen=True)
class RunFolder:
    """One run on disk.

    Attributes:
        path: <out>/<run id>.
    """

    path: Path

    @property
    def run(self) -> Run:
        """What the run is.

        Raises:
            BadResults: run.json is missing or broken.
        """
        return _load(Run, self.path / "run.json")

    @property
    def suite(self) -> Suite:
        """The suite that the clips animate, as it was when the run was last worked on.

        Raises:
            BadResults: suite.json is missing or broken.
        """
        suite = _load(Suite, self.path / "suite.json")
        cases = tuple(_case(dict(case)) for case in suite.cases)  # type: ignore[call-overload]
        return replace(suite, cases=cases, folder=suite.folder and Path(suite.folder))

    @property
    def rows(self) -> RowStore:
        """The measurements."""
        return RowStore(self.path)

    @property
    def ledger(self) -> Ledger:
        """What services were asked for."""
        return Ledger(self.path / "tasks")

    def spent(self) -> float:
        """US dollars that this run's clips have cost, as far as anybody knows; those under way and those lost too."""
        noted = self.ledger.spent()
        others = [record for record in self.records() if (record.case, record.seed) not in noted]
        return sum(noted.values()) + sum(record.cost or 0.0 for record in others)

    @contextmanager
    def working(self, run: Run, suite: Suite) -> Iterator[None]:
        """Makes the folder this process's own while the block runs, and folds the rows at its end.

        Raises:
            Unavailable: another process works here, or another version of this package did.
            UsageError: the folder cannot be written to.
        """
        with self._lock():
            files.sweep(self.path)
            self.rows.set_aside()
            files.write_json(self.path / "run.json", asdict(run))
            files.write_json(self.path / "suite.json", _plain(asdict(suite)))
            try:
                yield
            finally:
                self.rows.fold()

    @contextmanager
    def _lock(self) -> Iterator[None]:
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            lock = (self.path / "lock").open("a+")
        except OSError as error:
            raise UsageError(f"runs cannot be written to {self.path.parent}: {error.strerror}") from None
        with lock:
            _take(lock, self.path)
            yield

    def clip_path(self, case: str, seed: int) -> Path:
        """Where the clip of a case and a seed is kept."""
        return self.path / "clips" / f"{case}-{seed}.mkv"

    def record(self, case: str, seed: int) -> ClipRecord | None:
        """What is known of a clip; None if it was not made, or its file is gone or not whole."""
        path = self.clip_path(case, seed).with_suffix(".json")
        if not path.exists():
            return None
        try:
            record = _load(ClipRecord, path)
        except BadResults:
            return None  # written by something else than us: make it again
        return record if record.error or self._is_whole(record) else None

    def records(self) -> list[ClipRecord]:
        """What is known of every clip, sorted by case and seed."""
        paths = (self.path / "clips").glob("*.json")
        found = [self.record(*known) for path in paths if (known := _case_and_seed(path))]
        return sorted((record for record in found if record), key=lambda record: (record.case, record.seed))

    def forget(self, record: ClipRecord) -> None:
        """Takes a clip out of the run: its record, and the rows about it."""
        self.clip_path(record.case, record.seed).with_suffix(".json").unlink(missing_ok=True)
        self.rows.drop(lambda row: (row.case, row.seed) == (record.case, record.seed))

    def write_record(self, record: ClipRecord) -> None:
        """Notes a clip as finished; its file must be there."""
        files.write_json(self.clip_path(record.case, record.seed).with_suffix(".json"), asdict(record))

    def locate(self, record: ClipRecord) -> Path:
        """The clip's file; a path inside this folder, or of somebody else's clip."""
        return self.path / (record.path or "")

    def _is_whole(self, record: ClipRecord) -> bool:
        """Whether a clip of this folder's own has its size; one of somebody else's is judged when it is opened."""
        path = self.locate(record)
        return is_external(record) or (path.is_file() and path.stat().st_size == record.size)


def is_external(record: ClipRecord) -> bool:
    """Whether the clip is somebody else's and lies where they put it."""
    return Path(record.path or "").is_absolute()


def find(out: Path) -> list[RunFolder]:
    """Every run below out whose run.json can be read, sorted by id."""
    return [folder for folder in _folders(out) if _problem(folder) is None]


def problems(out: Path) -> list[BadResults]:
    """Why the other runs below out cannot be read."""
    return [problem for folder in _folders(out) if (problem := _problem(folder))]


def named(out: Path, words: str) -> RunFolder:
    """The run whose id words are; else whose label; else whose id begins with them.

    In that order, since the id of 'svd@step-2000' begins with 'svd', and 'svd' is a run's label.

    Raises:
        UnknownName: there is none.
        UsageError: there are several.
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
    """The runs that words mean; see named.

    Args:
        words: an id, a label, or the beginning of an id.
        labels: run id -> label.
    """
    if words in labels:
        return [words]
    with_label = [run for run, label in labels.items() if label == words]
    return with_label or [run for run in labels if run.startswith(words)]


def _folders(out: Path) -> list[RunFolder]:
    return [RunFolder(path.parent) for path in sorted(out.glob("*/run.json"))]


def _problem(folder: RunFolder) -> BadResults | None:
    try:
        _ = folder.run
    except BadResults as problem:
        return problem
    return None


def run_id(label: str, suite: str, identity: Mapping[str, Any]) -> str:
    """Readable, and the same for the same identity: 'svd-step-2000-demo-1f2e3d4c5b'."""
    readable = "".join(letter if letter.isalnum() or letter in "._" else "-" for letter in f"{label}-{suite}")
    return f"{readable[:80]}-{files.digest(identity)[:10]}"


def _load(kind: type[T], path: Path) -> T:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        return kind(**{field.name: content[field.name] for field in fields(kind) if field.name in content})  # type: ignore[arg-type]
    except (OSError, ValueError, TypeError) as error:
        raise BadResults(f"{path} cannot be read: {error}") from error


def _tasks(path: Path) -> tuple[Task, ...]:
    try:
        return tuple(Task(**each) for each in json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError) as error:
        raise BadResults(f"{path} cannot be read: {error}; delete it to have the clip made anew") from error


def _plain(content: Any) -> Any:
    """JSON-like content of a dataclass: paths as absolute text."""
    if isinstance(content, Mapping):
        return {key: _plain(value) for key, value in content.items()}
    if isinstance(content, (list, tuple)):
        return [_plain(value) for value in content]
    return str(content.absolute()) if isinstance(content, Path) else content


def _case(content: dict[str, Any]) -> Case:
    reference, trajectory = content.pop("reference"), content.pop("trajectory")
    keep, keyframes = content.pop("keep", None), content.pop("keyframes", ())
    return Case(
        **{**content, "image": Path(content["image"])},
        reference=reference and Path(reference),
        trajectory=None if trajectory is None else tuple((x, y) for x, y in trajectory),
        keyframes=tuple(Keyframe(Path(each["image"]), each["frame"]) for each in keyframes),
        keep=keep and Path(keep),
    )


def _case_and_seed(path: Path) -> tuple[str, int] | None:
    """'duck-3-0.json' is seed 0 of case 'duck-3'; None for a file that is nobody's record."""
    case, dash, seed = path.stem.rpartition("-")
    return (case, int(seed)) if dash and seed.isdecimal() and not path.name.startswith(".") else None


def _take(lock: Any, path: Path) -> None:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.seek(0)
        raise Unavailable(
            f"process {lock.read().strip() or '?'} is working on {path}",
            "wait for it, or choose another --out",
        ) from None
    lock.truncate(0)
    lock.write(str(os.getpid()))
    lock.flush()
