"""From pairs of clips to shares: how far OTHER is from BASE, between BASE made again (0) and another seed (1).

Distances are averaged over the seeds of a case, then over cases, which are the independent draws.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from statistics import fmean

import numpy as np

from bench.fidelity.findings import ClipShare, Share, Verdict
from bench.fidelity.measures import MEASURES, Measure
from bench.fidelity.stored import PairRecord
from bench.statistics.arrays import Vector
from bench.statistics.equivalence import LEVEL, ShareTest, p_not_below, share_test
from bench.statistics.significance import ALPHA


def shares(
    pairs: Sequence[PairRecord],
    floor: Sequence[PairRecord],
    ceiling: Sequence[PairRecord],
    margin: float,
) -> tuple[Share, ...]:
    """One per measure that some pair has a number of.

    Args:
        pairs: OTHER's clips against BASE's.
        floor: BASE's made again against BASE's; empty for none, which counts as equal clips.
        ceiling: BASE's under other seeds against BASE's; empty for none.
        margin: the largest share that counts as the same.
    """
    names = [name for name in MEASURES if any(name in each.series for each in pairs)]
    return tuple(_share(MEASURES[name], pairs, floor, ceiling, margin) for name in names)


def verdict(pairs: Sequence[PairRecord], found: Sequence[Share]) -> Verdict:
    """Over all measures: the same where each says so; different where one is sure even among so many.

    A measure by which another seed changes nothing says nothing.
    """
    if pairs and all(each.is_identical for each in pairs):
        return "identical"
    telling = [each for each in found if each.verdict]
    if any(each.verdict == "different" for each in telling):
        return "different"
    return "same" if telling and all(each.verdict == "same" for each in telling) else "undecided"


def _share(
    measure: Measure,
    pairs: Sequence[PairRecord],
    floor: Sequence[PairRecord],
    ceiling: Sequence[PairRecord],
    margin: float,
) -> Share:
    other, low, high = (_by_case(measure, each) for each in (pairs, floor, ceiling))
    sides = [each for each in (other, low, high) if each]
    cases = sorted(set.intersection(*map(set, sides)))
    other_N, low_N, high_N = (
        np.array([each.get(case, 0.0) for case in cases], dtype=np.float64) for each in (other, low, high)
    )
    span = float((high_N - low_N).mean()) if high and cases else 0.0
    test = share_test(other_N - low_N, high_N - low_N, margin) if span > 0 else None
    return Share(
        measure.name,
        other=_mean(other_N),
        floor=_mean(low_N) if low else None,
        ceiling=_mean(high_N) if high else None,
        cases=len(cases),
        value=float((other_N - low_N).mean()) / span if span > 0 else None,
        low=test.low if test else None,
        high=test.high if test else None,
        verdict=_verdict(test) if span > 0 else _without_scale(other_N - low_N) if high else None,
        clips=_clips(measure, pairs, _mean(low_N) if low else 0.0, span),
        missing=tuple(sorted({each.missing[measure.name] for each in pairs if measure.name in each.missing})),
    )


def _mean(values_N: Vector) -> float:
    return float(values_N.mean()) if len(values_N) else math.nan


def _verdict(test: ShareTest | None) -> Verdict:
    """By one measure; that it is beyond the margin has to be sure enough to be said of one among all measures."""
    if test is None:
        return "undecided"
    if test.p_within <= LEVEL:
        return "same"
    return "different" if test.p_beyond <= ALPHA / len(MEASURES) else "undecided"


def _without_scale(excess_N: Vector) -> Verdict | None:
    """Where another seed changes nothing: different, if OTHER does; None where it shows nothing."""
    return "different" if p_not_below(-excess_N) <= ALPHA / len(MEASURES) else None


def _by_case(measure: Measure, pairs: Iterable[PairRecord]) -> Mapping[str, float]:
    found: dict[str, list[float]] = {}
    for each in pairs:
        if measure.name in each.series:
            found.setdefault(each.case, []).append(measure.distance(each.series[measure.name]))
    return {case: fmean(distances) for case, distances in found.items()}


def _clips(measure: Measure, pairs: Sequence[PairRecord], floor: float, span: float) -> tuple[ClipShare, ...]:
    found = []
    for each in pairs:
        if series := each.series.get(measure.name):
            distance = measure.distance(series)
            share = (distance - floor) / span if span > 0 else None
            found.append(ClipShare(each.case, each.seed, distance, share, measure.farthest_frame(series)))
    return tuple(sorted(found, key=lambda clip: (-clip.distance, clip.case, clip.seed)))
