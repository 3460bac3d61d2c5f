"""Numbers as text."""

from __future__ import annotations

import math

import pytest

from bench.base import wording

NAN = math.nan


@pytest.mark.parametrize(
    ("mean", "low", "high", "text"),
    [
        (0.6, 0.4, 0.8, "0.6 ± 0.2"),
        (12.0, 9.0, 18.0, "12 (9 … 18)"),
        (5.0, NAN, NAN, "5"),
        (1.0, 1.0, 1.0, "1 ± 0"),
        (13469.0, 11169.0, 15769.0, "13469 ± 2300"),
        (1000.0, 877.0, 1123.0, "1000 ± 120"),
        (0.0, -1e308, 1.7e308, "0"),
        (NAN, NAN, NAN, "–"),
    ],
)
def test_intervals(mean: float, low: float, high: float, text: str) -> None:
    assert wording.with_interval(mean, low, high) == text
