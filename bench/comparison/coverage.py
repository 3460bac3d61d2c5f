"""Which clips of a run have a value under a metric and which lack one, counted by clip: a case is one or several."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    import pandas as pd

Clip: TypeAlias = tuple[str, int]
"""Case and seed."""

Lack: TypeAlias = Literal["failed", "not measurable"]
"""Why a clip has no value: see bench.types.Status."""


@dataclass(frozen=True)
class Tried:
    """The clips of one run that were tried under one metric.

    Attributes:
        valued: those that have a value.
        failed: those that have none because something broke.
        unmeasurable: those that have none to give.
    """

    valued: frozenset[Clip] = frozenset()
    failed: frozenset[Clip] = frozenset()
    unmeasurable: frozenset[Clip] = frozenset()

    @property
    def clips(self) -> frozenset[Clip]:
        """All of them."""
        return self.valued | self.failed | self.unmeasurable


@dataclass(frozen=True)
class Missing:
    """Clips of one run without a value, for one reason, under these metrics.

    Attributes:
        name: of the run in tables.
        lack: the reason.
        clips: sorted.
        of: number of clips that were tried.
        metrics: those that lack just these.
    """

    name: str
    lack: Lack
    clips: tuple[Clip, ...]
    of: int
    metrics: tuple[str, ...]


def tried(rows: pd.DataFrame) -> Tried:
    """The clips in the rows of one run and one metric of clips."""
    clips = list(zip(rows["case"].astype(str), rows["seed"].fillna(0).astype("uint64"), strict=True))
    is_valued, is_failed = rows["value"].notna(), rows["status"] == "failed"
    marked = list(zip(clips, is_valued, is_failed, strict=True))
    return Tried(
        frozenset(clip for clip, valued, _ in marked if valued),
        frozenset(clip for clip, valued, failed in marked if failed and not valued),
        frozenset(clip for clip, valued, failed in marked if not (valued or failed)),
    )


def lacking(side: Tried, other: Tried, whole_cases: bool) -> tuple[frozenset[Clip], int]:
    """The clips that a side should have a value of and has none, and how many it should have.

    It should have those that the other has, of the seeds that were tried at all, and its own on the other's cases,
    unless they have no value to give. Seeds may differ: one that was never asked for is not missing.

    Args:
        side, other: the two runs under one metric.
        whole_cases: whether cases count that the side never tried.
    """
    cases, seeds = ({clip[place] for clip in side.clips} for place in (0, 1))
    shares_seeds = any(seed in seeds for _, seed in other.valued)
    due = {
        (case, seed)
        for case, seed in other.valued
        if (seed in seeds if case in cases else whole_cases and (seed in seeds or not shares_seeds))
    }
    others = {case for case, _ in other.valued}
    due |= {clip for clip in side.valued | side.failed if clip[0] in others}
    return frozenset(due) - side.valued, len(due)


def missing(name: str, by_metric: Mapping[str, Tried]) -> list[Missing]:
    """The clips of a run without a value, once for all metrics that lack the same ones.

    Args:
        name: of the run.
        by_metric: metric -> its clips.
    """
    found: dict[tuple[Lack, tuple[Clip, ...], int], list[str]] = {}
    for metric, each in by_metric.items():
        lacks: tuple[tuple[Lack, frozenset[Clip]], ...] = (
            ("failed", each.failed),
            ("not measurable", each.unmeasurable),
        )
        for lack, clips in lacks:
            if clips:
                found.setdefault((lack, tuple(sorted(clips)), len(each.clips)), []).append(metric)
    return [Missing(name, lack, clips, of, tuple(names)) for (lack, clips, of), names in found.items()]
