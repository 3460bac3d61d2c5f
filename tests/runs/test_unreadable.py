"""What cannot be read now is no broken file: errors of the disk stop the work, and nothing is set aside or lost."""

from __future__ import annotations

import errno
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from bench import runs
from bench.base.progress import Progress
from bench.errors import StorageFailed
from bench.runs import RunFolder, parquet, result_files, stored_values
from bench.types import ClipRecord, Run
from tests.made import measurement, suite

RUN = Run("still-tiny-0", "still", "still", "", "", 1, {"fps": 8.0}, "", "tiny", "0", False)
ROWS = [measurement(case=f"c{number}") for number in range(6)]


@pytest.fixture
def folder(tmp_path: Path) -> RunFolder:
    """Four rows folded, two in parts, and a clip that could not be made."""
    made = RunFolder(tmp_path / "runs" / RUN.id)
    stored_values.write(made.path / "run.json", RUN)
    made.rows.add(ROWS[:4])
    made.rows.fold()
    for row in ROWS[4:]:
        made.rows.add([row])
    made.write_record(ClipRecord("c0", 0, None, "", error="no"))
    return made


@contextmanager
def failing(monkeypatch: pytest.MonkeyPatch, number: int, code: int = errno.EIO) -> Iterator[list[Path]]:
    """The reading of files fails the number-th time, and no other; gives what was read."""
    read, seen = Path.read_bytes, list[Path]()
    stored_values._parsed.cache_clear()  # else what was read before is not read again

    def read_bytes(path: Path) -> bytes:
        seen.append(path)
        if len(seen) == number:
            raise OSError(code, os.strerror(code), str(path))
        return read(path)

    with monkeypatch.context() as patched:
        patched.setattr(Path, "read_bytes", read_bytes)
        yield seen


def _contents(folder: RunFolder) -> dict[str, bytes]:
    """All files of rows, records and the run."""
    kept = (path for path in folder.path.rglob("*") if path.suffix in {".parquet", ".json"})
    return {str(path.relative_to(folder.path)): path.read_bytes() for path in kept}


def _works(folder: RunFolder, tmp_path: Path) -> None:
    with folder.working(RUN, suite(tmp_path)):
        assert [record.error for record in folder.records()] == ["no"]


@pytest.mark.parametrize("code", [errno.EIO, errno.EACCES, errno.EMFILE, errno.ESTALE])
def test_one_failed_read_stops_the_work_and_loses_nothing(
    folder: RunFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    """It was a broken file: set aside, and the rest written over all rows, exit 0."""
    number = 0
    while True:
        number += 1
        with failing(monkeypatch, number, code) as seen:
            try:
                _works(folder, tmp_path)
            except StorageFailed as error:
                assert str(seen[number - 1]) in str(error)
                assert os.strerror(code).lower() in str(error)
        assert not list(folder.path.rglob("*.corrupt-*"))
        rows, problems = folder.rows.read()
        assert (sorted(row.case or "" for row in rows), problems) == ([row.case for row in ROWS], [])
        if len(seen) < number:
            break
    assert number > 6


def test_folding_refuses_while_a_part_cannot_be_read(
    folder: RunFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = _contents(folder)
    for number in range(1, 4):
        with failing(monkeypatch, number), pytest.raises(StorageFailed, match="cannot be read now"):
            folder.rows.fold()
        with failing(monkeypatch, number), pytest.raises(StorageFailed):
            folder.rows.fold(gone={("c0", 0)})
        assert len(folder.rows.read()[0]) == 6
    assert _contents(folder) == before


def test_the_error_of_the_work_is_not_hidden_by_one_of_folding(
    folder: RunFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def read(*_: object) -> None:
        raise StorageFailed("x")

    with pytest.raises(KeyboardInterrupt), folder.working(RUN, suite(tmp_path)):
        monkeypatch.setattr(parquet, "read_table", read)
        raise KeyboardInterrupt


def test_too_little_memory_is_no_broken_file(folder: RunFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    import pyarrow as pa

    def parsed(*_: object) -> None:
        raise pa.lib.ArrowMemoryError("malloc of size 64 failed")

    monkeypatch.setattr(parquet, "_parsed", parsed)
    with pytest.raises(
        StorageFailed, match=r"results\.parquet cannot be read now: there is too little memory"
    ):
        folder.rows.set_aside()


def test_what_is_set_aside_is_said(folder: RunFolder, tmp_path: Path) -> None:
    class Said(Progress):
        lines: list[str] = []  # noqa: RUF012

        def say(self, text: str) -> None:
            self.lines.append(text)

    part = next((folder.path / "measurements").iterdir())
    part.write_bytes(part.read_bytes()[:-9])
    progress = Said()
    with folder.working(RUN, suite(tmp_path), progress):
        pass
    (aside,) = folder.path.rglob("*.corrupt-*")
    assert progress.lines == [f"rows in a broken file are measured again; it is kept as {aside}"]


def test_readers_of_many_runs_name_the_one_that_cannot_be_read(
    folder: RunFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = folder.path.parent
    with failing(monkeypatch, 1):
        rows, (problem,) = result_files.read_all(result_files.find([out]))
    assert len(rows) == 0
    assert "cannot be read now: input/output error" in str(problem)
    with failing(monkeypatch, 1):
        (problem,) = runs.problems(out)
    assert isinstance(problem, StorageFailed)
    with failing(monkeypatch, 1), pytest.raises(StorageFailed):
        runs.named(out, RUN.id)


def test_a_record_that_cannot_be_read_is_not_one_that_is_missing(
    folder: RunFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The clip was made, and paid for, again."""
    with failing(monkeypatch, 1), pytest.raises(StorageFailed):
        folder.record("c0", 0)


LIMITED = """
import resource, sys
from pathlib import Path
from bench.errors import StorageFailed
from bench.runs import RunFolder, result_files
import pyarrow.parquet, pydantic
folder = RunFolder(Path(sys.argv[1]))
used = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
limit = used + int(float(sys.argv[2]) * 2**20)
resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
try:
    folder.rows.set_aside()
    folder.rows.fold()
except (StorageFailed, MemoryError) as error:
    print(error)
"""


@pytest.mark.long
@pytest.mark.skipif(sys.platform != "linux", reason="limits of address space are Linux's")
@pytest.mark.parametrize("room", [0.25, 1, 4, 16, 64, 256])
def test_a_limit_of_memory_sets_nothing_aside(folder: RunFolder, room: float) -> None:
    rows = [
        measurement(case=f"case-{number}", settings=f"{number:0400}", inputs=f"{number:064}")
        for number in range(20_000)
    ]
    folder.rows.add(rows)
    subprocess.run([sys.executable, "-c", LIMITED, str(folder.path), str(room)], check=False)
    assert not list(folder.path.rglob("*.corrupt-*"))
    assert len(folder.rows.read()[0]) == 20_006
