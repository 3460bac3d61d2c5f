"""The rows that a run gained since they were last read: other processes may measure its clips, too."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from bench.base import reading
from bench.errors import BadResults
from bench.runs import result_files, row_tables
from bench.runs.row_store import RowStore

if TYPE_CHECKING:
    import pyarrow as pa


class NewRows:
    """Reads each file of a run's rows once.

    Args:
        store: of the run.
        columns: that are read, those of the key among them.
    """

    def __init__(self, store: RowStore, columns: Sequence[str]) -> None:
        self._store, self._columns = store, columns
        self._seen: set[tuple[str, int]] = set()

    def read(self) -> pa.Table:
        """The rows in files that were not there at the last call; at the first, in all.

        A file may bring rows again that an earlier one had: folding moves them. A broken file has none.

        Raises:
            StorageFailed: a file cannot be read now.
        """
        return row_tables.joined(list(self._tables()), self._columns)

    def pass_over(self, file: Path) -> None:
        """Takes a file of this process's own rows for read."""
        self._seen.add(_identity(file))

    def _tables(self) -> Iterator[pa.Table]:
        for file in self._store.files():
            try:
                with reading.of(file):
                    identity = _identity(file)
                if identity not in self._seen:
                    yield self._store.read_file(file, self._columns)
                    self._seen.add(identity)
            except (
                *reading.ABSENT,
                BadResults,
            ):  # folded meanwhile: its rows come with the folded file; or broken
                continue


def _identity(file: Path) -> tuple[str, int]:
    """The name of a part; of the folded file, which is replaced, its place on the disk as well."""
    return file.name, file.stat().st_ino if file.name == result_files.FOLDED else 0
