"""Still starts and ends of known length, light that is no motion, motion that halves again and again."""

from functools import cache
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from bench.calibration import damages, footage
from bench.errors import NotMeasurable
from bench.evaluators import Values
from bench.evaluators.static_start import StaticStart, fade, still_steps
from bench.media import pictures
from bench.types import Frames, Value
from tests.made import answers, moving_clip, photograph

IMAGES = Path(__file__).parents[2] / "suites" / "demo" / "images"
FPS = 8.0


@cache
def wide() -> Frames:
    return pictures.fit(pictures.read(IMAGES / "coffee.jpg"), 640, 360, "cover")


def pan(places: NDArray[np.int_]) -> Frames:
    """A window of 160 x 96 at these columns of a photograph."""
    return np.stack([wide()[100:196, x : x + 160] for x in places])


def measured(frames: Frames, fps: float = FPS) -> Values:
    return answers(StaticStart(), frames, fps=fps)


def number(values: Values, name: str) -> float:
    found = values[name]
    assert isinstance(found, Value), found
    return found.value


@pytest.mark.parametrize("still", [0, 1, 6])
def test_a_clip_frozen_at_its_start_or_end_is_so_for_that_long(still: int) -> None:
    """6 steps of an eighth of a second are 0.75 s."""
    moving = pan(4 * np.arange(12))
    late = np.concatenate([moving[:1].repeat(still, axis=0), moving])
    found = measured(late)
    assert number(found, "static_start") == still / FPS
    assert number(found, "static_end") == 0
    back = measured(late[::-1])
    assert number(back, "static_end") == still / FPS
    assert number(back, "static_start") == 0
    assert number(measured(late, fps=24.0), "static_start") == still / 24


def test_fresh_noise_does_not_move() -> None:
    late = damages.TABLE["late_start"].of(pan(4 * np.arange(16)), 0.5, np.random.default_rng(0))
    noisy = damages.TABLE["noise"].of(late, 4, np.random.default_rng(0))
    assert number(measured(noisy), "static_start") == 1.0


def test_light_that_changes_as_a_whole_is_no_motion() -> None:
    late = damages.TABLE["late_start"].of(pan(4 * np.arange(16)), 0.5, np.random.default_rng(0)) // 2
    late[1:] += np.uint8(24)
    assert number(measured(late), "static_start") == 1.0


def test_still_is_static_throughout_and_a_slide_never() -> None:
    still = measured(photograph()[None].repeat(9, axis=0))
    assert number(still, "static_start") == number(still, "static_end") == 1.0
    for name in ("motion_fade", "motion_dies"):
        assert isinstance(still[name], NotMeasurable)
        assert "clip stands still" in str(still[name])
    slide = measured(moving_clip(16).frames)
    assert number(slide, "static_start") == number(slide, "static_end") == 0
    assert number(slide, "motion_dies") == 0


def test_motion_that_halves_has_fallen_by_octaves() -> None:
    """Steps of 16, then of 8, then of 4 pixels, eight each: the last third is 1.5 octaves below the rest's median."""
    places = np.concatenate([[0], np.cumsum(np.repeat([16, 8, 4], 8))])
    found = measured(pan(places))
    assert number(found, "motion_fade") == pytest.approx(-1.5, abs=0.1)  # flow errs by some 5 %
    assert number(found, "motion_dies") == 1
    back = measured(pan(places)[::-1])
    assert number(back, "motion_fade") == pytest.approx(1.5, abs=0.1)
    assert number(back, "motion_dies") == 0


def test_a_still_start_is_no_part_of_the_speeds() -> None:
    even = pan(8 * np.arange(16))
    late = np.concatenate([even[:1].repeat(20, axis=0), even])
    assert number(measured(late), "motion_fade") == pytest.approx(0, abs=0.05)


def test_short_clips_have_no_end() -> None:
    found = measured(pan(8 * np.arange(6)))
    assert "clip has 5 steps once it moves, speed at the end needs 6" in str(found["motion_fade"])
    assert "a trend needs 10 values, the series has 5" in str(found["motion_dies"])


def test_the_median_of_the_last_third() -> None:
    assert fade(np.array([0, 0, 0, 0, 5, 5, 1, 1, 1.0])) == 1.0


def test_the_longest_still_start_is_the_whole_clip() -> None:
    from bench.evaluators.signals.noise_floor import Drift

    cells = [np.zeros((16, 16), np.float32)] * 5
    assert still_steps(cells, [Drift(0.0, 0.0, 0.0)] * 4, 100.0) == 4


def test_real_footage_moves_from_the_start_until_it_is_held() -> None:
    """A held share of a clip of 16 frames; what moves then must be seen within a frame."""
    for sound in footage.clips(9, side=160).all:
        frames = sound.clip.frames
        assert number(measured(frames), "static_start") == 0, sound.case.id
        late = damages.TABLE["late_start"].of(frames, 0.5, np.random.default_rng(0))
        found = number(measured(late), "static_start") * FPS - round(len(frames) / 2)
        assert 0 <= found <= 1, sound.case.id
