"""What may stand in a ranking, and which suite is first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pandas as pd
import pytest

from bench.cli import score_tables
from bench.models import card_facts
from bench.runs import parquet
from bench.scoring import entries, recipes, summary, views
from bench.types import Measurement
from tests import made

FULL = {term.metric: term.one for group in recipes.MOVING.groups for term in group.terms}
"""What our own recipe takes."""


def rows(
    run: str, cases: int = 3, metrics: Sequence[str] = tuple(FULL), model: str = "svd", suite: str = "tiny"
) -> list[Measurement]:
    """A run's rows: every metric on each of the first so many cases."""
    return [
        made.measurement(
            run=run, label=run, model=model, suite=suite, suite_version="0", case=f"c{n}", seed=0, metric=metric,
            value=FULL.get(metric, 0.5),
        )
        for metric in metrics
        for n in range(cases)
    ]  # fmt: skip


def broken(run: str, case: str, metrics: Sequence[str], suite: str = "tiny") -> list[Measurement]:
    """Rows of a clip that could not be measured."""
    return [
        made.measurement(
            run=run, label=run, model="svd", suite=suite, suite_version="0", case=case, seed=0, metric=metric,
            value=None, error="cannot be decoded",
        )
        for metric in metrics
    ]  # fmt: skip


def frames(*runs: list[Measurement]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Rows and scores."""
    found = parquet.frame([row for own in runs for row in own])
    return found, summary.scores(found)


def test_whole_runs_are_ranked_and_others_say_why_not() -> None:
    without = [metric for metric in FULL if metric != "first_frame_ssim"]
    found = frames(
        rows("whole"), rows("cut", cases=2), rows("holes", metrics=without), rows("still", model="still")
    )
    assert entries.left_out(*found) == {"cut": "2 of 3 cases", "holes": "no total: first_frame_ssim missing"}


def test_a_run_that_all_others_cut_short_is_held_against_its_suite() -> None:
    found = frames(rows("whole"))
    assert entries.left_out(*found, cases=3) == {}
    assert entries.left_out(*found, cases=9) == {"whole": "3 of 9 cases"}


def test_what_broke_too_often_is_not_ranked() -> None:
    found = frames(rows("whole"), [*rows("broken", cases=2), *broken("broken", "c2", tuple(FULL))])
    assert entries.left_out(*found) == {"broken": "2 of 3 cases"}
    one = [row for row in rows("partly") if (row.metric, row.case) != ("first_frame_ssim", "c1")]
    found = frames(rows("whole"), [*one, *broken("partly", "c1", ["first_frame_ssim"])])
    assert entries.left_out(*found) == {"partly": "values for 67% of clips"}


def test_a_stand_in_never_ranks(monkeypatch: pytest.MonkeyPatch) -> None:
    card = replace(card_facts.card_of("svd", {}), role="stand-in")
    monkeypatch.setattr(summary, "model_card", lambda rows, model: card)
    assert entries.left_out(*frames(rows("tiny-rand"))) == {"tiny-rand": entries.STAND_IN}


def test_without_a_total_the_cases_decide() -> None:
    found = frames(rows("a", metrics=["ssim_mean"]), rows("b", cases=1, metrics=["ssim_mean"]))
    assert entries.left_out(*found) == {"b": "1 of 3 cases"}


def test_the_suite_with_most_models_is_first_and_one_without_values_last() -> None:
    empty = broken("f", "c0", ["ssim_mean"], suite="a-failed")
    found = frames(
        empty,
        rows("s1", model="still", suite="nulls"), rows("s2", model="drift", suite="nulls"),
        rows("m", suite="zoo"),
    )  # fmt: skip
    assert entries.suites(*found, {}) == ["zoo@0", "nulls@0", "a-failed@0"]
    assert entries.suites(*found, {"zoo@0": 9}) == ["nulls@0", "zoo@0", "a-failed@0"]


def test_no_rows_have_no_suites() -> None:
    found = parquet.frame([])
    assert entries.suites(found, summary.scores(found), {}) == []
    assert entries.left_out(found, summary.scores(found)) == {}


def test_the_terminal_ranks_the_same_runs_and_says_which_it_does_not() -> None:
    found, scores = frames(rows("whole"), rows("part", cases=2))
    seen = views.chosen(found)
    sentence, *others = score_tables.stories(seen, scores)
    assert "whole" in sentence and "part" not in sentence
    assert others == ["tiny@0: part is not ranked: 2 of 3 cases"]
    assert len([*score_tables.stories(views.chosen(frames(rows("whole"))[0]), frames(rows("whole"))[1])]) == 1
