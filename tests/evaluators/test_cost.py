"""Cost: what the record says, in the card's units."""

from dataclasses import replace
from pathlib import Path

import pytest

from bench.evaluators import Values
from bench.evaluators.cost import Cost
from bench.types import Case, ClipRecord, Value
from tests.made import answers, moving_clip

RECORD = ClipRecord("a", 0, "a-0.mkv", "c", seconds=12.5, peak_memory=3 * 2**29, device="cuda:0")


def measured(record: ClipRecord) -> Values:
    return answers(Cost(), moving_clip(1).frames, record=record)


def test_values_are_the_records() -> None:
    assert measured(RECORD) == {"cost_seconds": Value(12.5), "cost_peak_memory": Value(1.5)}


def test_unknown_memory_is_a_reason() -> None:
    values = measured(replace(RECORD, peak_memory=None))
    assert values["cost_seconds"] == Value(12.5)
    assert (
        str(values["cost_peak_memory"]) == "the clip's record states no peak memory: its device reports none"
    )


@pytest.mark.parametrize(("seconds", "applies"), [(12.5, True), (0.0, True), (None, False)])
def test_clips_made_elsewhere_have_no_cost(seconds: float | None, applies: bool) -> None:
    assert Cost().applies(Case("a", Path("none")), replace(RECORD, seconds=seconds)) is applies
