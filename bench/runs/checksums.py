"""The checksum of a whole parquet file, inside it: whatever bit flips, its rows are not read as others.

parquet knows checksums of pages only. Its footer and the headers of pages have none, and many a flip there reads as
other content. Such a file ends with its footer, and the footer says where the pages begin: so what stands between the
last page and the footer is read by nobody, and there the checksum of all the rest is kept.

    PAR1 | pages | MARK, sha256 of all other bytes | footer | its length | PAR1

A file of an earlier version has none. What differs from MARK in a few bytes only is a MARK that has changed.
"""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import BinaryIO

from bench.errors import BadResults

MARK = b"i2v-bench sha256"
SIZE = len(MARK) + 32

TAIL = 8
"""Bytes after the footer: its length, four bytes, little-endian, and the magic word."""

CHUNK = 1 << 20


def add(file: BinaryIO) -> None:
    """Adds the checksum to a parquet file that is open for reading and writing."""
    size = file.seek(0, os.SEEK_END)
    file.seek(size - TAIL)
    at, digest = _footer(size, file.read()), hashlib.sha256()
    file.seek(0)
    for begin in range(0, at, CHUNK):
        digest.update(file.read(min(CHUNK, at - begin)))
    footer = file.read()
    digest.update(footer)
    file.seek(at)
    file.write(MARK + digest.digest() + footer)


def is_in(path: Path) -> bool:
    """Whether a parquet file has a checksum, which then is that of every byte of it."""
    with path.open("rb") as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(max(0, size - TAIL))
        file.seek(max(0, _footer(size, file.read()) - SIZE))
        return file.read(len(MARK)) == MARK


def verify(path: Path, content: bytes) -> None:
    """Refuses a parquet file that is not as it was written; one without a checksum passes.

    Args:
        path: of the file.
        content: of it.

    Raises:
        BadResults: a bit has changed.
    """
    at = _footer(len(content), content[-TAIL:])
    kept = content[max(0, at - SIZE) : at]
    if not _is_about(MARK, kept):
        return
    whole = memoryview(content)
    digest = hashlib.sha256(whole[: at - SIZE])
    digest.update(whole[at:])
    if kept != MARK + digest.digest():
        raise BadResults(f"{path} is not as it was written: its checksum is another")


def _is_about(expected: bytes, found: bytes) -> bool:
    return sum(one == other for one, other in zip(expected, found, strict=False)) > len(expected) // 2


def _footer(size: int, tail: bytes) -> int:
    """Where the footer begins, if this is a parquet file; 0 if it cannot be one."""
    return max(0, size - TAIL - int.from_bytes(tail[:4], "little"))
