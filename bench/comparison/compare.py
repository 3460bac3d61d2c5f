"""Runs compared, each against the first; and gates, which say whether that is good enough.

Of runs on this machine everything compares. Of runs whose numbers alone are here, the numbers of their clips do, and
those about the whole set are said to lack the clips.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from bench import runs
from bench.comparison import by_case, by_set
from bench.comparison.differences import Difference, Entry, Pair, Skipped
from bench.errors import UnknownName, UsageError
from bench.runs import RunFolder, parquet
from bench.runs.cards import Cards
from bench.types import SIGNS

if TYPE_CHECKING:
    import pandas as pd

COLUMNS = ("run", "case", "seed", "metric", "metric_version", "value", "error")
"""Of Measurement: all that a comparison of rows looks at."""

FRAMED = (
    "metric", "version", "direction", "unit", "basis", "cases", "a", "b", "difference", "low", "high", "p", "p_holm",
    "effect", "won", "lost", "tied", "detectable", "seeds_worth",
)  # fmt: skip
"""Attributes of a Difference that stand in a frame; what varies within it, case by case, does not."""


MOST_LOST = 0.05
"""Of the baseline's cases: a run that has no value of more of them may have failed where it is worse."""


@dataclass(frozen=True)
class Comparison:
    """Runs on one version of one suite.

    Attributes:
        suite: name@version.
        pairs: each run but the first, against the first.
        problems: files of rows that had to be set aside.
    """

    suite: str
    pairs: tuple[Pair, ...]
    problems: tuple[str, ...] = ()


@dataclass(frozen=True)
class Gate:
    """How much worse a metric may be.

    Attributes:
        metric: one that knows which way is better.
        margin: at least 0, in the metric's unit.
    """

    metric: str
    margin: float = 0.0

    def fails(self, found: Difference) -> bool:
        """Whether B is worse by more than the margin: the whole 95 % interval lies beyond it.

        An interval that reaches into the margin passes: what few cases cannot show is no reason to stop a training.
        """
        low, high = found.low, found.high
        if low is None or high is None:
            raise UsageError(f"no interval for {found.metric}: {found.cases} cases are too few to gate on")
        least_loss = -high if found.direction == "higher" else low
        return least_loss > self.margin


def gate(words: str) -> Gate:
    """'METRIC' or 'METRIC:margin'.

    Raises:
        UsageError: the margin is no number, or negative.
    """
    metric, colon, margin = words.rpartition(":")
    if not colon:
        return Gate(words)
    try:
        number = float(margin)
    except ValueError:
        number = math.nan
    if not (math.isfinite(number) and number >= 0 and metric):
        raise UsageError(f"a gate is METRIC or METRIC:margin with a margin of 0 or more, not '{words}'")
    return Gate(metric, number)


def compare(
    out: Path, words: Sequence[str], metrics: Sequence[str] = (), gates: Sequence[Gate] = ()
) -> Comparison:
    """The runs that words name, each against the first.

    Args:
        out: folder of runs.
        words: ids, their beginnings or labels; two at least.
        metrics: see comparison.chosen; those of gates are compared besides.
        gates: which will be asked.

    Raises:
        UnknownName: no such run or metric.
        UsageError: one run alone; runs on different suites, or versions of one; a run without measurements.
    """
    if len(words) < 2:
        raise UsageError("compare needs two runs at least: bench compare BASELINE OTHER")
    folders = [runs.named(out, each) for each in words]
    _check_suites(folders)
    rows, problems = _rows(folders)
    wanted = by_case.chosen(rows, metrics)
    wanted += [metric for metric in _gated(rows, gates) if metric not in wanted]
    run = folders[0].run
    found = pairs(rows, _entries(folders), wanted, {folder.path.name: folder for folder in folders})
    return Comparison(str(run.suite_id), found, problems)


def pairs(
    rows: pd.DataFrame, entries: Sequence[Entry], metrics: Sequence[str], folders: Mapping[str, RunFolder]
) -> tuple[Pair, ...]:
    """Each entry but the first, against the first, on one version of one suite.

    Args:
        rows: of all entries, at least COLUMNS.
        entries: two at least.
        metrics: which; see comparison.chosen.
        folders: run -> its folder, where it is on this machine: numbers about sets compare by the features in them.
    """
    versions = dict(zip(rows["metric"], rows["metric_version"], strict=True))
    first, *others = entries
    found = (by_case.compare(first, entry, rows, metrics) for entry in others)
    return tuple(_completed(pair, folders, versions) for pair in found)


