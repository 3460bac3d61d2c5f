"""Reading: trouble with disk and memory, told apart from what is wrong with a file's content.

The first stops the command with one line, and is over once it is mended: nothing that was measured is lost by it, and
nothing about a clip is concluded from it.
"""

from __future__ import annotations

import errno
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.base import files, storage
from bench.errors import NotMeasurable, StorageFailed

ABSENT = (FileNotFoundError, IsADirectoryError, NotADirectoryError)
"""There is no such file, which is a fact and no trouble."""


@contextmanager
def of(path: Path) -> Iterator[None]:
    """A block that reads a file of ours, and does nothing else.

    Raises:
        StorageFailed: it cannot be read now: disk, rights, memory. Not if there is no such file.
    """
    try:
        yield
    except ABSENT:
        raise
    except (OSError, MemoryError) as error:
        raise failure(error, path) from error


def content(path: Path) -> bytes:
    """The bytes of a file of ours.

    Raises:
        StorageFailed: they cannot be read now.
        OSError: one of ABSENT.
    """
    with of(path):
        return files.content(path)


def refuse(error: BaseException) -> None:
    """Raises if an error, or a cause of it, is trouble with disk or memory; returns if it is something else.

    To be called where any error would become a failure of a clip.

    Raises:
        StorageFailed: the storage failed.
    """
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, StorageFailed):
            raise cause
        if isinstance(cause, OSError) and is_trouble(cause):
            raise failure(cause) from error
        cause = cause.__cause__
    if not isinstance(error, NotMeasurable):
        logging.getLogger(__name__).info("a failure of a clip or a metric, and why:", exc_info=error)


def is_trouble(error: OSError) -> bool:
    """Whether an error of the system is the machine's.

    Errors of libav never count: it reports EIO for files that are cut short, too.
    """
    is_libav = type(error).__module__.startswith("av.")
    return error.errno in storage.TROUBLE and not is_libav


def failure(error: OSError | MemoryError, path: Path | None = None) -> StorageFailed:
    """What the command line says.

    Args:
        error: of the system.
        path: of the file; None to take it from the error, if it has one.
    """
    name = path or getattr(error, "filename", None) or "a file"
    if isinstance(error, MemoryError) or error.errno == errno.ENOMEM:
        return StorageFailed(
            f"{name} cannot be read now: there is too little memory",
            "give the process more, then repeat the command; nothing was concluded from that",
        )
    return StorageFailed(
        f"{name} cannot be read now: {files.why(error)}",
        "mend the disk or the rights, then repeat the command; nothing was concluded from that",
    )
