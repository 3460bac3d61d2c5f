"""The track of a point: exact shifts, exact scenes, and where it is lost; and where points of an image go."""

from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from bench.errors import NotMeasurable
from bench.evaluators.signals import tracking
from bench.media import paths, pictures
from bench.suites import scenes
from bench.suites.scenes import Scene
from bench.types import Fit, Plane

IMAGES = Path(__file__).parents[3] / "suites" / "motion" / "images"
FITS: tuple[Fit, ...] = ("cover", "contain", "stretch")


def texture(height: int = 96, width: int = 128, seed: int = 0) -> Plane:
    """Noise under a Gaussian, so that it can be tracked."""
    noise = np.random.default_rng(seed).integers(0, 256, (height, width)).astype(np.uint8)
    smooth = cv2.GaussianBlur(noise, (0, 0), 1.5, borderType=cv2.BORDER_WRAP).astype(float)
    return np.clip(128 + 4 * (smooth - smooth.mean()), 0, 255).astype(np.uint8)


# The track


def test_in_a_still_clip_the_point_stays() -> None:
    track = tracking.track([texture()] * 4, (60.3, 40.7))
    assert track.points == pytest.approx(np.array([[60.3, 40.7]] * 4), abs=1e-3)
    assert not track.is_lost.any()


@pytest.mark.parametrize("way", [(1, 0), (-2, 3), (7, -5), (-20, 12)])
def test_a_shift_of_whole_pixels_is_found(way: tuple[int, int]) -> None:
    """The last one in its first step by search: it is further than the window is wide."""
    planes = [np.roll(texture(), (way[1] * t, way[0] * t), axis=(0, 1)) for t in range(3)]
    track = tracking.track(planes, (64.0, 40.0))
    assert track.points == pytest.approx(
        np.array([[64 + way[0] * t, 40 + way[1] * t] for t in range(3)]), abs=0.05
    )
    assert not track.is_lost.any()


def test_a_disc_over_a_still_picture_is_followed() -> None:
    scene = Scene(
        IMAGES / "gravel.png", "object", 6.0, width=240, height=144, num_frames=12,
        patch=IMAGES / "dahlia.jpg", diameter=48, seed=1,
    )  # fmt: skip
    truth = np.array(scenes.trajectory(scene))
    track = tracking.track(list(pictures.gray(scenes.frames(scene))), tuple(truth[0]))
    assert np.abs(track.points - truth).max() < 0.1
    assert np.abs(truth - truth[0]).max() > 60
    assert not track.is_lost.any()


def test_a_point_that_goes_round_is_followed_though_its_places_go() -> None:
    """48 turns of 3 degrees about the centre: the window that was seen first has long been upside down."""
    large = cv2.resize(texture(seed=2), (256, 192), interpolation=cv2.INTER_CUBIC)
    angles = np.radians(3 * np.arange(48))
    planes = [
        cv2.warpAffine(large, cv2.getRotationMatrix2D((127.5, 95.5), -np.degrees(angle), 1), (256, 192))
        for angle in angles
    ]
    truth = np.array([127.5, 95.5]) + 40 * np.stack([np.cos(angles), np.sin(angles)], axis=1)
    track = tracking.track(planes, (167.5, 95.5))
    assert not track.is_lost.any()
    assert np.linalg.norm(track.points - truth, axis=1).max() < 1.0  # cv2 rounds positions to 1/32 pixel


def test_after_a_cut_the_point_is_lost_and_stays() -> None:
    planes = [np.roll(texture(), 2 * t, axis=1) for t in range(3)] + [texture(seed=1)] * 3
    track = tracking.track(planes, (60.0, 40.0))
    assert track.is_lost.tolist() == [False] * 3 + [True] * 3
    assert track.points[3:] == pytest.approx(np.array([[64.0, 40.0]] * 3), abs=0.05)


def test_one_bad_frame_is_got_over() -> None:
    planes = [np.roll(texture(), 2 * t, axis=1) for t in range(6)]
    planes[3] = np.zeros_like(planes[3])
    track = tracking.track(planes, (50.0, 40.0))
    assert track.is_lost.tolist() == [False, False, False, True, False, False]
    assert track.points[:, 0] == pytest.approx([50, 52, 54, 54, 58, 60], abs=0.05)


