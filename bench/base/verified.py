"""Files that can be made anew, with their digest beside them: a bit that flipped is noticed when the file is used.

    duck.png
    duck.png.sha256        one line as sha256sum writes it: `sha256sum -c` checks it, too

Files without one are those of an earlier version, and of a process that was killed before it wrote the digest.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from bench.base import files, reading
from bench.errors import StorageFailed

SUFFIX = ".sha256"
LINE = re.compile(rb"([0-9a-f]{64})  ([^\n]+)\n")


def write_digest(path: Path) -> None:
    """Writes the digest of a file beside it; to be called once the file is whole."""
    files.write_text(beside(path), f"{files.sha256(path)}  {path.name}\n")


def is_sound(path: Path, looks_right: Callable[[Path], bool]) -> bool:
    """Whether a file is there as it was written.

    Args:
        path: of the file.
        looks_right: of a file without a digest: whether it can be what was written. If so, it gets one.

    Raises:
        StorageFailed: it cannot be read now.
    """
    with reading.of(path):
        if not path.is_file():
            return False
        digest = stated(path)
        if digest is not None:
            return files.sha256(path) == digest
    if not looks_right(path):
        return False
    with suppress(StorageFailed):  # a cache that can only be read
        write_digest(path)
    return True


def stated(path: Path) -> str | None:
    """The digest beside a file: '' for one that is broken, None where there is none."""
    try:
        found = LINE.fullmatch(reading.content(beside(path)))
    except reading.ABSENT:
        return None
    return found[1].decode() if found and found[2] == os.fsencode(path.name) else ""


def beside(path: Path) -> Path:
    """Where the digest of a file is kept."""
    return path.with_name(path.name + SUFFIX)
