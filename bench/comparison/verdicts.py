"""The decision: which differences are shown, at 5 % false alarms over all metrics of a pair."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from bench.base.wording import LEAST
from bench.comparison.differences import Difference, Pair, Verdict
from bench.statistics import paired
from bench.statistics.significance import ALPHA


def decided(pair: Pair, declared: Collection[str] = ()) -> Pair:
    """The pair with the interval and verdict of every difference; differences and skipped ones sorted by metric.

    All metrics share 5 %: with twelve of them each interval has 99.6 %, and all hold at once in 95 of 100 comparisons.
    A metric that could not be significant, whatever the signs, is not a test, and widens no interval.

    Args:
        pair: with the tests of its differences.
        declared: metrics that were named beforehand, each as a question of its own, as gates are: they have 95 % each.

    Source: Bonferroni, since Holm's steps have no intervals of their own; Tarone 1990 (Biometrics 46): a test whose
    least p is above α cannot give a false alarm.
    """
    tests = sum(each.can_be_significant and each.metric not in declared for each in pair.differences)
    found = [_decided(each, 1 if each.metric in declared else max(tests, 1)) for each in pair.differences]
    return replace(
        pair,
        differences=tuple(sorted(found, key=lambda each: each.metric)),
        skipped=tuple(sorted(pair.skipped, key=lambda each: each.metric)),
    )


def _decided(found: Difference, tests: int) -> Difference:
    if found.test is None:
        return replace(found, verdict="not comparable") if found.obstacles else found
    low, high = found.test.interval(ALPHA / tests)
    return replace(
        found,
        low=low,
        high=high,
        level=1 - ALPHA / tests,
        p=found.test.p,
        p_adjusted=min(1.0, found.test.p * tests),
        verdict="not comparable" if found.obstacles else _verdict(low, high, found.card.sign),
        detectable=_detectable(found, ALPHA / tests),
    )


def _detectable(found: Difference, alpha: float) -> float | None:
    if found.test is None or found.basis == "set":
        return found.detectable
    return paired.detectable(found.test.error * found.cases**0.5, found.cases, alpha)


def _verdict(low: float, high: float, sign: int) -> Verdict:
    """By the interval as it is shown, and by nothing else: an end that reads 0 is 0."""
    is_above, is_below = low >= LEAST, high <= -LEAST
    if not (is_above or is_below):
        return "no difference shown"
    if not sign:
        return "differs"
    return "better" if is_above == (sign > 0) else "worse"
