"""Comparisons made in advance, since a page from a disk computes no statistics: which pairs, one after the other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from typing import TYPE_CHECKING

from bench.comparison import compare
from bench.comparison.differences import Pair, Side

if TYPE_CHECKING:
    import pandas as pd

    from bench.runs import RunFolder

EVERY_PAIR = 12
"""Runs up to which every pair is compared: 66 pairs; of 200 runs there would be 19,900."""

MOST_PAIRS = 400
"""Pairs of a larger board: a pair on a thousand cases takes a second."""

Names = tuple[str, str]


def wanted(ordered: Sequence[str], baselines: Sequence[str]) -> list[Names]:
    """Which runs are compared, the one to compare with first.

    Args:
        ordered: ids of runs, as the table has them: models, the best first, then baselines.
        baselines: null baselines and reference clips among them.
    """
    models = [run for run in ordered if run not in baselines]
    if len(ordered) <= EVERY_PAIR:
        return list(combinations([*baselines, *models], 2))
    held = anchors(ordered, baselines)
    others = [run for run in ordered if run not in held]
    return [*combinations(held, 2), *((anchor, run) for anchor in held for run in others)]


def anchors(ordered: Sequence[str], baselines: Sequence[str]) -> list[str]:
    """What all runs of a large board are compared with: the leader, and baselines as far as MOST_PAIRS allows."""
    leader = [run for run in ordered if run not in baselines][:1]
    candidates = [*leader, *(run for run in ordered if run in baselines)]
    return candidates[: max(1, MOST_PAIRS // len(ordered))]


def said(ordered: Sequence[str], baselines: Sequence[str], names: Mapping[str, str]) -> str:
    """Which pairs there are, in a sentence or two for the reader.

    Args:
        ordered, baselines: as wanted takes them.
        names: run -> what tables call it.
    """
    if len(ordered) <= EVERY_PAIR:
        return "Every pair of runs was compared when this site was made."
    held = ", ".join(names[run] for run in anchors(ordered, baselines))
    return (
        f"When this site was made, every run was compared with {held}. "
        "For another pair, bench compare A B says as much."
    )


def compared(
    rows: Mapping[str, pd.DataFrame],
    names: Mapping[str, str],
    pairs: Sequence[Names],
    folders: Mapping[str, RunFolder],
) -> Iterator[Pair]:
    """Each pair by all main metrics, one after the other.

    Args:
        rows: run -> its rows.
        names: run -> what tables call it.
        pairs: ids of runs, the one to compare with first.
        folders: of the runs that are on this machine.
    """
    import pandas as pd

    for a, b in pairs:
        both = pd.concat([rows[a], rows[b]])
        sides = [Side(run, names[run]) for run in (a, b)]
        yield from compare.pairs(both, sides, compare.chosen(both, ()), folders)


def plain(rows: pd.DataFrame) -> pd.DataFrame:
    """The columns that a comparison looks at, without categories, which grouping would list whole."""
    own = rows[list(compare.COLUMNS)]
    texts = ("run", "case", "metric", "metric_version", "error")
    return own.assign(**{name: own[name].astype(object) for name in texts})
