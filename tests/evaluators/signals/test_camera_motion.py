"""The camera's step: closed forms, exact scenes, an independent measure of shift, and pictures that show nothing."""

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st
from skimage.registration import phase_cross_correlation  # 0.26.0

from bench.errors import NotMeasurable
from bench.evaluators.signals import camera_motion
from bench.evaluators.signals.camera_motion import UNSEEN, CameraStep
from bench.evaluators.signals.optical_flow import MotionField
from bench.media import pictures
from bench.suites import scenes
from bench.suites.scenes import Scene
from bench.types import Frames

IMAGES = Path(__file__).parents[3] / "suites" / "motion" / "images"
PAGODA, GRAVEL, COFFEE = IMAGES / "pagoda.jpg", IMAGES / "gravel.png", IMAGES / "coffee.jpg"

SCENES = {
    "static": Scene(PAGODA, "static", 0.0),
    "pan_left": Scene(GRAVEL, "pan_left", 1.5),
    "pan_right": Scene(COFFEE, "pan_right", 6.0),
    "tilt_up": Scene(PAGODA, "tilt_up", 3.0, width=192, height=320),
    "tilt_down": Scene(GRAVEL, "tilt_down", 0.75),
    "zoom_in": Scene(COFFEE, "zoom_in", 1.5),
    "zoom_out": Scene(PAGODA, "zoom_out", 2.0, width=256, height=256),
    "roll_left": Scene(COFFEE, "roll_left", 0.5, width=256, height=256),
    "roll_right": Scene(GRAVEL, "roll_right", 2.0),
    "object": Scene(GRAVEL, "object", 6.0, patch=PAGODA, diameter=100, seed=1, num_frames=16),
}


def truth(scene: Scene) -> tuple[float, float, float, float]:
    """right, up, inward and clockwise of a step, by render's table of what the camera does."""
    speed, growth = scene.speed, math.log(1 + scene.speed / 100)
    return {
        "static": (0.0, 0.0, 0.0, 0.0), "object": (0.0, 0.0, 0.0, 0.0),
        "pan_left": (-speed, 0.0, 0.0, 0.0), "pan_right": (speed, 0.0, 0.0, 0.0),
        "tilt_up": (0.0, speed, 0.0, 0.0), "tilt_down": (0.0, -speed, 0.0, 0.0),
        "zoom_in": (0.0, 0.0, growth, 0.0), "zoom_out": (0.0, 0.0, -growth, 0.0),
        "roll_left": (0.0, 0.0, 0.0, -math.radians(speed)), "roll_right": (0.0, 0.0, 0.0, math.radians(speed)),
    }[scene.kind]  # fmt: skip


def steps(frames: Frames) -> list[CameraStep | None]:
    gray = pictures.gray(frames)
    return [
        camera_motion.step(MotionField(frames[t], frames[t + 1], gray[t], gray[t + 1]))
        for t in range(len(frames) - 1)
    ]


def shown(name: str) -> Frames:
    """Three frames of a scene, or of its middle."""
    scene = SCENES[name]
    if scene.kind == "object":
        return scenes.frames(scene)[6:9]
    return scenes.frames(replace(scene, num_frames=3))


@pytest.mark.parametrize("name", SCENES)
def test_speeds_of_rendered_scenes_are_theirs(name: str) -> None:
    """Within what `step` promises for the suite."""
    for step in steps(shown(name)):
        assert step is not None
        assert step.is_seen
        right, up, inward, clockwise = truth(SCENES[name])
        assert (step.right, step.up) == pytest.approx((right, up), abs=0.05)
        assert step.inward == pytest.approx(inward, abs=0.0005)
        assert step.clockwise == pytest.approx(clockwise, abs=math.radians(0.09))
        assert step.followers > (0.75 if name == "object" else 0.95)


def test_a_pan_is_what_phase_correlation_finds() -> None:
    frames = shown("pan_left")
    gray = pictures.gray(frames).astype(float)
    shift = phase_cross_correlation(gray[1], gray[0], upsample_factor=100)[0]
    step = steps(frames)[0]
    assert step is not None
    assert (-step.right, step.up) == pytest.approx((shift[1], shift[0]), abs=0.1)  # each 0.05 off


