"""Speed, evenness, onset and extent of motion against clips whose motion is known."""

from __future__ import annotations

import math
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given, strategies as st
from hypothesis.extra.numpy import arrays

from bench.calibration import damages
from bench.errors import NotMeasurable
from bench.evaluators.motion import Motion
from bench.evaluators.signals.motion_statistics import Size, dynamic, jerk, onset, smoothness
from bench.models.null.drift import mirrored
from bench.suites import scenes
from bench.types import Frames, Image, Value
from tests.evaluators.signals.test_optical_flow import scene
from tests.made import answers

SIZE = Size(320, 192, 8.0)
IMAGES = Path(__file__).parents[2] / "suites" / "demo" / "images"


def photo_scene(kind: str, speed: float) -> Frames:
    """Twelve frames of what happens over a photograph."""
    patch = {"patch": IMAGES / "cat.png", "diameter": 64} if kind == "object" else {}
    made = scenes.Scene(
        texture=IMAGES / "coffee.jpg",
        kind=kind,  # type: ignore[arg-type]
        speed=speed,
        width=320,
        height=192,
        num_frames=12,
        **patch,  # type: ignore[arg-type]
    )
    return scenes.frames(made)


def compressed(frames: Frames, crf: float) -> Frames:
    """Through H.264 and back."""
    return damages.TABLE["compression"].of(frames, crf, np.random.default_rng(0))


def texture(height: int = 192, width: int = 320) -> Image:
    """(H, W, 3) uint8: detail everywhere, some pixels large: what DIS follows best."""
    noise = np.random.default_rng(0).integers(0, 256, (height, width, 3)).astype(np.uint8)
    return (
        np.asarray(cv2.GaussianBlur(noise, (0, 0), 2.5) * 3.0 - 255, np.float64).clip(0, 255).astype(np.uint8)
    )


def sliding(places: list[int], height: int = 192, width: int = 320) -> Frames:
    """The texture at whole pixels to the right, as the model `drift` slides a picture."""
    image = texture(height, width)
    return np.stack([image[:, mirrored(width, place)] for place in places])


def value(name: str, frames: Frames, fps: float = 8.0) -> float:
    return found(name, frames, fps).value


def found(name: str, frames: Frames, fps: float = 8.0) -> Value:
    answer = answers(Motion(), frames, fps)[name]
    if isinstance(answer, NotMeasurable):
        raise answer
    return answer


# Speed


@pytest.mark.parametrize("step", [1, 2, 5])
def test_a_drift_has_its_speed(step: int) -> None:
    """Within 5 %: at the frame's edge, content without a partner is a guess."""
    frames = sliding([step * t for t in range(4)])
    assert value("motion_speed", frames) == pytest.approx(step * 8, rel=0.05)
    assert value("motion_share", frames) == pytest.approx(step * 8 / math.hypot(320, 192), rel=0.05)


def test_a_drift_of_large_frames_has_its_speed_in_their_pixels() -> None:
    assert value("motion_speed", sliding([0, 6, 12], 480, 832)) == pytest.approx(48, rel=0.05)


def test_a_zoom_has_its_mean_speed() -> None:
    made = scene("zoom_in-gravel")
    truth = np.linalg.norm(scenes.flow(made, 0), axis=2).mean() * made.fps
    assert value("motion_speed", scenes.frames(made), made.fps) == pytest.approx(truth, rel=0.1)


def test_the_same_motion_at_another_frame_rate_is_as_fast() -> None:
    slow, fast = (
        value("motion_speed", sliding([0, 4, 8]), 8.0),
        value("motion_speed", sliding([0, 2, 4]), 16.0),
    )
    assert slow == pytest.approx(fast, rel=0.05)


def test_the_series_is_the_speed_of_each_pair() -> None:
    series = found("motion_speed", sliding([0, 1, 4, 4])).series
    assert series == pytest.approx([8, 24, 0], rel=0.05, abs=1e-6)


def test_a_still_clip_has_speed_0_and_says_why_it_has_no_evenness() -> None:
    said = answers(Motion(), sliding([0] * 6))
    for name in ("motion_speed", "motion_share", "motion_jerk", "motion_dynamic", "motion_area"):
        assert said[name].value == 0, name
    for name in ("motion_smoothness", "motion_onset", "motion_roughness"):
        assert "stands still" in str(said[name])
    assert "no frame differs from the first" in str(said["motion_loop"])


