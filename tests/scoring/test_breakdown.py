"""Scores taken apart, against numbers worked out by hand."""

from __future__ import annotations

import math
from typing import Any

import pandas as pd
import pytest

from bench.runs import parquet
from bench.scoring import breakdown, summary
from bench.types import LARGEST_SEED
from tests import made


def rows(*changes: dict[str, Any]) -> pd.DataFrame:
    return parquet.frame([made.measurement(**{"run": "r", **change}) for change in changes])


def failure(error: str, status: str = "failed", **changes: Any) -> dict[str, Any]:
    return {"value": None, "error": error, "status": status, **changes}


CATEGORIES = rows(
    {"case": "a", "category": "animal", "value": 0.5},
    {"case": "b", "category": "animal", "value": 0.7},
    {"case": "c", "category": "person", "value": 0.2},
    {"case": "d", "category": "person", **failure("broke")},
    {"case": "e", "category": "", "value": 0.9},
    {"case": None, "category": None, "seed": None, "metric": "fvd_lite0", "value": 3.0, "n": 5},
)


def test_a_category_has_its_own_mean_interval_and_holes() -> None:
    found = breakdown.by_category(CATEGORIES).set_index("category")
    assert list(found.index) == ["animal", "person", ""]
    # 0.6 ± t(0.975, 1) sd / √2 = 12.706 × 0.14142 / 1.41421 = 1.2706, and SSIM ends at 1
    assert found.loc["animal", "mean"] == pytest.approx(0.6)
    assert found.loc["animal", "low"] == pytest.approx(-0.6706, abs=1e-4)
    assert found.loc["animal", "high"] == 1.0
    assert dict(found.loc["person", ["mean", "cases", "failed", "clips"]]) == {
        "mean": 0.2, "cases": 1, "failed": 1, "clips": 2,
    }  # fmt: skip
    assert math.isnan(found.loc["person", "low"])


def test_categories_of_text_that_is_stored_once() -> None:
    light = CATEGORIES.astype(
        dict.fromkeys(["run", "case", "category", "metric", "metric_version"], "category")
    )
    pd.testing.assert_frame_equal(
        breakdown.by_category(light).astype({"metric": object, "metric_version": object, "category": object}),
        breakdown.by_category(CATEGORIES),
        check_dtype=False,
    )


def test_numbers_of_the_set_have_no_category() -> None:
    assert breakdown.by_category(CATEGORIES[CATEGORIES["case"].isna()]).empty


def test_cases_from_best_to_worst() -> None:
    of_two_seeds = rows(
        {"case": "a", "seed": 0, "value": 0.25},
        {"case": "a", "seed": 1, "value": 0.75},
        {"case": "a", "seed": 2, "value": 0.5},
        {"case": "b", "seed": 3, "value": 0.9},
        {"case": "c", "seed": 0, "value": 0.5},
        {"case": "d", **failure("broke")},
        {"case": "e", "value": 0.0, "metric": "psnr_mean"},
    )
    higher = breakdown.by_case(of_two_seeds, "ssim_mean", +1)
    assert list(higher["case"]) == ["b", "a", "c"]  # equal values in the order of names
    assert list(higher["value"]) == pytest.approx([0.9, 0.5, 0.5])
    assert list(higher["seed"]) == [3, 2, 0]  # the clip that stands for the case is the one nearest its mean
    assert list(breakdown.by_case(of_two_seeds, "ssim_mean", -1)["case"]) == ["a", "c", "b"]
    assert list(breakdown.by_case(of_two_seeds, "ssim_mean", 0)["case"]) == ["b", "a", "c"]
    assert breakdown.by_case(of_two_seeds, "nothing", 1).empty


def test_cases_of_two_versions_of_a_metric_do_not_mix() -> None:
    """Version 9 has another scale: its one value would be the best, and in the mean of case a."""
    mixed = rows(
        {"case": "a", "value": 0.5},
        {"case": "b", "value": 0.7},
        {"case": "a", "seed": 1, "value": 90.0, "metric_version": "9"},
    )
    found = breakdown.by_case(mixed, "ssim_mean", +1)
    assert found[["case", "value"]].to_numpy().tolist() == [["b", 0.7], ["a", 0.5]]


def test_reasons_are_counted_in_clips() -> None:
    found = breakdown.by_reason(
        rows(
            {"case": "a", "value": 1.0},
            failure("too short", "not measurable", case="a", metric="flicker_mild"),
            failure("too short", "not measurable", case="b", metric="flicker_mild"),
            failure("too short", "not measurable", case="c", metric="flicker_mild"),
            failure("broke", case="b", seed=4, metric="psnr_mean"),
            failure("broke", case="b", seed=4, metric="ssim_mean"),
            failure("no references", case=None, category=None, seed=None, metric="fvd_lite0"),
        )
    )
    assert list(found["error"]) == ["broke", "no references", "too short"]
    assert list(found["status"]) == ["failed", "failed", "not measurable"]
    assert list(found["clips"]) == [1, 1, 3]
    assert list(found["metrics"]) == ["psnr_mean, ssim_mean", "fvd_lite0", "flicker_mild"]
    assert (found.loc[0, "case"], found.loc[0, "seed"]) == ("b", 4)
    assert pd.isna(found.loc[1, "case"])


def test_nothing_failed() -> None:
    assert breakdown.by_reason(rows({"case": "a"})).empty


@pytest.mark.parametrize("others", [(), ({"case": None, "category": None, "seed": None, "n": 2},)])
def test_the_nearest_seed_is_named_whole(others: tuple[dict[str, Any], ...]) -> None:
    """A float would round all three to 2^64."""
    values = {LARGEST_SEED - 2: 0.1, LARGEST_SEED - 1: 0.4, LARGEST_SEED: 0.9}
    found = rows(*({"case": "a", "seed": seed, "value": value} for seed, value in values.items()), *others)
    assert breakdown.by_case(found, "ssim_mean", 1)["seed"].tolist() == [LARGEST_SEED - 1]


def test_a_failure_names_its_seed_whole_beside_one_of_the_set() -> None:
    found = rows(
        {"case": "a", "seed": LARGEST_SEED - 1, **failure("broke")},
        {"case": "a", "seed": LARGEST_SEED, **failure("broke")},
        {"case": None, "category": None, "seed": None, **failure("too few")},
    )
    assert breakdown.by_reason(found)["seed"].tolist() == [LARGEST_SEED - 1, None]
    assert summary.failures(found)["seed"].tolist() == [LARGEST_SEED - 1, LARGEST_SEED, None]
