"""Writes a run's folder, and has strace stop it, or fail it, at one system call after another.

    python -m tests.faults.stopped_writer FOLDER ACTION EVERY CALL…

ACTION is strace's: signal=SIGKILL, error=EIO, …; EVERY is 1 for every call, 5 for every fifth. Each gives a line
of JSON, a Point.

The modules are imported once: every writer is a fork of this process, and strace is attached to it before it begins.
"""

from __future__ import annotations

import ctypes
import json
import mmap
import os
import shutil
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq

sys.path.insert(0, str(Path(__file__).parents[2]))

from bench.base import files, storage, temporaries
from bench.errors import BenchError
from bench.media import video
from bench.models.card_facts import card_of
from bench.runs import RunFolder
from bench.runs.cards import Cards
from bench.runs.features import FeatureStore
from bench.types import Case, ClipRecord, RemoteTask, Run, Suite
from tests.made import measurement, moving_clip, suite

RUN = Run("still-tiny-0", "still", "still", "", "", 1, {"fps": 8.0}, "", "tiny", "0", False)
METRICS = ("ssim_mean", "flicker_mean")
PR_SET_PTRACER, ANYBODY = 0x59616D61, -1
BEGIN = 0
"""Where in the shared memory it is said that a writer may begin; case n is at 1 + n once it is finished."""


@dataclass
class Point:
    """What came of one system call.

    Attributes:
        call: its name.
        number: which one, counted from 1 in the thread that makes it.
        ended: how the writer did: "killed", "refused", "crashed" or "finished"; "not met" if it made fewer such calls.
        said: the error of a writer that refused or crashed.
        lost: files and rows of finished cases that are missing before, or of any case after resuming.
        duplicated: rows that are there twice.
        unreadable: files that are broken before resuming, or set aside by it.
        left: temporary files after resuming.
        seconds: both together.
    """

    call: str
    number: int
    ended: str
    said: str = ""
    lost: int = 0
    duplicated: int = 0
    unreadable: int = 0
    left: int = 0
    seconds: float = 0.0


def write(path: Path, small: Suite, finished: mmap.mmap) -> None:
    """Whatever is missing of clip, record, task, features and rows of each case; then folds."""
    folder = RunFolder(path)
    with folder.working(RUN, small):
        folder.rows.describe(Cards((), (card_of("still"),)))
        rows, _ = folder.rows.read()
        known = {row.case for row in rows}
        for number, case in enumerate(small.cases):
            record = folder.record(case.id, 0) or _made(folder, case, number)
            features = FeatureStore(folder.path / "features")
            if not features.has_features(record.sha256):
                features.write(record.sha256, np.full(8, number))
            if case.id not in known:
                folder.rows.add([measurement(case=case.id, metric=metric) for metric in METRICS])
            finished[1 + number] = 1


def _made(folder: RunFolder, case: Case, number: int) -> ClipRecord:
    clip = folder.clip_path(case.id, 0)
    folder.ledger.note(case.id, 0, RemoteTask(f"t{number}", "2026-01-01T00:00:00Z", 0.25, "vendor"))
    video.write_clip(clip, moving_clip(seed=number))
    record = ClipRecord(case.id, 0, f"clips/{clip.name}", files.sha256(clip), clip.stat().st_size, fps=8.0)
    folder.write_record(record)
    return record


