"""Which objects this machine's folder of a run already agrees with, so that they are neither put nor read again.

    <run>/mirrored.txt     one name per line, appended

A line that is lost costs a request. Rows count only while there are rows here: they may have been deleted.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from bench.base import files, reading

FILE = "mirrored.txt"


class Mirrored:
    """The names of objects; other processes on this machine may add to them.

    Args:
        run: the folder of the run.
    """

    def __init__(self, run: Path) -> None:
        self._path = run / FILE
        self._names: set[str] = set()
        self._read = 0

    def __contains__(self, name: str) -> bool:
        return name in self._names

    def names(self, folder: str) -> list[str]:
        """Those below a folder of the bucket."""
        return sorted(name for name in self._names if name.startswith(f"{folder}/"))

    def refresh(self) -> None:
        """Reads what other processes have added."""
        if not self._path.exists():
            return
        with reading.of(self._path), self._path.open("rb") as file:
            file.seek(self._read)
            found = file.read()
        whole = found[: found.rfind(b"\n") + 1]
        self._read += len(whole)
        self._names.update(whole.decode(errors="replace").splitlines())

    def add(self, names: Iterable[str]) -> None:
        """Notes that objects agree with what is here."""
        new = [name for name in names if name not in self._names]
        if new:
            self._names.update(new)
            with files.storing(self._path), self._path.open("a", encoding="utf-8") as file:
                file.write("".join(f"{name}\n" for name in new))

    def discard(self, folder: str) -> None:
        """Forgets the objects below a folder of the bucket."""
        self._names -= set(self.names(folder))
        files.write_text(self._path, "".join(f"{name}\n" for name in sorted(self._names)))
        self._read = self._path.stat().st_size
