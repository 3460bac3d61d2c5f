"""What a node of a cluster must have in common with the machine that drives the run: the folder of runs, the code."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from bench.base import files, provenance
from bench.errors import Unavailable


@dataclass(frozen=True)
class Beacon:
    """A small file in the folder of runs, which every node must see, and the version that it must have.

    Attributes:
        path: of the file.
        version: of this package on the machine that lit it.
        working: the folder that relative paths begin at.
    """

    path: Path
    version: str
    working: Path

    @classmethod
    @contextmanager
    def lit(cls, out: Path) -> Iterator[Beacon]:
        """The file exists while the block runs.

        Args:
            out: the folder of runs.

        Raises:
            StorageFailed: it cannot be written to.
        """
        path = out.absolute() / f".seen-by-nodes-{secrets.token_hex(8)}"
        files.write_text(path, path.name)
        try:
            yield cls(path, version(), Path.cwd())
        finally:
            path.unlink(missing_ok=True)

    def enter(self) -> None:
        """Checks the machine that this is called on, and lets relative paths mean there what they mean here.

        Raises:
            Unavailable: see check.
        """
        self.check()
        if self.working.is_dir():
            os.chdir(self.working)

    def check(self) -> None:
        """Refuses the machine that this is called on.

        Raises:
            Unavailable: it does not see the file, or has another version of this package.
        """
        try:
            is_seen = self.path.read_text(encoding="utf-8") == self.path.name
        except OSError:
            is_seen = False
        if not is_seen:
            raise Unavailable(
                f"{self.path.parent} here is not the folder of runs",
                "choose an --out that all machines share, at the same path",
            )
        if (own := version()) != self.version:
            raise Unavailable(
                f"I2V Bench {own} is installed here, and {self.version} drives the run",
                "install the same there",
            )


@cache
def version() -> str:
    """The version of this package, with the beginning of a digest of its code."""
    package = Path(provenance.__file__).parents[1]
    code = [
        [path.relative_to(package).as_posix(), path.read_text("utf-8")]
        for path in sorted(package.rglob("*.py"))
    ]
    return f"{provenance.bench_version()} (code {files.digest(code)[:8]})"
