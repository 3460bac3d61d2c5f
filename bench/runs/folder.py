"""A run's folder: its identity, clips, features and measurements, and the locks of the processes that work in it.

    <out>/<run id>/run.json               what the run is
                   suite.json             its cases, with the paths that their images have on this machine
                   requests/<digest>.json     cases and seeds that it was asked for
                   model.json             the model as it was asked for, with paths of this machine
                   clips/<case>-<seed>.mkv    lossless; beside it its record as .json, written last
                   tasks/<case>-<seed>.json   the tasks that services were given, and their cost
                   features/<protocol>/       what set-level metrics keep of each clip
                   measurements/part-*.parquet    new rows, not yet folded
                   results.parquet            all rows, one per (case, seed, metric)
                   previews/                  for browsers, made on demand
                   leases/                    what some process makes or measures now
                   lock, rows.lock            held by the processes that work here, and by the one that rewrites rows

Any number of processes, on any number of machines, may work here at once. Each may be killed at any moment: every
finished clip and row is one whole file, and is found again.
"""

from __future__ import annotations

import stat
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from bench.base import files, reading
from bench.base.locks import Lock
from bench.base.progress import Progress
from bench.errors import BadResults, BenchError, InUse, UsageError
from bench.media import digests
from bench.runs import buckets, leases, named_files, stored_values
from bench.runs.ledger import Ledger
from bench.runs.row_store import RowStore
from bench.runs.stored_values import case_and_seed
from bench.types import ClipRecord, Run, Suite

