"""Trajectory error: closed forms for still clips and wrong ways, exact scenes, sizes, lengths, and lost tracks."""

import math
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given, strategies as st
from hypothesis.extra import numpy as arrays

from bench.errors import NotMeasurable
from bench.evaluators import Values
from bench.evaluators.trajectory import Trajectory, values
from bench.media import pictures
from bench.suites import scenes
from bench.suites.scenes import Scene
from bench.types import Case, ClipRecord, Frames, Value
from tests.made import answers, moving_clip

IMAGES = Path(__file__).parents[2] / "suites" / "motion" / "images"
SCENE = Scene(
    IMAGES / "pagoda.jpg", "object", 5.0, width=192, height=128, num_frames=12,
    patch=IMAGES / "raccoon.jpg", diameter=44, seed=1,
)  # fmt: skip
WAY = np.array(scenes.trajectory(SCENE))


@pytest.fixture(scope="module")
def frames() -> Frames:
    return scenes.frames(SCENE)


@pytest.fixture(scope="module")
def image(frames: Frames, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("case") / "first.png"
    pictures.write(path, frames[0])
    return path


def case(image: Path, way: np.ndarray | None = WAY) -> Case:
    return Case("a", image, trajectory=None if way is None else tuple((float(x), float(y)) for x, y in way))


def number(values: Values, name: str) -> float:
    found = values[name]
    assert isinstance(found, Value), found
    return found.value


def l1(misses: np.ndarray) -> float:
    """Mean |dx| + |dy| after the first frame, at a shorter side of 256; the scene's is 128."""
    return float(np.abs(misses)[1:].sum(axis=1).mean() * 256 / 128)


def test_what_goes_as_asked_has_next_to_no_error(frames: Frames, image: Path) -> None:
    found = answers(Trajectory(), frames, case=case(image))
    assert number(found, "trajectory_error") < 0.2
    assert number(found, "trajectory_lost") == 0
    assert number(found, "trajectory_error_share") == pytest.approx(number(found, "trajectory_error") / 256)
    error = found["trajectory_error"]
    assert isinstance(error, Value)
    assert error.series is not None
    assert len(error.series) == 11


def test_a_rendered_case_needs_no_image_file(frames: Frames) -> None:
    found = answers(Trajectory(), frames, case=Case(
        "a", Path("none"), trajectory=scenes.trajectory(SCENE), scene=scenes.parameters(SCENE)
    ))  # fmt: skip
    assert number(found, "trajectory_error") < 0.2


def test_a_still_clip_has_the_mean_distance_from_the_start(frames: Frames, image: Path) -> None:
    found = answers(Trajectory(), frames[:1].repeat(12, axis=0), case=case(image))
    assert number(found, "trajectory_error") == pytest.approx(l1(WAY - WAY[0]), abs=0.01)
    euclidean = np.linalg.norm(WAY - WAY[0], axis=1)[1:].mean() * 2
    assert number(found, "trajectory_error_l2") == pytest.approx(euclidean, abs=0.01)
    assert number(found, "trajectory_lost") == 0


def test_the_opposite_way_is_twice_as_far_off(frames: Frames, image: Path) -> None:
    """Asked to the other side by as much: at each moment the thing is twice its own way from where it should be."""
    asked = WAY[0] + 0.3 * (WAY[0] - WAY)  # a shorter way, which stays within the picture
    found = answers(Trajectory(), frames, case=case(image, asked))
    assert number(found, "trajectory_error") == pytest.approx(l1(1.3 * (WAY - WAY[0])), abs=0.2)


def test_a_clip_that_drifts_has_the_distance_it_drifts(tmp_path: Path) -> None:
    """2 pixels a frame to the right where nothing should move: 2, 4, 6 pixels of 48."""
    clip = moving_clip(4).frames
    pictures.write(tmp_path / "first.png", clip[0])
    found = answers(Trajectory(), clip, case=case(tmp_path / "first.png", np.array([[30.0, 24.0]] * 2)))
    assert number(found, "trajectory_error") == pytest.approx(4 * 256 / 48, abs=1)
    assert number(found, "trajectory_error_l2") == pytest.approx(4 * 256 / 48, abs=1)


def test_half_as_many_frames_go_the_same_way(frames: Frames, image: Path) -> None:
    """First to first and last to last: 12 points in 6 frames lie between points; the sine between, on a line."""
    asked = np.stack([np.interp(np.linspace(0, 11, 6), range(12), axis) for axis in WAY.T], axis=1)
    shown = np.array([0, 2, 4, 7, 9, 11])  # the frames nearest to 0, 2.2, 4.4 …
    found = answers(Trajectory(), frames[shown], case=case(image))
    assert number(found, "trajectory_error") == pytest.approx(l1(asked - WAY[shown]), abs=0.2)


@pytest.mark.parametrize(
    ("width", "height", "fit"), [(384, 256, "cover"), (160, 128, "cover"), (192, 160, "contain")]
)
def test_the_size_of_the_clip_does_not_matter(
    frames: Frames, image: Path, width: int, height: int, fit: str
) -> None:
    resized = pictures.fit_frames(frames, width, height, fit)  # type: ignore[arg-type]
    record = ClipRecord("a", 0, None, "", fit=fit)  # type: ignore[arg-type]
    found = answers(Trajectory(), resized, case=case(image), record=record)
    assert number(found, "trajectory_error") < 0.4
    assert number(found, "trajectory_lost") == 0


def test_after_a_cut_the_track_is_lost_and_the_point_held(frames: Frames, image: Path) -> None:
    cut = frames.copy()
    noise = np.random.default_rng(0).integers(0, 256, (128, 192, 3)).astype(np.uint8)
    cut[6:] = cv2.GaussianBlur(noise, (0, 0), 1.0)
    found = answers(Trajectory(), cut, case=case(image))
    assert number(found, "trajectory_lost") == pytest.approx(6 / 11)
    held = WAY.copy()
    held[6:] = WAY[5]
    assert number(found, "trajectory_error") == pytest.approx(l1(held - WAY), abs=0.2)


def test_frames_whose_trajectory_leaves_the_picture_do_not_count(frames: Frames, image: Path) -> None:
    asked = np.repeat(WAY[:1], 12, axis=0)
    asked[8:, 0] = 500
    found = answers(Trajectory(), frames[:1].repeat(12, axis=0), case=case(image, asked))
    assert number(found, "trajectory_error") == pytest.approx(0, abs=0.01)
    error = found["trajectory_error"]
    assert isinstance(error, Value)
    assert error.series is not None
    assert error.series[-1] > 600


def test_a_case_without_a_trajectory_costs_nothing_and_says_so(frames: Frames, image: Path) -> None:
    with pytest.raises(NotMeasurable, match="the case has no trajectory"):
        answers(Trajectory(), frames, case=case(image, None))


def test_a_start_that_was_cut_off_is_refused(frames: Frames, image: Path) -> None:
    narrow = pictures.fit_frames(frames, 96, 128, "cover")
    with pytest.raises(NotMeasurable, match=r"starts at \(-38.0, 64.0\) of 96 x 128 pixels"):
        answers(Trajectory(), narrow, case=case(image, np.array([[10.0, 64.0], [90.0, 64.0]])))


def test_a_start_without_texture_is_refused(image: Path) -> None:
    with pytest.raises(NotMeasurable, match="0 of 81 places around the start have texture"):
        answers(Trajectory(), np.zeros((4, 128, 192, 3), np.uint8), case=case(image))


def test_small_frames_are_refused(image: Path) -> None:
    with pytest.raises(NotMeasurable, match="trajectory needs 48 x 48"):
        answers(Trajectory(), np.zeros((4, 32, 48, 3), np.uint8), case=case(image))


@given(arrays.arrays(np.float64, (7, 2), elements=st.floats(-500, 500)))
def test_the_euclidean_error_lies_between_l1_and_its_share_of_it(misses: np.ndarray) -> None:
    found = values(misses, np.zeros(7, bool), np.ones(7, bool))
    euclidean, manhattan = found["trajectory_error_l2"].value, found["trajectory_error"].value
    assert manhattan / math.sqrt(2) - 1e-9 <= euclidean <= manhattan + 1e-9


def test_values_by_hand() -> None:
    """3 + 4 and 0 count, the third does not."""
    found = values(
        np.array([[3.0, -4.0], [0, 0], [9, 9]]), np.array([True, False, True]), np.array([True, True, False])
    )
    assert found["trajectory_error"] == Value(3.5, series=(7, 0, 18))
    assert found["trajectory_error_l2"].value == 2.5
    assert found["trajectory_error_share"].value == 3.5 / 256
    assert found["trajectory_lost"] == Value(0.5, series=(1, 0, 1))
