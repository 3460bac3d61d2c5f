"""Disks that are full, read-only or in the way: the system's errors as one line with the remedy.

Also where the cache is, since the remedy of what cannot be written there is to have it elsewhere.
"""

from __future__ import annotations

import errno
import io
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from bench.errors import StorageFailed, Unavailable

FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
LOCKED = frozenset({errno.EROFS, errno.EACCES, errno.EPERM})
OF_THE_DISK = FULL | {
    errno.EROFS, errno.EIO, errno.ESTALE, errno.EMFILE, errno.ENFILE, errno.ENODEV, errno.ENXIO, errno.EBADMSG,
    getattr(errno, "EUCLEAN", errno.EIO), getattr(errno, "EREMOTEIO", errno.EIO),
}  # fmt: skip
"""What only disks can say; other numbers may be about a socket or a process. EUCLEAN and EBADMSG are
what file systems with checksums answer; not every system has all of them."""

TROUBLE = OF_THE_DISK | {errno.ENOMEM}
"""What says something about the machine, and nothing about the file that is looked at."""

OF_A_FILE = OF_THE_DISK | LOCKED | {
    errno.ENOTDIR, errno.EISDIR, errno.EEXIST, errno.ENAMETOOLONG, errno.ELOOP, errno.ENOTEMPTY, errno.EBUSY,
    errno.ENOLCK, errno.ENOSYS,
}  # fmt: skip
"""What an error that names a file says of the disk, rather than of a mistake of ours."""


def cache() -> Path:
    """The folder for what can be fetched or rendered again: $BENCH_CACHE, or i2v-bench in the user's cache folder.

    Raises:
        Unavailable: neither is set, and the user has no home folder.
    """
    chosen = os.environ.get("BENCH_CACHE")
    if chosen:
        return Path(chosen)
    try:
        return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "i2v-bench"
    except RuntimeError:
        raise Unavailable(
            "there is no home folder to keep a cache in", "set BENCH_CACHE to a folder"
        ) from None


@contextmanager
def storing(path: Path) -> Iterator[None]:
    """Around a block that writes to path: what goes wrong with the disk in it becomes a StorageFailed.

    Raises:
        StorageFailed: the disk is full, or does not take it.
    """
    try:
        yield
    except OSError as error:
        is_pipe = isinstance(error, io.UnsupportedOperation)
        if error.errno not in OF_A_FILE and not is_pipe:  # of a codec, or a mistake of ours
            raise
        raise _failure(error, path, "written") from error


def failure(error: OSError) -> StorageFailed | None:
    """An error of the system as one of the disk; None if it is about something else.

    Args:
        error: raised anywhere.
    """
    name = error.filename2 or error.filename
    known = OF_A_FILE if isinstance(name, str | bytes) else OF_THE_DISK
    if error.errno in known:
        path = Path(os.fsdecode(name)) if isinstance(name, str | bytes) else None
        return _failure(error, path, "read or written")
    if error.errno == errno.ENOENT and name is None:  # of tempfile, which has tried them all
        return StorageFailed(str(error.strerror), "make room there, or set TMPDIR to another folder")
    return None


def _failure(error: OSError, path: Path | None, done: str) -> StorageFailed:
    in_the_way = path and _file_among_folders(path)
    if in_the_way:
        reason = f"{in_the_way} is a file, and should be a folder"
        return StorageFailed(f"{path} cannot be {done}: {reason}", f"rename it, or {_elsewhere(path)}")
    reason = (error.strerror or str(error)).lower()
    if error.errno == errno.ENOSPC and path and _has_no_inodes(path):
        reason = "the disk has room for bytes, and no inodes left (see df -i)"
    return StorageFailed(
        f"{path or 'a file'} cannot be {done}: {reason}",
        f"{_first_remedy(error)}{_elsewhere(path)}",
    )


def _first_remedy(error: OSError) -> str:
    if error.errno in FULL:
        return "make room, or "
    return "make it writable, or " if error.errno in LOCKED else ""


def _elsewhere(path: Path | None) -> str:
    with suppress(Unavailable):
        if path and path.absolute().is_relative_to(cache().absolute()):
            return "set BENCH_CACHE to another folder"
    return "choose another folder, as by --out"


def _file_among_folders(path: Path) -> Path | None:
    """The file that lies where a folder of path should be."""
    for parent in path.absolute().parents:
        with suppress(OSError):
            if not stat.S_ISDIR(parent.stat().st_mode):
                return parent
    return None


def _has_no_inodes(path: Path) -> bool:
    for parent in path.absolute().parents:
        with suppress(OSError):
            facts = os.statvfs(parent)
            return bool(facts.f_files) and facts.f_favail == 0 < facts.f_bavail
    return False
