"""Full disks, files where folders should be, folders that are locked: one line each, with the remedy."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from bench.base import files, storage
from bench.errors import StorageFailed, Unavailable


def _refusal(path: Path, number: int) -> str:
    def writer(temporary: Path) -> None:
        temporary.write_text("half")
        raise OSError(number, os.strerror(number))

    with pytest.raises(StorageFailed) as raised:
        files.write(path, writer)
    assert not path.exists() and not list(path.parent.iterdir())
    return str(raised.value)


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        (errno.ENOSPC, "no space left on device; make room, or choose another folder, as by --out"),
        (errno.EDQUOT, "disk quota exceeded; make room, or choose another folder, as by --out"),
        (errno.EROFS, "read-only file system; make it writable, or choose another folder, as by --out"),
        (errno.EACCES, "permission denied; make it writable, or choose another folder, as by --out"),
        (errno.EIO, "input/output error; choose another folder, as by --out"),
    ],
)
def test_a_disk_that_does_not_take_it_is_one_line(tmp_path: Path, number: int, expected: str) -> None:
    assert (
        _refusal(tmp_path / "a" / "b.json", number)
        == f"{tmp_path / 'a' / 'b.json'} cannot be written: {expected}"
    )


def test_the_remedy_of_a_full_cache_is_another_cache() -> None:
    text = _refusal(files.cache() / "full" / "x.npy", errno.ENOSPC)
    assert text.endswith("no space left on device; make room, or set BENCH_CACHE to another folder")


def test_a_disk_without_inodes_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    facts = os.statvfs_result((4096, 4096, 1000, 900, 900, 500, 0, 0, 0, 255))
    monkeypatch.setattr(os, "statvfs", lambda place: facts)
    assert "no inodes left (see df -i)" in _refusal(tmp_path / "a" / "b", errno.ENOSPC)


@pytest.mark.parametrize("below", ["x", "x/y/z"])
def test_a_file_where_a_folder_should_be_is_named(tmp_path: Path, below: str) -> None:
    (tmp_path / "cache").write_text("")
    with pytest.raises(StorageFailed) as raised:
        files.write_text(tmp_path / "cache" / below, "")
    assert f"{tmp_path / 'cache'} is a file, and should be a folder; rename it, or" in str(raised.value)


def test_what_is_not_of_the_disk_is_left_as_it_is(tmp_path: Path) -> None:
    def writer(temporary: Path) -> None:
        raise OSError("encoder error -2")

    with pytest.raises(OSError, match="encoder error"):
        files.write(tmp_path / "a.png", writer)
    assert storage.failure(OSError("encoder error")) is None
    assert storage.failure(ConnectionRefusedError(errno.ECONNREFUSED, "refused")) is None
    assert storage.failure(PermissionError(errno.EACCES, "denied")) is None  # of a socket, perhaps
    assert storage.failure(FileNotFoundError(errno.ENOENT, "no such file", "config.json")) is None


def test_no_folder_for_temporary_files_is_said() -> None:
    found = storage.failure(
        FileNotFoundError(errno.ENOENT, "No usable temporary directory found in ['/tmp']")
    )
    assert str(found).endswith("make room there, or set TMPDIR to another folder")


def test_an_error_that_names_its_file_is_said_with_it() -> None:
    found = storage.failure(PermissionError(errno.EACCES, "Permission denied", "/data/x"))
    assert str(found).startswith("/data/x cannot be read or written: permission denied; make it writable, or")


def test_without_a_home_folder_the_cache_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    def nowhere() -> Path:
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.delenv("BENCH_CACHE")
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.setattr(Path, "home", nowhere)
    with pytest.raises(Unavailable, match="no home folder to keep a cache in; set BENCH_CACHE"):
        files.cache()
