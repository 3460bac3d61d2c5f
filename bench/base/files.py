"""Files that are either whole or not there.

A writer gets a temporary path in the target's own folder; the bytes are flushed to disk, then the file is renamed.
A full disk, an exception or kill -9 leaves at most a temporary file, which is never read.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import stat
from collections.abc import Callable, Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

from bench.base import temporaries
from bench.base.storage import TROUBLE, cache, storing

__all__ = [
    "below", "cache", "content", "digest", "flush", "is_name", "mode", "refuse_endless", "sha256", "sha256_once",
    "short", "stamp", "storing", "sweep", "why", "write", "write_bytes", "write_json", "write_text",
]  # fmt: skip

LONGEST_NAME = 255
"""Bytes of a file's name, on most file systems."""


def write(path: Path, writer: Callable[[Path], object]) -> None:
    """Calls writer with a temporary path, then puts what it wrote at path, replacing what was there.

    Raises:
        StorageFailed: the disk is full, or does not take it.
    """
    with storing(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        with temporaries.file(path) as temporary:
            writer(temporary)
            flush(temporary)
            temporary.replace(path)
            flush(path.parent)


def write_bytes(path: Path, content: bytes) -> None:
    """Writes bytes, whole or not at all; raises as write."""
    write(path, lambda temporary: temporary.write_bytes(content))


def write_text(path: Path, text: str) -> None:
    """Writes text as UTF-8, whole or not at all; raises as write."""
    write(path, lambda temporary: temporary.write_text(text, encoding="utf-8"))


def write_json(path: Path, content: Any) -> None:
    """Writes content as JSON, whole or not at all; keys in the order given; raises as write."""
    write_text(path, json.dumps(content, indent=1, ensure_ascii=False, allow_nan=False) + "\n")


def content(path: Path) -> bytes:
    """The bytes of a file.

    Raises:
        FileNotFoundError: it is missing, or no file; see refuse_endless.
        OSError: it cannot be read.
    """
    refuse_endless(path)
    return path.read_bytes()


def refuse_endless(path: Path) -> None:
    """Refuses pipes and sockets, which would be waited for, and devices, which have no end.

    Raises:
        FileNotFoundError: it is one, and so no file.
        OSError: it cannot be looked at.
    """
    kind = path.stat().st_mode
    if not (stat.S_ISREG(kind) or stat.S_ISDIR(kind)):
        raise FileNotFoundError(errno.ENOENT, "no file, but a pipe, a socket or a device", str(path))


def sha256(path: Path) -> str:
    """The hex digest of one file, or of a folder: its files' relative names and digests, sorted by name; see below."""
    if path.is_dir():
        names = sorted(file.relative_to(path).as_posix() for file in below(path))
        return digest([[name, sha256(path / name)] for name in names])
    refuse_endless(path)
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def sha256_once(path: Path) -> str:
    """sha256 of a file, computed again only when its stamp differs: a third of a gigabyte takes a second."""
    return _sha256(path, stamp(path))


@lru_cache(maxsize=4096)
def _sha256(path: Path, stamp: tuple[int, ...]) -> str:
    return sha256(path)


def below(folder: Path, inside: tuple[tuple[int, int], ...] = ()) -> Iterator[Path]:
    """The files below a folder, as a reader of it finds them: links are followed, wherever they lead.

    Args:
        folder: whose files.
        inside: device and inode of the folders that it lies in; a link back to one of them is passed over.
    """
    facts = folder.stat()
    place = (facts.st_dev, facts.st_ino)
    if place in inside or not os.access(folder, os.R_OK | os.X_OK):
        return
    for path in folder.iterdir():
        if path.is_dir():
            yield from below(path, (*inside, place))
        elif path.is_file():
            yield path


def stamp(path: Path) -> tuple[int, ...]:
    """Facts that differ once a file was written: size, times of change, and which file it is, links followed.

    Size and modification time alone can be kept (cp -p, rsync, touch -r); the time at which the inode changed cannot.
    """
    facts = path.stat()
    return facts.st_size, facts.st_mtime_ns, facts.st_ctime_ns, facts.st_dev, facts.st_ino


def digest(content: Any) -> str:
    """The sha256 of JSON-like content in one canonical spelling (sorted keys, no spaces, UTF-8)."""
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()


def sweep(folder: Path) -> None:
    """Deletes temporary files that killed processes left in folder, at any depth."""
    temporaries.sweep(folder.rglob(f"{temporaries.PREFIX}*"))


def is_name(text: str) -> bool:
    """Whether text can be one part of a path: it leads nowhere else, and file systems take it."""
    is_part = text not in ("", ".", "..") and not set(text) & {"/", "\\", "\0"}
    return is_part and len(text.encode(errors="replace")) <= LONGEST_NAME


def mode(path: Path) -> int:
    """What kind of file path is, for stat.S_ISREG and its like; 0, which is no kind, if there is nothing to be seen.

    Raises:
        OSError: the disk failed.
    """
    try:
        return path.stat().st_mode
    except ValueError:
        return 0
    except OSError as error:
        if error.errno in TROUBLE:
            raise
        return 0


def why(error: Exception) -> str:
    """The system's short reason for an error with a file."""
    return (getattr(error, "strerror", None) or str(error)).lower()


def short(text: str) -> str:
    """A text of any length, cut to fit into a message."""
    return text if len(text) <= 300 else f"{text[:60]}…{text[-60:]} ({len(text)} characters)"


def flush(path: Path) -> None:
    """Flushes a file, or the names in a folder, to the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
