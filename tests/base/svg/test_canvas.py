"""What plots are made of: places in a frame, axes with round numbers, texts that stay texts."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, strategies as st

from bench.base.svg import canvas
from bench.base.svg.canvas import Frame
from tests.base.svg.drawn import elements, told

FINITE = st.floats(allow_nan=False, allow_infinity=False)


def test_a_frame_places_its_corners_and_cuts_off_what_is_beyond() -> None:
    frame = Frame((0.0, 10.0), (0.0, 1.0), left=50, right=150, top=10, bottom=90)
    assert frame.place(0.0, 0.0) == (50, 90)
    assert frame.place(10.0, 1.0) == (150, 10)
    assert frame.place(5.0, 0.25) == (100, 70)
    assert frame.place(99.0, -99.0) == (150, 90)


def test_numbers_of_an_axis_are_round() -> None:
    assert canvas.ticks(0.0, 1.0) == pytest.approx([0.0, 0.2, 0.4, 0.6, 0.8, 1.0])
    assert canvas.ticks(-3.0, 31.0) == [0.0, 10.0, 20.0, 30.0]
    assert [canvas.tick(value) for value in (-0.5, 0.30000000000000004, 1.5e6)] == ["−0.5", "0.3", "1500000"]


@given(FINITE, FINITE)
def test_there_are_at_most_six_numbers_all_within_the_axis(a: float, b: float) -> None:
    low, high = sorted((a, b))
    found = canvas.ticks(low, high)
    air = 1e-6 * (high - low) if math.isfinite(high - low) else 0.0
    assert len(found) <= 6
    assert all(low - air <= value <= high + air for value in found)


@given(st.lists(FINITE | st.just(math.nan) | st.just(math.inf), max_size=5), FINITE)
def test_every_number_has_a_place_between_the_ends(values: list[float], value: float) -> None:
    assert 0.0 <= canvas.share(value, canvas.ends(values)) <= 1.0


def test_ends_leave_air_and_are_never_the_same() -> None:
    assert canvas.ends([0.0, 1.0, math.nan]) == pytest.approx((-0.05, 1.05))
    assert canvas.ends([3.0]) == (1.5, 4.5)
    assert canvas.ends([0.0]) == (-0.5, 0.5)
    assert canvas.ends([]) == (-0.05, 1.05)


def test_a_long_name_is_cut_off_and_its_tooltip_has_all() -> None:
    name = "<b>" + "x" * 60
    drawn = canvas.picture([canvas.name(0, 0, name), canvas.name(0, 9, "short")], "t", 9, 9)
    assert told(drawn) == [name]
    (cut, short) = (element.text or "" for element in elements(drawn, "text"))
    assert (len(cut), cut[-1], short) == (canvas.LONGEST_NAME, "…", "short")


@pytest.mark.parametrize("shape", ["circle", "diamond", "triangle", "cross"])
def test_every_sign_tells_its_numbers(shape: str) -> None:
    drawn = canvas.picture([canvas.mark(10, 10, "#123456", "a & b: 1", shape)], "t", 20, 20)
    assert told(drawn) == ["a & b: 1"]
    assert "#123456" in drawn
