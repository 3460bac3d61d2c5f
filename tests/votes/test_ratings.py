"""Ratings against closed forms, an independent library, and known truth in simulation."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from dataclasses import replace
from typing import Literal

import evalica
import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from bench.statistics import davidson, profile_likelihood
from bench.votes import ratings, texts
from bench.votes.polls import Poll
from bench.votes.ratings import ELO, Judgement, Rating, Ratings, rated
from tests.simulated import World


def _votes(a: str, b: str, wins: int, losses: int = 0, ties: int = 0, voter: str = "v") -> list[Judgement]:
    """Each on a case of its own."""
    outcomes: list[Literal[1, 0, -1]] = [1] * wins + [-1] * losses + [0] * ties
    return [Judgement(a, b, outcome, f"c{n}", voter) for n, outcome in enumerate(outcomes)]


def _by_name(found: Ratings) -> dict[str, Rating]:
    return {entry.name: entry for entry in found.entries}


def _plain_fit(judgements: Sequence[Judgement], names: Sequence[str]) -> tuple[np.ndarray, float]:
    """Without the prior."""
    place = {name: n for n, name in enumerate(names)}
    wins, ties = np.zeros((2, 1, len(names), len(names)))
    for each in judgements:
        a, b = place[each.a], place[each.b]
        if each.outcome:
            wins[(0, a, b) if each.outcome > 0 else (0, b, a)] += 1
        else:
            ties[0, [a, b], [b, a]] += 1
    strengths, tie = davidson.fit(wins, ties, spread=math.inf)
    return strengths[0] - strengths[0].mean(), float(tie[0])


# ---- the model


def test_two_models_have_a_closed_form() -> None:
    """log-odds of the decided votes; and ν / (ν + e^(d/2) + e^(−d/2)) is the share of ties."""
    strengths, tie = _plain_fit(_votes("a", "b", wins=60, losses=20, ties=20), "ab")
    assert strengths[0] - strengths[1] == pytest.approx(math.log(3), abs=1e-8)
    root = math.sqrt(3)
    assert tie / (tie + root + 1 / root) == pytest.approx(0.2, abs=1e-8)


def test_equal_models_tie_as_often_as_nu_says() -> None:
    strengths, tie = _plain_fit(_votes("a", "b", wins=10, losses=10, ties=30), "ab")
    assert strengths == pytest.approx([0.0, 0.0], abs=1e-9)
    assert tie / (2 + tie) == pytest.approx(0.6, abs=1e-8)


def test_equals_evalica_without_ties() -> None:
    """evalica 0.4.2: it takes lists only, and makes all equal if one model never loses: here each loses."""
    world = World(models=8, votes=900, ties=0.0)
    judgements = world.judgements(world.strengths(np.random.default_rng(1)), np.random.default_rng(2))
    names = [str(n) for n in range(8)]
    found = evalica.bradley_terry(
        [each.a for each in judgements],
        [each.b for each in judgements],
        [evalica.Winner.X if each.outcome > 0 else evalica.Winner.Y for each in judgements],
        tolerance=1e-12,
        limit=10_000,
    )
    theirs = np.log([found.scores[name] for name in names])
    ours, tie = _plain_fit(judgements, names)
    assert ours == pytest.approx(theirs - theirs.mean(), abs=1e-5)  # it stops by relative change
    assert tie == 0.0


def test_the_best_fit_has_no_slope() -> None:
    """Against numeric differences of the likelihood, which the fit never computes."""
    world = World(models=4, votes=150)
    judgements = world.judgements(world.strengths(np.random.default_rng(3)), np.random.default_rng(4))
    first, second = (np.array([int(getattr(each, side)) for each in judgements]) for side in "ab")
    wins, ties = davidson.table(first, second, np.array([float(each.outcome) for each in judgements]), 4)
    strengths, tie = davidson.fit(wins[None], ties[None])
    top = davidson.likelihood(wins, ties, strengths, tie)[0]
    for n in range(4):
        for step in (-1e-3, 1e-3):
            moved = strengths.copy()
            moved[0, n] += step
            assert davidson.likelihood(wins, ties, moved, tie)[0] < top
    for factor in (0.99, 1.01):
        assert davidson.likelihood(wins, ties, strengths, tie * factor)[0] < top
    assert strengths.sum() == pytest.approx(0.0, abs=1e-9)


def test_many_fits_at_once_are_each_its_own() -> None:
    rng = np.random.default_rng(5)
    wins, ties = rng.integers(0, 9, (6, 5, 5)).astype(float), rng.integers(0, 4, (6, 5, 5)).astype(float)
    ties[0] = 0.0
    wins, ties = wins * (1 - np.eye(5)), (ties + ties.transpose(0, 2, 1)) * (1 - np.eye(5))
    together, tie_together = davidson.fit(wins, ties)
    for n in range(6):
        alone, tie_alone = davidson.fit(wins[[n]], ties[[n]])
        assert together[n] == pytest.approx(alone[0], abs=1e-8)
        assert tie_together[n] == pytest.approx(tie_alone[0], abs=1e-8)
    assert tie_together[0] == 0.0


# ---- what a table says


def test_nobody_voted() -> None:
    assert rated([]).entries == ()
    (entry,) = rated([], ["a"]).entries
    assert (entry.low, entry.high, entry.strength) == (None, None, 0.0)
    assert (entry.wins, entry.ties, entry.losses) == (0, 0, 0)


def test_who_never_lost_is_open_at_the_top() -> None:
    found = _by_name(rated([*_votes("a", "b", 9), *_votes("b", "c", 5, 4), *_votes("c", "b", 3, 3)]))
    assert (found["a"].high, found["a"].best, found["a"].worst) == (None, 1, 1)
    assert found["a"].low is not None
    assert found["a"].low > 0.0
    assert found["b"].high is not None
    assert found["a"].points < 3000


def _is_open(found: dict[str, Rating], name: str) -> tuple[bool, bool]:
    return found[name].low is None, found[name].high is None


def test_the_middle_of_a_chain_is_open_on_both_sides() -> None:
    """a is any distance above b, and c any below: what b's distance to the average is, no vote says."""
    found = _by_name(rated([*_votes("a", "b", 20), *_votes("b", "c", 20)]))
    assert [_is_open(found, name) for name in "abc"] == [(False, True), (True, True), (True, False)]


