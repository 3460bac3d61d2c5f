"""The nouns of the answer: what each measure says of two runs, and what may be concluded."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias

from bench.fidelity.measures import MEASURES, Measure
from bench.fidelity.stored import PairRecord

MARGIN = 0.1
"""The share of another seed's change up to which a run counts as the same, if nothing else is said."""

Verdict: TypeAlias = Literal["identical", "same", "different", "undecided"]
"""What may be said of OTHER. 'identical': all bits of all clips are equal. 'same': its share is shown to be within the
margin, by every measure. 'different': by one of them at least it is shown to be beyond."""


@dataclass(frozen=True)
class ClipShare:
    """One clip under one measure.

    Attributes:
        distance: of OTHER's clip from BASE's.
        share: of the mean change by another seed, less the floor's; None without a ceiling.
        frame: the one that is least like its counterpart, from 0.
    """

    case: str
    seed: int
    distance: float
    share: float | None
    frame: int


@dataclass(frozen=True)
class Share:
    """What one measure says.

    Attributes:
        measure: its name.
        other: mean distance of OTHER's clips from BASE's: over cases, of the mean over seeds.
        floor: that of BASE's clips made again; None if they were not.
        ceiling: that of BASE's clips under other seeds; None if there are none.
        cases: that all of these have.
        value: (other - floor) / (ceiling - floor); None where there is no ceiling above the floor.
        low, high: of its 95 % interval; None as value is; infinite where the cases do not tell.
        verdict: by this measure alone; None where value is.
        clips: the clips, the farthest first.
        missing: why clips have no number, one reason of each kind.
    """

    measure: str
    other: float
    floor: float | None
    ceiling: float | None
    cases: int
    value: float | None
    low: float | None
    high: float | None
    verdict: Verdict | None
    clips: tuple[ClipShare, ...]
    missing: tuple[str, ...] = ()

    @property
    def of(self) -> Measure:
        """The measure itself."""
        return MEASURES[self.measure]

    def within(self, margin: float) -> int:
        """How many clips are within a margin."""
        return sum(each.share is not None and each.share <= margin for each in self.clips)


@dataclass(frozen=True)
class Side:
    """Clips that BASE's are compared with, to know how far apart clips can be.

    Attributes:
        records: of the pairs that could be compared.
        why: why there are none, or what to know of them; '' for nothing.
    """

    records: tuple[PairRecord, ...] = ()
    why: str = ""

    @property
    def identical(self) -> int:
        """Pairs that are equal in all bits."""
        return sum(each.is_identical for each in self.records)


@dataclass(frozen=True)
class Fidelity:
    """How much OTHER's clips differ from BASE's.

    Attributes:
        base, other: names of the runs.
        base_id, other_id: of the runs.
        margin: the largest share that counts as the same.
        pairs: the clips that could be compared.
        failures: those that could not.
        floor, ceiling: BASE's clips made again, and under other seeds.
        shares: one per measure.
        verdict: over all measures.
        notes: what else to know.
        picture: of the frame that is farthest: BASE's, OTHER's, and their difference; None where all are equal.
        factor: how many times that difference is amplified.
    """

    base: str
    other: str
    base_id: str
    other_id: str
    margin: float
    pairs: tuple[PairRecord, ...]
    failures: tuple[PairRecord, ...]
    floor: Side
    ceiling: Side
    shares: tuple[Share, ...]
    verdict: Verdict
    notes: tuple[str, ...] = ()
    picture: Path | None = None
    factor: int = 1

    @property
    def identical(self) -> int:
        """Clips that are equal in all bits."""
        return sum(each.is_identical for each in self.pairs)

    @property
    def farthest(self) -> Share | None:
        """See farthest."""
        return farthest(self.shares)


def farthest(shares: Iterable[Share]) -> Share | None:
    """The measure by which OTHER is farthest from BASE: the largest upper end of an interval; None without a scale."""
    known = [each for each in shares if each.value is not None]
    return max(known, key=lambda each: (each.high or 0.0, each.value or 0.0), default=None)
