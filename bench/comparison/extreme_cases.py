"""The cases that differ most, over all metrics of a pair."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bench.comparison.differences import Difference, Pair

EXTREMES = 3
"""How many of the worst and of the best cases are named."""

SMALLEST = 0.005
"""What a gain must exceed to be named: two digits are shown of it."""


@dataclass(frozen=True)
class CaseGain:
    """A case and the gain of B over A on it: the mean over metrics of gain / root mean square of the gains."""

    case: str
    gain: float
    metrics: int


def gains(pair: Pair) -> list[CaseGain]:
    """The cases from the one that B loses most to the one that it wins most, over all metrics with a direction."""
    found: dict[str, list[float]] = {}
    for each in pair.differences:
        for case, share in zip(each.by_case, _standardised(each), strict=False):
            found.setdefault(case.case, []).append(share * each.card.sign)
    cases = [CaseGain(case, float(np.mean(values)), len(values)) for case, values in found.items()]
    return sorted(cases, key=lambda each: (each.gain, each.case))


def extremes(pair: Pair) -> list[CaseGain]:
    """The EXTREMES worst and the EXTREMES best, the most extreme first."""
    found = gains(pair)
    best = [each for each in reversed(found) if each.gain > SMALLEST]
    return [each for each in found if each.gain < -SMALLEST][:EXTREMES] + best[:EXTREMES]


def _standardised(found: Difference) -> list[float]:
    """The cases' differences over their root mean square; empty where they tell no direction, or are all 0.

    Divided by the largest first: the square of a value that others measured may overflow.
    """
    differences_N = np.array([case.difference for case in found.by_case])
    largest = float(np.abs(differences_N).max(initial=0.0))
    if not found.tells_direction or not 0.0 < largest < np.inf:
        return []
    shares_N = differences_N / largest
    return list(map(float, shares_N / np.sqrt(np.mean(shares_N**2))))