@pytest.mark.parametrize("crf", [12, 23, 40])
def test_a_still_in_h264_is_a_still(crf: float) -> None:
    """As the flawless one, in every value and for the same reason; a slow pan through the same codec is none."""
    coded = compressed(photo_scene("static", 0), crf)
    assert len({frame.tobytes() for frame in coded}) > 1  # else this would show nothing
    said = answers(Motion(), coded)
    for name in ("motion_speed", "motion_share", "motion_jerk", "motion_dynamic", "motion_area"):
        assert said[name].value == 0, name
    for name in ("motion_smoothness", "motion_onset"):
        assert "clip stands still: no cell" in str(said[name])
    assert value("motion_speed", compressed(photo_scene("pan_left", 0.25), crf)) == pytest.approx(
        0.25 * 8, rel=0.35
    )


def test_a_still_under_noise_is_a_still() -> None:
    noise = np.random.default_rng(0).normal(size=(6, 192, 320, 3)) * 6
    noisy = np.clip(np.rint(sliding([0] * 6) + noise), 0, 255).astype(np.uint8)
    assert answers(Motion(), noisy)["motion_speed"].value == 0


# Evenness


def test_roughness_has_no_dimension() -> None:
    """A slide that goes on, or speeds up evenly, has none; a step forth and back (speeds 4, -4, 4) has 4 · 4 over 4."""
    assert value("motion_roughness", sliding([0, 2, 4, 6])) == pytest.approx(0, abs=0.05)
    assert value("motion_roughness", sliding([0, 1, 3, 6])) == pytest.approx(0, abs=0.1)
    forth_and_back = sliding([0, 4, 0, 4, 0])
    assert value("motion_roughness", forth_and_back) == pytest.approx(4, rel=0.1)
    assert value("motion_roughness", forth_and_back, 30.0) == value("motion_roughness", forth_and_back, 8.0)


def test_smoothness_by_hand() -> None:
    velocities = np.zeros((3, 4, 4, 2))
    velocities[:, :, :, 0] = np.array([1.0, 3.0, 3.0])[:, None, None]
    # changes of 2 and 0, mean lengths of 2 and 3
    assert smoothness(velocities, SIZE) == pytest.approx(1 - 2 / 5)
    assert smoothness(np.full((9, 4, 4, 2), 2.0), SIZE) == 1
    back_and_forth = np.where(np.arange(6) % 2, 1.0, -1.0)[:, None, None, None] * np.full((6, 4, 4, 2), 2.0)
    assert smoothness(back_and_forth, SIZE) == -1


@given(arrays(np.float64, (5, 4, 4, 2), elements=st.floats(1, 100)), st.floats(0.5, 2))
def test_smoothness_is_bounded_and_depends_on_no_unit_nor_on_the_way_of_time(
    velocities: np.ndarray, factor: float
) -> None:
    smooth = smoothness(velocities, SIZE)
    assert -1 <= smooth <= 1
    assert smoothness(velocities[::-1] * factor, SIZE) == pytest.approx(smooth)


def test_an_even_drift_is_smooth_and_a_stuttering_one_is_not() -> None:
    assert value("motion_smoothness", sliding([0, 2, 4, 6, 8])) > 0.95
    assert value("motion_smoothness", sliding([0, 4, 4, 8, 8])) < 0.1


@pytest.mark.parametrize(
    ("kind", "speed"), [("pan_left", 1), ("zoom_in", 1), ("roll_left", 1), ("object", 2)]
)
def test_a_full_shuffle_lowers_smoothness(kind: str, speed: float) -> None:
    frames = photo_scene(kind, speed)
    order = np.random.default_rng(0).permutation(len(frames))
    smooth, shuffled = (value("motion_smoothness", each) for each in (frames, frames[order]))
    assert shuffled < 0
    assert smooth > shuffled + 0.4


def test_jerk_in_closed_form() -> None:
    velocities = np.zeros((4, 4, 4, 2))
    velocities[:, ..., 0] = np.array([0.0, 0, 3, 6])[:, None, None]  # second differences 3 and 0
    assert jerk(velocities, SIZE) == pytest.approx(1.5 / SIZE.diagonal * 8**3)


