"""Gates: what fails, what passes, and what cannot be gated on."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from bench.comparison.differences import Difference, Pair
from bench.comparison.gates import Gate, broken, gate
from bench.errors import UsageError
from bench.evaluators import catalogue
from tests.comparison.made_pairs import A, B, compared, measured, of


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
    said = f"ssim_mean of b cannot be gated on: it lacks {100 - kept} of the 100 cases of a, over 5%"
    with pytest.raises(UsageError, match=said):
        broken(pairs, [Gate("ssim_mean")])


def test_a_gate_on_sets_counts_clips() -> None:
    clips = {f"c{n}": Path(f"{n}.mkv") for n in range(20)}
    few = dict(list(clips.items())[:9])
    found = replace(_found(0.1, 0.3), basis="set", cases=9)
    both = Pair(replace(A, clips=clips), replace(B, clips=few), (found,), (), (), ((0,), (0,)))
    with pytest.raises(UsageError, match="it lacks 11 of the 20 cases of a, over 5%"):
        broken([both], [Gate("ssim_mean")])
    assert broken([replace(both, a=both.b)], [Gate("ssim_mean")]) == []


def test_gates_in_words() -> None:
    assert (gate("ssim_mean"), gate("fvd:3.5")) == (Gate("ssim_mean"), Gate("fvd", 3.5))
    for words in ("fvd:", "fvd:x", "fvd:-1", "fvd:nan", ":1"):
        with pytest.raises(UsageError, match="a gate is METRIC"):
            gate(words)
