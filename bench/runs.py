"""A run's folder: its identity, clips, features, measurements; and who works in it.

    <out>/<run id>/run.json               what the run is
                   suite.json             its cases, with the paths that their images have on this machine
                   clips/<case>-<seed>.mkv    lossless; beside it its record as .json, written last
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
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, fields, replace
from pathlib import Path
from typing import Any, TypeVar

from bench import files, results
from bench.errors import BadResults, Unavailable, UnknownName, UsageError
from bench.types import Case, ClipRecord, Measurement, Run, Suite

T = TypeVar("T")


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
        return replace(suite, cases=tuple(_case(dict(case)) for case in suite.cases))  # type: ignore[call-overload]

    @property
    def results_path(self) -> Path:
        """The folded rows."""
        return self.path / "results.parquet"

    @contextmanager
    def working(self, run: Run, suite: Suite) -> Iterator[None]:
        """Makes the folder this process's own while the block runs, and folds the rows at its end.

        Raises:
            Unavailable: another process works here.
        """
        self.path.mkdir(parents=True, exist_ok=True)
        with (self.path / "lock").open("a+") as lock:
            _take(lock, self.path)
            files.sweep(self.path)
            files.write_json(self.path / "run.json", asdict(run))
            files.write_json(self.path / "suite.json", _plain(asdict(suite)))
            try:
                yield
            finally:
                self.fold()

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
        paths = sorted((self.path / "clips").glob("*.json"))
        found = [
            self.record(*_case_and_seed(path)) for path in paths if not path.name.startswith(files.TEMPORARY)
        ]
        return [record for record in found if record]

    def write_record(self, record: ClipRecord) -> None:
        """Notes a clip as finished; its file must be there."""
        files.write_json(self.clip_path(record.case, record.seed).with_suffix(".json"), asdict(record))

    def locate(self, record: ClipRecord) -> Path:
        """The clip's file; a path inside this folder, or of somebody else's clip."""
        return self.path / (record.path or "")

    def measurements(self) -> list[Measurement]:
        """All rows, folded or not, one a key; a broken file is renamed `.corrupt` and its rows are measured again."""
        rows: list[Measurement] = []
        for path in self._row_files():
            try:
                rows += results.read(path)
            except BadResults:
                path.replace(path.with_name(path.name + ".corrupt"))
        return results.latest(rows)

    def add(self, rows: Sequence[Measurement]) -> None:
        """Stores new rows at once."""
        if rows:
            results.write(self.path / "measurements" / f"part-{time.time_ns()}-{os.getpid()}.parquet", rows)

    def fold(self) -> None:
        """Puts the parts into results.parquet. Killed in between, rows are in both and count once."""
        parts = self._parts()
        if parts:
            results.write(self.results_path, self.measurements())
            for part in parts:
                part.unlink(missing_ok=True)

    def _parts(self) -> list[Path]:
        return sorted((self.path / "measurements").glob("part-*.parquet"))

    def _row_files(self) -> list[Path]:
        return [path for path in (self.results_path,) if path.exists()] + self._parts()

    def _is_whole(self, record: ClipRecord) -> bool:
        path = self.locate(record)
        return path.is_dir() or (path.is_file() and path.stat().st_size == record.size)


def find(out: Path) -> list[RunFolder]:
    """Every run below out, sorted by id."""
    return [RunFolder(path.parent) for path in sorted(out.glob("*/run.json"))]


def named(out: Path, words: str) -> RunFolder:
    """The run whose id is, or begins with, words, or whose label words are.

    Raises:
        UnknownName: there is none.
        UsageError: there are several.
    """
    folders = find(out)
    exact = [folder for folder in folders if folder.path.name == words]
    matches = exact or [
        folder for folder in folders if folder.run.label == words or folder.path.name.startswith(words)
    ]
    if not matches:
        raise UnknownName("run", words, [folder.path.name for folder in folders], hint=f"in {out}")
    if len(matches) > 1:
        raise UsageError(f"'{words}' is several runs: {', '.join(folder.path.name for folder in matches)}")
    return matches[0]


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


def _plain(content: Any) -> Any:
    """JSON-like content of a dataclass: paths as absolute text."""
    if isinstance(content, Mapping):
        return {key: _plain(value) for key, value in content.items()}
    if isinstance(content, (list, tuple)):
        return [_plain(value) for value in content]
    return str(content.absolute()) if isinstance(content, Path) else content


def _case(content: dict[str, Any]) -> Case:
    reference, trajectory = content.pop("reference"), content.pop("trajectory")
    return Case(
        **{**content, "image": Path(content["image"])},
        reference=None if reference is None else Path(reference),
        trajectory=None if trajectory is None else tuple((x, y) for x, y in trajectory),
    )


def _case_and_seed(path: Path) -> tuple[str, int]:
    case, seed = path.stem.rsplit("-", 1)
    return case, int(seed)


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
