"""The rows of one run on disk: parts as they come, folded into one file at the end.

    <run>/measurements/part-*.parquet      new rows, each written whole
    <run>/results.parquet                  all rows, one a (case, seed, metric)

Reading changes nothing; only who holds the run's lock adds, folds, drops rows or sets a broken file aside.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.errors import BadResults, OtherSchema, Unavailable
from bench.runs import parquet
from bench.types import Measurement

TRIES = 5
"""How often reading begins again because another process folded the parts meanwhile."""


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
        return self.path / "results.parquet"

    def read(self) -> tuple[list[Measurement], list[BadResults]]:
        """All rows, folded or not, one a key; and the files that could not be read."""
        for _ in range(TRIES):
            rows: list[Measurement] = []
            problems: list[BadResults] = []
            files = self._files()
            for file in files:
                try:
                    rows += parquet.read(file)
                except BadResults as problem:
                    problems.append(problem)
            if all(file.exists() for file in files):
                break
        return parquet.latest(rows), problems

    def add(self, rows: Sequence[Measurement]) -> None:
        """Stores new rows at once."""
        if rows:
            parquet.write(self.path / "measurements" / f"part-{time.time_ns()}-{os.getpid()}.parquet", rows)

    def fold(self) -> None:
        """Puts the parts into the folded file. Killed in between, rows are in both and count once."""
        parts = self._parts()
        if parts:
            parquet.write(self.folded, self.read()[0])
            for part in parts:
                part.unlink(missing_ok=True)

    def drop(self, is_gone: Callable[[Measurement], bool]) -> None:
        """Deletes rows about clips that are no longer part of the run."""
        self.fold()
        rows, _ = self.read()
        kept = [row for row in rows if not is_gone(row)]
        if len(kept) < len(rows):
            parquet.write(self.folded, kept)

    def set_aside(self) -> list[Path]:
        """Renames broken files, whose rows will be measured again; their new names.

        Raises:
            Unavailable: a file is sound, but of another version of this package, which alone should touch it.
        """
        renamed = []
        for file in self._files():
            try:
                parquet.read(file)
            except OtherSchema as error:
                raise Unavailable(str(error), "use the version that wrote it, or another --out") from None
            except BadResults:
                renamed.append(file.rename(file.with_name(f"{file.name}.corrupt-{time.time_ns()}")))
        return renamed

    def _parts(self) -> list[Path]:
        return sorted((self.path / "measurements").glob("part-*.parquet"))

    def _files(self) -> list[Path]:
        return [path for path in (self.folded,) if path.exists()] + self._parts()
