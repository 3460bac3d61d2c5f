"""A run's records, rows and features in one file: opening a finished run takes one request in place of thousands.

    rows.parquet               all rows
    rows.txt                   the objects that they came in
    clips/<case>-<seed>.json   the records
    features/<extractor>-<digest>/<clip sha256>.npy, .json

It is made anew from the rest, and read only for what the rest says is there.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath

from bench.base import files, reading
from bench.errors import BadResults
from bench.runs import result_files

ROWS, COVERED = "rows.parquet", "rows.txt"

WHOLE = "[!.]*"
"""Names of files that are whole: a temporary file begins with a dot."""

PACKED = (f"clips/{WHOLE}.json", f"features/*/{WHOLE}.npy", f"features/*/{WHOLE}.json")

EPOCH = (1980, 1, 1, 0, 0, 0)
"""When everything in it was written, so that the same content is the same file."""


class Pack:
    """The content of a pack.

    Args:
        content: of the file.
        origin: its address, for messages.

    Raises:
        BadResults: it is no pack, or broken.
    """

    def __init__(self, content: bytes, origin: str) -> None:
        try:
            self._zip = zipfile.ZipFile(io.BytesIO(content))
            broken = self._zip.testzip()
            self.covered = frozenset(self._zip.read(COVERED).decode().split())
        except (zipfile.BadZipFile, KeyError, ValueError, EOFError, OSError) as error:
            raise BadResults(f"{origin} cannot be read: {error}") from error
        if broken:
            raise BadResults(f"{origin} cannot be read: {broken} in it is broken")

    @property
    def rows(self) -> bytes:
        """A parquet file of all rows."""
        return self._zip.read(ROWS) if ROWS in self._zip.namelist() else b""

    def records(self) -> dict[str, bytes]:
        """Name of a record's file -> its content."""
        return {Path(name).name: self._zip.read(name) for name in self._below("clips")}

    def write_features(self, run: Path) -> Iterator[Path]:
        """Writes the features that a run's folder lacks; gives their paths."""
        for name in self._below("features"):
            path = run / name
            if not path.exists():
                files.write_bytes(path, self._zip.read(name))
                yield path

    def _below(self, folder: str) -> list[str]:
        """Names of plain files in a folder of the pack: none leads out of it."""
        parts = {name: PurePosixPath(name).parts for name in self._zip.namelist()}
        return [
            name
            for name, found in parts.items()
            if found and found[0] == folder and all(map(files.is_name, found))
        ]


def packed(run: Path, covered: Iterable[str]) -> bytes:
    """A pack of what lies in a run's folder.

    Args:
        run: the folder; its rows are folded.
        covered: the objects that its rows came in.
    """
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as pack:
        _add(pack, COVERED, "\n".join(sorted(covered)).encode())
        if (run / result_files.FOLDED).is_file():
            _add(pack, ROWS, reading.content(run / result_files.FOLDED))
        paths = [path for name in PACKED for path in run.glob(name)]
        for path in sorted(paths):
            _add(pack, path.relative_to(run).as_posix(), reading.content(path))
    return content.getvalue()


def _add(pack: zipfile.ZipFile, name: str, content: bytes) -> None:
    pack.writestr(zipfile.ZipInfo(name, EPOCH), content, zipfile.ZIP_DEFLATED)
