"""Scores against arithmetic done by hand, and the interval against simulation and SciPy."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
import scipy.stats

from bench.evaluators import catalogue
from bench.runs import parquet
from bench.scoring import summary
from bench.types import Measurement
from tests.made import measurement


def _scores(*rows: Measurement) -> dict[str, float]:
    found = summary.scores(parquet.frame(rows)).to_dict("records")
    assert len(found) == 1
    return {str(key): value for key, value in found[0].items()}


def test_the_mean_is_over_cases_of_the_mean_over_seeds() -> None:
    """Case a has seeds 0, 1, 2 with 1, 2, 3 (mean 2), case b one seed with 6: (2 + 6) / 2 = 4, not 12 / 4 = 3."""
    rows = [measurement(case="a", seed=seed, value=seed + 1.0, metric="own") for seed in range(3)]
    score = _scores(*rows, measurement(case="b", value=6.0, metric="own"))
    assert (score["mean"], score["cases"], score["failed"], score["clips"]) == (4.0, 2, 0, 4)
    # two case means 2 and 6: sd = sqrt(8), t(1) = 12.7062, half = 12.7062 * sqrt(8) / sqrt(2)
    assert score["high"] - score["mean"] == pytest.approx(12.7062047 * 2, rel=1e-6)


def test_a_failure_is_not_a_zero() -> None:
    score = _scores(measurement(value=5.0), measurement(case="b", value=None, error="why"))
    assert (score["mean"], score["cases"], score["failed"]) == (5.0, 1, 1)
    assert np.isnan(score["low"])


def test_nothing_but_failures_has_no_mean() -> None:
    score = _scores(measurement(value=None, error="why"))
    assert np.isnan(score["mean"])
    assert (score["cases"], score["failed"]) == (0, 1)


def test_a_number_about_the_set_keeps_its_own_interval() -> None:
    score = _scores(
        measurement(case=None, seed=None, category=None, metric="fvd", value=3.0, low=1.0, high=9.0, n=8)
    )
    assert (score["mean"], score["low"], score["high"], score["cases"], score["failed"]) == (
        3.0,
        1.0,
        9.0,
        8,
        0,
    )


def test_a_clip_that_is_not_in_the_set_is_a_hole() -> None:
    """Three clips, of which the distance stands on two."""
    clips = [measurement(case=case, metric="ssim_mean") for case in "abc"]
    rows = parquet.frame(
        [*clips, measurement(case=None, seed=None, category=None, metric="fvd", value=3.0, n=2)]
    )
    found = summary.scores(rows).set_index("metric").loc["fvd"]
    assert (found["cases"], found["failed"], found["clips"]) == (2, 1, 3)


def test_a_set_that_has_no_number_is_a_failure() -> None:
    score = _scores(measurement(case=None, seed=None, category=None, value=None, error="why"))
    assert (score["cases"], score["failed"]) == (0, 1)


def test_versions_of_a_metric_are_never_averaged() -> None:
    rows = [measurement(), measurement(case="b", metric_version="2")]
    assert len(summary.scores(parquet.frame(rows))) == 2


def test_no_rows_no_scores() -> None:
    assert len(summary.scores(parquet.frame([]))) == 0


def test_the_interval_is_scipys() -> None:
    values = np.random.default_rng(0).normal(size=9)
    expected = scipy.stats.t.interval(0.95, 8, loc=values.mean(), scale=scipy.stats.sem(values))
    assert summary.interval(values) == pytest.approx(expected)


@pytest.mark.parametrize("cases", [8, 30])
def test_the_interval_covers_the_truth_95_times_of_100(cases: int) -> None:
    """4,000 simulations: the standard error of the share is 0.35 %, so 94 to 96 % is ± 3 of them."""
    rng = np.random.default_rng(cases)
    intervals = [summary.interval(rng.normal(2.0, 1.0, cases)) for _ in range(4000)]
    covered = np.mean([low <= 2.0 <= high for low, high in intervals])
    assert 0.94 <= covered <= 0.96


def _skewed(rng: np.random.Generator, cases: int) -> np.ndarray:
    """(4000, cases) means of two seeds: gamma of shape 4 between cases and within, the mean is 2, skewness 0.8."""
    between = rng.gamma(4.0, 0.5, (4000, cases))
    return between + 0.7 * (rng.gamma(4.0, 0.5, (4000, cases, 2)) - 2.0).mean(axis=2)


def _normal(rng: np.random.Generator, cases: int) -> np.ndarray:
    return 2.0 + rng.normal(size=(4000, cases)) + 0.7 * rng.normal(size=(4000, cases, 2)).mean(axis=2)


@pytest.mark.parametrize("cases", [10, 20, 50, 200])
@pytest.mark.parametrize("draw", [_normal, _skewed])
def test_the_interval_covers_the_truth_with_seeds_in_cases(
    draw: Callable[[np.random.Generator, int], np.ndarray], cases: int
) -> None:
    """4,000 simulations, whose standard error is 0.35 %: measured with 20,000 it is 94.0 % at the least."""
    means = draw(np.random.default_rng(cases), cases)
    intervals = [summary.interval(trial) for trial in means]
    assert 0.93 <= np.mean([low <= 2.0 <= high for low, high in intervals]) <= 0.97


def test_an_interval_ends_where_the_metric_does() -> None:
    """ssim_mean is in [-1, 1] or [0, 1]: of 0.9 and 1.0 Student's t would reach to 1.59."""
    score = _scores(measurement(value=0.9), measurement(case="b", value=1.0))
    card = catalogue.registered().card("ssim_mean")
    assert (score["low"], score["high"]) == (pytest.approx(max(0.95 - 0.6353, card.low or 0), abs=1e-3), 1.0)


