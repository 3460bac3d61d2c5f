"""Runs in buckets while they are worked on: what is finished here is put there, what others finish is brought."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import lru_cache
from pathlib import Path

from bench.base import files
from bench.base.progress import Progress
from bench.errors import BadResults, BenchError, StorageFailed, Unavailable
from bench.runs import named_files, stored_values
from bench.runs.buckets import roots
from bench.runs.buckets.mirror import RunMirror
from bench.runs.row_store import RowStore
from bench.stores import Store
from bench.types import Run

PUSH_SECONDS = 2.0
"""How long finished work waits at most before it is put into the bucket."""

PULL_SECONDS = 60.0
"""How old what is known of the bucket may be."""


def pull(out: Path, run: Run, progress: Progress) -> None:
    """Brings what a run in a bucket has, so that its folder tells what is missing; nothing where there is no bucket.

    Args:
        out: the folder of runs.
        run: which.
        progress: is told which objects are broken.

    Raises:
        StorageFailed: the store does not answer.
    """
    if store := roots.store_of(out):
        _fresh(out / run.id, run, store, progress)


def opened(out: str | Path, progress: Progress, with_rows: bool) -> Path:
    """The folder of runs that a user means, with the runs that are in the bucket if it is one.

    Args:
        out: a folder, or the URL of a store; see roots.local_folder.
        progress: is told how far it is, and what is broken.
        with_rows: whether rows and records of all runs are brought, too, or only what runs there are.

    Raises:
        UsageError: the URL is no store's.
        Unavailable: a package is missing, or access is refused; StorageFailed, which is one of these, if it is down.
    """
    folder = roots.local_folder(out, progress)
    if store := roots.store_of(folder):
        _pull_runs(folder, store, progress, with_rows)
    return folder


def _pull_runs(out: Path, store: Store, progress: Progress, with_rows: bool) -> None:
    parts = [name.split("/") for name in store.sizes("runs") if name.endswith("/run.json")]
    found = sorted(each[1] for each in parts if len(each) == 3 and files.is_name(each[1]))
    with progress.bar(f"read {store}", len(found)) as bar:
        for name in found:
            try:
                run = _run(out / name / "run.json", store)
                if with_rows:
                    _fresh(out / name, run, store, progress)
                    RowStore(out / name).fold()
            except BadResults as problem:
                progress.say(f"run {name} is passed over: {problem}")
            bar.advance()


@contextmanager
def follow(path: Path, run: Run, progress: Progress) -> Iterator[None]:
    """Around work in a run's folder: in a bucket, finished work is put there within seconds, and at the end.

    Args:
        path: of the folder; nothing is done if it mirrors no bucket.
        run: what it is of.
        progress: is told if the store does not answer.

    Raises:
        StorageFailed: the store does not answer at the beginning or at the end; what was finished is here.
    """
    store = roots.store_of(path.parent)
    if store is None:
        yield
        return
    mirror = _fresh(path, run, store, progress)
    follower = _Follower(mirror, progress)
    follower.start()
    try:
        yield
    except BaseException:
        follower.end()
        with suppress(
            BenchError
        ):  # the first error says more; what is not put there now is, at the next start
            mirror.push()
        raise
    follower.end()
    try:
        mirror.push()
        mirror.pack()
    except StorageFailed as error:
        raise StorageFailed(
            f"what was finished is in {path}, and not all of it in {store} yet: {error.reason}",
            "repeat the command once the store answers",
        ) from error


class _Follower(threading.Thread):
    """Pushes and pulls now and then; a store that does not answer is asked again, and said once."""

    def __init__(self, mirror: RunMirror, progress: Progress) -> None:
        super().__init__(name=f"mirror of {mirror.path.name}", daemon=True)
        self._mirror, self._progress = mirror, progress
        self._over = threading.Event()
        self._is_failing = False
        self._error: Exception | None = None

    def run(self) -> None:
        while not self._over.wait(PUSH_SECONDS):
            try:
                self._sync()
            except BenchError as error:
                why = error.reason if isinstance(error, Unavailable) else error
                if not self._is_failing:
                    self._progress.say(f"{why}; the work goes on, and what is finished is put there later")
                self._is_failing = True
            except Exception as error:  # of a thread: it is raised where the work ends
                self._error = error
                return

    def end(self) -> None:
        """Stops once what is under way is done.

        Raises:
            Exception: a mistake of ours, in the thread.
        """
        self._over.set()
        self.join()
        if self._error is not None:
            raise self._error

    def _sync(self) -> None:
        self._mirror.push()
        if time.monotonic() - self._mirror.pulled > PULL_SECONDS:
            self._mirror.pull()
        if self._is_failing:
            logging.getLogger(__name__).info("%s answers again", self._mirror.store)
        self._is_failing = False


def _fresh(path: Path, run: Run, store: Store, progress: Progress) -> RunMirror:
    """The mirror of a run, brought up to date unless that was done a moment ago."""
    mirror = _mirror(path, str(run.suite_id), store)
    mirror.progress = progress
    if time.monotonic() - mirror.pulled > PULL_SECONDS:
        mirror.pull()
    return mirror


@lru_cache(maxsize=1024)
def _mirror(path: Path, suite: str, store: Store) -> RunMirror:
    return RunMirror(path, suite, store)


def _run(path: Path, store: Store) -> Run:
    """What a run is, brought if it is not here."""
    if not path.exists():
        content = store.read(f"runs/{path.parent.name}/{path.name}")
        named_files.check_run(stored_values.parsed(Run, content, path), path)
        files.write_bytes(path, content)
    return stored_values.read_run(path)
