"""Outliers: deviations by SciPy, cuts and dropped frames where they were made, motion that is neither."""

from functools import cache
from itertools import islice, pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st
from scipy import ndimage, stats

from bench.calibration import footage
from bench.errors import NotMeasurable
from bench.evaluators.outliers import Outliers, deviations, likeness
from bench.media import pictures, video
from bench.suites import scenes
from bench.types import Frames, Value
from tests.made import answers, moving_clip, photograph

IMAGES = Path(__file__).parents[2] / "suites" / "demo" / "images"


@cache
def scene(kind: str, speed: float, photo: str = "coffee.jpg", num_frames: int = 16) -> Frames:
    made = scenes.Scene(
        texture=IMAGES / photo,
        kind=kind,
        speed=speed,
        width=160,
        height=96,
        num_frames=num_frames,  # type: ignore[arg-type]
    )
    return scenes.frames(made)


def measured(frames: Frames) -> dict[str, Value]:
    found = dict(answers(Outliers(), frames))
    assert all(isinstance(value, Value) for value in found.values()), found
    return found


def places(value: Value, above: float = 3.5) -> list[int]:
    """The frames that the steps in question lead to."""
    assert value.series is not None
    return [t + 1 for t, odd in enumerate(value.series) if odd > above]


@given(st.lists(st.floats(0, 255), min_size=9, max_size=40))
@settings(max_examples=50)
def test_deviations_are_scipys(changes: list[float]) -> None:
    """SciPy 1.17.1: median_filter away from the ends, median_abs_deviation of what it leaves."""
    series = np.array(changes)
    levels = np.log(series + 1)
    middle = ndimage.median_filter(levels, 9)[4:-4]
    medians = np.concatenate([np.repeat(middle[0], 4), middle, np.repeat(middle[-1], 4)])
    spread = stats.median_abs_deviation(levels - medians, center=lambda rest, axis: 0.0, scale="normal")
    np.testing.assert_allclose(
        deviations(series), (levels - medians) / max(0.1, spread), rtol=1e-4, atol=1e-9
    )
    # rtol: SciPy's factor of the normal distribution has more digits than 1.4826
    np.testing.assert_allclose(deviations(series[::-1]), deviations(series)[::-1], atol=1e-12)


def test_one_large_step_by_hand() -> None:
    # Every other step is 3 levels: log 4 is the median, nothing deviates, the floor of 0.1 holds: log(16 / 4) / 0.1.
    odd = deviations(np.array([3.0] * 6 + [15.0] + [3.0] * 6))
    assert odd[6] == pytest.approx(np.log(4) / 0.1)
    assert np.delete(odd, 6) == pytest.approx(0)


@pytest.mark.parametrize(("kind", "speed"), [("static", 0), ("pan_left", 1), ("pan_left", 6), ("zoom_in", 2)])
def test_steady_cameras_have_no_outliers(kind: str, speed: float) -> None:
    found = measured(scene(kind, speed))
    assert found["outliers_share"].value == 0
    assert found["outliers_cuts"].value == 0
    assert found["outliers_worst"].value < 1.5


@pytest.mark.parametrize("speed", [1, 4])
def test_a_cut_is_found_and_named(speed: float) -> None:
    there = scene("pan_left", speed, "raccoon.jpg")
    found = measured(np.concatenate([scene("pan_left", speed)[:10], there[10:]]))
    assert found["outliers_cuts"].value == 1
    assert places(found["outliers_cuts"], above=0.5) == [10]
    assert places(found["outliers_share"]) == [10]
    assert found["outliers_share"].value == pytest.approx(1 / 15)


def test_one_foreign_frame_is_two_cuts_and_a_flash_none() -> None:
    foreign = scene("pan_left", 1).copy()
    foreign[7] = scene("static", 0, "raccoon.jpg")[0]
    assert places(measured(foreign)["outliers_cuts"], above=0.5) == [7, 8]
    flash = scene("pan_left", 1).copy()
    flash[7] = np.minimum(255, flash[7].astype(int) + 40)
    found = measured(flash)
    assert found["outliers_cuts"].value == 0
    assert places(found["outliers_share"]) == [7, 8]


def test_a_cut_to_black_is_a_cut() -> None:
    frames = scene("pan_left", 1).copy()
    frames[8:] = 0
    assert places(measured(frames)["outliers_cuts"], above=0.5) == [8]


