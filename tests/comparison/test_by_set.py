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
from bench.engine.set_metrics import with_series
from bench.errors import NotMeasurable
from bench.evaluators import FeatureSet, SetEvaluator, Values
from bench.statistics import feature_sets, mmd
from bench.statistics.ranking import SetScore, by_jackknife, of_sets
from bench.types import Value
from tests.comparison.made_pairs import A, B

DEBIASED = "fvd_lite0_debiased"


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


def _features(rng: np.random.Generator, cases: int, shift: float = 0.0, dimensions: int = 4) -> FeatureSet:
    drawn = rng.normal(shift, 1.0, (cases, dimensions))
    return FeatureSet(drawn, tuple(f"c{number:02}" for number in range(cases)))


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


def _score(evaluator: SetEvaluator, clips: FeatureSet, references: FeatureSet, metric: str) -> SetScore:
    """As a row of a run has it."""
    groups = feature_sets.groups(sorted(set(references.cases)))
    answer = with_series(evaluator, clips, references, groups)[metric]
    assert isinstance(answer, Value)
    assert answer.low is not None and answer.high is not None
    return SetScore(answer.value, answer.low, answer.high, answer.n or 0, answer.series or ())


def _trial(cases: int, seed: int, steps: tuple[float, float]) -> tuple[by_set.Triple, dict[str, SetScore]]:
    """Two runs of 16 Gaussian features whose true distances are known, and their scores."""
    rng, evaluator = np.random.default_rng(seed), _lite0()
    a, b = (_features(rng, cases, float(np.sqrt(step / 16)), 16) for step in steps)
    references = _features(rng, cases, 0.0, 16)
    scores = {run: _score(evaluator, clips, references, DEBIASED) for run, clips in {"a": a, "b": b}.items()}
    return by_set.Triple(a, b, references), scores


def _lite0() -> SetEvaluator:
    evaluator = evaluators.registry["fvd_lite0"]()
    assert isinstance(evaluator, SetEvaluator)
    return evaluator


def _is_told(scores: dict[str, SetScore]) -> bool:
    return str(of_sets(scores, -1)["a"]) != "1–2"


@pytest.mark.parametrize(("cases", "trials", "least"), [(20, 8, 4), (50, 4, 4)])
def test_ranks_tell_a_distance_of_17_7_from_8(cases: int, trials: int, least: int) -> None:
    """In 60 trials they do in 73 and 100 %, touching intervals in 35 and 98 %."""
    found = [_trial(cases, seed, (8.0, 17.7))[1] for seed in range(trials)]
    assert sum(map(_is_told, found)) >= least


def test_ranks_and_comparisons_are_one_test() -> None:
    for seed in range(2):
        triple, scores = _trial(20, seed, (8.0, 13.0))
        (found,) = by_set.differences(_lite0(), [DEBIASED], triple)
        assert isinstance(found, Difference)
        assert found.test is not None
        _, _, (p,) = by_jackknife(list(scores.values()))
        assert p == pytest.approx(found.test.p, rel=1e-6)
        assert 0 < p < 1


def test_ranks_seldom_tell_equal_distances_apart() -> None:
    rng = np.random.default_rng(0)
    told = []
    for _ in range(60):
        a, b, references = (_features(rng, 20) for _ in range(3))
        told.append(
            _is_told(
                {"a": _score(Kernel(), a, references, "kvd"), "b": _score(Kernel(), b, references, "kvd")}
            )
        )
    assert np.mean(told) <= 0.1


@pytest.mark.parametrize("cases", [10, 20])
def test_sets_of_one_distribution_rarely_differ(cases: int) -> None:
    """200 trials of no difference: at most 8 %, two standard errors over 5."""
    rng = np.random.default_rng(cases)
    trials = [_set_difference(*(_features(rng, cases) for _ in range(3))) for _ in range(200)]
    assert np.mean([trial.p is not None and trial.p <= 0.05 for trial in trials]) <= 0.08
