"""What is wrong with one file of a run, and what to do about it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, TypeAlias

from bench.errors import BadResults

Kind: TypeAlias = Literal["missing", "changed", "duplicated", "orphaned", "other version"]
"""Changed: not as it was written, or not about the same content as the rest. Orphaned: nothing refers to it."""

AGAIN = "the command that made it (bench run, generate or evaluate --clips) makes it again"

MEASURE = "bench evaluate {run} measures it again"


@dataclass(frozen=True)
class Fault:
    """Something that is wrong.

    Attributes:
        run: the name of its folder; of published rows, the suite's.
        kind: in a word.
        path: of the file.
        what: is wrong, in words.
        remedy: what to do; `{run}` is the run.
        aside: the files that are to be moved aside, so that the remedy works; () if none needs to be.
    """

    run: str
    kind: Kind
    path: Path
    what: str
    remedy: str
    aside: tuple[Path, ...] = ()

    def __str__(self) -> str:
        first = "--repair, then " if self.aside else ""
        return f"{self.kind}: {self.path}: {self.what}; {first}{self.remedy.format(run=self.run)}"

    def as_json(self) -> dict[str, Any]:
        """For machines."""
        remedy, aside = self.remedy.format(run=self.run), [str(path) for path in self.aside]
        return {**vars(self), "path": str(self.path), "remedy": remedy, "aside": aside}


def why(error: BadResults, path: Path) -> str:
    """The message of an error without the path, which stands before it."""
    return str(error).removeprefix(f"{path} ").removeprefix("cannot be read: ")