@given(st.floats(-5, 5), st.floats(-5, 5))
def test_even_acceleration_has_no_jerk(velocity: float, acceleration: float) -> None:
    along = velocity + acceleration * np.arange(6.0)
    assert jerk(np.broadcast_to(along[:, None, None, None], (6, 4, 4, 2)), SIZE) == pytest.approx(0, abs=1e-9)


# Dynamic degree


def test_dynamic_is_vbench_s_rule() -> None:
    """Threshold 6 / 256 of the smaller side: 4.5 pixels at 192."""
    assert value("motion_dynamic", sliding([6 * t for t in range(8)])) == 1
    assert value("motion_dynamic", sliding([3 * t for t in range(8)])) == 0


@pytest.mark.parametrize(("moving", "verdict"), [(4, 1.0), (3, 0.0)])
def test_a_quarter_of_the_frames_must_move(moving: int, verdict: float) -> None:
    """16 frames: 4 pairs decide."""
    places = np.cumsum([0] + [8] * moving + [0] * (15 - moving)).tolist()
    assert value("motion_dynamic", sliding(places)) == verdict


def test_dynamic_looks_at_8_frames_a_second() -> None:
    """At 24 fps every third: 2 pixels a frame are 6 a look."""
    places = [2 * t for t in range(12)]
    assert value("motion_dynamic", sliding(places), 24.0) == 1
    assert value("motion_dynamic", sliding(places), 8.0) == 0


def test_dynamic_says_why_it_cannot_look() -> None:
    canvas = np.zeros((96, 160), np.uint8)
    with pytest.raises(NotMeasurable, match="2 frames at 24 per second"):
        dynamic([canvas, canvas], Size(320, 192, 24.0))


# Onset


@pytest.mark.parametrize(("rest", "seconds"), [(0, 0.0), (3, 0.375), (6, 0.75)])
def test_onset_is_when_it_starts_to_move(rest: int, seconds: float) -> None:
    places = [0] * rest + [3 * t for t in range(16 - rest)]
    assert value("motion_onset", sliding(places)) == seconds


def test_a_single_jump_is_no_onset() -> None:
    speeds = np.array([0, 5, 0, 0, 0, 0, 2, 2, 2, 2, 2, 2.0])
    assert onset(speeds, SIZE) == 6 / 8


# Extent


def test_a_camera_moves_no_thing() -> None:
    for case in ("pan_right-pagoda", "zoom_in-gravel", "roll_left-raccoon"):
        assert value("motion_area", scenes.frames(scene(case))) < 0.05, case


def test_the_area_is_the_disc_s_and_a_rim() -> None:
    """DIS carries the disc's motion a few pixels past its edge: a rim of half the radius doubles the area."""
    made = scene("object-dahlia-gravel")
    share = scenes.object_mask(made, 0).mean()
    assert share < value("motion_area", scenes.frames(made)[:4]) < 2 * share


# Loop


def test_a_loop_closes_and_a_drift_does_not() -> None:
    there = [0, 2, 4, 6]
    assert value("motion_loop", sliding(there + there[::-1])) == 1
    assert value("motion_loop", sliding([*there, 4, 2])) < 0.9
    assert value("motion_loop", sliding(there)) == 0


# Short clips


def test_two_frames_have_a_speed_and_reasons_for_the_rest() -> None:
    said = answers(Motion(), sliding([0, 2]))
    assert said["motion_speed"].value == pytest.approx(16, rel=0.05)
    for name, needs in (
        ("motion_smoothness", 3),
        ("motion_jerk", 4),
        ("motion_onset", 4),
        ("motion_loop", 3),
    ):
        assert "clip has 2 frames" in str(said[name])
        assert f"needs {needs}" in str(said[name])


@pytest.mark.parametrize("size", [(8, 8), (1, 1), (8, 200)])
def test_small_frames_have_no_value(size: tuple[int, int]) -> None:
    with pytest.raises(NotMeasurable, match="16 x 16"):
        answers(Motion(), np.zeros((3, *size, 3), np.uint8))
