"""Metrics of whole sets, on features drawn by hand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from bench import evaluators
from bench.comparison import by_set
from bench.comparison.differences import Difference, Pair, Skipped
from bench.comparison.verdicts import decided
from bench.errors import NotMeasurable
from bench.evaluators import FeatureSet, SetEvaluator, Values
from bench.statistics import mmd
from tests.comparison.made_pairs import A, B


class Kernel(SetEvaluator):
    """A kernel distance of four features, and one that is never measurable."""

    name = "kernel"
    cards = tuple(replace(evaluators.registry["fvd_lite0"].cards[2], name=name) for name in ("kvd", "none"))

    def features(self, looks: Sequence[object]) -> np.ndarray:
        raise NotImplementedError

    def distance(self, clips: FeatureSet, references: FeatureSet) -> Values:
        sets = clips.features_ND, references.features_ND, clips.cases, references.cases
        return {"kvd": mmd.kernel_value(*sets), "none": NotMeasurable("never")}

    def protocol(self) -> dict[str, str]:
        return {}


def _features(rng: np.random.Generator, cases: int, shift: float = 0.0) -> FeatureSet:
    return FeatureSet(rng.normal(shift, 1.0, (cases, 4)), tuple(f"c{number:02}" for number in range(cases)))


def _set_difference(*sets: FeatureSet) -> Difference:
    found, skipped = by_set.differences(Kernel(), ["kvd", "none"], by_set.Triple(*sets))
    assert skipped == Skipped("none", "never", "not measurable")
    assert isinstance(found, Difference)
    (tested,) = decided(Pair(A, B, (found,), (), (), ((0,), (0,)))).differences
    return tested


def test_a_set_farther_from_the_references_is_worse() -> None:
    rng = np.random.default_rng(0)
    found = _set_difference(_features(rng, 30), _features(rng, 30, 1.0), _features(rng, 30))
    assert (found.basis, found.verdict) == ("set", "worse")
    assert found.low is not None
    assert found.low > 0


def test_a_set_against_itself_is_0() -> None:
    rng = np.random.default_rng(0)
    clips = _features(rng, 9)
    found = _set_difference(clips, clips, _features(rng, 9))
    assert (found.difference, found.low, found.high, found.p) == (0.0, 0.0, 0.0, 1.0)


def test_sets_of_few_cases_have_no_interval() -> None:
    rng = np.random.default_rng(0)
    found = _set_difference(_features(rng, 5), _features(rng, 5, 1.0), _features(rng, 5))
    assert (found.low, found.p, found.cases) == (None, None, 5)


@pytest.mark.parametrize("cases", [10, 20])
def test_sets_of_one_distribution_rarely_differ(cases: int) -> None:
    """200 trials of no difference: at most 8 %, two standard errors over 5."""
    rng = np.random.default_rng(cases)
    trials = [_set_difference(*(_features(rng, cases) for _ in range(3))) for _ in range(200)]
    assert np.mean([trial.p is not None and trial.p <= 0.05 for trial in trials]) <= 0.08