def test_the_interval_of_a_set_ends_where_the_metric_does() -> None:
    score = _scores(
        measurement(case=None, seed=None, category=None, metric="fvd", value=3.0, low=-1.0, high=9.0)
    )
    assert (score["low"], score["high"]) == (0.0, 9.0)


def test_a_metric_with_settings_has_the_range_of_its_card() -> None:
    rows = [
        measurement(case=case, value=value, metric="ssim_mean[a=1]")
        for case, value in (("a", 0.9), ("b", 1.0))
    ]
    assert _scores(*rows)["high"] == 1.0


def test_runs_that_share_a_label_are_told_apart() -> None:
    rows = parquet.frame(
        [
            measurement(run="svd-tiny-aaaa11"),
            measurement(run="svd-tiny-bbbb22"),
            measurement(run="x", label="x"),
        ]
    )
    assert summary.names(rows) == {
        "svd-tiny-aaaa11": "still (aaaa)",
        "svd-tiny-bbbb22": "still (bbbb)",
        "x": "x",
    }


def test_failures_are_grouped_by_reason() -> None:
    rows = [measurement(metric=name, value=None, error="too short") for name in ("b", "a")]
    found = summary.failures(parquet.frame([*rows, measurement()])).to_dict("records")
    assert [(row["case"], row["metrics"], row["error"]) for row in found] == [("a", "a, b", "too short")]


def test_a_set_that_has_no_number_to_give_counts_no_clip_as_broken() -> None:
    """Four clips too short for the protocol: all four are unmeasurable, none failed for another reason."""
    clips = [measurement(case=case, metric="ssim_mean") for case in "abcd"]
    row = measurement(
        case=None, seed=None, category=None, metric="fvd", value=None, error="short", status="not measurable"
    )
    found = summary.scores(parquet.frame([*clips, row])).set_index("metric").loc["fvd"]
    assert (found["failed"], found["unmeasurable"], found["clips"]) == (4, 4, 4)


def test_clips_of_one_case_are_one_case_in_a_set_too() -> None:
    """Two cases with two seeds each, all four clips in the set."""
    clips = [measurement(case=case, seed=seed, metric="ssim_mean") for case in "ab" for seed in (0, 1)]
    rows = parquet.frame(
        [*clips, measurement(case=None, seed=None, category=None, metric="fvd", value=3.0, n=4)]
    )
    found = summary.scores(rows).set_index("metric").loc["fvd"]
    assert (found["cases"], found["failed"], found["clips"]) == (2, 0, 4)
