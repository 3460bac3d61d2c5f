"""Flicker: shares of steps counted by hand, what may not matter, and the null clips."""

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from bench.errors import NotMeasurable
from bench.evaluators import Values
from bench.evaluators.flicker import Flicker, Settings, mean_gray, step_values
from bench.types import Frames, Value
from tests.made import answers, moving_clip, photograph


def measured(frames: Frames, window: int = 9) -> Values:
    return answers(Flicker(Settings(window)), frames)


def number(values: Values, name: str) -> float:
    found = values[name]
    assert isinstance(found, Value), found
    return found.value


def flat(levels: list[int]) -> Frames:
    """A clip of gray frames: the mean gray of each is its level, since the weights of luma sum to 1."""
    return np.broadcast_to(np.array(levels, np.uint8)[:, None, None, None], (len(levels), 9, 10, 3))


def test_steps_counted_by_hand() -> None:
    # Steps 8, 9, 15, 16, -40, 0: mild is above 8 and up to 15, severe above 15.
    values = measured(flat([100, 108, 117, 132, 148, 108, 108]))
    assert number(values, "flicker_mild") == pytest.approx(2 / 6)
    assert number(values, "flicker_severe") == pytest.approx(2 / 6)
    assert number(values, "flicker_max_step") == 40
    found = values["flicker_max_step"]
    assert isinstance(found, Value)
    assert found.series == (8, 9, 15, 16, 40, 0)


def test_colour_counts_at_equal_luma() -> None:
    """Red up and blue down by 32, green making up for the luma, and back: (32 + 10 + 32) / 3 from frame to frame."""
    green = 32 * (0.114 - 0.299) / 0.587
    frames = photograph()[None].repeat(6, axis=0) // 2 + 40
    frames = np.rint(frames + np.array([0, 1, 0, 1, 0, 1])[:, None, None, None] * [32, green, -32]).astype(
        np.uint8
    )
    values = measured(frames)
    assert number(values, "flicker_max_step") == pytest.approx((64 + abs(green)) / 3, abs=0.2)
    assert number(values, "flicker_severe") == 1


def test_mean_gray_is_numpys_mean() -> None:
    gray = photograph()[None, ..., 0].repeat(3, axis=0)
    found = [mean_gray(plane) for plane in gray]
    np.testing.assert_allclose(found, gray.reshape(3, -1).mean(axis=1), atol=1e-9)


@given(st.lists(st.integers(0, 255), min_size=2, max_size=30))
@settings(max_examples=50)
def test_steps_do_not_mind_direction_or_sign(levels: list[int]) -> None:
    series = np.array(levels, dtype=np.float64)
    series = series[:, None].repeat(3, axis=1)
    shares = {name: found.value for name, found in step_values(series).items() if isinstance(found, Value)}
    assert shares["flicker_severe"] + shares["flicker_mild"] <= 1 + 1e-12
    for other in (series[::-1], 255 - series):
        turned = step_values(other)
        assert {name: number(turned, name) for name in shares} == pytest.approx(shares)


def test_growing_flicker_grows() -> None:
    wave = np.where(np.arange(30) % 2, 1, -1)
    steps = [
        number(measured(flat((128 + size * wave).tolist())), "flicker_max_step") for size in (0, 2, 5, 20)
    ]
    assert steps == [0, 4, 10, 40]


def test_a_flash_every_window_is_periodic_there() -> None:
    photo = photograph(24, 32)[None].repeat(45, axis=0) // 2
    photo[::9] += 3
    values = measured(photo)
    assert number(values, "flicker_at_window") == 1
    assert number(values, "flicker_window_power") > 0.95
    assert number(values, "flicker_severe") == 0
    assert number(measured(photo, window=7), "flicker_at_window") == 0


def test_an_alternating_clip_has_period_two() -> None:
    values = measured(flat([100, 120] * 10))
    assert number(values, "flicker_period") == pytest.approx(2, abs=0.05)
    assert number(values, "flicker_period_p") < 1e-6
    assert number(values, "flicker_prominence") > 30
    assert number(values, "flicker_severe") == 1


def test_still_and_constant_clips_do_not_flicker() -> None:
    for frames in (photograph()[None].repeat(30, axis=0), flat([77] * 30)):
        values = {name: number(measured(frames), name) for name in measured(frames)}
        assert values.pop("flicker_period_p") == 1
        assert set(values.values()) == {0}


def test_a_drifting_clip_barely_flickers_and_noise_has_no_period() -> None:
    drift = measured(moving_clip(30).frames)
    assert number(drift, "flicker_max_step") < 0.1  # np.roll keeps the mean
    assert number(drift, "flicker_at_window") == 0
    noise = measured(np.random.default_rng(0).integers(0, 256, (30, 16, 16, 3)).astype(np.uint8))
    assert number(noise, "flicker_max_step") > number(drift, "flicker_max_step")
    assert number(noise, "flicker_at_window") == 0


def test_a_short_clip_still_has_its_steps() -> None:
    values = measured(flat([100, 120, 100]))
    assert number(values, "flicker_severe") == 1
    assert str(values["flicker_period"]) == "3 frames, a dominant period needs 14: use a longer clip"
    assert "a rhythm of 9 needs 22" in str(values["flicker_at_window"])
    assert isinstance(measured(flat([100] * 21))["flicker_at_window"], NotMeasurable)
    assert number(measured(flat([100] * 21), window=4), "flicker_at_window") == 0
