"""A comparison as plots: effects as a forest plot, and the gains case by case."""

from __future__ import annotations

from bench.base.svg import CaseGains, CasePanels, Effect, Forest
from bench.comparison.differences import Difference, Pair


def forest(pair: Pair) -> Forest | None:
    """The effects with their intervals; None where no metric has one."""
    effects = [
        Effect(each.metric, *scaled, each.colour)
        for each in pair.differences
        if not each.obstacles and (scaled := standardised(each))
    ]
    a, b = pair.a.name, pair.b.name
    return Forest(f"← {a} is better · {b} is better →", effects) if effects else None


def case_panels(pair: Pair) -> CasePanels | None:
    """The gains on each case, metric by metric; None where no metric is of cases."""
    panels = [
        CaseGains(
            each.metric,
            tuple(case.case for case in each.by_case),
            tuple(case.difference * (each.card.sign or 1) for case in each.by_case),
            bool(each.card.sign),
        )
        for each in pair.differences
        if each.by_case and not each.obstacles
    ]
    a, b = pair.a.name, pair.b.name
    return CasePanels(f"{b} beside {a}, case by case: up is better", panels) if panels else None


def standardised(found: Difference) -> tuple[float, float, float] | None:
    """Gain and the ends of its interval, in standard deviations of the cases' differences; None without an interval.

    A set has no differences of cases: its unit is the deviation that would have given its standard error.
    """
    if found.test is None or found.low is None or found.high is None or not found.test.error:
        return None
    unit = found.test.error * found.cases**0.5 * (found.card.sign or 1)
    low, high = sorted((found.low / unit, found.high / unit))
    return found.difference / unit, low, high
