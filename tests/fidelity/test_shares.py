"""From pairs to shares and verdicts, with distances made by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest

from bench.fidelity import notes
from bench.fidelity.findings import Fidelity, Share, Side
from bench.fidelity.shares import shares, verdict
from bench.fidelity.stored import PairRecord

MARGIN = 0.1
CEILING = [0.5, 0.6, 0.4, 0.7, 0.55, 0.45, 0.65, 0.52]


def pairs(distances: list[float], seed: int = 0) -> list[PairRecord]:
    """Clips of two frames, the second of which is twice as far from its counterpart as the mean says."""
    return [
        PairRecord(
            f"c{n}", seed, seed, ("a", "b"), 2, is_identical=each == 0, series={"ssim": (1.0, 1 - 2 * each)}
        )
        for n, each in enumerate(distances)
    ]


def only(found: tuple[Share, ...]) -> Share:
    assert [each.measure for each in found] == ["ssim"]
    return found[0]


def fidelity(other: list[float], low: list[float], high: list[float]) -> Fidelity:
    """The finding that the job makes of these distances."""
    sides = [tuple(pairs(each)) for each in (other, low, high)]
    found = shares(*sides, MARGIN)
    return Fidelity(
        "A",
        "B",
        "a-1",
        "b-1",
        MARGIN,
        sides[0],
        (),
        Side(sides[1]),
        Side(sides[2]),
        found,
        verdict(sides[0], found),
    )


def test_a_share_is_what_lies_between_floor_and_ceiling() -> None:
    low = [0.02 * each for each in CEILING]
    other = [0.02 * each + 0.05 * (each - 0.02 * each) for each in CEILING]
    found = only(shares(pairs(other), pairs(low), pairs(CEILING), MARGIN))
    assert found.value == pytest.approx(0.05)
    assert (found.other, found.floor, found.ceiling) == pytest.approx(
        tuple(map(np.mean, (other, low, CEILING)))
    )
    assert (found.cases, found.verdict) == (8, "same")


def test_the_floor_against_itself_is_0_and_the_ceiling_1() -> None:
    low = [0.1 * each for each in reversed(CEILING)]
    assert only(shares(pairs(low), pairs(low), pairs(CEILING), MARGIN)).value == pytest.approx(0)
    found = only(shares(pairs(CEILING), pairs(low), pairs(CEILING), MARGIN))
    assert (found.value, found.verdict) == (pytest.approx(1), "different")


def test_the_clip_that_is_farthest_stands_first_with_its_frame() -> None:
    other = [0.01, 0.01, 0.2, *[0.01] * 5]
    clips = only(shares(pairs(other), (), pairs(CEILING), MARGIN)).clips
    assert (clips[0].case, clips[0].frame) == ("c2", 1)
    assert clips[0].share == pytest.approx(0.2 / np.mean(CEILING))
    assert [each.distance for each in clips] == sorted((each.distance for each in clips), reverse=True)


def test_seeds_of_a_case_are_averaged_before_cases() -> None:
    other = [*pairs([0.1, 0.3]), *pairs([0.3], seed=1)]
    assert only(shares(other, (), (), MARGIN)).other == pytest.approx((0.2 + 0.3) / 2)


def test_only_cases_that_all_have_count() -> None:
    found = only(shares(pairs([0.1, 0.1, 0.9]), (), pairs([0.5, 0.5]), MARGIN))
    assert (found.cases, found.value) == (2, pytest.approx(0.2))
    assert len(found.clips) == 3


def test_too_few_cases_are_undecided_and_say_so() -> None:
    found = fidelity([0.01] * 3, [0.0] * 3, CEILING[:3])
    assert found.verdict == "undecided"
    assert notes.verdict(found).endswith("3 cases are too few, 6 are the fewest that show anything")


def test_without_a_ceiling_there_is_no_share() -> None:
    found = fidelity([0.01] * 8, [0.0] * 8, [])
    assert (only(found.shares).value, found.verdict) == (None, "undecided")
    assert "there is no ceiling" in notes.verdict(found)
    assert notes.sentence(found) == "B against A: the same bits in 0 of 8 clips"


def test_another_model_whose_seeds_change_nothing_is_different() -> None:
    found = fidelity([0.1 + 0.01 * n for n in range(8)], [0.0] * 8, [0.0] * 8)
    assert (only(found.shares).value, found.verdict) == (None, "different")
    assert "neither making them again nor another seed changes anything" in notes.verdict(found)


def test_equal_clips_are_identical_whatever_seeds_do() -> None:
    assert fidelity([0.0] * 3, [0.0] * 3, CEILING[:3]).verdict == "identical"
    assert fidelity([0.0], [], []).verdict == "identical"


def test_scattered_shares_are_undecided() -> None:
    found = fidelity([0.0001, 0.3, 0.001, 0.02, 0.0002, 0.1, 0.0, 0.01], [0.0] * 8, CEILING)
    assert found.verdict == "undecided"
    assert "the intervals of SSIM do not lie on one side of it" in notes.verdict(found)


def test_the_sentence_has_share_clips_and_frame() -> None:
    found = fidelity([0.05 * each for each in CEILING[:7]] + [0.1], [0.0] * 8, CEILING)
    share, rest = notes.sentence(found).split(") of a change of seed by SSIM; ")
    assert share.startswith("B against A: 0.067 (")
    assert rest == "within 0.1 in 7 of 8 clips; farthest: c7, seed 0, frame 1; the same bits in 0 of 8 clips"


def test_a_measure_that_fails_on_a_clip_says_why() -> None:
    broken = PairRecord("c9", 0, 0, ("a", "b"), 1, missing={"ssim": "too small"})
    found = only(shares([*pairs([0.1]), broken], (), (), MARGIN))
    assert (found.missing, found.cases) == (("too small",), 1)
    assert math.isclose(found.other, 0.1)
