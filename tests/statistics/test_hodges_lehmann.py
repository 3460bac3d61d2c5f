"""The median of paired differences against brute force, SciPy's test, published numbers and simulated truth."""

from __future__ import annotations

import itertools
import math
import statistics
import tracemalloc
from collections.abc import Callable

import numpy as np
import pytest
import scipy.stats
from hypothesis import given, strategies as st

from bench.statistics import hodges_lehmann as module
from bench.statistics.arrays import Vector
from bench.statistics.hodges_lehmann import hodges_lehmann

DIFFERENCES = st.lists(st.integers(-4, 4), min_size=1, max_size=12).map(lambda drawn: np.array(drawn) / 4)
"""With zeros and ties; quarters add without rounding."""


def by_hand(differences: Vector) -> tuple[float, float | None, float | None, float | None]:
    """Median, ends and coverage from all Walsh averages and all 2^N signs of the ranks."""
    count = len(differences)
    walsh = sorted((a + b) / 2 for a, b in itertools.combinations_with_replacement(differences.tolist(), 2))
    sums = [
        sum(itertools.compress(range(1, count + 1), signs))
        for signs in itertools.product((0, 1), repeat=count)
    ]
    misses = {
        rank: 2 * sum(total < rank for total in sums) / 2**count for rank in range(1, len(walsh) // 2 + 1)
    }
    rank = max((rank for rank, miss in misses.items() if miss <= 0.05), default=0)
    if not rank:
        return statistics.median(walsh), None, None, None
    return statistics.median(walsh), walsh[rank - 1], walsh[-rank], 1 - misses[rank]


@given(DIFFERENCES)
def test_it_is_the_textbooks(differences: Vector) -> None:
    found = hodges_lehmann(differences)
    value, low, high, coverage = by_hand(differences)
    assert (found.value, found.low, found.high) == (value, low, high)
    assert found.coverage == (coverage and pytest.approx(coverage, abs=1e-12))


@pytest.mark.parametrize("cases", [6, 9, 14])
def test_the_interval_holds_what_scipys_signed_rank_test_does_not_reject(cases: int) -> None:
    """Of differences less θ: SciPy's exact p is over 0.05 just inside the ends, and at most 0.05 just outside."""
    differences = np.random.default_rng(cases).normal(0.3, 1.0, cases)
    found = hodges_lehmann(differences)
    assert found.low is not None
    assert found.high is not None
    for end, inwards in ((found.low, 1e-6), (found.high, -1e-6)):
        inside, outside = (
            scipy.stats.wilcoxon(differences - end - step, method="exact").pvalue
            for step in (inwards, -inwards)
        )
        assert inside > 0.05 >= outside


def test_published_example() -> None:
    """Hamilton's depression scale before and after a tranquillizer: Hollander, Wolfe and Chicken 2014, §3.1 to 3.3."""
    before = np.array([1.83, 0.50, 1.62, 2.48, 1.68, 1.88, 1.55, 3.06, 1.30])
    after = np.array([0.878, 0.647, 0.598, 2.05, 1.06, 1.29, 1.06, 3.14, 1.29])
    found = hodges_lehmann(after - before)
    assert (found.value, found.low, found.high) == pytest.approx((-0.46, -0.786, -0.010))
    assert found.coverage == pytest.approx(0.961, abs=5e-4)


@pytest.mark.parametrize(
    ("cases", "critical"),
    [(6, 0), (7, 2), (8, 3), (9, 5), (10, 8), (15, 25), (20, 52), (25, 89), (30, 137), (50, 434)],
)
def test_ranks_are_those_of_published_tables(cases: int, critical: int) -> None:
    """Critical values of Wilcoxon's T, two-sided 5 %: T is significant up to one less than the rank."""
    assert module._lowest_rank(cases)[0] == critical + 1


@pytest.mark.parametrize("cases", [1, 2, 5])
def test_few_cases_have_a_median_only(cases: int) -> None:
    found = hodges_lehmann(np.arange(cases, dtype=float))
    assert (found.value, found.low, found.high, found.coverage) == ((cases - 1) / 2, None, None, None)


def test_equal_runs_have_a_median_of_exactly_0() -> None:
    found = hodges_lehmann(np.zeros(9))
    assert (found.value, found.low, found.high) == (0.0, 0.0, 0.0)


@given(DIFFERENCES, st.integers(-3, 3), st.integers(1, 4))
def test_it_moves_with_the_differences(differences: Vector, shift: int, scale: int) -> None:
    found, moved, turned = (
        hodges_lehmann(each) for each in (differences, scale * differences + shift, -differences)
    )
    assert moved.value == scale * found.value + shift
    assert turned.value == -found.value
    if found.low is not None and found.high is not None:
        assert (moved.low, moved.high) == (scale * found.low + shift, scale * found.high + shift)
        assert (turned.low, turned.high) == (-found.high, -found.low)


@given(DIFFERENCES)
def test_selecting_gives_what_listing_gives(differences: Vector) -> None:
    halves, count = np.sort(differences) / 2, len(differences)
    places = list(range(count * (count + 1) // 2))
    assert [module._selected(halves, place) for place in places] == module._walsh_averages(
        differences, places
    )


def test_ten_thousand_cases_take_little_memory() -> None:
    """All Walsh averages would be 400 MB."""
    differences = np.random.default_rng(0).normal(0.1, 1.0, 10_000)
    tracemalloc.start()
    found = hodges_lehmann(differences)
    assert tracemalloc.get_traced_memory()[1] < 5e6
    tracemalloc.stop()
    # asymptotically the standard error is √(π / 3) of the mean's; half of the interval is 1.96 of them
    assert found.value == pytest.approx(differences.mean(), abs=0.005)
    assert found.low is not None
    assert found.high is not None
    assert (found.high - found.low) / 2 == pytest.approx(1.96 * math.sqrt(math.pi / 3) / 100, rel=0.03)


def test_the_normal_approximation_is_one_rank_wider_at_most(monkeypatch: pytest.MonkeyPatch) -> None:
    for cases in (50, 100, module.EXACT):
        rank, coverage = module._lowest_rank.__wrapped__(cases)
        with monkeypatch.context() as patched:
            patched.setattr(module, "EXACT", 0)
            about, said = module._lowest_rank.__wrapped__(cases)
        assert rank - 1 <= about <= rank
        assert said == pytest.approx(coverage, abs=2e-3)


@pytest.mark.parametrize(
    ("draw", "most"),
    [
        (lambda rng, shape: rng.normal(size=shape), 0.965),
        (lambda rng, shape: rng.standard_t(3, shape), 0.965),
        (lambda rng, shape: np.round(rng.normal(size=shape)), 1.0),  # mostly ties, and a third of zeros
    ],
)
def test_intervals_cover_the_median(
    draw: Callable[[np.random.Generator, tuple[int, int]], Vector], most: float
) -> None:
    """10 cases, said 95.1 %: 93.9 % is three standard errors of 3,000 trials below. Ties cover more."""
    trials = draw(np.random.default_rng(0), (3000, 10))
    ends = [(found.low, found.high) for found in map(hodges_lehmann, trials)]
    covered = np.mean([low is not None and high is not None and low <= 0 <= high for low, high in ends])
    assert 0.939 <= covered <= most
