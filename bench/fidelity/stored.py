"""What is kept of a pair of clips: one file per pair, with the digests of both, so that a stale one is known."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

from bench.base import files, sealed
from bench.errors import BadResults
from bench.fidelity.measures import VERSION
from bench.runs import stored_values

FOLDER = "fidelity"
"""Below the folder of runs."""


@dataclass(frozen=True)
class PairRecord:
    """Two clips of one case, frame by frame.

    Attributes:
        case, seed: of the baseline's clip.
        other_seed: of the other clip.
        digests: of the two clips.
        frames: how many of each were compared.
        is_identical: whether all pixels of all frames are equal, and the clips equally long.
        series: measure -> its number for each pair of frames.
        missing: measure -> why it has none.
        notes: what the clips differ in besides what they show.
        version: of the measures.
        error: why the clips could not be compared; '' if they were.
    """

    case: str
    seed: int
    other_seed: int
    digests: tuple[str, str]
    frames: int = 0
    is_identical: bool = False
    series: Mapping[str, tuple[float, ...]] = field(default_factory=dict)
    missing: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    version: int = VERSION
    error: str = ""

    def has(self, measures: Collection[str]) -> bool:
        """Whether it says something of all of these measures."""
        return set(measures) <= {*self.series, *self.missing}


@dataclass(frozen=True)
class PairStore:
    """The records of one run's clips against another's.

    Attributes:
        path: <out>/fidelity/pairs/<base>/<other>; made with the first record.
    """

    path: Path

    @classmethod
    def of(cls, out: Path, base: str, other: str) -> PairStore:
        """That of two runs.

        Args:
            out: the folder of runs.
            base, other: ids of the runs.
        """
        return cls(out / FOLDER / "pairs" / base / other)

    def get(
        self, case: str, seed: int, other_seed: int, digests: tuple[str, str], measures: Collection[str]
    ) -> PairRecord | None:
        """The record of a pair; None if there is none, or it is about other clips, or by other measures.

        Args:
            case, seed: of the baseline's clip.
            other_seed: of the other clip.
            digests: of both as they are now.
            measures: that it must say something of.

        Raises:
            StorageFailed: it cannot be read now.
        """
        try:
            found = stored_values.read(PairRecord, self._file(case, seed, other_seed))
        except BadResults:
            return None  # missing, or not written by us: it is measured again
        same = (found.digests, found.other_seed, found.version) == (digests, other_seed, VERSION)
        return found if same and found.has(measures) else None

    def put(self, record: PairRecord) -> None:
        """Stores a record, in place of an earlier one of the same pair; failures are not stored."""
        if not record.error:
            path = self._file(record.case, record.seed, record.other_seed)
            files.write_text(path, sealed.text(asdict(record)))

    def _file(self, case: str, seed: int, other_seed: int) -> Path:
        seeds = f"{seed}" if seed == other_seed else f"{seed}-{other_seed}"
        return self.path / f"{case}-{seeds}.json"
