"""Gates: whether a run is good enough for a training pipeline to go on.

A gate that cannot see anything must not pass: it is an error, and neither held nor broken.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from bench.comparison.coverage import Clip, Tried, lacking
from bench.comparison.differences import Difference, Pair, Side
from bench.errors import UsageError, folded, meant

MOST_LOST = 0.05
"""Fraction of the clips: a run that lacks the values of more of them may have failed where it is worse."""


@dataclass(frozen=True)
class Gate:
    """How much worse a metric may be.

    Attributes:
        metric: its name; it must have a better direction.
        margin: at least 0, in the metric's unit.
    """

    metric: str
    margin: float = 0.0

    def is_on(self, metric: str) -> bool:
        """Whether it is about a metric, which may be written in other case."""
        return folded(metric) == folded(self.metric)

    def fails(self, found: Difference) -> bool:
        """Whether B is worse by more than the margin: the whole 95 % interval lies beyond it.

        An interval that reaches into the margin passes: a difference that few cases cannot show stops no training.

        Raises:
            UsageError: there is no interval.
        """
        low, high = found.low, found.high
        if low is None or high is None:
            raise UsageError(f"no interval for {found.metric}: {found.cases} cases are too few to gate on")
        least_loss = -high if found.card.sign > 0 else low
        return least_loss > self.margin


@dataclass(frozen=True)
class BrokenGate:
    """A gate that does not hold, and where."""

    gate: Gate
    pair: Pair
    difference: Difference


def gate(words: str) -> Gate:
    """The gate that 'METRIC' or 'METRIC:margin' asks for.

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


def metrics(gates: Sequence[Gate], measured: Collection[str]) -> list[str]:
    """The metrics of gates; the name of an evaluator is not one.

    Raises:
        UnknownName: a gate is on a metric that was not measured.
    """
    hint = "to gate on, measured in these runs"
    return [meant("metric", each.metric, measured, hint) for each in gates]


def broken(pairs: Sequence[Pair], gates: Sequence[Gate]) -> list[BrokenGate]:
    """The gates that do not hold.

    Raises:
        UsageError: a gate on a metric that has no better direction, that is not compared or has no interval, or of
            which a run lacks the values of more than MOST_LOST of the clips.
    """
    asked = [BrokenGate(each, pair, _gated(each, pair)) for pair in pairs for each in gates]
    return [each for each in asked if each.gate.fails(each.difference)]


def _gated(gate: Gate, pair: Pair) -> Difference:
    difference = next((each for each in pair.differences if gate.is_on(each.metric)), None)
    if difference is None:
        reasons = [each.reason for each in pair.skipped if gate.is_on(each.metric)]
        raise UsageError(f"{gate.metric} of {pair.b.name} cannot be gated on: {''.join(reasons)}")
    if difference.obstacles:
        raise UsageError(
            f"{gate.metric} of {pair.b.name} cannot be gated on: {difference.verdict_text}; --across-protocols gates "
            "all the same"
        )
    if not difference.card.sign:
        raise UsageError(f"{gate.metric} cannot be gated on: it has no better direction")
    for side, lost, of in _lost(pair, difference):
        if len(lost) > MOST_LOST * of:
            raise UsageError(
                f"{gate.metric} of {pair.b.name} cannot be gated on: {side.name} lacks the value of {len(lost)} "
                f"of {of} clips, over {MOST_LOST:.0%}"
            )
    return difference


def _lost(pair: Pair, difference: Difference) -> list[tuple[Side, frozenset[Clip], int]]:
    """Per side, the clips whose value is missing though it should be there, and how many values should be there.

    Cases that the baseline never tried are no loss: it decides what is asked of the other.
    """
    a, b = pair.coverage.get(difference.metric, (Tried(), Tried()))
    return [(pair.b, *lacking(b, a, whole_cases=True)), (pair.a, *lacking(a, b, whole_cases=False))]
