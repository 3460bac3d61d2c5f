"""Agreement of metrics with votes: against SciPy, by hand, and against simulated truth."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import scipy.stats

from bench.runs import parquet
from bench.statistics import concordance
from bench.votes import agreement
from bench.votes.agreement import Agreement, agreements
from bench.votes.vote import Choice, Vote
from tests.made import measurement
from tests.votes.made_votes import vote


def _rows(values: dict[tuple[str, str], float], metric: str = "ssim_mean", **changes: object) -> pd.DataFrame:
    """(run, case) -> value as rows; a clip's digest is made of both names."""
    return parquet.frame(
        [
            measurement(
                run=run,
                label=run,
                case=case,
                value=value,
                metric=metric,
                clip_sha256=f"{run} {case}",
                **changes,
            )
            for (run, case), value in values.items()
        ]
    )


def _one(rows: pd.DataFrame, votes: Sequence[Vote]) -> Agreement:
    (found,) = agreements(rows, votes)
    return found


# ---- by clip


def test_kendall_is_scipys() -> None:
    rng = np.random.default_rng(0)
    for _ in range(20):
        x, y = rng.integers(0, 5, 12).astype(float), rng.integers(0, 5, 12).astype(float)
        assert concordance.kendall(x, y) == pytest.approx(scipy.stats.kendalltau(x, y).statistic, abs=1e-12)
    assert concordance.kendall(np.zeros(4), np.arange(4.0)) is None


def test_all_pairs_of_a_voter_with_an_order_are_scipys_kendall() -> None:
    """Eight clips of one case, every pair shown, with ties in the voter's order and in the metric."""
    rng = np.random.default_rng(1)
    quality, values = rng.integers(0, 5, 8), rng.integers(0, 6, 8) / 10
    runs = [f"r{n}" for n in range(8)]
    said: dict[int, Choice] = {1: "left", 0: "tie", -1: "right"}
    votes = [
        vote(runs[a], runs[b], said[int(np.sign(quality[a] - quality[b]))])
        for a, b in itertools.combinations(range(8), 2)
    ]
    found = _one(_rows({(run, "a"): value for run, value in zip(runs, values, strict=True)}), votes)
    assert found.by_clip
    assert found.by_clip.value == pytest.approx(scipy.stats.kendalltau(values, quality).statistic, abs=1e-12)
    assert (found.by_clip.low, found.votes) == (None, 28)  # one case does not show how others vary


def test_shares_by_hand() -> None:
    """x above y, y equal to z: of four decided votes agree one, disagree one, and the metric shrugs at two."""
    rows = _rows({("x", "a"): 0.9, ("y", "a"): 0.5, ("z", "a"): 0.5 * (1 + 1e-12)})
    votes = [
        vote("x", "y", "left"),
        vote("y", "x", "left", voter="w"),
        vote("y", "z", "left"),
        vote("z", "y", "left", voter="w"),
        vote("x", "z", "tie"),
    ]
    found = _one(rows, votes)
    assert found.share
    assert found.by_clip
    assert found.share.value == pytest.approx((1 + 0 + 0.5 + 0.5) / 4)
    assert found.by_clip.value == pytest.approx(0.0)


@pytest.mark.parametrize(("metric", "expected"), [("ssim_mean", 1.0), ("flicker_max_step", -1.0)])
def test_better_is_what_the_metrics_card_says(metric: str, expected: float) -> None:
    rows = _rows({(run, case): value for case in "ab" for run, value in (("x", 9.0), ("y", 1.0))}, metric)
    found = _one(rows, [vote("x", "y", "left", case) for case in "ab"])
    assert found.by_clip
    assert found.by_clip.value == expected


def test_a_metric_without_a_direction_is_taken_as_it_is() -> None:
    rows = _rows({("x", "a"): 0.1, ("y", "a"): 0.2}, "made_up")
    found = _one(rows, [vote("x", "y", "right")])
    assert (found.direction, found.by_clip and found.by_clip.value) == ("none", 1.0)


def test_a_metric_that_tells_nothing_has_no_share() -> None:
    rows = _rows({("x", "a"): 0.5, ("y", "a"): 0.5})
    found = _one(rows, [vote("x", "y", "right")])
    assert (found.share, found.by_clip, found.votes) == (None, None, 1)


def test_only_clips_that_both_have_a_value_count() -> None:
    rows = _rows({("x", "a"): 0.5, ("y", "a"): 0.4, ("x", "b"): 0.5})
    votes = [vote("x", "y", "left", "a"), vote("x", "y", "left", "b"), vote("x", "y", "left", "a", seed=5)]
    assert _one(rows, votes).votes == 1


def test_versions_of_a_metric_are_never_compared() -> None:
    rows = pd.concat([_rows({("x", "a"): 0.5}), _rows({("y", "a"): 0.4}, metric_version="2")])
    assert [each.votes for each in agreements(rows, [vote("x", "y", "left")])] == [0, 0]


def test_votes_on_clips_that_were_made_anew_do_not_count() -> None:
    rows = _rows({("x", "a"): 0.5, ("y", "a"): 0.4})
    known = replace(vote("x", "y", "left"), left_clip="x a", right_clip="y a")
    stale = replace(known, voter="w", right_clip="y of yesterday")
    assert agreement.current([known, stale], rows) == [known]
    assert _one(rows, [known, stale]).votes == 1
    assert _one(rows.drop(columns="clip_sha256"), [known, stale]).votes == 2


