"""Locks: held by one process or shared by several, and gone with whoever held them."""

from __future__ import annotations

import errno
import fcntl
import subprocess
import sys
from pathlib import Path

import pytest

from bench.base import locks
from bench.base.locks import Lock


def test_one_holds_a_lock_alone_or_several_share_it(tmp_path: Path) -> None:
    path = tmp_path / "below" / "lock"
    with Lock(path) as first, Lock(path) as second:
        assert first.take() and not second.take()
        assert locks.is_held(path)
        first.share()
        second.share()
        assert not locks.is_held(path)
        assert not first.take()
    with Lock(path) as third:
        assert third.take()


def test_the_lock_of_a_killed_process_is_free(tmp_path: Path) -> None:
    code = (
        "import sys, os; from pathlib import Path; from bench.base.locks import Lock;"
        "lock = Lock(Path(sys.argv[1])); assert lock.take(); os.kill(os.getpid(), 9)"
    )
    done = subprocess.run([sys.executable, "-c", code, str(tmp_path / "lock")], check=False)
    assert done.returncode == -9
    with Lock(tmp_path / "lock") as lock:
        assert lock.take()


def test_a_disk_without_locks_grants_them_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(file: object, how: int) -> None:
        raise OSError(errno.ENOTSUP, "Operation not supported")

    monkeypatch.setattr(fcntl, "flock", refuse)
    with Lock(tmp_path / "lock") as first, Lock(tmp_path / "lock") as second:
        assert first.take() and second.take()


def test_a_file_that_was_replaced_is_told(tmp_path: Path) -> None:
    path = tmp_path / "lock"
    with Lock(path) as lock:
        assert lock.is_in_place()
        path.unlink()
        assert not lock.is_in_place()
        path.write_text("")
        assert not lock.is_in_place()


def test_nothing_is_held_where_there_is_no_file(tmp_path: Path) -> None:
    assert not locks.is_held(tmp_path / "none")
    assert not (tmp_path / "none").exists()