def test_who_lost_often_can_be_open_at_the_top() -> None:
    """a and b hold each other, and c is any distance below both."""
    found = _by_name(rated([*_votes("a", "b", 30, 30), *_votes("a", "c", 9), *_votes("b", "c", 9)]))
    assert found["a"].losses == 30
    assert [_is_open(found, name) for name in "abc"] == [(False, True), (False, True), (True, False)]


def test_a_rival_that_was_never_met_opens_the_bottom_too() -> None:
    """a and b both beat c and never met: b may be so strong that a is far below the average."""
    found = _by_name(rated([*_votes("a", "c", 20), *_votes("b", "c", 20), *_votes("d", "e", 3, 2)]))
    assert [_is_open(found, name) for name in "abcd"] == [
        (True, True),
        (True, True),
        (True, False),
        (False,) * 2,
    ]


def test_many_entries_are_estimate_and_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """With many votes the likelihood is a parabola, and both ways agree; each to a tenth of the width."""
    world = World(models=5, cases=200, voters=3, votes=3000)
    votes = world.judgements(world.strengths(np.random.default_rng(1)), np.random.default_rng(2))
    exact = rated(votes).entries
    monkeypatch.setattr(profile_likelihood, "MOST_PROFILED", 4)
    for one, other in zip(exact, rated(votes).entries, strict=True):
        assert (one.name, one.strength, one.best, one.worst) == (
            other.name, other.strength, other.best, other.worst
        )  # fmt: skip
        assert None not in (one.low, one.high, other.low, other.high)
        width = (one.high or 0.0) - (one.low or 0.0)
        assert (other.low, other.high) == (
            pytest.approx(one.low, abs=width / 10), pytest.approx(one.high, abs=width / 10)
        )  # fmt: skip


def test_a_hundred_entries_take_no_minutes() -> None:
    """Following the likelihood they took one; a second is meant, and ten are for a loaded machine."""
    world = World(models=100, cases=50, voters=3, votes=3000)
    votes = world.judgements(world.strengths(np.random.default_rng(1)), np.random.default_rng(2))
    start = time.process_time()
    found = rated(votes)
    assert time.process_time() - start < 10
    assert len(found.entries) == 100
    assert any(
        "with more than 24 entries" in note for note in texts.notes(Poll("s@1", found, (), 0, None, 1.0))
    )


def test_all_wins_of_one_is_the_sign_test_in_effect() -> None:
    """Four wins of four prove nothing: by signs p is 1/8. Nine of nine do: 1/256."""
    assert _by_name(rated(_votes("a", "b", 4)))["a"].worst == 2
    assert _by_name(rated(_votes("a", "b", 9)))["a"].worst == 1


def test_forty_votes_on_four_cases_are_four_draws() -> None:
    votes = [
        Judgement("a", "b", 1, f"case-{n % 4}", f"v{n // 4}") for n in range(40)
    ]  # ten voters who always agree
    assert _by_name(rated(votes))["a"].worst == 2


def test_a_tie_or_a_loss_far_away_closes_an_interval() -> None:
    chain = [*_votes("a", "b", 5), *_votes("b", "c", 5), *_votes("c", "a", 1)]
    assert all(entry.high is not None and entry.low is not None for entry in rated(chain).entries)
    tied = [*_votes("a", "b", 5), *_votes("b", "a", 0, ties=1)]
    assert all(entry.high is not None for entry in rated(tied).entries)


def test_who_was_never_compared_is_rated_apart() -> None:
    found = rated([*_votes("a", "b", 3, 2), *_votes("c", "d", 3, 2), *_votes("d", "e", 3, 2)], ["f"])
    assert [(entry.name, entry.group) for entry in found.entries] == [
        ("c", 1), ("d", 1), ("e", 1), ("a", 2), ("b", 2), ("f", 3)
    ]  # fmt: skip
    for group in (1, 2):
        assert sum(entry.strength for entry in found.entries if entry.group == group) == pytest.approx(
            0.0, abs=1e-8
        )
    alone = found.entries[-1]
    assert (alone.low, alone.high, alone.best, alone.worst) == (None, None, 1, 1)