def _completed(pair: Pair, folders: Mapping[str, RunFolder], versions: Mapping[str, str]) -> Pair:
    a, b = folders.get(pair.a.run), folders.get(pair.b.run)
    if a and b:
        return by_set.completed(pair, a, b, versions)
    gone = " and ".join(side.name for side, folder in ((pair.a, a), (pair.b, b)) if not folder)
    reason = f"{by_case.SET_REASON}: it compares by features of the clips, and those of {gone} are not here"
    skipped = [
        Skipped(each.metric, reason) if each.reason == by_case.SET_REASON else each for each in pair.skipped
    ]
    return replace(pair, skipped=tuple(skipped))


def frame(found: Comparison) -> pd.DataFrame:
    """One row a pair and metric: the names of baseline and run, FRAMED, and the verdict."""
    import pandas as pd

    rows = [
        {"baseline": pair.a.name, "run": pair.b.name}
        | {name: getattr(each, name) for name in FRAMED}
        | {"verdict": each.verdict}
        for pair in found.pairs
        for each in pair.differences
    ]
    return pd.DataFrame(rows, columns=["baseline", "run", *FRAMED, "verdict"])


def failed(found: Comparison, gates: Sequence[Gate]) -> list[tuple[Gate, Pair, Difference]]:
    """The gates that do not hold, and where.

    Raises:
        UsageError: a gate on a metric that has no better direction, of which nothing is known here, or of which the
            run has no value for more than MOST_LOST of the baseline's cases: a gate that sees nothing must not pass.
    """
    asked = [(each, pair, _asked(each, pair)) for pair in found.pairs for each in gates]
    return [(each, pair, difference) for each, pair, difference in asked if each.fails(difference)]


def _asked(gate: Gate, pair: Pair) -> Difference:
    difference = next((each for each in pair.differences if each.metric == gate.metric), None)
    if difference is None:
        reasons = [each.reason for each in pair.skipped if each.metric == gate.metric]
        raise UsageError(f"{gate.metric} of {pair.b.name} cannot be gated on: {''.join(reasons)}")
    if not SIGNS[difference.direction]:
        raise UsageError(f"{gate.metric} cannot be gated on: it has no better direction")
    lost = _lost(pair, difference)
    if lost > MOST_LOST * (difference.cases + lost):
        raise UsageError(
            f"{gate.metric} of {pair.b.name} cannot be gated on: it lacks {lost} of the {difference.cases + lost} "
            f"cases of {pair.a.name}, over {MOST_LOST:.0%}"
        )
    return difference


def _lost(pair: Pair, difference: Difference) -> int:
    """How many cases the baseline has under a metric, and the other lacks; of a number about sets, clips count."""
    if difference.basis == "set":
        return len({*pair.a.clips} - {*pair.b.clips})
    return sum(
        len(hole.cases)
        for hole in pair.holes
        if hole.has == pair.a.name and difference.metric in hole.metrics
    )


def _gated(rows: pd.DataFrame, gates: Sequence[Gate]) -> list[str]:
    """The metrics of gates; a name of an evaluator is not one."""
    measured = {*rows["metric"]}
    for each in gates:
        if each.metric not in measured:
            raise UnknownName("metric", each.metric, measured, hint="to gate on, measured in these runs")
    return [each.metric for each in gates]


def _check_suites(folders: Sequence[RunFolder]) -> None:
    first, *others = (folder.run for folder in folders)
    for run in others:
        if run.suite_id != first.suite_id:
            raise UsageError(
                f"{run.id} is on {run.suite_id}, {first.id} on {first.suite_id}: "
                "runs compare on one version of one suite"
            )


def _rows(folders: Sequence[RunFolder]) -> tuple[pd.DataFrame, tuple[str, ...]]:
    found, problems, cards = [], [], Cards()
    for folder in dict.fromkeys(folders):
        rows, broken = folder.rows.read()
        problems += [str(each) for each in broken]
        if not rows:
            name = folder.path.name
            raise UsageError(f"run '{name}' has no measurements yet: bench evaluate {name}")
        found += rows
        cards |= folder.rows.cards()
    return parquet.frame(parquet.latest(found), cards), tuple(problems)


def _entries(folders: Sequence[RunFolder]) -> list[Entry]:
    """Runs by their label; where several share one, by id."""
    labels = [folder.run.label for folder in folders]
    shared = {label for label in labels if len({f.path for f in folders if f.run.label == label}) > 1}
    return [
        Entry(folder.path.name, folder.path.name if label in shared else label, _clips(folder))
        for folder, label in zip(folders, labels, strict=True)
    ]


def _clips(folder: RunFolder) -> dict[str, Path]:
    """Case -> the clip of its first seed."""
    made = [record for record in folder.records() if not record.error]
    return {record.case: folder.locate(record) for record in reversed(made)}
