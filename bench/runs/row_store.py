"""The rows of one run on disk: parts as they come, folded into one file at the end.

    <run>/measurements/part-*.parquet      new rows, each written whole
    <run>/results.parquet                  all rows, one per (case, seed, metric), and the cards of metrics and model
    <run>/cards.json                       the cards of all rows, noted before they are measured

Reading changes nothing. Any process may add a part; one at a time folds, drops rows or sets files aside.
A file that cannot be read now ends each of these before anything is changed; only what was read and is broken is set
aside.
"""

from __future__ import annotations

import os
import secrets
import time
from collections.abc import Collection, Sequence
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from bench.base import files, locks, reading, sealed
from bench.errors import BadResults, OtherSchema, Unavailable
from bench.runs import checksums, parquet, result_files, row_rules, row_tables, stored_values
from bench.runs.cards import Cards
from bench.types import Measurement

if TYPE_CHECKING:
    import pyarrow as pa

UNPUSHED = "unpushed"
"""The folder of a run in a bucket (see bench.runs.buckets) that has the parts which are not there yet."""

TRIES = 5
"""How often reading starts again because another process folded the parts meanwhile."""


@dataclass(frozen=True)
class RowStore:
    """The rows below a run's folder.

    Attributes:
        path: of the run.
    """

    path: Path

    @property
    def folded(self) -> Path:
        """The file that boards read."""
        return self.path / result_files.FOLDED

    def read(self) -> tuple[list[Measurement], list[BadResults]]:
        """All rows as Measurements; see table."""
        table, problems = self.table()
        return parquet.measurements(table), problems

    def table(self, columns: Sequence[str] = ()) -> tuple[pa.Table, list[BadResults]]:
        """All rows, folded or not, one per key, text dictionary-encoded; and the files that are broken.

        The table has the cards of the rows (see parquet.cards); none for rows that an earlier version wrote.

        Args:
            columns: only these, those of the key among them; none for all.

        Raises:
            StorageFailed: a file cannot be read now: the rest would pass for all.
        """
        names = columns or parquet.schema().names
        for _ in range(TRIES):
            tables: list[pa.Table] = []
            problems: list[BadResults] = []
            found, own = self.files(), self._own()
            for file in found:
                try:
                    tables.append(self._read(file, own, names))
                except BadResults as problem:
                    problems.append(problem)
            with reading.of(self.path):
                if all(file.exists() for file in found):
                    break
        found = row_tables.joined(tables, names)
        return row_tables.with_cards(found, parquet.cards(tables) | self._noted()), problems

    def files(self) -> list[Path]:
        """The files of rows, the folded one first."""
        with reading.of(self.folded):
            return [path for path in (self.folded,) if path.exists()] + self._parts()

    def read_file(self, file: Path, columns: Sequence[str]) -> pa.Table:
        """Columns of one file of rows, those of the key among them.

        Raises:
            BadResults: it is broken or gone, or holds rows of another run.
            StorageFailed: it cannot be read now.
        """
        return self._read(file, self._own(), columns)

    def add(self, rows: Sequence[Measurement]) -> Path | None:
        """Stores new rows at once; gives the file that they are in, None if there are none."""
        if not rows:
            return None
        name = f"part-{time.time_ns()}-{secrets.token_hex(4)}.parquet"
        part, unpushed = self.path / "measurements" / name, self.path / UNPUSHED / name
        if not unpushed.parent.is_dir():
            parquet.write(part, rows)
            return part
        parquet.write(unpushed, rows)
        with files.storing(part):
            part.parent.mkdir(exist_ok=True)
            os.link(unpushed, part)
        return part

    def describe(self, cards: Cards) -> None:
        """Stores the cards of the metrics and the model that rows are about."""
        if self._noted() | cards == self._noted():
            return
        with self._rewriting():
            known = self._noted() | cards
            files.write_text(self._described, sealed.text(known.content()))

    def cards(self) -> Cards:
        """The cards of the rows, as far as they are noted beside them."""
        return self._noted()

    def are_wanted(self) -> bool:
        """Whether the run was to be measured: there are rows, or it was noted what they would be about."""
        return bool(self._noted().metrics or self.files())

    def fold(self, gone: Collection[tuple[str, int]] = ()) -> None:
        """Merges the parts into the folded file; if killed in between, rows are in both and count once.

        Args:
            gone: cases and seeds of clips that are no longer part of the run: their rows are left out.

        Raises:
            StorageFailed: a file cannot be read or written now; nothing is changed.
            BadResults: a file is broken, and part of the rows would pass for all; nothing is changed.
        """
        if self._parts() or gone:
            with self._rewriting():
                self._fold(gone)

    def _fold(self, gone: Collection[tuple[str, int]]) -> None:
        parts = self._parts()
        table, problems = self.table()
        if problems:
            raise problems[0]
        kept, cards = row_tables.without(table, gone), parquet.cards([table])
        if parts or len(kept) < len(table):
            files.write(
                self.folded, lambda target: parquet.write_tables(target, row_tables.plain(kept), cards)
            )
        for part in parts:
            part.unlink(missing_ok=True)

    def set_aside(self) -> list[Path]:
        """Renames broken files, whose rows will be measured again; gives their new names.

        Raises:
            Unavailable: a file is sound, but of another version of this package, which alone should touch it.
            StorageFailed: a file cannot be read now: whether it is sound is not known.
        """
        with self._rewriting():
            own = self._own()
            broken = [file for file in self.files() if self._is_broken(file, own)]
            return [file.rename(file.with_name(f"{file.name}.corrupt-{time.time_ns()}")) for file in broken]

    def _is_broken(self, file: Path, own: str) -> bool:
        try:
            with reading.of(file):
                has_checksum = checksums.is_in(file)
            self._read(file, own, row_rules.KEY if has_checksum else parquet.schema().names)
        except reading.ABSENT:
            return False
        except OtherSchema as error:
            raise Unavailable(str(error), "use the version that wrote it, or another --out") from None
        except BadResults:
            return True
        return False

    def _rewriting(self) -> AbstractContextManager[None]:
        """Held by the one process that replaces or deletes files of rows; others may add some meanwhile."""
        return locks.alone(self.path / "rows.lock")

    def _own(self) -> str:
        """The id of the run; '' if its file is missing or broken, which says nothing about the rows."""
        try:
            return stored_values.read_run(self.path / "run.json").id
        except BadResults:
            return ""

    def _read(self, file: Path, own: str, columns: Sequence[str]) -> pa.Table:
        """Columns of a file, all of whose rows are of the run with this id; of any run if it is unknown.

        Raises:
            BadResults: it is broken, or holds rows of another run.
            StorageFailed: it cannot be read now.
        """
        table = parquet.read_table(file, columns)
        strangers = set(table["run"].unique().to_pylist()) - {own} if own else set()
        if strangers:
            raise result_files.stranger(file, min(strangers))
        return table

    def _noted(self) -> Cards:
        """The cards in cards.json; none if there is no such file, or it is broken."""
        noted = b""
        with suppress(*reading.ABSENT, ValueError):
            stored = reading.content(self._described)
            sealed.check(stored)
            noted = stored
        return Cards.of_text(noted.decode(errors="replace"))

    @property
    def _described(self) -> Path:
        return self.path / "cards.json"

    def _parts(self) -> list[Path]:
        with reading.of(self.path / "measurements"):
            return sorted((self.path / "measurements").glob("part-*.parquet"))
