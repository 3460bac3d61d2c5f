"""Every second frame softer or cleaner by a known amount, frames between others, and clips made in one way."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from bench.calibration import damages, footage
from bench.errors import NotMeasurable
from bench.evaluators.cadence import Cadence
from bench.evaluators.odd_even import OddEven, differences, p_value
from bench.evaluators.signals.grain import noise_level
from bench.types import Frames
from tests.made import answers, moving_clip, photograph


def measured(frames: Frames) -> dict[str, float]:
    """The verdict as '', the others by the end of their name."""
    found = answers(OddEven(), frames)
    return {name.removeprefix("odd_even").lstrip("_"): value.value for name, value in found.items()}


def noisy(deviations: list[float], height: int = 96, width: int = 128) -> Frames:
    rng = np.random.default_rng(0)
    planes = [rng.normal(128, each, (height, width, 1)).repeat(3, axis=2) for each in deviations]
    return np.clip(np.rint(planes), 0, 255).astype(np.uint8)


def test_half_the_contrast_in_odd_frames_is_two_octaves_of_sharpness() -> None:
    board = (np.indices((48, 64)).sum(axis=0) % 2 * 80).astype(np.uint8)[..., None].repeat(3, axis=2)
    found = measured(np.stack([board, board // 2 + np.uint8(20)] * 6))
    assert found["sharpness"] == pytest.approx(2)
    assert found[""] == 1


def test_half_the_noise_in_odd_frames_is_an_octave_of_it() -> None:
    found = measured(noisy([8.0, 4.0] * 8))
    assert found["noise"] == pytest.approx(1, abs=0.03)
    assert found["sharpness"] == pytest.approx(2, abs=0.05)  # which noise is made of, squared
    assert found[""] == 1


@pytest.mark.parametrize("deviation", [2.0, 8.0])
def test_noise_is_known_to_two_in_a_hundred(deviation: float) -> None:
    """Rounding adds a twelfth to the variance."""
    gray = noisy([deviation], 192, 256)[0, ..., 0]
    assert noise_level(gray) == pytest.approx(np.sqrt(deviation**2 + 1 / 12), rel=0.02)


def test_edges_and_slopes_are_no_noise() -> None:
    step = np.zeros((48, 64), np.uint8)
    step[:, 30:] = 200
    ramp = np.tile(np.arange(0, 192, 3, dtype=np.uint8), (48, 1))
    assert noise_level(step) == noise_level(ramp) == 0


def test_every_second_frame_blurred_the_more_the_stronger() -> None:
    larger = np.stack([cv2.resize(frame, (320, 240)) for frame in moving_clip(13).frames])
    grain = np.random.default_rng(0).integers(0, 20, larger.shape, np.uint8)
    found = [
        measured(damages.TABLE["alternate_blur"].of(larger // 2 + grain, severity, np.random.default_rng(0)))
        for severity in damages.TABLE["alternate_blur"].severities
    ]
    sizes = [each["sharpness"] for each in found]
    assert sizes == sorted(sizes)
    assert [each[""] for each in found] == [1] * len(found)


def test_trends_and_frame_0_are_no_second_kind() -> None:
    rising = noisy([2.0 * 1.1**t for t in range(16)])
    assert measured(rising)[""] == 0
    first = noisy([8.0, *[4.0] * 15])
    assert measured(first)[""] == 0
    assert measured(first)["noise"] < 0.1


def test_still_slide_and_noise_are_of_one_kind() -> None:
    still = measured(photograph()[None].repeat(12, axis=0))
    assert still == {"": 0, "sharpness": 0, "noise": 0}
    assert measured(moving_clip(16).frames)[""] == 0
    assert measured(noisy([6.0] * 16))[""] == 0


@pytest.mark.parametrize("memory", [0.0, 0.5, 0.9])
def test_chance_is_what_it_says(memory: float) -> None:
    """A nominal 0.5 % of 800 series: 4, and at most 12 in all but 4 of 10,000 tries."""
    rng = np.random.default_rng(1)
    alarms = 0
    for _ in range(800):
        series = rng.normal(size=66)
        for t in range(1, len(series)):
            series[t] += memory * series[t - 1]
        alarms += p_value(differences(series[50:])) < 0.005
    assert alarms <= 12


def test_frames_between_others_are_seen_where_cadence_sees_no_blend() -> None:
    """Streets at half the pace, every second frame made of its neighbours along their flow."""
    for sound in footage.clips(1, side=240).all:
        assert measured(sound.clip.frames)[""] == 0
        slow = damages.TABLE["slow_motion"].of(sound.clip.frames, 2, np.random.default_rng(0))
        assert measured(slow)[""] == 1
        assert answers(Cadence(), slow)["cadence_blends"].value == 0


def test_real_footage_is_of_one_kind() -> None:
    for sound in footage.clips(9, side=160).all:
        assert measured(sound.clip.frames)[""] == 0, sound.case.id


def test_eight_frames_are_too_few() -> None:
    with pytest.raises(NotMeasurable, match="clip has 8 frames, odd_even needs 9"):
        measured(photograph()[None].repeat(8, axis=0))
