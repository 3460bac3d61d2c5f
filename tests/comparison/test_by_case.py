"""Comparisons of rows made by hand, against SciPy and arithmetic by hand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import scipy.stats

from bench import evaluators
from bench.comparison import by_case, by_set, compare, differences
from bench.comparison.compare import Comparison, Gate, gate
from bench.comparison.differences import Difference, Entry, Pair, Skipped
from bench.errors import NotMeasurable, UnknownName, UsageError
from bench.evaluators import FeatureSet, SetEvaluator, Values
from bench.runs import parquet
from bench.statistics import mmd
from bench.types import Measurement
from tests.made import measurement

A, B = Entry("a-run", "a"), Entry("b-run", "b")


def _rows(side: Entry, values: dict[str, Sequence[float]], **changes: object) -> list[Measurement]:
    """One row a case and seed."""
    return [
        measurement(run=side.run, label=side.name, case=case, seed=seed, value=value, **changes)
        for case, seeds in values.items()
        for seed, value in enumerate(seeds)
    ]


def _pair(*rows: Measurement, metrics: Sequence[str] = ("ssim_mean",)) -> Pair:
    return by_case.compare(A, B, parquet.frame(rows), metrics)


def _of(values: Sequence[float]) -> dict[str, Sequence[float]]:
    return {f"c{number:02}": [value] for number, value in enumerate(values)}


# ---- metrics of clips


def test_a_difference_is_scipys_paired_t_interval_over_the_means_of_seeds() -> None:
    rng = np.random.default_rng(0)
    a = {f"c{n}": rng.uniform(0, 1, 3).tolist() for n in range(8)}
    b = {f"c{n}": (0.3 * n + rng.uniform(0.2, 1, 3)).tolist() for n in range(8)}
    (found,) = _pair(*_rows(A, a), *_rows(B, b)).differences
    a_N, b_N = (np.array([np.mean(side[case]) for case in sorted(a)]) for side in (a, b))
    expected = scipy.stats.ttest_rel(b_N, a_N).confidence_interval(0.95)
    assert (found.low, found.high) == pytest.approx(tuple(expected))
    assert (found.a, found.b, found.difference) == pytest.approx((a_N.mean(), b_N.mean(), (b_N - a_N).mean()))
    assert (found.won + found.lost + found.tied, found.cases) == (8, 8)
    assert found.components is not None
    assert found.seeds_worth is not None


@pytest.mark.parametrize(
    ("metric", "verdict", "won"), [("ssim_mean", "better", 6), ("warping_error", "worse", 0)]
)
def test_better_is_what_the_card_says(metric: str, verdict: str, won: int) -> None:
    values = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6]
    higher = [0.15, 0.27, 0.39, 0.45, 0.6, 0.8]
    rows = [*_rows(A, _of(values), metric=metric), *_rows(B, _of(higher), metric=metric)]
    (found,) = _pair(*rows, metrics=[metric]).differences
    assert (found.verdict, found.won, found.lost) == (verdict, won, 6 - won)
    gains = [case.difference * (1 if won else -1) for case in found.by_case]
    assert gains == sorted(gains)


def test_a_metric_without_a_direction_only_differs() -> None:
    rows = [
        *_rows(A, _of([0.0] * 6), metric="motion_share"),
        *_rows(B, _of([1, 2, 3, 4, 5, 6]), metric="motion_share"),
    ]
    (found,) = _pair(*rows, metrics=["motion_share"]).differences
    assert found.verdict == "differs"


def test_five_cases_are_too_few_for_a_verdict() -> None:
    (found,) = _pair(*_rows(A, _of([0.1] * 5)), *_rows(B, _of([0.9] * 5))).differences
    assert (found.verdict, found.p) == ("too few cases", None)


def test_one_case_has_no_interval() -> None:
    (found,) = _pair(*_rows(A, _of([0.1])), *_rows(B, _of([0.9]))).differences
    assert (found.low, found.high, found.half, found.detectable) == (None, None, None, None)


def test_a_run_against_itself_differs_nowhere() -> None:
    rows = parquet.frame(_rows(A, _of(np.linspace(0, 1, 9).tolist())))
    (found,) = by_case.compare(A, A, rows, ["ssim_mean"]).differences
    assert (found.difference, found.low, found.high, found.p, found.tied) == (0.0, 0.0, 0.0, 1.0, 9)
    assert found.verdict == "no difference shown"


def test_metrics_that_cannot_tell_do_not_raise_the_others() -> None:
    """Six cases, p = 1/32 under one metric; under the other nothing differs: Holm over one, not two."""
    rows = [
        *_rows(A, _of([0.0] * 6)), *_rows(B, _of([0.1, 0.2, 0.3, 0.4, 0.5, 0.6])),
        *_rows(A, _of([1.0] * 6), metric="psnr_mean"), *_rows(B, _of([1.0] * 6), metric="psnr_mean"),
    ]  # fmt: skip
    found = {each.metric: each for each in _pair(*rows, metrics=["ssim_mean", "psnr_mean"]).differences}
    assert (found["ssim_mean"].p_holm, found["psnr_mean"].p_holm) == (2 / 64, 1.0)


def test_holm_counts_every_metric_that_could_tell() -> None:
    up = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6]
    rows = [
        row
        for name in ("x", "y")
        for side, values in ((A, [0.0] * 6), (B, up))
        for row in _rows(side, _of(values), metric=name)
    ]
    assert [each.p_holm for each in _pair(*rows, metrics=["x", "y"]).differences] == [4 / 64, 4 / 64]


def test_cases_that_one_side_lacks_are_named() -> None:
    rows = [*_rows(A, _of([0.1, 0.2, 0.3])), *_rows(B, _of([0.1, 0.2]))]
    failure = measurement(run=B.run, case="c02", value=None, error="broken")
    pair = _pair(*rows, failure)
    (hole,) = pair.holes
    assert (hole.has, hole.lacks, hole.cases, hole.metrics) == ("a", "b", ("c02",), ("ssim_mean",))
    assert pair.differences[0].cases == 2


def test_versions_of_a_metric_are_not_compared() -> None:
    pair = _pair(*_rows(A, _of([0.1])), *_rows(B, _of([0.2]), metric_version="2"))
    assert (pair.differences, pair.skipped[0].reason) == ((), "a has version 1, b 2: measure both anew")


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        (_rows(A, _of([0.1])), "b has no value: it was not measured"),
        ([*_rows(A, _of([0.1])), measurement(run=B.run, value=None, error="too short")], "b has no value: too short"),
        ([*_rows(A, {"x": [0.1]}), *_rows(B, {"y": [0.1]})], "no case in common"),
    ],
)  # fmt: skip
def test_what_is_not_compared_says_why(rows: list[Measurement], reason: str) -> None:
    assert [each.reason for each in _pair(*rows).skipped] == [reason]


def test_the_case_that_loses_most_over_all_metrics_comes_first() -> None:
    rows = [*_rows(A, _of([0.5, 0.5, 0.5])), *_rows(B, _of([0.5, 0.1, 0.9]))]
    assert [each.case for each in differences.extremes(_pair(*rows))] == ["c01", "c00", "c02"]


def test_words_choose_metrics() -> None:
    rows = parquet.frame(
        [measurement(metric=name) for name in ("ssim_mean", "ssim_slope", "ssim_mean[a=1]", "own")]
    )
    assert by_case.chosen(rows, ()) == ["ssim_mean", "ssim_mean[a=1]", "own"]
    assert by_case.chosen(rows, ["all"]) == ["ssim_mean", "ssim_slope", "ssim_mean[a=1]", "own"]
    assert by_case.chosen(rows, ["ssim_slope"]) == ["ssim_slope"]
    assert by_case.chosen(rows, ["ssim"]) == ["ssim_mean", "ssim_mean[a=1]"]
    assert by_case.chosen(rows, ["ssim_mean"]) == ["ssim_mean", "ssim_mean[a=1]"]
    assert by_case.chosen(rows, ["warping_error"]) == ["warping_error"]
    with pytest.raises(UnknownName, match="did you mean ssim_mean"):
        by_case.chosen(rows, ["ssim_men"])


# ---- metrics of sets


class Kernel(SetEvaluator):
    """A kernel distance of four features, and one that is never measurable."""

    name = "kernel"
    cards = tuple(replace(evaluators.registry["fvd_hc"].cards[2], name=name) for name in ("kvd", "none"))

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
    assert skipped == Skipped("none", "never")
    assert isinstance(found, Difference)
    return found


def test_a_set_farther_from_the_references_is_worse() -> None:
    rng = np.random.default_rng(0)
    found = _set_difference(_features(rng, 30), _features(rng, 30, 1.0), _features(rng, 30))
    assert found.low is not None
    assert found.low > 0
    (tested,) = differences.corrected(Pair(A, B, (found,), (), (), ((0,), (0,)))).differences
    assert (tested.basis, tested.verdict) == ("set", "worse")


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


# ---- gates


def _found(low: float, high: float, metric: str = "ssim_mean", direction: str = "higher") -> Difference:
    return Difference(
        metric, "1", direction, "", "cases", 9, 0.0, 0.0, (low + high) / 2, low, high, 0.01  # type: ignore[arg-type]
    )  # fmt: skip


@pytest.mark.parametrize(
    ("low", "high", "direction", "margin", "fails"),
    [
        (-0.3, -0.1, "higher", 0.0, True),
        (-0.3, 0.01, "higher", 0.0, False),
        (-0.3, -0.1, "higher", 0.05, True),
        (-0.3, -0.1, "higher", 0.1, False),
        (0.1, 0.3, "higher", 0.0, False),
        (0.1, 0.3, "lower", 0.05, True),
        (0.1, 0.3, "lower", 0.2, False),
        (-0.3, -0.1, "lower", 0.0, False),
        (0.0, 0.0, "lower", 0.0, False),
    ],
)
def test_a_gate_fails_where_the_whole_interval_is_beyond(
    low: float, high: float, direction: str, margin: float, fails: bool
) -> None:
    assert Gate("ssim_mean", margin).fails(_found(low, high, direction=direction)) is fails


def test_a_gate_without_an_interval_does_not_pass() -> None:
    with pytest.raises(UsageError, match="no interval for ssim_mean"):
        Gate("ssim_mean").fails(replace(_found(0.0, 0.0), low=None))


@pytest.mark.parametrize(("kept", "is_seen"), [(100, True), (95, True), (94, False), (6, False)])
def test_a_gate_does_not_pass_what_failed_on_most_cases(kept: int, is_seen: bool) -> None:
    """B is better wherever it has a value, and has none of the rest: it may have failed where it is worse."""
    a = [number / 100 for number in range(100)]
    better = [value + 0.01 for value in a[:kept]]
    found = Comparison("demo@0", (_pair(*_rows(A, _of(a)), *_rows(B, _of(better))),))
    if is_seen:
        assert compare.failed(found, [Gate("ssim_mean")]) == []
        return
    said = f"ssim_mean of b cannot be gated on: it lacks {100 - kept} of the 100 cases of a, over 5%"
    with pytest.raises(UsageError, match=said):
        compare.failed(found, [Gate("ssim_mean")])


def test_a_gate_on_sets_counts_clips() -> None:
    clips = {f"c{n}": Path(f"{n}.mkv") for n in range(20)}
    few = dict(list(clips.items())[:9])
    found = replace(_found(0.1, 0.3), basis="set", cases=9)
    pair = Pair(replace(A, clips=clips), replace(B, clips=few), (found,), (), (), ((0,), (0,)))
    with pytest.raises(UsageError, match="it lacks 11 of the 20 cases of a, over 5%"):
        compare.failed(Comparison("demo@0", (pair,)), [Gate("ssim_mean")])
    assert compare.failed(Comparison("demo@0", (replace(pair, a=pair.b),)), [Gate("ssim_mean")]) == []


def test_gates_in_words() -> None:
    assert (gate("ssim_mean"), gate("fvd:3.5")) == (Gate("ssim_mean"), Gate("fvd", 3.5))
    for words in ("fvd:", "fvd:x", "fvd:-1", "fvd:nan", ":1"):
        with pytest.raises(UsageError, match="a gate is METRIC"):
            gate(words)
