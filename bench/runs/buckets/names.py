"""Names of objects: where what lies in a run's folder is in the bucket."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

SHORT = 12
"""Digits of a digest that tell the clips of one case and seed apart."""


@dataclass(frozen=True)
class Names:
    """The objects of one run.

    Attributes:
        run: its id.
        suite: that it animates, as name@version.
    """

    run: str
    suite: str

    @property
    def about(self) -> str:
        """The folder of what the run is: run.json, suite.json, cards-<digest>.json."""
        return f"runs/{self.run}"

    @property
    def clips(self) -> str:
        """The folder of clips and their records."""
        return f"clips/{self.suite}/{self.run}"

    @property
    def rows(self) -> str:
        """The folder of rows."""
        return f"rows/{self.suite}/run={self.run}"

    @property
    def tasks(self) -> str:
        """The folder of tasks that services were given."""
        return f"tasks/{self.suite}/{self.run}"

    @property
    def compact(self) -> str:
        """All but the clips, in one file."""
        return f"compact/{self.suite}/{self.run}.zip"

    def clip(self, path: str, sha256: str) -> str:
        """A clip.

        Args:
            path: of its file, <case>-<seed>.mkv.
            sha256: of its content.
        """
        return f"{self.clips}/{Path(path).stem}-{sha256[:SHORT]}{Path(path).suffix}"

    def part(self, name: str, sha256: str) -> str:
        """Rows, named so that they sort by the time at which they came.

        Args:
            name: of the file, part-<time>-<random>.parquet.
            sha256: of its content.
        """
        return f"{self.rows}/{name.split('-')[1]}-{sha256}.parquet"


def part_of(name: str) -> tuple[str, str]:
    """The name of the file that an object of rows is here, and its digest."""
    time, _, sha256 = Path(name).stem.partition("-")
    return f"part-{time}-{sha256[:SHORT]}.parquet", sha256


def features(vector: Path) -> str:
    """The object of a clip's features, which the clip has in whatever run.

    Args:
        vector: <run>/features/<extractor>-<digest>/<clip sha256>.npy.
    """
    extractor, _, digest = vector.parent.name.rpartition("-")
    return f"features/{extractor}@{digest}/{vector.name}"