def test_counts_and_scales() -> None:
    found = _by_name(rated([*_votes("a", "b", 30, 10, 8), *_votes("c", "a", 10, 12, 4)]))
    a = found["a"]
    assert (a.wins, a.ties, a.losses) == (42, 12, 20)
    assert a.points == pytest.approx(1000 + a.strength * 400 / math.log(10))
    assert ratings.points(math.log(10)) == pytest.approx(1400)  # ten to one
    assert a.beats_average > 0.5 > found["b"].beats_average


def test_beating_the_average_counts_ties_half() -> None:
    """d = log 3, ν = 1: (√3 + ½) / (√3 + 1/√3 + 1)."""
    root = math.sqrt(3)
    (found,) = davidson.preferred(np.array([math.log(3)]), 1.0)
    assert found == pytest.approx((root + 0.5) / (root + 1 / root + 1))


def test_what_is_independent_is_said() -> None:
    world = World(models=3, votes=60, cases=8, voters=4)
    votes = world.judgements(np.zeros(3), np.random.default_rng(0))
    assert rated(votes).clusters == "cases"
    assert (
        rated([replace(each, voter=f"{n % 5}") for n, each in enumerate(votes)]).clusters
        == "cases and voters"
    )
    assert rated([replace(each, case="one") for each in votes]).clusters == "votes"


@settings(max_examples=15)
@given(
    st.lists(
        st.tuples(
            st.sampled_from("abcd"), st.sampled_from("abcd"), st.sampled_from([1, 0, -1]), st.integers(0, 5)
        ),
        max_size=25,
    ),
    st.randoms(use_true_random=False),
)
def test_properties(drawn: list[tuple[str, str, Literal[1, 0, -1], int]], lot: object) -> None:
    """The estimate is within its interval, and neither sides, order nor names decide anything."""
    votes = [Judgement(a, b, outcome, str(case), "v") for a, b, outcome, case in drawn if a != b]
    found = _by_name(rated(votes))
    for entry in found.values():
        assert entry.low is None or entry.low <= entry.strength + 1e-6
        assert entry.high is None or entry.high >= entry.strength - 1e-6
        assert 1 <= entry.best <= entry.worst <= len(found)
    turned = [
        Judgement(each.b, each.a, (1, 0, -1)[1 + each.outcome], each.case, each.voter) if n % 2 else each
        for n, each in enumerate(votes)
    ]
    lot.shuffle(turned)  # type: ignore[attr-defined]
    again = _by_name(rated(turned))
    for name, entry in found.items():
        assert again[name].strength == pytest.approx(entry.strength, abs=1e-6)
        assert (again[name].best, again[name].worst) == (entry.best, entry.worst)
        assert (again[name].low is None) == (entry.low is None)


# ---- simulated truth; the whole table: python -m benchmarks.votes


def test_truth_comes_back() -> None:
    """20,000 votes: strengths to 0.1, four standard errors, and ν to 0.05; ties as half a win would halve the slope."""
    world = World(models=10, votes=20_000, ties=2.0, cases=2000)
    rng = np.random.default_rng(6)
    true = world.strengths(rng)
    found = rated(world.judgements(true, rng))
    ours = np.array([_by_name(found)[str(n)].strength for n in range(10)])
    assert ours == pytest.approx(true, abs=0.1)
    assert float(ours @ true / (true @ true)) == pytest.approx(1.0, abs=0.04)
    assert found.ties == pytest.approx(2.0, abs=0.1)


def _coverage(world: World, trials: int) -> float:
    covered = []
    for seed in range(trials):
        rng = np.random.default_rng(seed)
        strengths = world.strengths(rng)
        found = rated(world.judgements(strengths, rng), [str(n) for n in range(world.models)])
        true = world.truth(strengths, draws=1500)
        for entry in found.entries:
            low, high = (math.inf if end is None else end for end in (entry.low, entry.high))
            covered.append(
                (entry.low is None or low <= true[int(entry.name)]) and high >= true[int(entry.name)]
            )
    return float(np.mean(covered))


def test_intervals_hold_the_truth_where_cases_differ() -> None:
    """30 trials of 4 models: 95 % − 7 % is two and a half standard errors, models of a trial taken as two."""
    world = World(models=4, cases=15, voters=3, votes=180, by_case=0.8)
    assert _coverage(world, 30) >= 0.88


def test_ranges_of_places_hold() -> None:
    """Equal models must not be told apart in more than 5 of 100 tables; of 30, at most 5 (p < 0.01)."""
    world = World(models=4, cases=15, voters=3, votes=180, by_case=0.5, spread=0.0)
    told = 0
    for seed in range(30):
        entries = rated(world.judgements(np.zeros(4), np.random.default_rng(seed))).entries
        told += any((entry.best, entry.worst) != (1, 4) for entry in entries)
    assert told <= 5


def test_points_are_elos() -> None:
    assert pytest.approx(173.7178) == ELO