def test_a_cut_in_every_step_counts_in_every_step() -> None:
    """None of them stands out: before version 2 there was none."""
    photos = [scene("pan_left", 1, path.name) for path in sorted(IMAGES.iterdir())]
    found = measured(np.stack([photo[t] for t, photo in enumerate(photos)]))
    assert len(photos) == 9
    assert found["outliers_cuts"].value == 8
    assert found["outliers_share"].value == 0


def test_frames_of_noise_are_unrelated_pictures() -> None:
    noise = np.random.default_rng(0).integers(256, size=(8, 96, 160, 3), dtype=np.uint8)
    assert measured(noise)["outliers_cuts"].value == 7


@pytest.mark.parametrize("jerk", [(140, 0), (-140, 40), (0, 80)])
def test_a_jerk_of_the_camera_is_no_cut(jerk: tuple[int, int]) -> None:
    """A slide by 2 pixels per step, and in one step by much of the frame besides: cuts by version 1."""
    wide = pictures.fit(pictures.read(IMAGES / "coffee.jpg"), 840, 560, "cover")
    x, y = (200 + np.arange(12) * 2, np.full(12, 120))
    x[6:] += jerk[0]
    y[6:] += jerk[1]
    found = measured(np.stack([wide[b : b + 192, a : a + 320] for a, b in zip(x, y, strict=True)]))
    assert found["outliers_cuts"].value == 0
    assert places(found["outliers_share"]) == [6]


def test_cuts_of_real_footage() -> None:
    """Streets at 8 frames per second: cuts at frames 30 and 76 of the film, then a ride whose frames are as unlike."""
    with video.stream(footage._path("bikes")) as opened:
        frames = [pictures.limited(frame, 480) for frame in islice(opened.frames, 110)]
    ride = [likeness(*map(pictures.gray, pair)) for pair in pairwise(frames[96:109:3])]
    assert min(ride) < 0.35
    assert places(measured(np.stack(frames[::3]))["outliers_cuts"], above=0.5) == [10, 26]


@pytest.mark.parametrize("last", [10, 14])
def test_a_fade_is_no_cut(last: int) -> None:
    """To black within 10 or 14 steps; the last of them leaves a flat picture."""
    light = np.clip(1 - np.arange(16) / last, 0, 1)[:, None, None, None]
    found = measured((scene("pan_left", 1) * light).astype(np.uint8))
    assert found["outliers_cuts"].value == 0


@pytest.mark.parametrize(("kind", "speed"), [("pan_left", 1), ("pan_left", 2), ("zoom_in", 1)])
def test_dropped_frames_are_jumps_and_no_cuts(kind: str, speed: float) -> None:
    whole = scene(kind, speed)
    worst = [measured(whole)["outliers_worst"].value]
    for count in (1, 2, 3):
        found = measured(np.delete(whole, range(6, 6 + count), axis=0))
        assert places(found["outliers_share"]) == [6]
        assert found["outliers_cuts"].value == 0
        worst.append(found["outliers_worst"].value)
    assert worst == sorted(worst)


def test_a_pause_lies_below() -> None:
    frames = np.insert(scene("pan_left", 2), 8, scene("pan_left", 2)[7], axis=0)
    found = measured(frames)
    assert found["outliers_share"].value == 0
    assert found["outliers_share"].series is not None
    assert min(found["outliers_share"].series) == found["outliers_share"].series[7] < -10


def test_likeness_is_numpys_correlation() -> None:
    rng = np.random.default_rng(0)
    a, b = (rng.integers(0, 256, (32, 32)).astype(np.uint8) for _ in range(2))
    assert likeness(a, b) == pytest.approx(np.corrcoef(a.ravel(), b.ravel())[0, 1], abs=1e-12)
    assert likeness(a, 255 - a) == pytest.approx(-1)
    assert likeness(a, a) == pytest.approx(1)
    flat = np.full((32, 32), 7, np.uint8)
    assert likeness(a, flat) == 0
    assert likeness(flat, flat + 9) == 1


def test_null_clips() -> None:
    still = measured(photograph()[None].repeat(8, axis=0))
    assert [still[name].value for name in still] == [0, 0, 0]
    drift = measured(moving_clip(20).frames)
    assert drift["outliers_share"].value == drift["outliers_cuts"].value == 0


def test_short_clips_are_refused() -> None:
    with pytest.raises(NotMeasurable, match="5 frames, outliers needs 6"):
        answers(Outliers(), moving_clip(5).frames)