def stopped(path: Path, small: Suite, call: str, number: int, action: str) -> tuple[str, str, list[bool]]:
    """How a writer ends that strace meets at a call; what it says; and which cases it had finished."""
    shared, trace = mmap.mmap(-1, 4096), path.parent / "trace"
    child = os.fork()
    if child == 0:
        _child(path, small, shared)
    inject = f"inject={call}:{action}:when={number}"
    words = ["strace", "-f", "-o", str(trace), "-p", str(child), "-e", f"trace={call}", "-e", inject]
    tracer = subprocess.Popen(words, stderr=subprocess.PIPE, text=True)
    assert tracer.stderr is not None
    said = tracer.stderr.readline()
    if "attached" not in said:
        os.kill(child, 9)
        os.waitpid(child, 0)
        sys.exit(f"strace cannot attach: {said}")
    shared[BEGIN] = 1
    _, status = os.waitpid(child, 0)
    tracer.communicate()
    finished = [bool(shared[1 + place]) for place in range(len(small.cases))]
    ended = {0: "finished", 3: "refused", 4: "crashed"}
    word = "killed" if os.WIFSIGNALED(status) else ended[os.waitstatus_to_exitcode(status)]
    if word != "killed" and "INJECTED" not in trace.read_text(errors="replace"):
        word = "not met"
    return word, shared[100:1100].rstrip(b"\0").decode(errors="replace"), finished


def _child(path: Path, small: Suite, shared: mmap.mmap) -> None:
    """Never returns."""
    ctypes.CDLL(None).prctl(PR_SET_PTRACER, ANYBODY, 0, 0, 0)  # or only a parent may be a tracer
    while not shared[BEGIN]:
        time.sleep(0.002)
    code = 0
    try:
        write(path, small, shared)
    except BaseException as error:
        code = 3 if _is_told(error) else 4
        words = f"{type(error).__name__}: {error}".encode()[:1000]
        shared[100 : 100 + len(words)] = words
    os._exit(code)


def _is_told(error: BaseException) -> bool:
    """Whether the command line says it in one line."""
    return isinstance(error, BenchError) or (
        isinstance(error, OSError) and storage.failure(error) is not None
    )


def after(path: Path, small: Suite, point: Point, finished: Sequence[bool]) -> None:
    """Looks as a reader does, then resumes, and looks again."""
    folder = RunFolder(path)
    rows, problems = folder.rows.read()
    point.unreadable += len(problems) + len(folder.lost())
    there = {(row.case, row.metric) for row in rows}
    done = [case.id for case, is_finished in zip(small.cases, finished, strict=True) if is_finished]
    point.lost += sum((case, metric) not in there for case in done for metric in METRICS)
    point.lost += sum(folder.record(case, 0) is None for case in done)
    write(path, small, mmap.mmap(-1, 4096))
    stored = pq.read_table(folder.rows.folded).to_pylist()
    kept = Counter((row["case"], row["metric"]) for row in stored)
    wanted = {(case.id, metric) for case in small.cases for metric in METRICS}
    point.lost += len(wanted - set(kept))
    point.duplicated += sum(kept.values()) - len(kept) + len(list((path / "measurements").glob("*.parquet")))
    for case in small.cases:
        record = folder.record(case.id, 0)
        point.lost += record is None
        point.unreadable += record is not None and folder.digest(record) != record.sha256
        point.lost += len(folder.ledger.tasks(case.id, 0)) != 1
    point.unreadable += len(list(path.rglob("*.corrupt-*")))
    point.left += len(list(path.rglob(f"{temporaries.PREFIX}*")))


def points(place: Path, action: str, every: int, calls: Sequence[str]) -> None:
    """One line per point."""
    (place / "suite").mkdir(parents=True)
    small = suite(place / "suite", cases=2)
    write(place / "first" / RUN.id, small, mmap.mmap(-1, 4096))  # whatever is imported late
    for call in calls:
        number, is_there = 1, True
        while is_there:
            path = place / "tried" / RUN.id
            shutil.rmtree(path.parent, ignore_errors=True)
            path.parent.mkdir()
            begun = time.perf_counter()
            ended, said, finished = stopped(path, small, call, number, action)
            point = Point(call, number, ended, said)
            after(path, small, point, finished)
            point.seconds = time.perf_counter() - begun
            is_there = ended != "not met"
            if is_there:
                sys.stdout.write(json.dumps(asdict(point)) + "\n")
                sys.stdout.flush()
            number += every


if __name__ == "__main__":
    points(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), sys.argv[4:])