def test_flicker_is_no_motion() -> None:
    frames = shown("pan_right").astype(np.int16)
    frames[1] += 30
    for step in steps(np.clip(frames, 0, 255).astype(np.uint8)):
        assert step is not None
        assert step.right == pytest.approx(6, abs=0.1)


def test_the_same_frames_give_the_same_step() -> None:
    frames = shown("zoom_in")
    assert steps(frames) == steps(frames)


def test_a_still_picture_has_a_still_camera() -> None:
    step = steps(shown("static"))[0]
    assert step is not None
    assert (step.right, step.up, step.inward, step.clockwise) == pytest.approx((0, 0, 0, 0), abs=1e-9)
    assert step.followers == 1


def test_noise_has_no_camera() -> None:
    noise = np.random.default_rng(0).integers(0, 256, (4, 192, 320, 3)).astype(np.uint8)
    assert steps(noise) == [UNSEEN] * 3
    assert not UNSEEN.is_seen


def test_a_cut_has_no_camera() -> None:
    before, after = shown("static")[0], shown("pan_left")[0]
    assert steps(np.stack([before, after])) == [UNSEEN]


@pytest.mark.parametrize("level", [0, 128, 255])
def test_without_texture_there_is_nothing_to_see_it_by(level: int) -> None:
    assert steps(np.full((2, 64, 96, 3), level, np.uint8)) == [None]


def test_a_ramp_does_not_say_how_it_moves_along_itself() -> None:
    ramp = np.linspace(0, 255, 128).astype(np.uint8)[None, :, None].repeat(96, 0).repeat(3, 2)
    assert steps(np.stack([ramp, np.roll(ramp, 1, axis=0)])) == [None]


def test_small_frames_are_refused() -> None:
    with pytest.raises(NotMeasurable, match="8 x 8 pixels"):
        steps(np.zeros((2, 8, 8, 3), np.uint8))


# A homography in words


def about_centre(scale: float, degrees: float, right: float, down: float) -> np.ndarray:
    """Content that grows by scale and turns clockwise about the centre of 201 x 101, then shifts."""
    cos, sin = scale * math.cos(math.radians(degrees)), scale * math.sin(math.radians(degrees))
    linear = np.array([[cos, -sin], [sin, cos]])
    centre = np.array([100.0, 50.0])
    matrix = np.eye(3)
    matrix[:2, :2], matrix[:2, 2] = linear, centre - linear @ centre + np.array([right, down])
    return matrix


@given(st.floats(0.5, 2), st.floats(-170, 170), st.floats(-50, 50), st.floats(-50, 50), st.floats(0.1, 10))
@settings(max_examples=50)
def test_a_similarity_is_read_back(
    scale: float, degrees: float, right: float, down: float, any_: float
) -> None:
    """The camera goes the other way; a homography is the same one times any positive number."""
    step = camera_motion.camera_step(any_ * about_centre(scale, degrees, right, down), 201, 101, 0.7)
    assert (step.right, step.up) == pytest.approx((-right, down), abs=1e-9)
    assert step.inward == pytest.approx(math.log(scale), abs=1e-9)
    assert math.degrees(step.clockwise) == pytest.approx(-degrees, abs=1e-9)
    assert step.followers == 0.7


def test_a_camera_that_turns_shifts_the_centre_by_the_tangent() -> None:
    """K R K⁻¹ with focal length f: the centre goes to f tan θ, where the picture is stretched 1/cos² by 1/cos."""
    f, angle = 100.0, math.radians(5)
    k = np.array([[f, 0, 100], [0, f, 50], [0, 0, 1]])
    turn = np.array(
        [[math.cos(angle), 0, math.sin(angle)], [0, 1, 0], [-math.sin(angle), 0, math.cos(angle)]]
    )
    step = camera_motion.camera_step(k @ turn @ np.linalg.inv(k), 201, 101, 1.0)
    assert step.right == pytest.approx(-f * math.tan(angle))
    assert step.up == pytest.approx(0, abs=1e-9)
    assert step.inward == pytest.approx(-1.5 * math.log(math.cos(angle)))
    assert step.clockwise == pytest.approx(0, abs=1e-9)


