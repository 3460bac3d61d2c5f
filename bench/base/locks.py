"""Locks between processes of one machine, or of several that share a file system: flock, which ends with its process.

Some file systems have no locks. There, every lock is granted: locks only spare work that would be done twice, and what
must not be torn is written whole and renamed (see bench.base.files).
"""

from __future__ import annotations

import errno
import fcntl
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import TextIO

from bench.base import files

FLAGS = os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_NOFOLLOW
"""Links are not followed: through a stranger's, another file would be emptied."""

WITHOUT_LOCKS = frozenset({errno.ENOLCK, errno.ENOSYS, errno.ENOTSUP, errno.EOPNOTSUPP})
"""What a file system without locks answers."""


class Lock:
    """A lock file, open in this process; what is held ends with the `with` block, or with the process.

    Args:
        path: of the file, which is made if it is missing.

    Raises:
        StorageFailed: it cannot be opened.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        with files.storing(path):
            path.parent.mkdir(parents=True, exist_ok=True)
            self._file: TextIO = os.fdopen(os.open(path, FLAGS, 0o666), "a+")

    def __enter__(self) -> Lock:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: object, trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """Lets go of the lock."""
        self._file.close()

    def take(self) -> bool:
        """Whether this process holds the lock alone, if nobody else holds it now."""
        try:
            self._flock(fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True

    def wait(self) -> None:
        """Holds the lock alone, once nobody else does."""
        self._flock(fcntl.LOCK_EX)

    def share(self) -> None:
        """Holds the lock together with others that share it, once nobody holds it alone."""
        self._flock(fcntl.LOCK_SH)

    def is_in_place(self) -> bool:
        """Whether the file that is open is still the one at the path."""
        try:
            return os.path.samestat(os.fstat(self._file.fileno()), self.path.stat())
        except FileNotFoundError:
            return False

    def sign(self) -> None:
        """Writes into the file who holds it."""
        with files.storing(self.path):
            self._file.truncate(0)
            self._file.write(f"{own_name()}\n")
            self._file.flush()

    def _flock(self, how: int) -> None:
        with files.storing(self.path):
            _flock(self._file.fileno(), how)


def own_name() -> str:
    """This process, as 'host pid'."""
    return f"{socket.gethostname()} {os.getpid()}"


@contextmanager
def alone(path: Path) -> Iterator[None]:
    """Waits until nobody else is in such a block of the same path.

    Raises:
        StorageFailed: the lock file cannot be opened.
    """
    with Lock(path) as lock:
        lock.wait()
        yield


def is_held(path: Path) -> bool:
    """Whether some process holds the lock of a file alone; False if there is no such file."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW)
    except FileNotFoundError:
        return False
    try:
        _flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(handle)
    return False


def _flock(handle: int, how: int) -> None:
    try:
        fcntl.flock(handle, how)
    except OSError as error:
        if error.errno not in WITHOUT_LOCKS:
            raise
