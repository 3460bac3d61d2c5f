"""The camera's speeds by hand and on exact scenes, and what adheres to a label."""

import math
from collections.abc import Sequence
from dataclasses import replace
from itertools import permutations, product
from pathlib import Path

import numpy as np
import pytest

from bench.errors import NotMeasurable
from bench.evaluators import Values
from bench.evaluators.camera import Camera, motions_of
from bench.evaluators.signals.camera_motion import UNSEEN, CameraStep
from bench.evaluators.signals.optical_flow import MotionField
from bench.evaluators.view import Sample
from bench.media.input_image import InputImage
from bench.suites import scenes
from bench.suites.scenes import Scene
from bench.types import Case, ClipRecord, Frames, Value
from tests.made import answers, moving_clip, photograph

IMAGES = Path(__file__).parents[2] / "suites" / "motion" / "images"
PAGODA, GRAVEL, CAT = IMAGES / "pagoda.jpg", IMAGES / "gravel.png", IMAGES / "cat.png"
LABELS = ("pan_left", "pan_right", "tilt_up", "tilt_down", "zoom_in", "zoom_out", "roll_left", "roll_right")
SPEEDS = ("camera_pan", "camera_tilt", "camera_zoom", "camera_roll")


def case(camera: str | None = None) -> Case:
    return Case("a", Path("none"), camera=camera)


def concluded(steps: Sequence[CameraStep | None], camera: str | None = None, fps: float = 10.0) -> Values:
    """What is said of steps of a clip of 200 x 100."""
    about = InputImage(case(camera), ClipRecord("a", 0, None, ""), 200, 100)
    return Camera().conclude([None, *steps], Sample(about, fps, len(steps) + 1))


def step(right: float = 0, up: float = 0, inward: float = 0, clockwise: float = 0) -> CameraStep:
    return CameraStep(right, up, inward, clockwise, followers=0.9)


def number(values: Values, name: str) -> float:
    found = values[name]
    assert isinstance(found, Value), found
    return found.value


def reason(values: Values, name: str) -> str:
    found = values[name]
    assert isinstance(found, NotMeasurable)
    return str(found)


# By hand


def test_speeds_are_steps_times_the_frame_rate_in_the_cards_units() -> None:
    """2 of 200 pixels ten times a second are 10 % of the width a second."""
    found = concluded([step(2, -1, 0.03, math.radians(0.5))] * 3)
    assert [number(found, name) for name in SPEEDS] == pytest.approx([10, -10, 30, 5])
    zoom = found["camera_zoom"]
    assert isinstance(zoom, Value)
    assert zoom.series == pytest.approx((30, 30, 30))


def test_steps_that_are_not_seen_are_left_out_of_the_mean() -> None:
    found = concluded([step(2), UNSEEN, None, step(4)])
    pan = found["camera_pan"]
    assert isinstance(pan, Value)
    assert pan.value == pytest.approx(15)
    assert pan.series == pytest.approx((10, 0, 0, 20))
    assert number(found, "camera_followers") == pytest.approx(
        (0.9 + 0 + 0.9) / 3
    )  # one of four has no texture


def test_speeds_need_half_of_the_steps() -> None:
    found = concluded([step(2), UNSEEN, UNSEEN])
    assert reason(found, "camera_pan").startswith("the camera's motion is seen in 1 of 3 steps")
    assert number(found, "camera_static") == 0


def test_a_flat_clip_has_no_camera() -> None:
    with pytest.raises(NotMeasurable, match="no two frames have enough of it"):
        concluded([None, None])


@pytest.mark.parametrize(("label", "asked"), list(product(LABELS, LABELS)))
def test_each_move_adheres_to_its_own_label(label: str, asked: str) -> None:
    kinds = {"pan": 0, "tilt": 1, "zoom": 2, "roll": 3}
    kind, way = label.split("_")
    numbers = [0.0] * 4
    numbers[kinds[kind]] = (1 if way in ("right", "up", "in") else -1) * (
        2 if kind in ("pan", "tilt") else 0.05
    )
    assert number(concluded([step(*numbers)] * 2, asked), "camera_adherence") == (label == asked)


def test_a_mixed_move_adheres_within_45_degrees() -> None:
    found = concluded([step(2, 1.9), step(2, 2.1), step(2, -1.9), step(-2, 1)], "pan_right")
    adherence = found["camera_adherence"]
    assert isinstance(adherence, Value)
    assert adherence.series == (1, 0, 1, 0)
    assert adherence.value == 0.5


def test_below_a_hundredth_of_the_shorter_side_a_second_the_camera_stands() -> None:
    """1 pixel a second at a shorter side of 100, in steps of a tenth of a second."""
    slow, fast = step(0.0999), step(0.1001)
    assert number(concluded([slow, fast, slow]), "camera_static") == pytest.approx(2 / 3)
    assert number(concluded([slow, fast, slow], "static"), "camera_adherence") == pytest.approx(2 / 3)
    assert number(concluded([slow, fast, slow], "pan_right"), "camera_adherence") == pytest.approx(1 / 3)


