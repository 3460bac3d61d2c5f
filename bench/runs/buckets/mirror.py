"""One run in a bucket and its folder here: what either lacks is brought from the other."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Literal, TypeVar

from bench.base import files, locks, reading
from bench.base.progress import Progress
from bench.errors import BadResults
from bench.runs import row_store
from bench.runs.buckets import names, packs, records
from bench.runs.buckets.mirrored import Mirrored
from bench.runs.buckets.packs import WHOLE
from bench.runs.cards import Cards
from bench.runs.row_store import RowStore
from bench.stores import Store

T = TypeVar("T")
U = TypeVar("U")

AT_ONCE = 16
"""Requests that are under way at a time."""

CHANGED = (-1, -1)
"""The stamp of a file that is not as it is in the bucket."""

FEW = 32
"""Objects that are read one by one before a pack is looked for, and put one by one before one is written."""


class RunMirror:
    """A run in a bucket, and its folder.

    Args:
        path: the folder, which has the name of the run.
        suite: that the run animates, as name@version.
        store: the bucket's root.

    Attributes:
        progress: is told which objects are broken.
        pulled: when it was last brought up to date, by the monotonic clock.
    """

    def __init__(self, path: Path, suite: str, store: Store) -> None:
        self.path, self.store, self.progress = path, store, Progress()
        self.pulled = -float("inf")
        self._names, self._mirrored = names.Names(path.name, suite), Mirrored(path)
        self._stamps: dict[Path, tuple[int, int]] = {}
        self._loose = 0

    def pull(self) -> None:
        """Brings what is new in the bucket: what the run is, records, rows and tasks; clips when they are looked at.

        Raises:
            StorageFailed: the store does not answer.
        """
        with self._alone():
            self.path.joinpath(row_store.UNPUSHED).mkdir(parents=True, exist_ok=True)
            if not RowStore(self.path).files():
                self._mirrored.discard(self._names.rows)
            lacking = self._lacking()
            if len(lacking) > FEW:
                lacking = self._unpack(lacking)
            self._loose += len(lacking)
            self._mirrored.add(filter(None, self._at_once(self._bring, lacking)))
        self.pulled = time.monotonic()

    def push(self) -> None:
        """Puts into the bucket what is new here.

        Raises:
            StorageFailed: the store does not answer; what is not there yet is put there at the next call.
        """
        with self._alone():
            self._mirrored.refresh()
            self._push_about()
            parts = sorted(self.path.glob(f"{row_store.UNPUSHED}/part-*.parquet"))
            done = self._at_once(self._push_rows, parts)
            done += self._at_once(self._push_record, self._changed("clips"))
            done += self._at_once(self._push_task, self._changed("tasks"))
            vectors = self.path.glob(f"features/*/{WHOLE}.npy")
            new = [each for each in vectors if names.features(each) not in self._mirrored]
            done += self._at_once(self._push_features, new)
            self._mirrored.add(filter(None, done))
            for part in parts:
                part.unlink(missing_ok=True)
            self._loose += len(done)

    def pack(self) -> None:
        """Writes all but the clips as one file, if much of it is in the bucket in single objects only.

        Raises:
            StorageFailed: the store does not answer.
        """
        if self._loose > FEW:
            with self._alone():
                covered = self._mirrored.names(self._names.rows)
                self.store.replace(self._names.compact, packs.packed(self.path, covered))
            self._loose = 0

    def _lacking(self) -> list[str]:
        """Objects that this folder does not agree with, as far as lists of them tell; clips are not among them."""
        self._mirrored.refresh()
        folders = (self._names.about, self._names.clips, self._names.rows, self._names.tasks)
        listed = self._at_once(self.store.sizes, folders)
        there = {name: size for found in listed for name, size in found.items()}
        lacking = []
        for name, size in there.items():
            if not self._is_ours(name):
                continue
            may_change = name.startswith((f"{self._names.clips}/", f"{self._names.tasks}/"))
            if may_change and _size(self._here(name)) != size:
                self._stamps[self._here(name)] = CHANGED
                lacking.append(name)
            elif name not in self._mirrored:
                lacking.append(name)
        return lacking

    def _is_ours(self, name: str) -> bool:
        """Whether an object is rows or JSON, and its name leads nowhere else: others may write to the bucket, too."""
        suffix = ".parquet" if name.startswith(f"{self._names.rows}/") else ".json"
        return name.endswith(suffix) and all(map(files.is_name, name.split("/")))

    def _unpack(self, lacking: list[str]) -> list[str]:
        """Takes what a pack has of what is lacking, if there is one; gives the rest."""
        try:
            pack = packs.Pack(self.store.read(self._names.compact), f"{self.store}/{self._names.compact}")
        except FileNotFoundError:
            return lacking
        except BadResults as problem:
            self.progress.say(f"{problem}; it is made anew")
            return lacking
        done: set[str] = set()
        for name, content in pack.records().items():
            if f"{self._names.clips}/{name}" in lacking:
                done.update(filter(None, [self._take(f"{self._names.clips}/{name}", content)]))
        if pack.rows and pack.covered & set(lacking):
            part = self.path / "measurements" / "part-0-packed.parquet"
            files.write_bytes(part, pack.rows)
            done |= pack.covered & set(lacking)
        done |= {names.features(path) for path in pack.write_features(self.path) if path.suffix == ".npy"}
        self._mirrored.add(sorted(done))
        return [name for name in lacking if name not in done]

    def _bring(self, name: str) -> str:
        """Brings one object; '' if it is broken, which is said."""
        if name.startswith(f"{self._names.rows}/"):
            part, sha256 = names.part_of(name)
            try:
                content = self.store.read(name, sha256)
            except BadResults as problem:
                self.progress.say(f"{problem}; its rows are measured again")
                return ""
            files.write_bytes(self.path / "measurements" / part, content)
            return name
        return self._take(name, self.store.read(name))

    def _take(self, name: str, content: bytes) -> str:
        """Takes over an object that is JSON; '' if it is broken, which is said, or if what is here stands."""
        here = self._here(name)
        if name.startswith(f"{self._names.clips}/"):
            try:
                records.take(here, content)
            except BadResults as problem:
                self.progress.say(f"{self.store}/{name}: {problem}")
                return ""
            if here.read_bytes() != content:
                return ""
            self._stamps[here] = _stamp(here)
        elif here.name.startswith("cards-"):
            RowStore(self.path).describe(Cards.of_text(content.decode(errors="replace")))
        elif not here.exists():
            files.write_bytes(here, content)
        return name

    def _here(self, name: str) -> Path:
        """The file of an object that is JSON."""
        about, kind = f"{self._names.about}/", name.partition("/")[0]
        return self.path / (
            name.removeprefix(about) if name.startswith(about) else f"{kind}/{Path(name).name}"
        )

    def _push_about(self) -> None:
        """What the run is, and its cards."""
        found = {
            path.relative_to(self.path).as_posix(): path for path in self.path.glob(f"requests/{WHOLE}.json")
        }
        found |= {name: self.path / name for name in ("run.json", "suite.json")}
        cards = self.path / "cards.json"
        if cards.exists():
            found[f"cards-{files.sha256(cards)[: names.SHORT]}.json"] = cards
        for name, path in found.items():
            known = f"{self._names.about}/{name}"
            if known not in self._mirrored and path.exists():
                self.store.create(known, reading.content(path))
                self._mirrored.add([known])

    def _push_rows(self, part: Path) -> str:
        content = reading.content(part)
        name = self._names.part(part.name, hashlib.sha256(content).hexdigest())
        self.store.upload(name, part)
        return name

    def _push_record(self, path: Path) -> str:
        name, stamp, content = f"{self._names.clips}/{path.name}", _stamp(path), reading.content(path)
        try:
            record = records.parsed(content, path)
        except BadResults:
            return ""  # its clip is made again
        clip = self.path / (record.path or "")
        if record.path and not Path(record.path).is_absolute() and clip.is_file():
            if files.sha256(clip) != record.sha256:
                return ""  # it is made again
            self.store.upload(self._names.clip(clip.name, record.sha256), clip)
        stands = self.store.create(name, content)
        if stands != content and records.replaces(record, stands, path):
            self.store.replace(name, content)
        elif stands != content:
            return self._take(name, stands)
        self._stamps[path] = stamp
        return name

    def _push_task(self, path: Path) -> str:
        name, stamp = f"{self._names.tasks}/{path.name}", _stamp(path)
        self.store.replace(name, reading.content(path))
        self._stamps[path] = stamp
        return name

    def _push_features(self, vector: Path) -> str:
        self.store.upload(names.features(vector), vector)
        return names.features(vector)

    def _changed(self, kind: Literal["clips", "tasks"]) -> list[Path]:
        """Files of JSON that the bucket lacks, or that have changed since they were there."""
        folder, found = getattr(self._names, kind), []
        for path in sorted(self.path.glob(f"{kind}/{WHOLE}.json")):
            if path not in self._stamps and f"{folder}/{path.name}" in self._mirrored:
                self._stamps[path] = _stamp(path)
            elif self._stamps.get(path) != _stamp(path):
                found.append(path)
        return found

    def _at_once(self, act: Callable[[T], U], each: Iterable[T]) -> list[U]:
        with ThreadPoolExecutor(AT_ONCE) as pool:
            return list(pool.map(act, each))

    def _alone(self) -> AbstractContextManager[None]:
        """Waits for other processes of this machine that mirror the same run."""
        return locks.alone(self.path / "mirror.lock")


def _stamp(path: Path) -> tuple[int, int]:
    facts = path.stat()
    return facts.st_size, facts.st_mtime_ns


def _size(path: Path) -> int:
    """Bytes of a file; -1 if there is none."""
    return path.stat().st_size if path.exists() else -1
