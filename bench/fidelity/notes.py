"""The answer in words: one sentence with the share, one with the verdict and its reason, and what else to know."""

from __future__ import annotations

import math
from collections.abc import Iterator

from bench.base.wording import one_line, some
from bench.fidelity.findings import Fidelity, Share, Side
from bench.statistics.mean_test import FEWEST

MOST_NAMED = 3
"""Clips that one line names."""


def lines(found: Fidelity) -> Iterator[str]:
    """All of it, in the order in which it is read."""
    yield sentence(found)
    yield verdict(found)
    yield side("floor", "made again", found.floor)
    yield side("ceiling", "under other seeds", found.ceiling)
    if found.picture:
        yield f"farthest frame of both, and their difference, {found.factor} times as strong: {found.picture}"
    yield from found.notes
    reasons: dict[str, list[str]] = {}
    for each in found.failures:
        reasons.setdefault(one_line(each.error), []).append(one_line(f"{each.case}-{each.seed}"))
    for reason, clips in reasons.items():
        yield f"not compared: {some(clips, MOST_NAMED)}: {reason}"


def sentence(found: Fidelity) -> str:
    """'0.07 of a change of seed (0.05 … 0.09) by SSIM; within 0.1 in 38 of 40 clips; farthest: …'."""
    bits = f"the same bits in {found.identical} of {len(found.pairs)} clips"
    farthest = found.farthest
    if found.verdict == "identical" or not farthest or not farthest.clips:
        return f"{one_line(found.other)} against {one_line(found.base)}: {bits}"
    worst, clips = farthest.clips[0], len(farthest.clips)
    return (
        f"{one_line(found.other)} against {one_line(found.base)}: {share_text(farthest)} of a change of seed by"
        f" {farthest.of.title}; within {found.margin:g} in {farthest.within(found.margin)} of {clips} clips;"
        f" farthest: {one_line(worst.case)}, seed {worst.seed}, frame {worst.frame}; {bits}"
    )


def share_text(found: Share) -> str:
    """'0.07 (0.05 … 0.09)': a share with its 95 % interval; '–' for none."""
    if found.value is None:
        return "no scale" if found.ceiling is not None else "–"
    if found.low is None or found.high is None or not math.isfinite(found.high - found.low):
        return f"{found.value:.2g}"
    return f"{found.value:.2g} ({found.low:.2g} … {found.high:.2g})".replace("-", "−")


def verdict(found: Fidelity) -> str:
    """The verdict, and what it rests on."""
    margin = f"{found.margin:g} of a change of seed"
    if found.verdict == "identical":
        return "identical: every pixel of every frame is equal"
    if found.verdict == "same":
        return f"the same: by every measure shown to be within {margin} (two one-sided tests of 2.5 % each)"
    if found.verdict == "different":
        by = ", ".join(each.of.title for each in found.shares if each.verdict == "different")
        if not found.farthest:
            return f"different by {by}: clips differ, and neither making them again nor another seed changes anything"
        return f"different: shown to be more than {margin}, by {by}"
    return f"undecided: not shown to be within {margin}, nor beyond: {_why_undecided(found)}"


def _why_undecided(found: Fidelity) -> str:
    if not found.pairs:
        return "no clip could be compared"
    if not found.ceiling.records:
        return "there is no ceiling of which it is a share"
    told = [each for each in found.shares if each.verdict]
    if not told:
        return "another seed changes no more than making a clip again"
    if (cases := min(each.cases for each in told)) < FEWEST:
        return f"{cases} cases are too few, {FEWEST} are the fewest that show anything"
    names = ", ".join(each.of.title for each in told if each.verdict != "same")
    return f"the intervals of {names} do not lie on one side of it; more cases would tell"


def side(name: str, what: str, found: Side) -> str:
    """What the floor or the ceiling rests on.

    Args:
        name: 'floor'.
        what: its clips are, in words: 'made again'.
        found: its pairs.
    """
    count = len(found.records)
    told = f"{count} clips {what}, {found.identical} of them with the same bits" if count else "none"
    return f"{name}: {told}" + (f"; {found.why}" if found.why else "")