def test_a_point_that_leaves_the_picture_is_lost() -> None:
    wide = texture(96, 400)
    planes = [wide[:, 12 * t : 12 * t + 128] for t in range(8)]
    track = tracking.track([np.ascontiguousarray(plane) for plane in planes], (50.0, 40.0))
    assert track.is_lost.tolist() == [50 - 12 * t < 0 for t in range(8)]
    assert track.points[-1] == pytest.approx([2, 40], abs=0.1)


def test_noise_is_lost() -> None:
    planes = [texture(seed=t) for t in range(6)]
    assert tracking.track(planes, (60.0, 40.0)).is_lost.tolist() == [False] + [True] * 5


@pytest.mark.parametrize("start", [(-1.0, 40.0), (128.0, 40.0), (60.0, 95.5)])
def test_a_start_outside_is_refused(start: tuple[float, float]) -> None:
    with pytest.raises(NotMeasurable, match="outside of 128 x 96"):
        tracking.track([texture()] * 2, start)


def test_a_start_on_a_flat_place_is_refused() -> None:
    flat = np.full((96, 128), 9, np.uint8)
    with pytest.raises(NotMeasurable, match="0 of 81 places around the start have texture, tracking needs 8"):
        tracking.track([flat, flat], (60.0, 40.0))


@pytest.mark.parametrize(
    ("size", "expected"), [((720, 1280), (256, 455)), ((1280, 720), (455, 256)), ((192, 320), (192, 320))]
)
def test_the_canvas_has_a_shorter_side_of_256_at_most(
    size: tuple[int, int], expected: tuple[int, int]
) -> None:
    plane = np.zeros(size, np.uint8)
    found = tracking.canvas(plane)
    assert found.shape == expected
    assert not np.shares_memory(found, plane)  # it is kept, and the frame must not be


# Points of an image


@given(
    st.sampled_from(FITS), st.tuples(st.integers(60, 140), st.integers(60, 140)),
    st.tuples(st.integers(60, 140), st.integers(60, 140)), st.floats(0.45, 0.55), st.floats(0.45, 0.55),
)  # fmt: skip
@settings(max_examples=60)
def test_points_go_where_pictures_fit_puts_them(
    how: Fit, size: tuple[int, int], to_size: tuple[int, int], x: float, y: float
) -> None:
    """A soft spot, and its centre of mass in the fitted picture; near the middle, where 'cover' never cuts into it."""
    point = np.array([x * size[0], y * size[1]])
    rows, columns = np.mgrid[: size[1], : size[0]]
    spot = 255 * np.exp(-((columns - point[0]) ** 2 + (rows - point[1]) ** 2) / (2 * 4.0**2))
    image = np.rint(spot).astype(np.uint8)[..., None].repeat(3, axis=2)
    there = pictures.fit(image, *to_size, how)[..., 0].astype(float)
    there[there < 8] = 0  # Lanczos's ripples
    rows, columns = np.mgrid[: to_size[1], : to_size[0]]
    centre = [(columns * there).sum() / there.sum(), (rows * there).sum() / there.sum()]
    assert paths.fitted(point[None], size, to_size, how)[0] == pytest.approx(centre, abs=0.1)


def test_points_by_hand() -> None:
    corners = np.array([[-0.5, -0.5], [99.5, 49.5]])  # of the outermost pixels of 100 x 50
    assert paths.fitted(corners, (100, 50), (50, 50), "stretch").tolist() == [[-0.5, -0.5], [49.5, 49.5]]
    assert paths.fitted(corners, (100, 50), (50, 50), "cover").tolist() == [[-25.5, -0.5], [74.5, 49.5]]
    assert paths.fitted(corners, (100, 50), (50, 50), "contain").tolist() == [[-0.5, 11.5], [49.5, 36.5]]


@pytest.mark.parametrize("how", FITS)
def test_at_the_images_own_size_points_stay(how: Fit) -> None:
    points = np.array([[3.25, 7.5], [0, 0]])
    assert paths.fitted(points, (90, 60), (90, 60), how) == pytest.approx(points)


def test_a_way_in_another_number_of_frames_keeps_its_ends() -> None:
    way = np.array([[0.0, 0], [10, 0], [10, 20]])
    assert paths.resampled(way, 5).tolist() == [[0, 0], [5, 0], [10, 0], [10, 10], [10, 20]]
    assert paths.resampled(way, 2).tolist() == [[0, 0], [10, 20]]
    assert paths.resampled(way, 3).tolist() == way.tolist()