SILENT = Progress()


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
            StorageFailed: it cannot be read now.
        """
        path = self.path / "run.json"
        return named_files.check_run(stored_values.read_run(path), path)

    @property
    def suite(self) -> Suite:
        """The suite that the clips animate, as it was when the run was last worked on.

        Raises:
            BadResults: suite.json is missing or broken.
            StorageFailed: it cannot be read now.
        """
        path = self.path / "suite.json"
        return named_files.check_suite(stored_values.read_suite(path), path)

    @property
    def rows(self) -> RowStore:
        """The measurements."""
        return RowStore(self.path)

    @property
    def ledger(self) -> Ledger:
        """What services were asked for."""
        return Ledger(self.path / "tasks")

    @property
    def is_in_bucket(self) -> bool:
        """Whether this folder mirrors a run in a bucket, where its clips may be and not here."""
        return buckets.is_mirror(self.path.parent)

    def spent(self) -> float:
        """US dollars that this run's clips have cost, as far as known, including clips under way and lost ones."""
        noted = self.ledger.spent()
        others = [record for record in self.records() if (record.case, record.seed) not in noted]
        return sum(noted.values()) + sum(record.cost or 0.0 for record in others)

    @contextmanager
    def working(
        self, run: Run, suite: Suite, progress: Progress = SILENT, is_alone: bool = False
    ) -> Iterator[None]:
        """Locks the folder while the block runs, and folds the rows at its end; a run in a bucket is followed there.

        Args:
            run: whose folder it is.
            suite: that the clips animate.
            progress: is told which files are set aside.
            is_alone: whether no other process may work here meanwhile, as if clips are taken out of the run.

        Raises:
            InUse: other processes work here, and this one must be alone.
            Unavailable: another version of this package worked here.
            UsageError: it is another run's folder.
            StorageFailed: the folder cannot be written to, or a file of the run cannot be read now; nothing is changed.
        """
        with Lock(self.path / "lock") as lock:
            if lock.take():
                files.sweep(self.path)
                leases.sweep(self.path)
            elif is_alone:
                raise self._in_use()
            if not is_alone:
                lock.share()
            self._check_is_of(run)
            with buckets.follow(self.path, run, progress):
                for path in self.rows.set_aside():
                    progress.say(f"rows in a broken file are measured again; it is kept as {path}")
                self._note(run, suite)
                try:
                    yield
                except BaseException:
                    with suppress(
                        BenchError, OSError
                    ):  # the first error says more; unfolded rows are not lost
                        self.rows.fold()
                    raise
                self.rows.fold()

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Keeps other processes from working here while the block runs.

        Raises:
            InUse: one is working here.
        """
        with Lock(self.path / "lock") as lock:
            if not lock.take():
                raise self._in_use()
            yield

    def _in_use(self) -> InUse:
        who = ", ".join(sorted(set(leases.holders(self.path).values()))) or "another process"
        return InUse(f"{who} is working on {self.path}", "wait for it, or choose another --out")

    def _note(self, run: Run, suite: Suite) -> None:
        """Writes what the run is, unless that is what is written there."""
        for name, value, read in (
            ("run.json", run, stored_values.read_run),
            ("suite.json", suite, stored_values.read_suite),
        ):
            with suppress(BadResults):
                if read(self.path / name) == value:
                    continue
            stored_values.write(self.path / name, value)

    def _check_is_of(self, run: Run) -> None:
        """Refuses the folder of another run, renamed: its clips would pass for this one's."""
        try:
            own = self.run.id
        except BadResults:
            return  # missing, or broken: it is written again
        if own != run.id:
            raise UsageError(
                f"{self.path} is the folder of run '{own}', not of '{run.id}': rename it to {own},"
                " or choose another --out"
            )

    def clip_path(self, case: str, seed: int) -> Path:
        """Where the clip of a case and a seed is kept."""
        return self.path / f"clips/{case}-{seed}.mkv"

    def record(self, case: str, seed: int) -> ClipRecord | None:
        """The record of a clip; None if it was not made, or its file is gone or not whole.

        Raises:
            StorageFailed: whether it was made cannot be seen now.
        """
        path = self._record_path(case, seed)
        try:
            record = named_files.check_record(stored_values.read_record(path), path)
        except BadResults:
            return None  # missing, or not written by us: the clip is made again
        return record if record.error or self._is_whole(record) else None

    def records(self) -> list[ClipRecord]:
        """The records of all clips, sorted by case and seed; see record."""
        return [record for each in self._noted() if (record := self.record(*each))]

    def lost(self) -> list[str]:
        """Names of clips that records passes over: their record is broken, or their file is gone or cut short."""
        return [f"{case}-{seed}" for case, seed in self._noted() if not self.record(case, seed)]

    def _noted(self) -> list[tuple[str, int]]:
        """Cases and seeds that have a file named as a record is; sorted."""
        with reading.of(self.path / "clips"):
            paths = list((self.path / "clips").glob("*.json"))
        return sorted(known for path in paths if (known := case_and_seed(path)))

    def forget(self, records: Collection[ClipRecord]) -> None:
        """Takes clips out of the run: the rows about them, then their records, by which a killed run goes on.

        Raises:
            UsageError: the run is in a bucket, where other machines may have more about them.
        """
        if records and self.is_in_bucket:
            raise UsageError(
                f"{len(records)} clips of run '{self.path.name}' would be taken out of it, which cannot be done in a"
                " bucket: choose another --name, or another --out"
            )
        self.rows.fold(gone={(record.case, record.seed) for record in records})
        for record in records:
            self._record_path(record.case, record.seed).unlink(missing_ok=True)

    def write_record(self, record: ClipRecord) -> None:
        """Notes a clip as finished; its file must be there."""
        stored_values.write(self._record_path(record.case, record.seed), record)

    def locate(self, record: ClipRecord) -> Path:
        """The clip's file: inside this folder, or elsewhere if the clip is external; it may still be in a bucket."""
        return self.path / (record.path or "")

    def fetch(self, record: ClipRecord) -> Path:
        """The clip's file, brought from the bucket if it is not here.

        Raises:
            BadClip: it is gone from the bucket, or is not what was made.
            StorageFailed: the store does not answer.
        """
        path = self.locate(record)
        if record.path and not is_external(record):
            buckets.bring_clip(path, record)
        return path

    def digest(self, record: ClipRecord) -> str:
        """The digest of what lies now where a clip is.

        Raises:
            BadClip: a clip from elsewhere is gone or cannot be read.
            StorageFailed: it cannot be read now.
        """
        path = self.fetch(record)
        with reading.of(path):
            return digests.clip_digest(path) if is_external(record) else files.sha256(path)

    def is_changed(self, record: ClipRecord) -> bool:
        """Whether a clip of this folder has other bytes than its record says.

        A clip is read only if its file changed later than its record: clips are gigabytes.
        """
        if record.error or is_external(record):
            return False
        path = self.locate(record)
        if self.is_in_bucket and not path.exists():
            return False
        with reading.of(path):
            changed, noted = (
                each.stat().st_ctime_ns for each in (path, self._record_path(record.case, record.seed))
            )
        if changed < noted:
            return False
        if self.digest(record) != record.sha256:
            return True
        if changed > noted:
            self.write_record(record)  # of a copied folder: not to be read again
        return False

    def doubt(self, record: ClipRecord) -> None:
        """Makes is_changed read a clip whose bytes were found to be others, although its file looks no newer."""
        self.locate(record).touch()

    def _record_path(self, case: str, seed: int) -> Path:
        return self.path / f"clips/{case}-{seed}.json"

    def _is_whole(self, record: ClipRecord) -> bool:
        """Whether a clip of this folder has its size; one that lies elsewhere is checked when it is opened."""
        if is_external(record):
            return True
        path = self.locate(record)
        try:
            with reading.of(path):
                facts = path.stat()
        except reading.ABSENT:
            return self.is_in_bucket
        return stat.S_ISREG(facts.st_mode) and facts.st_size == record.size


def is_external(record: ClipRecord) -> bool:
    """Whether the clip was made elsewhere and is read where it lies."""
    return (record.path or "").startswith("/")
