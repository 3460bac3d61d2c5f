"""Scores are of one view: what counts in it, and when it is native though the default was asked for."""

from __future__ import annotations

from typing import Any

import pytest

import bench
from bench.errors import UnknownName, UsageError
from bench.runs import parquet
from bench.runs.cards import Cards
from bench.scoring import summary, views
from bench.types import Measurement
from tests.made import measurement

VIEW = "1.75s@8fps@0.13MP"


def both(**changes: Any) -> list[Measurement]:
    """A clip's row, natively 1 and 3 in the view."""
    return [measurement(value=1.0, **changes), measurement(value=3.0, view=VIEW, **changes)]


def means(rows: list[Measurement], word: str = "default") -> dict[tuple[str, str], float]:
    scores = summary.scores(views.chosen(parquet.frame(rows), word).rows)
    return {(row["run"], row["metric"]): row["mean"] for row in scores.to_dict("records")}


def test_two_views_are_never_averaged() -> None:
    rows = [*both(), *both(case="b")]
    assert means(rows) == {("still-tiny-0", "ssim_mean"): 3.0}
    assert means(rows, "native") == {("still-tiny-0", "ssim_mean"): 1.0}
    assert means(rows, VIEW) == means(rows)


def test_numbers_about_whole_clips_and_sets_count_in_every_view() -> None:
    cost = measurement(metric="cost_seconds", value=7.0)
    distance = measurement(metric="fvd", case=None, category=None, seed=None, value=9.0, n=3)
    run = "still-tiny-0"
    assert means([*both(), cost, distance]) == {
        (run, "ssim_mean"): 3.0, (run, "cost_seconds"): 7.0, (run, "fvd"): 9.0,
    }  # fmt: skip


def test_older_results_are_native_and_say_so() -> None:
    found = views.chosen(parquet.frame([measurement()]))
    assert (found.views, len(found.rows)) == ({"tiny@0": "native"}, 1)
    assert found.notes["tiny@0"].startswith(f"native, since nothing was measured in view {VIEW} yet")


def test_a_suite_is_native_while_one_of_its_runs_is() -> None:
    """Another suite is not."""
    old = measurement(run="old-tiny-0", value=5.0)
    found = views.chosen(parquet.frame([*both(), old, *both(suite="other", run="x")]))
    assert found.views == {"tiny@0": "native", "other@0": VIEW}
    assert found.notes == {
        "tiny@0": f"native, since old-tiny-0 was not measured in view {VIEW}: bench evaluate RUN adds it"
    }
    assert sorted(found.rows["value"]) == [1.0, 3.0, 5.0]
    assert found.heading == f"native and view {VIEW}"


def test_a_run_that_cannot_be_brought_to_the_view_is_left_without_values() -> None:
    refused = measurement(
        run="slow-tiny-0", view=VIEW, value=None, error="not comparable", status="not measurable"
    )
    found = views.chosen(parquet.frame([*both(), measurement(run="slow-tiny-0"), refused]))
    assert found.views == {"tiny@0": VIEW} and not found.notes
    assert found.rows.set_index("run")["value"].isna()["slow-tiny-0"]


def test_where_nothing_is_measurable_in_the_view_native_is_shown() -> None:
    refused = measurement(view=VIEW, value=None, error="too short", status="not measurable")
    found = views.chosen(parquet.frame([measurement(), refused]))
    assert found.views == {"tiny@0": "native"}
    assert "nothing is measurable in view" in found.notes["tiny@0"]


def test_metrics_that_nobody_can_measure_again_do_not_hold_a_suite_back() -> None:
    rows = [*both(), *both(metric="flicker_mild"), measurement(metric="gone", value=2.0)]
    assert set(means(rows)) == {("still-tiny-0", "ssim_mean"), ("still-tiny-0", "flicker_mild")}


def test_words() -> None:
    rows = parquet.frame(both())
    with pytest.raises(UnknownName, match=r"unknown view '2s@8fps@0.13MP'.*--view"):
        views.chosen(rows, "2s@8fps@0.13MP")
    with pytest.raises(UnknownName, match="unknown view 'quick': there are default, native"):
        views.chosen(rows, "quick")
    assert views.named("Native") is None
    with pytest.raises(UsageError, match="one view at least"):
        views.all_named(())
    assert [str(each) for each in views.all_named(("native", "default", "native"))] == ["None", VIEW]


def test_public_scores_say_their_view() -> None:
    rows = parquet.frame(both(), Cards())
    found = bench.scores(rows)
    assert (found["mean"].tolist(), found.attrs["views"], found.attrs["notes"]) == (
        [3.0],
        {"tiny@0": VIEW},
        {},
    )
    assert bench.scores(rows, view="native")["mean"].tolist() == [1.0]
