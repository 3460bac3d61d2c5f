"""Gates: what fails, what passes, and what cannot be gated on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from bench.comparison import notes
from bench.comparison.coverage import Tried
from bench.comparison.differences import Difference, Pair, Side
from bench.comparison.gates import Gate, broken, gate
from bench.errors import UsageError
from bench.evaluators import catalogue
from tests.comparison.made_pairs import A, B, compared, measured, of
from tests.made import measurement


def _found(low: float, high: float, metric: str = "ssim_mean", direction: str = "higher") -> Difference:
    card = replace(catalogue.unknown(metric), direction=direction)  # type: ignore[arg-type]
    return Difference(metric, "1", card, "cases", 9, 0.0, 0.0, (low + high) / 2, low, high, 0.01)


@pytest.mark.parametrize(
    ("low", "high", "direction", "margin", "fails"),
    [
        (-0.3, -0.1, "higher", 0.0, True),
        (-0.3, 0.01, "higher", 0.0, False),
        (-0.3, -0.1, "higher", 0.05, True),
        (-0.3, -0.1, "higher", 0.1, False),
        (0.1, 0.3, "higher", 0.0, False),
        (0.1, 0.3, "lower", 0.05, True),
        (0.1, 0.3, "lower", 0.2, False),
        (-0.3, -0.1, "lower", 0.0, False),
        (0.0, 0.0, "lower", 0.0, False),
    ],
)
def test_a_gate_fails_where_the_whole_interval_is_beyond(
    low: float, high: float, direction: str, margin: float, fails: bool
) -> None:
    assert Gate("ssim_mean", margin).fails(_found(low, high, direction=direction)) is fails


def test_a_gate_without_an_interval_does_not_pass() -> None:
    with pytest.raises(UsageError, match="no interval for ssim_mean"):
        Gate("ssim_mean").fails(replace(_found(0.0, 0.0), low=None))


@pytest.mark.parametrize(("kept", "is_seen"), [(100, True), (95, True), (94, False), (6, False)])
def test_a_gate_does_not_pass_what_failed_on_most_cases(kept: int, is_seen: bool) -> None:
    """B is better wherever it has a value, and has none of the rest: it may have failed where it is worse."""
    a = [number / 100 for number in range(100)]
    better = [value + 0.01 for value in a[:kept]]
    pairs = [compared(*measured(A, of(a)), *measured(B, of(better)))]
    if is_seen:
        assert broken(pairs, [Gate("ssim_mean")]) == []
        return
    said = f"ssim_mean of b cannot be gated on: b lacks the value of {100 - kept} of 100 clips, over 5%"
    with pytest.raises(UsageError, match=said):
        broken(pairs, [Gate("ssim_mean")])


def _two_seeds(
    side: Side, broken: Sequence[int] = (), seeds: Sequence[int] = (0, 1), **changes: object
) -> Any:
    """Eight cases, each with these seeds; the broken seeds of every case have no value."""
    failure = {"value": None, "error": "cut short", **changes}
    return [
        measurement(
            run=side.run, case=f"c{n}", seed=seed, **(failure if seed in broken else {"value": 0.5 + n / 100})
        )
        for n in range(8)
        for seed in seeds
    ]


@pytest.mark.parametrize("place", [0, 1])
def test_a_gate_counts_clips_of_either_side(place: int) -> None:
    """Seed 1 of every case is broken: each case still has a value, and half of the clips have none."""
    rows = [_two_seeds(side, (1,) if number == place else ()) for number, side in enumerate((A, B))]
    name = (A, B)[place].name
    pair = compared(*rows[0], *rows[1])
    with pytest.raises(UsageError, match=f"b cannot be gated on: {name} lacks the value of 8 of 16 clips"):
        broken([pair], [Gate("ssim_mean")])
    assert notes.notes(pair)[0] == (
        f"{name} failed on 8 of 16 clips: c0-1, c1-1, c2-1, c3-1, c4-1, c5-1, c6-1, c7-1 (ssim_mean)"
    )


def test_what_both_cannot_give_and_what_nobody_asked_for_is_not_missing() -> None:
    nothing = {"status": "not measurable"}
    both = compared(*_two_seeds(A, (1,), **nothing), *_two_seeds(B, (1,), **nothing))
    assert broken([both], [Gate("ssim_mean")]) == []
    assert "a has no value to give on 8 of 16 clips" in notes.notes(both)[0]
    fewer = compared(*_two_seeds(A), *_two_seeds(B, seeds=(0,)))
    other = compared(*_two_seeds(A), *_two_seeds(B, seeds=(2, 3)))
    assert broken([fewer, other], [Gate("ssim_mean")]) == []
    one = compared(*_two_seeds(A), *_two_seeds(B, (1,), **nothing))
    with pytest.raises(UsageError, match="b lacks the value of 8 of 16 clips"):
        broken([one], [Gate("ssim_mean")])


def test_a_gate_on_sets_counts_clips() -> None:
    clips = frozenset((f"c{n}", seed) for n in range(10) for seed in (0, 1))
    whole, half = Tried(clips), Tried(frozenset(clip for clip in clips if not clip[1]), clips)
    found = replace(_found(0.1, 0.3), basis="set", cases=10)
    both = Pair(A, B, (found,), (), (), ((0, 1), (0, 1)), {"ssim_mean": (whole, half)})
    with pytest.raises(UsageError, match="b lacks the value of 10 of 20 clips, over 5%"):
        broken([both], [Gate("ssim_mean")])
    assert broken([replace(both, coverage={"ssim_mean": (whole, whole)})], [Gate("ssim_mean")]) == []


def test_gates_in_words() -> None:
    assert (gate("ssim_mean"), gate("fvd:3.5")) == (Gate("ssim_mean"), Gate("fvd", 3.5))
    for words in ("fvd:", "fvd:x", "fvd:-1", "fvd:nan", ":1"):
        with pytest.raises(UsageError, match="a gate is METRIC"):
            gate(words)
