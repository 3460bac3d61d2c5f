"""Temporary files and folders: named at random, locked while they are filled, deleted once no process locks them.

Names are random, since processes of two containers have the same numbers. A process that is killed loses its locks: so
a leftover is told apart from what another process is writing at this moment.
"""

from __future__ import annotations

import fcntl
import os
import re
import secrets
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

PREFIX = ".tmp-"


@contextmanager
def file(path: Path) -> Iterator[Path]:
    """An empty file beside path, to be written and renamed in the block; what is left of it at the end is deleted."""
    temporary = _beside(path)
    try:
        handle = os.open(temporary, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o666)
        with _held(handle):
            yield temporary
    finally:
        temporary.unlink(missing_ok=True)


@contextmanager
def folder(path: Path) -> Iterator[Path]:
    """An empty folder beside path, to be filled and renamed in the block; what is left of it at the end is deleted."""
    temporary = _beside(path)
    try:
        temporary.mkdir(parents=True)
        with _held(os.open(temporary, os.O_RDONLY)):
            yield temporary
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


def sweep(paths: Iterable[Path]) -> None:
    """Deletes those of these temporary files and folders that killed processes left: what is held, stays."""
    for path in paths:
        if _is_left(path):
            shutil.rmtree(path, ignore_errors=True) if path.is_dir() else path.unlink(missing_ok=True)


def left_beside(path: Path) -> list[Path]:
    """Temporary files and folders that were to become path, or that path was moved to."""
    name = re.escape(path.name)
    pattern = re.compile(
        rf"{re.escape(PREFIX)}(\w+-{name}|{name}-\d+)(-old)?"
    )  # of an earlier version: NAME-NUMBER
    return [each for each in path.parent.glob(f"{PREFIX}*") if pattern.fullmatch(each.name)]


def _beside(path: Path) -> Path:
    return path.with_name(f"{PREFIX}{secrets.token_hex(6)}-{path.name}")


@contextmanager
def _held(handle: int) -> Iterator[None]:
    try:
        with suppress(OSError):  # a disk without locks: then nothing on it is swept
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    finally:
        os.close(handle)


def _is_left(path: Path) -> bool:
    """Whether nobody holds a temporary file or folder; False where that cannot be known."""
    try:
        handle = os.open(path, os.O_RDONLY if path.is_dir() else os.O_RDWR)
    except OSError:
        return False
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    finally:
        os.close(handle)
    return True