def test_what_is_not_seen_adheres_to_nothing() -> None:
    for asked in ("static", "pan_left"):
        assert number(concluded([UNSEEN, UNSEEN], asked), "camera_adherence") == 0


def test_moves_that_were_asked_for_have_their_own_number() -> None:
    """A total takes it in place of motion within the picture, which a clip that stands still as asked must not have."""
    asked = concluded([step(2, 0, 0, 0)] * 2, "pan_right")
    assert number(asked, "camera_move_adherence") == number(asked, "camera_adherence") == 1
    still = concluded([step()] * 2, "static")
    assert number(still, "camera_adherence") == 1
    assert reason(still, "camera_move_adherence") == "the case asks the camera to stand still"
    assert reason(concluded([step()], None), "camera_move_adherence") == "the case asks for no camera move"


def test_adherence_needs_a_label() -> None:
    assert reason(concluded([step()]), "camera_adherence") == "the case asks for no camera move"
    assert "asks for 'dolly', there are static, pan_left" in reason(
        concluded([step()], "dolly"), "camera_adherence"
    )


@pytest.mark.parametrize("kind", ["pan_right", "tilt_down", "zoom_in", "roll_left"])
def test_a_motion_is_as_long_as_the_rms_of_the_exact_flow(kind: str) -> None:
    """Of a small move: of a large zoom or roll, the flow is no longer the move times the distance."""
    scene = Scene(PAGODA, kind, 0.1, width=96, height=64, num_frames=2, blur=0.0)  # type: ignore[arg-type]
    flow = scenes.flow(scene, 0).astype(float)
    rms = math.sqrt((flow**2).sum(axis=2).mean())
    made = {
        "pan_right": step(right=0.1), "tilt_down": step(up=-0.1),
        "zoom_in": step(inward=math.log(1.001)), "roll_left": step(clockwise=-math.radians(0.1)),
    }[kind]  # fmt: skip
    about = InputImage(case(), ClipRecord("a", 0, None, ""), 96, 64)
    moves = motions_of([made], Sample(about, 10.0, 2)).moves
    assert np.linalg.norm(moves) == pytest.approx(rms * 10 / 64, rel=0.002)


# Clips


def test_a_still_clip_stands_still() -> None:
    found = answers(Camera(), photograph(96, 128)[None].repeat(4, axis=0), case=case("static"))
    assert [number(found, name) for name in SPEEDS] == pytest.approx([0, 0, 0, 0], abs=1e-9)
    assert number(found, "camera_static") == number(found, "camera_adherence") == 1
    assert number(found, "camera_followers") == 1


def test_drift_to_the_right_is_a_camera_to_the_left() -> None:
    """2 of 64 pixels eight times a second; what the roll brings in on the left follows, too."""
    found = answers(Camera(), moving_clip(5).frames, case=case("pan_left"))
    assert number(found, "camera_pan") == pytest.approx(-25, abs=1)
    assert number(found, "camera_adherence") == 1
    assert number(found, "camera_static") == 0


def test_a_thing_that_moves_is_no_camera() -> None:
    scene = Scene(GRAVEL, "object", 6.0, patch=PAGODA, diameter=100, seed=1)
    found = answers(Camera(), scenes.frames(scene)[5:9], case=case("static"))
    assert number(found, "camera_static") == number(found, "camera_adherence") == 1
    assert 0.7 < number(found, "camera_followers") < 0.95  # the disc has 13 % of the picture


def test_backwards_every_speed_has_the_other_sign() -> None:
    """Not to the last digit: the flow, too, is another one."""
    frames = scenes.frames(Scene(PAGODA, "zoom_in", 2.0, width=192, height=128, num_frames=4))
    there, back = answers(Camera(), frames), answers(Camera(), frames[::-1])
    assert number(there, "camera_zoom") == pytest.approx(100 * math.log(1.02) * 8, abs=0.4)
    for name in SPEEDS:
        assert number(back, name) == pytest.approx(-number(there, name), abs=0.4)


def test_speeds_are_a_second_not_a_frame() -> None:
    frames = moving_clip(4).frames
    slow, fast = answers(Camera(), frames, fps=8), answers(Camera(), frames, fps=24)
    assert number(fast, "camera_pan") == pytest.approx(3 * number(slow, "camera_pan"))


def test_a_larger_picture_of_the_same_move_has_the_same_speeds() -> None:
    """Rendered at twice the size and twice the pixels; beyond 416 the flow is found on a smaller plane."""
    small = Scene(PAGODA, "pan_right", 2.0, width=320, height=192, num_frames=3)
    large = replace(small, speed=4.0, width=640, height=384, blur=1.4)
    found = [number(answers(Camera(), scenes.frames(scene)), "camera_pan") for scene in (small, large)]
    assert found == pytest.approx([5, 5], abs=0.1)


