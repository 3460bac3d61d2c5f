"""The front against the definition, tried on every set of points that Hypothesis thinks of."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, strategies as st

from bench.statistics.pareto import Span, Spot, front, places

levels = st.integers(0, 4).map(float)  # few levels: ties are where fronts go wrong
widths = st.one_of(st.just(math.nan), st.integers(0, 2).map(float))


@st.composite
def spans(draw: st.DrawFn) -> Span:
    mean, width = draw(levels), draw(widths)
    return Span(mean, mean - width, mean + width)


boards = st.lists(st.tuples(spans(), spans()), max_size=8).map(
    lambda spots: {f"m{number}": spot for number, spot in enumerate(spots)}
)
signs = st.tuples(st.sampled_from((1, -1)), st.sampled_from((1, -1)))


def test_three_that_trade_and_one_that_loses() -> None:
    spots = {"fast": (1.0, 1.0), "good": (3.0, 3.0), "both": (2.0, 2.5), "neither": (3.0, 2.0)}
    seconds_and_quality = {name: (Span(x), Span(y)) for name, (x, y) in spots.items()}
    assert front(seconds_and_quality, (-1, 1)) == ("fast", "both", "good")
    # higher better in both: 'good' is at least as good as every other
    assert front(seconds_and_quality, (1, 1)) == ("good",)


def test_beaten_by_a_hair_is_not_told_apart() -> None:
    spots = {
        "first": (Span(2.0, 1.9, 2.1), Span(2.0, 1.9, 2.1)),
        "near": (Span(1.9, 1.8, 2.0), Span(1.0, 0.9, 1.1)),
        "far": (Span(1.0, 0.9, 1.1), Span(1.0, 0.9, 1.1)),
        "unknown": (Span(1.0), Span(1.0)),
    }
    assert places(spots, (1, 1)) == {
        "first": "on the front",
        "near": "not told apart",  # its first number could be 2, the other's 1.9
        "far": "beaten",
        "unknown": "not told apart",  # without an interval it may be anywhere
    }


def test_equals_share_the_front_and_nobody_is_an_answer() -> None:
    same = (Span(1.0, 1.0, 1.0), Span(2.0, 2.0, 2.0))
    assert front({"a": same, "b": same}, (1, 1)) == ("a", "b")
    assert front({}, (1, 1)) == ()


@given(boards, signs)
def test_the_front_is_its_definition(spots: dict[str, Spot], signs: tuple[int, int]) -> None:
    points = {name: np.array([span.mean for span in spot]) * signs for name, spot in spots.items()}
    unbeaten = {
        name
        for name, ours in points.items()
        if not any((theirs >= ours).all() and (theirs > ours).any() for theirs in points.values())
    }
    assert set(front(spots, signs)) == unbeaten


@given(boards, signs)
def test_who_is_beaten_is_beaten_wherever_the_truth_lies(
    spots: dict[str, Spot], signs: tuple[int, int]
) -> None:
    """At the corners best for the beaten entry and worst for the other: so no entry on the front is ever beaten."""
    for name, place in places(spots, signs).items():
        beaten = False
        for other in spots.values():
            pairs = list(zip(spots[name], other, signs, strict=True))
            if any(math.isnan(end) for ours, theirs, _ in pairs for end in (ours.low, theirs.low)):
                continue
            kindest = [
                (theirs.low - ours.high) if sign > 0 else (ours.low - theirs.high)
                for ours, theirs, sign in pairs
            ]
            beaten |= min(kindest) >= 0 and max(kindest) > 0
        assert (place == "beaten") == beaten


@pytest.mark.parametrize("seed", range(3))
def test_the_front_descends(seed: int) -> None:
    """Along the front, what is gained in one number is paid in the other."""
    points = np.random.default_rng(seed).normal(size=(200, 2))
    spots = {str(number): (Span(x), Span(y)) for number, (x, y) in enumerate(points.tolist())}
    line = [spots[name] for name in front(spots, (1, 1))]
    assert 1 < len(line) < 40
    assert all(a[0].mean < b[0].mean and a[1].mean > b[1].mean for a, b in itertools.pairwise(line))
