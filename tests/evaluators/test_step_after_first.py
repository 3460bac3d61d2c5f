"""The jump after frame 0: closed forms in L*, trends that are none, real footage."""

import cv2
import numpy as np
import pytest
from skimage.color import rgb2lab  # 0.26.0

from bench.calibration import damages, footage
from bench.errors import NotMeasurable
from bench.evaluators.step_after_first import StepAfterFirst
from bench.types import Frames, Value
from tests.made import answers, moving_clip, photograph


def measured(frames: Frames) -> dict[str, float]:
    """The verdict as '', the others by the end of their name."""
    found = answers(StepAfterFirst(), frames)
    assert all(isinstance(value, Value) for value in found.values()), found
    return {name.removeprefix("step_after_first").lstrip("_"): value.value for name, value in found.items()}


def still(frames: int = 12) -> Frames:
    return photograph()[None].repeat(frames, axis=0)


def flat(*levels: int) -> Frames:
    return np.stack([np.full((48, 64, 3), level, np.uint8) for level in levels])


def lightness(level: int) -> float:
    return float(rgb2lab(np.full((1, 1, 3), level, np.uint8))[0, 0, 0])


@pytest.mark.parametrize("levels", [2, 16, -16])
def test_a_gray_clip_jumps_by_the_difference_of_lightness(levels: int) -> None:
    found = measured(flat(120, *[120 + levels] * 8))
    change = lightness(120 + levels) - lightness(120)
    assert found["brightness"] == pytest.approx(change, abs=1e-4)
    assert found["colour"] == pytest.approx(abs(change), abs=1e-3)  # grays have a* and b* of some 1e-4
    assert found["sharpness"] == 0
    assert found[""] == float(abs(change) > 1)


def test_a_trend_is_no_jump_and_a_jump_on_it_is() -> None:
    rising = np.stack([photograph() // 2 + np.uint8(4 * t) for t in range(12)])
    found = measured(rising)
    assert found["colour"] < 0.2
    assert found[""] == 0
    rising[1:] += np.uint8(16)
    assert measured(rising)[""] == 1


def test_a_later_jump_is_another_matter() -> None:
    late = still().copy()
    late[6:] //= 2
    assert measured(late) == {"": 0, "colour": 0, "brightness": 0, "sharpness": 0}


def test_a_clip_that_flickers_has_no_jump_of_its_own() -> None:
    flickering = damages.TABLE["brightness_flicker"].of(still(30), 8, np.random.default_rng(1))
    assert measured(flickering)[""] == 0


def test_a_loss_of_detail_has_its_size() -> None:
    """Half of the contrast is a quarter of the variance of the Laplacian: two octaves less."""
    board = (np.indices((48, 64)).sum(axis=0) % 2 * 80).astype(np.uint8)[..., None].repeat(3, axis=2)
    soft = board // 2 + np.uint8(20)
    found = measured(np.stack([board, *[soft] * 8]))
    assert found["sharpness"] == pytest.approx(-2)
    assert found[""] == 1
    blurred = still().copy()
    blurred[1:] = np.stack([cv2.GaussianBlur(frame, (0, 0), 2) for frame in blurred[1:]])
    assert measured(blurred)["sharpness"] < -0.5


def test_still_and_slide_have_none() -> None:
    assert measured(still()) == {"": 0, "colour": 0, "brightness": 0, "sharpness": 0}
    found = measured(moving_clip(17).frames[1:])  # the picture's seam is in frame 0 as well
    assert found[""] == 0
    assert found["colour"] < 1e-4  # what leaves on one side enters on the other


def test_the_series_has_each_step() -> None:
    series = answers(StepAfterFirst(), flat(100, 120, 120, 120, 150, 150))["step_after_first_colour"].series
    assert series is not None
    assert [round(step, 2) for step in series[1:3]] == [0, 0]
    assert series[3] == pytest.approx(lightness(150) - lightness(120), abs=1e-3)


def test_real_footage_has_none_until_it_is_damaged() -> None:
    for sound in footage.clips(9, side=160).all:
        frames = sound.clip.frames
        assert measured(frames)[""] == 0, sound.case.id
        if sound.case.id != "bikes-76":  # a dark street, whose first step is as large, the other way
            worse = damages.TABLE["first_step"].of(frames, 32, np.random.default_rng(0))
            assert measured(worse)[""] == 1, sound.case.id


def test_short_clips_have_no_usual_step() -> None:
    with pytest.raises(NotMeasurable, match="clip has 5 frames, step_after_first needs 6"):
        measured(still(5))