def test_noise_has_no_speed_and_stands_nowhere() -> None:
    noise = np.random.default_rng(0).integers(0, 256, (4, 96, 128, 3)).astype(np.uint8)
    found = answers(Camera(), noise, case=case("static"))
    assert "seen in 0 of 3 steps" in reason(found, "camera_pan")
    assert number(found, "camera_adherence") == number(found, "camera_followers") == 0


FAINT = 0.2
"""Share of a picture's contrast that is left: fresh noise of sd 6 then hides the camera at full size."""


def boiling(kind: str, speed: float, size: tuple[int, int] = (320, 192), sd: float = 6.0) -> Frames:
    """Four frames of a faint picture under a camera, with noise that is new in every frame."""
    scene = Scene(CAT, kind, speed, width=size[0], height=size[1], num_frames=4)  # type: ignore[arg-type]
    faint = 128 + FAINT * (scenes.frames(scene) - 128.0)
    noise = np.random.default_rng(0).normal(0, sd, (*faint.shape[:3], 1))
    return np.asarray(np.clip(faint + noise, 0, 255).round(), np.uint8)


@pytest.mark.parametrize("size", [(320, 192), (200, 120)])
@pytest.mark.parametrize(
    ("kind", "speed", "expected"),
    [
        ("pan_right", 8.0, (8, 0, 0, 0)), ("pan_left", 8.0, (-8, 0, 0, 0)), ("tilt_up", 8.0, (0, 8, 0, 0)),
        ("zoom_in", 2.0, (0, 0, math.log(1.02), 0)), ("static", 0.0, (0, 0, 0, 0)),
    ],
)  # fmt: skip
def test_the_camera_is_seen_through_boiling_texture(
    kind: str, speed: float, expected: tuple[float, ...], size: tuple[int, int]
) -> None:
    """At half the size or a quarter: at full size hardly any place looks alike in two frames."""
    found = answers(Camera(), boiling(kind, speed, size), fps=1.0)
    pan, tilt, zoom, roll = (number(found, name) for name in SPEEDS)
    assert (pan * size[0] / 100, tilt * size[1] / 100) == pytest.approx(expected[:2], abs=0.5)
    assert zoom / 100 == pytest.approx(expected[2], abs=0.004)
    assert roll == pytest.approx(0, abs=0.3)
    assert number(found, "camera_followers") < 0.25


def test_a_camera_that_is_seen_at_full_size_is_not_looked_for_elsewhere(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delattr(MotionField, "halved")
    frames = scenes.frames(Scene(PAGODA, "zoom_in", 2.0, width=192, height=128, num_frames=2))
    assert number(answers(Camera(), frames), "camera_zoom") == pytest.approx(
        100 * math.log(1.02) * 8, abs=0.4
    )


def test_things_that_move_and_hide_the_camera_do_not_pass_for_it() -> None:
    """Twenty blocks that go their own way, seen at no size."""
    still = scenes.frames(Scene(GRAVEL, "static", 0.0, width=320, height=192, num_frames=1))[0]
    after, rng = still.copy(), np.random.default_rng(0)
    for top, left in product(range(0, 192, 48), range(0, 320, 64)):
        block = np.s_[top : top + 48, left : left + 64]
        after[block] = np.roll(still[block], rng.integers(-9, 10, 2), axis=(0, 1))
    found = answers(Camera(), np.stack([still, after]))
    assert "seen in 0 of 1 steps" in reason(found, "camera_pan")


@pytest.mark.parametrize("size", [(192, 320), (480, 832)])
@pytest.mark.parametrize("sd", [6, 60])
def test_noise_about_gray_has_no_camera_at_any_size(size: tuple[int, int], sd: float) -> None:
    noise = np.random.default_rng(0).normal(128, sd, (3, *size, 3))
    found = answers(Camera(), np.clip(noise, 0, 255).astype(np.uint8), case=case("static"))
    assert "seen in 0 of 2 steps" in reason(found, "camera_pan")
    assert number(found, "camera_static") == 0


def test_a_cut_has_no_camera_at_any_size() -> None:
    pictures = [scenes.frames(Scene(each, "static", 0.0, num_frames=1))[0] for each in (PAGODA, GRAVEL, CAT)]
    for before, after in permutations(pictures, 2):
        found = answers(Camera(), np.stack([before, after]))
        assert "seen in 0 of 1 steps" in reason(found, "camera_pan")


@pytest.mark.parametrize(
    ("frames", "says"),
    [
        (np.zeros((4, 96, 128, 3), np.uint8), "no two frames have enough of it"),
        (photograph()[None], "clip has 1 frame, camera needs 2"),
        (np.zeros((3, 8, 8, 3), np.uint8), "8 x 8 pixels"),
        (np.zeros((3, 31, 64, 3), np.uint8), "64 x 31 pixels, camera needs 32 x 32"),
    ],
)
def test_what_cannot_be_measured_says_why(frames: np.ndarray, says: str) -> None:
    with pytest.raises(NotMeasurable, match=says):
        answers(Camera(), frames)