@pytest.mark.parametrize("matrix", [np.diag([-1.0, 1, 1]), np.diag([1.0, 1, -1]), np.zeros((3, 3))])
def test_no_camera_turns_the_picture_inside_out(matrix: np.ndarray) -> None:
    assert camera_motion.camera_step(matrix, 201, 101, 1.0) == UNSEEN


def test_a_homography_survives_things_that_move() -> None:
    """Four in ten go another way, all of them the same one."""
    rng = np.random.default_rng(0)
    start = rng.uniform(0, 200, (300, 2)).astype(np.float32)
    there = start + np.float32([3, -2])
    there[:120] += np.float32([9, 4])
    matrix, followers = camera_motion.homography(start, there, 1.0)
    step = camera_motion.camera_step(matrix, 201, 101, followers)
    assert (step.right, step.up) == pytest.approx((-3, -2), abs=1e-3)
    assert followers == 0.6


def test_points_on_a_line_have_no_homography() -> None:
    line = np.stack([np.arange(50), np.arange(50)], axis=1).astype(np.float32)
    matrix, followers = camera_motion.homography(line, line * 0, 1.0)
    assert camera_motion.camera_step(matrix, 50, 50, followers) == UNSEEN


# Places


@given(st.integers(16, 90), st.integers(16, 90))
@settings(max_examples=25)
def test_places_lie_in_the_picture_one_a_cell(height: int, width: int) -> None:
    noise = np.random.default_rng(0).integers(0, 256, (height, width)).astype(np.uint8)
    places = camera_motion.textured_places(noise)
    assert (places >= 0).all()
    assert (places < [width, height]).all()
    assert len(np.unique(places, axis=0)) == len(places)
    assert len(places) <= 1.3 * camera_motion.CELLS  # what rounding a cell's side can add


def test_places_of_a_large_picture_are_those_of_its_working_plane() -> None:
    small = pictures.gray(shown("pan_left")[0])
    large = small.repeat(4, axis=0).repeat(4, axis=1)  # 1280 x 768; 416 x 250 once scaled down
    places = camera_motion.textured_places(large)
    assert places[:, 0].max() > 1200
    assert places[:, 1].max() > 700


def test_texture_is_told_by_its_gradient_along_the_weaker_direction() -> None:
    """Of x and y waves of amplitude a and period p, the RMS gradient over a period is a 2π/p / √2 in each."""
    y, x = np.mgrid[:96, :96]
    for wanted, is_textured in ((0.5, False), (2.0, True)):
        amplitude = wanted * math.sqrt(2) * 5 / (2 * math.pi)  # the block of 5 is a period
        waves = 128 + amplitude * (np.sin(2 * math.pi * x / 5) + np.sin(2 * math.pi * y / 5))
        found = camera_motion.textured_places(np.rint(waves).astype(np.uint8))
        assert (len(found) > 100) == is_textured


# Likeness


def test_likeness_is_the_correlation_of_patches() -> None:
    rng = np.random.default_rng(0)
    a, b = rng.integers(0, 256, (2, 40, 40)).astype(np.uint8)
    start, there = np.float32([[20, 12]]), np.float32([[9, 30]])
    expected = np.corrcoef(a[9:16, 17:24].ravel(), b[27:34, 6:13].ravel())[0, 1]
    assert camera_motion.likeness(a, b, start, there)[0] == pytest.approx(expected, abs=1e-6)


def test_likeness_sees_neither_gain_nor_offset_and_is_0_without_contrast() -> None:
    a = np.random.default_rng(0).integers(0, 100, (40, 40)).astype(np.uint8)
    places = np.float32([[20, 20], [10, 25]])
    assert camera_motion.likeness(a, 2 * a + 30, places, places) == pytest.approx([1, 1], abs=1e-6)
    assert camera_motion.likeness(a, 200 - a, places, places) == pytest.approx([-1, -1], abs=1e-6)
    assert camera_motion.likeness(a, np.full_like(a, 7), places, places).tolist() == [0, 0]
