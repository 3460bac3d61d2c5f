"""Standings of made-up rows, whose ranks and totals are known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from bench.evaluators import catalogue
from bench.runs import parquet
from bench.scoring import standings, summary, totals
from bench.scoring.recipes import VBENCH_I2V, Group, Recipe, Term
from bench.scoring.standings import Column, Line, Standing
from bench.statistics.ranking import Rank
from bench.types import Measurement
from tests import made

SSIM, FLICKER = (
    Column(metric, "1", catalogue.registered().card(metric)) for metric in ("ssim_mean", "flicker_max_step")
)


def _rows(
    model: str, values: Sequence[float | None], metric: str = "ssim_mean", **changes: object
) -> list[Measurement]:
    """One row a case; None is a failure."""
    about = {
        "run": f"{model}-tiny",
        "label": model,
        "model": model,
        "metric": metric,
        "reads_text": True,
        **changes,
    }
    return [
        made.measurement(
            **{**about, "case": f"c{n}", "value": value, "error": None if value is not None else "why"}
        )
        for n, value in enumerate(values)
    ]


def _standing(
    rows: Sequence[Measurement], metrics: Sequence[str] = ("ssim_mean",), **more: object
) -> Standing:
    table = parquet.frame(rows)
    return standings.standing(table, summary.scores(table), "tiny@0", metrics, **more)  # type: ignore[arg-type]


def _line(found: Standing, label: str) -> Line:
    (line,) = [line for line in found.lines if line.label == label]
    return line


def _values(level: float, cases: int = 12) -> list[float]:
    noise = np.random.default_rng(round(level * 1000)).normal(0, 0.001, cases)
    return [float(value) for value in level + noise]


def test_models_are_ranked_and_baselines_are_not() -> None:
    rows = [*_rows("a", _values(0.5)), *_rows("b", _values(0.7)), *_rows("still", _values(0.99))]
    found = _standing(rows)
    assert [line.label for line in found.lines] == ["a", "b", "still"]
    assert _line(found, "b").ranks[SSIM] == Rank(1, 1, 1)
    assert _line(found, "a").ranks[SSIM] == Rank(2, 2, 2)
    assert _line(found, "still").ranks == {}
    assert _line(found, "still").role == "null baseline"
    assert _line(found, "still").scores[SSIM].mean == pytest.approx(0.99, abs=0.001)


def test_lower_is_better_where_the_card_says_so() -> None:
    rows = [*_rows("a", _values(0.5), "flicker_max_step"), *_rows("b", _values(0.7), "flicker_max_step")]
    found = _standing(rows, ["flicker_max_step"])
    assert _line(found, "a").ranks[FLICKER].low == 1


def test_who_lacks_more_than_a_twentieth_is_not_ranked() -> None:
    rows = [*_rows("a", [None, *_values(0.9, 11)]), *_rows("b", _values(0.5)), *_rows("c", _values(0.4))]
    found = _standing(rows)
    assert _line(found, "a").ranks == {}
    assert _line(found, "a").coverage == pytest.approx(11 / 12)
    assert _line(found, "b").ranks[SSIM] == Rank(1, 1, 1)


def test_a_metric_without_a_better_way_ranks_nobody() -> None:
    rows = [*_rows("a", _values(0.5), "motion_share"), *_rows("b", _values(0.7), "motion_share")]
    assert all(not line.ranks for line in _standing(rows, ["motion_share"]).lines)


def test_numbers_about_sets_are_ranked_by_their_intervals() -> None:
    rows = [row for model in "abc" for row in _rows(model, _values(0.5))]
    for model, (low, value, high) in {
        "a": (1.0, 2.0, 3.0),
        "b": (2.5, 4.0, 5.0),
        "c": (6.0, 7.0, 8.0),
    }.items():
        rows.append(
            made.measurement(
                run=f"{model}-tiny", label=model, model=model, metric="fvd_lite0_debiased", case=None, seed=None,
                category=None, value=value, low=low, high=high, n=12,
            )
        )  # fmt: skip
    found = _standing(rows, ["fvd_lite0_debiased"])
    column = found.columns[0]
    assert [(_line(found, model).ranks[column].low, _line(found, model).ranks[column].high) for model in "abc"] == [
        (1, 2), (1, 2), (3, 3),
    ]  # fmt: skip


def test_numbers_about_sets_are_ranked_by_what_they_are_without_groups_of_cases() -> None:
    """The intervals of all touch; the series of a and b run in parallel, and c is an old row without."""
    rows = [row for model in "abc" for row in _rows(model, _values(0.5))]
    wave = np.sin(np.arange(12.0))
    series = {"a": 8 + wave, "b": 17.7 + wave + 0.01 * np.cos(np.arange(12)), "c": None}
    for model, value in {"a": 8.0, "b": 17.7, "c": 12.0}.items():
        own = series[model]
        rows.append(
            made.measurement(
                run=f"{model}-tiny", label=model, model=model, metric="fvd_lite0_debiased", case=None, seed=None,
                category=None, value=value, low=0.0, high=30.0, n=12,
                series=None if own is None else tuple(own.tolist()),
            )
        )  # fmt: skip
    found = _standing(rows, ["fvd_lite0_debiased"])
    ranks = {model: str(_line(found, model).ranks[found.columns[0]]) for model in "abc"}
    assert ranks == {"a": "1–2", "b": "2–3", "c": "1–3"}


def test_versions_of_a_metric_are_columns_of_their_own() -> None:
    rows = [*_rows("a", _values(0.5)), *_rows("b", _values(0.7), metric_version="2")]
    found = _standing(rows)
    assert found.columns == (SSIM, replace(SSIM, version="2"))
    assert [len(line.scores) for line in found.lines] == [1, 1]
    assert all(rank == Rank(1, 1, 1) for line in found.lines for rank in line.ranks.values())


def test_other_suites_are_left_out_and_unmeasured_metrics_have_no_column() -> None:
    rows = [*_rows("a", _values(0.5)), *_rows("b", _values(0.7), suite="other")]
    found = _standing(rows, ["clipsim", "ssim_mean"])
    assert [line.label for line in found.lines] == ["a"]
    assert found.columns == (SSIM,)


def test_where_the_clips_are() -> None:
    rows = [*_rows("a", _values(0.5)), *_rows("b", _values(0.7))]
    found = _standing(rows, here={"a-tiny"})
    assert [line.provenance for line in found.lines] == ["clips here", "numbers only"]


def test_two_runs_of_one_label_have_names_of_their_own() -> None:
    rows = [*_rows("a", _values(0.5), run="a-tiny-1111"), *_rows("a", _values(0.6), run="a-tiny-2222")]
    assert [line.name for line in _standing(rows).lines] == ["a (1111)", "a (2222)"]


HALF = Recipe(
    "half", 1, "half", "half", "half",
    (Group("all", (Term("ssim_mean", weight=0.5), Term("first_frame_ssim", weight=0.5))),),
    combination="geometric",
)  # fmt: skip
"""The mean of two metrics, of each clip."""


def test_totals_are_means_over_cases_with_intervals_and_ranks() -> None:
    rows = [*_rows("a", _values(0.5)), *_rows("a", _values(0.7), "first_frame_ssim")]
    rows += [*_rows("b", _values(0.6)), *_rows("b", _values(0.9), "first_frame_ssim")]
    rows += [*_rows("still", [1.0] * 12), *_rows("still", [1.0] * 12, "first_frame_ssim")]
    found = _standing(rows, recipe=HALF)
    a, b, still = found.lines
    assert a.total and b.total and still.total
    assert a.total.mean == pytest.approx(60, abs=0.2)
    assert a.total.low < a.total.mean < a.total.high
    assert (a.total.cases, a.total.coverage) == (12, 1.0)
    assert (a.total_rank, b.total_rank, still.total_rank) == (Rank(2, 2, 2), Rank(1, 1, 1), None)


def test_a_missing_dimension_is_named_and_is_no_zero() -> None:
    rows = [
        *_rows("a", _values(0.5)),
        *_rows("b", _values(0.6)),
        *_rows("b", _values(0.9), "first_frame_ssim"),
    ]
    a, b = _standing(rows, recipe=HALF).lines
    assert (a.total, a.total_rank, a.total_missing) == (None, None, ("first_frame_ssim",))
    assert b.total and b.total_missing == ()


def test_a_total_of_two_cases_of_twelve_is_not_ranked() -> None:
    rows = [*_rows("a", _values(0.5)), *_rows("a", _values(0.7)[:2], "first_frame_ssim")]
    (a,) = _standing(rows, recipe=HALF).lines
    assert a.total
    assert (a.total.cases, a.total.clips, a.total_rank) == (2, 12, None)


def test_a_total_stands_on_the_version_that_most_values_are_of() -> None:
    """One stranger's row of a version that nobody else has takes nobody's total away, whatever it is called."""
    rows = [row for model in "ab" for row in _rows(model, _values(0.5), metric_version="9")]
    rows += [row for model in "abc" for row in _rows(model, _values(0.7), "first_frame_ssim")]
    rows += _rows("c", _values(0.6), metric_version="10")
    rows += [*_rows("z", [0.5], metric_version="²"), *_rows("z", [0.5], metric_version="9" * 5000)]
    found = _standing(rows, recipe=HALF)
    assert _line(found, "a").total and _line(found, "b").total
    assert (_line(found, "c").total, _line(found, "c").total_missing) == (None, ("ssim_mean",))


def test_a_run_that_was_cut_off_is_not_ranked() -> None:
    """It has a value for every clip that it has, and those are the eight easiest of a hundred."""
    rows = [*_rows("a", _values(0.5, 100)), *_rows("a", _values(0.5, 100), "first_frame_ssim")]
    rows += [*_rows("b", [1.0] * 8), *_rows("b", [1.0] * 8, "first_frame_ssim")]
    a, b = _standing(rows, recipe=HALF).lines
    assert (a.coverage, a.ranks[SSIM], a.total_rank) == (1.0, Rank(1, 1, 1), Rank(1, 1, 1))
    assert (b.coverage, b.ranks, b.total_rank) == (0.08, {}, None)
    assert b.total and (b.total.cases, b.total.coverage) == (8, pytest.approx(0.08))


def test_what_no_run_can_have_is_no_hole() -> None:
    """A camera move is asked for in two cases of twelve; two seeds each."""
    about = {
        "metric": "camera_adherence",
        "status": "not measurable",
        "value": None,
        "error": "asks for no move",
    }
    rows = []
    for model, level in (("a", 0.5), ("b", 0.9)):
        for seed in (0, 1):
            rows += _rows(model, _values(level), seed=seed)
            rows += _rows(model, [level, level], "camera_adherence", seed=seed)
            ids = {"run": f"{model}-tiny", "label": model, "model": model, "seed": seed}
            rows += [made.measurement(**{**about, **ids, "case": f"c{n}"}) for n in range(2, 12)]
    found = _standing(rows, ["ssim_mean", "camera_adherence"])
    assert [line.coverage for line in found.lines] == [1.0, 1.0]
    assert all(len(line.ranks) == 2 for line in found.lines)


def test_a_seed_that_is_missing_is_a_hole() -> None:
    rows = [*_rows("a", _values(0.5)), *_rows("a", [None] * 6 + _values(0.5, 6), seed=1)]
    (a,) = _standing(rows).lines
    assert (a.coverage, a.ranks) == (0.75, {})


def test_a_recipe_on_means_needs_no_case_that_has_everything() -> None:
    """VBench measures each dimension on other cases: its total has no interval here, and ranks nobody."""
    metrics = VBENCH_I2V.metrics
    rows = [
        made.measurement(
            run="a-tiny", label="a", model="a", case=f"{metric}-{n}", metric=metric, value=50.0 + n
        )
        for metric in metrics
        for n in range(3)
    ]
    rows += [row for row in _rows("b", _values(0.5)) if row.case == "c0"]
    a, b = _standing(rows, recipe=VBENCH_I2V).lines
    assert a.total and a.total.mean == pytest.approx(VBENCH_I2V.total(dict.fromkeys(metrics, 51.0)))
    assert np.isnan(a.total.low)
    assert a.total_rank is None
    assert (b.total, b.total_missing) == (None, metrics)


def test_no_case_that_has_everything_is_said() -> None:
    rows = [made.measurement(run="a-tiny", model="a", case="c0", value=0.5)]
    rows += [made.measurement(run="a-tiny", model="a", case="c1", metric="first_frame_ssim", value=0.5)]
    (a,) = _standing(rows, recipe=HALF).lines
    assert (a.total, a.total_missing) == (None, ("ssim_mean", "first_frame_ssim"))


def _clip(
    case: str, ssim: float | None, first: float | None, status: str = "", **about: object
) -> list[Measurement]:
    """The two metrics of one clip; without a value it is as the status says."""
    return [
        made.measurement(
            run="a-tiny", label="a", model="a", case=case, metric=metric, value=value,
            error=None if value is not None else "why", status="measured" if value is not None else status, **about,
        )
        for metric, value in (("ssim_mean", ssim), ("first_frame_ssim", first))
    ]  # fmt: skip


def test_what_a_clip_cannot_have_counts_0_and_what_broke_is_no_total() -> None:
    """Three clips: measured, not measurable in one part, failed in one. The mean is over two, and says so."""
    rows = [
        *_clip("c0", 0.8, 0.6),
        *_clip("c1", None, 0.6, "not measurable"),
        *_clip("c2", None, 0.6, "failed"),
    ]
    (a,) = _standing(rows, recipe=HALF).lines
    assert a.total
    assert a.total.mean == pytest.approx((70 + 30) / 2)
    assert (a.total.cases, a.total.failed, a.total.clips) == (2, 1, 3)


def test_each_seed_is_judged_by_itself() -> None:
    """A frozen seed is not averaged away by one that moves: parts of one clip are combined, then seeds, then cases."""
    rows = [*_clip("c0", 0.8, 0.6), *_clip("c0", None, 0.6, "not measurable", seed=1)]
    (a,) = _standing(rows, recipe=HALF).lines
    assert a.total and (a.total.mean, a.total.cases) == (pytest.approx(50), 1)


def test_a_clip_of_which_nothing_can_be_measured_has_no_total() -> None:
    rows = [*_clip("c0", 0.8, 0.6), *_clip("c1", None, None, "not measurable")]
    (a,) = _standing(rows, recipe=HALF).lines
    assert a.total and (a.total.mean, a.total.failed) == (pytest.approx(70), 1)


def test_totals_as_records() -> None:
    """Ours is always there, with what it lacks; others where the run has all of their metrics."""
    (ours,) = totals.records(parquet.frame(_clip("c0", 0.8, 0.6)))
    assert (ours["run"], ours["recipe"], ours["mean"], ours["cases"]) == ("a-tiny", "moving", None, 0)
    assert "warping_error" in ours["missing"] and "first_frame_ssim" not in ours["missing"]


def test_nothing_measured_is_an_empty_standing() -> None:
    assert _standing([], recipe=HALF) == Standing("tiny@0", (), (), HALF)
