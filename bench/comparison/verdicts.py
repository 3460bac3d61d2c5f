"""The decision: which differences are shown, at 5 % false alarms over all metrics of a pair."""

from __future__ import annotations

from dataclasses import replace

from bench.comparison.differences import Difference, Pair, Verdict
from bench.statistics.significance import ALPHA, holm


def decided(pair: Pair) -> Pair:
    """The pair with Holm's p and verdict of every difference; differences and skipped ones sorted by metric.

    A metric that could not be significant, whatever the signs, is not a test, and does not raise the others' p.

    Source: Tarone 1990 (Biometrics 46): a test whose least p is above α cannot give a false alarm.
    """
    tested = {
        each.metric: each.p for each in pair.differences if each.p is not None and each.can_be_significant
    }
    raised = dict(zip(tested, holm(list(tested.values())), strict=True))
    found = [_decided(each, raised.get(each.metric, each.p)) for each in pair.differences]
    return replace(
        pair,
        differences=tuple(sorted(found, key=lambda each: each.metric)),
        skipped=tuple(sorted(pair.skipped, key=lambda each: each.metric)),
    )


def _decided(found: Difference, p_holm: float | None) -> Difference:
    return replace(found, p_holm=p_holm, verdict=_verdict(found, p_holm))


def _verdict(found: Difference, p_holm: float | None) -> Verdict:
    if found.obstacles:
        return "not comparable"
    if p_holm is None:
        return "too few cases"
    if p_holm > ALPHA:
        return "no difference shown"
    if not found.card.sign:
        return "differs"
    return "better" if found.difference * found.card.sign > 0 else "worse"
