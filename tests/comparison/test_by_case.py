"""Comparisons of rows made by hand, against SciPy and arithmetic by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import scipy.stats

from bench.comparison import by_case, extreme_cases, notes
from bench.runs import parquet
from bench.types import LARGEST_SEED, Measurement
from tests.comparison.made_pairs import A, B, compared, measured, of
from tests.made import measurement


def test_a_difference_is_of_the_means_of_seeds_and_its_interval_holds_scipys() -> None:
    """The hull of Student's and of the skewness-corrected interval."""
    rng = np.random.default_rng(0)
    a = {f"c{n}": rng.uniform(0, 1, 3).tolist() for n in range(8)}
    b = {f"c{n}": (0.3 * n + rng.uniform(0.2, 1, 3)).tolist() for n in range(8)}
    (found,) = compared(*measured(A, a), *measured(B, b)).differences
    a_N, b_N = (np.array([np.mean(side[case]) for case in sorted(a)]) for side in (a, b))
    expected = scipy.stats.ttest_rel(b_N, a_N).confidence_interval(0.95)
    assert found.low == pytest.approx(expected.low)  # the differences are skewed to the right
    assert found.high is not None
    assert found.high > expected.high
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
    rows = [*measured(A, of(values), metric=metric), *measured(B, of(higher), metric=metric)]
    (found,) = compared(*rows, metrics=[metric]).differences
    assert (found.verdict, found.won, found.lost) == (verdict, won, 6 - won)
    gains = [case.difference * (1 if won else -1) for case in found.by_case]
    assert gains == sorted(gains)


@pytest.mark.parametrize("has_set", [False, True])
def test_seeds_of_64_bits_are_pairs_like_others(has_set: bool) -> None:
    """Neighbours that a float cannot tell apart; a number about the set makes the column one of objects."""
    seeds = {0: 7, 1: LARGEST_SEED - 1, 2: LARGEST_SEED}
    a, b = ({f"c{n}": [0.1 * n, 0.3, 0.2 + step * n] for n in range(6)} for step in (0.05, 0.1))
    small = [*measured(A, a), *measured(B, b)]
    large = [replace(row, seed=seeds[row.seed]) for row in small if row.seed is not None]
    of_set = [measurement(run="a-run", case=None, category=None, seed=None, metric="fvd_lite0", n=6)]
    of_set = of_set if has_set else []
    (expected,), pair = compared(*small, *of_set).differences, compared(*large, *of_set)
    (found,) = pair.differences
    assert pair.seeds[0] == pair.seeds[1] == (7, LARGEST_SEED - 1, LARGEST_SEED)
    assert found.components == expected.components
    assert (found.difference, found.low, found.high) == (expected.difference, expected.low, expected.high)
    assert [len(each.valued) for each in pair.coverage["ssim_mean"]] == [18, 18]


def test_a_metric_without_a_direction_only_differs() -> None:
    rows = [
        *measured(A, of([0.0] * 6), metric="motion_share"),
        *measured(B, of([1, 2, 3, 4, 5, 6]), metric="motion_share"),
    ]
    (found,) = compared(*rows, metrics=["motion_share"]).differences
    assert found.verdict == "differs"


def test_five_cases_are_too_few_for_a_verdict() -> None:
    (found,) = compared(*measured(A, of([0.1] * 5)), *measured(B, of([0.9] * 5))).differences
    assert (found.verdict, found.p) == ("too few cases", None)


def test_one_case_has_no_interval() -> None:
    (found,) = compared(*measured(A, of([0.1])), *measured(B, of([0.9]))).differences
    assert (found.low, found.high, found.detectable) == (None, None, None)


def test_a_run_against_itself_differs_nowhere() -> None:
    rows = parquet.frame(measured(A, of(np.linspace(0, 1, 9).tolist())))
    (found,) = by_case.pair(A, A, rows, ["ssim_mean"]).differences
    assert (found.difference, found.low, found.high, found.p, found.tied) == (0.0, 0.0, 0.0, 1.0, 9)
    assert found.verdict == "no difference shown"


def test_metrics_that_cannot_tell_do_not_raise_the_others() -> None:
    """Six cases, p = 1/32 under one metric; under the other nothing differs: one test, not two."""
    rows = [
        *measured(A, of([0.0] * 6)), *measured(B, of([0.1, 0.2, 0.3, 0.4, 0.5, 0.6])),
        *measured(A, of([1.0] * 6), metric="psnr_mean"), *measured(B, of([1.0] * 6), metric="psnr_mean"),
    ]  # fmt: skip
    found = {each.metric: each for each in compared(*rows, metrics=["ssim_mean", "psnr_mean"]).differences}
    assert (found["ssim_mean"].p_adjusted, found["psnr_mean"].p_adjusted) == (2 / 64, 1.0)


def test_every_metric_that_could_tell_counts() -> None:
    """Twice 2 / 64 is above 0.05, so the intervals, of 97.5 %, reach to 0."""
    up = [0.1, 0.2, 0.3, 0.4, 0.5, 0.6]
    rows = [
        row
        for name in ("x", "y")
        for side, values in ((A, [0.0] * 6), (B, up))
        for row in measured(side, of(values), metric=name)
    ]
    found = compared(*rows, metrics=["x", "y"]).differences
    assert [(each.p_adjusted, each.level, each.low) for each in found] == [(4 / 64, 0.975, 0.0)] * 2
    assert {each.verdict for each in found} == {"no difference shown"}


def test_one_difference_in_all_cases_says_nothing_of_others() -> None:
    """B is 0.1 better, and would be −0.9 in a tenth of cases: the means may be equal, and nine cases often miss it."""
    nine, fifty = (
        compared(*measured(A, of([0.3] * cases)), *measured(B, of([0.4] * cases))) for cases in (9, 50)
    )
    assert [each.differences[0].verdict for each in (nine, fifty)] == ["too few cases", "better"]
    assert "most of 9 differences are the same" in notes.notes(nine)[-1]


def test_cases_that_one_side_lacks_are_named() -> None:
    rows = [*measured(A, of([0.1, 0.2, 0.3])), *measured(B, of([0.1, 0.2]))]
    failure = measurement(run=B.run, case="c02", value=None, error="broken")
    pair = compared(*rows, failure)
    (hole,) = pair.holes
    assert (hole.has, hole.lacks, hole.cases, hole.metrics) == ("a", "b", ("c02",), ("ssim_mean",))
    assert pair.differences[0].cases == 2


def test_versions_of_a_metric_are_not_compared() -> None:
    pair = compared(*measured(A, of([0.1])), *measured(B, of([0.2]), metric_version="2"))
    assert (pair.differences, pair.skipped[0].reason) == ((), "a has version 1, b 2: measure both anew")


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        (measured(A, of([0.1])), "b has no value: it was not measured"),
        ([*measured(A, of([0.1])), measurement(run=B.run, value=None, error="too short")], "b has no value: too short"),
        ([*measured(A, {"x": [0.1]}), *measured(B, {"y": [0.1]})], "no case in common"),
    ],
)  # fmt: skip
def test_what_is_not_compared_says_why(rows: list[Measurement], reason: str) -> None:
    assert [each.reason for each in compared(*rows).skipped] == [reason]


def test_the_case_that_loses_most_over_all_metrics_comes_first() -> None:
    rows = [*measured(A, of([0.5, 0.5, 0.5])), *measured(B, of([0.5, 0.1, 0.9]))]
    assert [each.case for each in extreme_cases.gains(compared(*rows))] == ["c01", "c00", "c02"]