def test_nobody_voted() -> None:
    assert agreements(_rows({("x", "a"): 0.5}), []) == []


# ---- by model


def _poll_of_models(values: dict[str, float], order: str, cases: int = 12) -> Agreement:
    """Votes that prefer runs in an order, on every pair and case; metric values around values."""
    noise = np.random.default_rng(2).normal(0.0, 0.01, (len(values), cases))
    rows = {
        (run, f"c{case}"): value + noise[n, case]
        for n, (run, value) in enumerate(values.items())
        for case in range(cases)
    }
    votes = [
        vote(a, b, "left", f"c{case}") for a, b in itertools.combinations(order, 2) for case in range(cases)
    ]
    return _one(_rows(rows), votes)


def test_orders_of_models_by_hand() -> None:
    """w x y z by votes; the metric swaps the last two: 5 of 6 pairs agree, τ = 4/6, and all are sure."""
    found = _poll_of_models({"w": 0.9, "x": 0.7, "y": 0.3, "z": 0.5}, "wxyz")
    assert found.models == 4
    assert found.by_model
    assert (found.by_model.value, found.by_model.low, found.by_model.high) == pytest.approx((2 / 3,) * 3)


def test_orders_that_nobody_knows_may_be_either() -> None:
    found = _poll_of_models({"w": 0.9, "x": 0.7, "y": 0.5, "z": 0.5}, "wxyz")
    assert found.by_model
    assert (found.by_model.low, found.by_model.high) == pytest.approx((2 / 3, 1.0))


def test_two_models_are_no_order_and_a_set_has_one_number() -> None:
    assert _poll_of_models({"w": 0.9, "x": 0.7}, "wx").by_model is None
    votes = [
        vote(a, b, "left", f"c{case}") for a, b in itertools.combinations("wxyz", 2) for case in range(9)
    ]
    rows = pd.concat(
        parquet.frame(
            [
                measurement(
                    run=run, label=run, case=None, seed=None, category=None, metric="fvd_lite0", value=value
                )
            ]
        )
        for run, value in (("w", 10.0), ("x", 20.0), ("y", 30.0), ("z", 40.0))
    )
    found = _one(rows, votes)
    assert (found.votes, found.by_clip, found.models) == (0, None, 4)
    assert found.by_model
    assert found.by_model.value == pytest.approx(1.0)  # lower is better, and w is best


def test_models_that_were_never_compared_are_left_out() -> None:
    values = {(run, f"c{case}"): float(n) for case in range(4) for n, run in enumerate("wxyzq")}
    votes = [vote(a, b, "right", f"c{n}") for n in range(4) for a, b in itertools.combinations("wxy", 2)]
    assert _one(_rows(values), [*votes, vote("z", "q", "left")]).models == 3


# ---- simulated truth


def _simulated(seed: int, noise: float) -> tuple[pd.DataFrame, list[Vote]]:
    """Five models on 20 cases that differ in difficulty; a metric that sees a clip through noise."""
    rng = np.random.default_rng(seed)
    quality = np.array([1.0, 0.5, 0.0, -0.5, -1.0]) + rng.normal(0.0, 0.5, (20, 5))
    value = quality + rng.normal(0.0, noise, (20, 5)) + rng.normal(0.0, 3.0, (20, 1))
    rows = _rows({(f"r{n}", f"c{case}"): value[case, n] for case in range(20) for n in range(5)}, "made_up")
    votes = []
    for _ in range(150):
        case, (a, b) = int(rng.integers(20)), rng.choice(5, 2, replace=False)
        choice: Choice = (
            "left" if rng.random() < 1 / (1 + np.exp(quality[case, b] - quality[case, a])) else "right"
        )
        votes.append(vote(f"r{a}", f"r{b}", choice, f"c{case}", voter=str(len(votes))))
    return rows, votes


def test_intervals_hold_the_truth() -> None:
    """The true share is that of infinitely many votes; 95 % − 10 % is two standard errors of 20 trials."""
    rng = np.random.default_rng(9)
    gap = np.subtract(*(np.array([1.0, 0.5, 0.0, -0.5, -1.0])[side] for side in np.triu_indices(5, 1)))
    gaps = gap + rng.normal(0.0, 0.5 * 2**0.5, (40_000, 10))
    seen = gaps + rng.normal(0.0, 2**0.5, gaps.shape)
    true = float(np.where(seen > 0, 1 / (1 + np.exp(-gaps)), 1 / (1 + np.exp(gaps))).mean())
    held = []
    for seed in range(20):
        found = _one(*_simulated(seed, noise=1.0))
        assert found.share
        assert found.share.low is not None
        assert found.share.high is not None
        held.append(found.share.low <= true <= found.share.high)
    assert np.mean(held) >= 0.85


def test_a_better_metric_agrees_more() -> None:
    sharp, dull = (_one(*_simulated(0, noise)).by_clip for noise in (0.1, 10.0))
    assert sharp
    assert dull
    assert sharp.value > 0.3 > abs(dull.value)
