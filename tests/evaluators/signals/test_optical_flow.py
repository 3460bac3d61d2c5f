"""Optical flow against scenes whose motion is known, and the occlusion rule against arithmetic written out."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import cache

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from bench import suites
from bench.errors import NotMeasurable
from bench.evaluators.signals import optical_flow
from bench.evaluators.signals.optical_flow import Flow, MotionField
from bench.media import pictures
from bench.suites import scenes
from bench.types import Frames, Image
from tests.made import photograph

EDGE = 8
"""Pixels from the frame's edge, before and after the step: nearer to it DIS has less than a patch to compare."""


def between(before: Image, after: Image) -> MotionField:
    return MotionField(before, after, pictures.gray(before), pictures.gray(after))


@cache
def scene(case: str) -> scenes.Scene:
    """A scene of the motion suite; of a moving camera two frames are enough."""
    of_case = next(each for each in suites.load("motion").cases if each.id == case)
    made = scenes.scene_of(of_case)
    return made if made.kind == "object" else replace(made, num_frames=2)


def enlarged(case: str, width: int, height: int, speed: float) -> scenes.Scene:
    return replace(scene(case), width=width, height=height, speed=speed)


def errors(made: scenes.Scene, frames: Frames | None = None) -> NDArray[np.float64]:
    """End point error, pixels, of each interior pixel of the scene's first step."""
    frames = scenes.frames(made) if frames is None else frames
    truth = scenes.flow(made, 0).astype(np.float64)
    height, width = truth.shape[:2]
    y, x = np.mgrid[:height, :width]
    error = np.linalg.norm(between(frames[0], frames[1]).forward - truth, axis=2)
    return np.asarray(error[interior(x, y) & interior(x + truth[..., 0], y + truth[..., 1])])


def interior(x: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.bool_]:
    height, width = x.shape
    return (x >= EDGE) & (x < width - EDGE) & (y >= EDGE) & (y < height - EDGE)


# Known motion. Bounds are about 1.5 times what was measured, and at least 0.02 pixels; in float32, on any processor.


@pytest.mark.parametrize(
    ("case", "bound"),
    [
        ("pan_left-gravel", 0.05), ("pan_right-grass", 0.05), ("pan_right-pagoda", 0.02), ("tilt_up-raccoon", 0.14),
        ("zoom_in-pagoda", 0.13), ("zoom_out-grass", 0.08), ("roll_left-raccoon", 0.17), ("roll_right-cat", 0.11),
    ],
)  # fmt: skip
def test_the_camera_s_motion_is_found(case: str, bound: float) -> None:
    assert errors(scene(case)).mean() < bound


def test_nothing_moves_in_a_static_scene() -> None:
    assert errors(scene("static-pagoda")).max() == 0


@pytest.mark.parametrize("speed", [2.0, 16.0, 24.0])
def test_large_frames_are_looked_at_smaller_and_flow_is_in_their_own_pixels(speed: float) -> None:
    assert errors(enlarged("pan_left-gravel", 832, 480, speed)).mean() < 0.3


def test_the_disc_moves_and_what_it_covers_is_not_visible() -> None:
    made = scene("object-dahlia-gravel")
    frames, truth = scenes.frames(made)[:2], scenes.flow(made, 0)
    motion = between(frames[0], frames[1])
    here, there = scenes.object_mask(made, 0), scenes.object_mask(made, 1)
    inside = cv2.erode(here.view(np.uint8), np.ones((17, 17), np.uint8)).astype(bool)
    assert np.linalg.norm(motion.forward - truth, axis=2)[inside].mean() < 0.5
    covered = there & ~here
    far = ~cv2.dilate((here | there).view(np.uint8), np.ones((33, 33), np.uint8)).astype(bool)
    assert motion.visible[covered].mean() < 0.2
    assert motion.visible[far].mean() > 0.95


def test_backward_is_the_way_back() -> None:
    picture = photograph(96, 128)
    there, back = between(picture, np.roll(picture, 3, 1)), between(np.roll(picture, 3, 1), picture)
    np.testing.assert_array_equal(there.backward, back.forward)


# What may not decide: frames without texture, threads, what came before


@pytest.mark.parametrize(("before", "after"), [(0, 0), (255, 255), (0, 255), (100, 120)])
def test_flat_frames_do_not_move(before: int, after: int) -> None:
    motion = between(np.full((40, 60, 3), before, np.uint8), np.full((40, 60, 3), after, np.uint8))
    assert not motion.forward.any()
    assert motion.visible.all()


def test_the_number_of_threads_changes_no_bit() -> None:
    picture = photograph(240, 416)
    found, threads = set(), cv2.getNumThreads()
    try:
        for number in (1, 2, 3):
            cv2.setNumThreads(number)
            found.add(between(picture, np.roll(picture, (2, 5), (0, 1))).forward.tobytes())
    finally:
        cv2.setNumThreads(threads)
    assert len(found) == 1


def test_other_pairs_before_or_beside_change_no_bit() -> None:
    pairs = [
        (photograph(side, 2 * side, side), np.roll(photograph(side, 2 * side, side), 2, 1))
        for side in (24, 60, 130)
    ] * 4
    alone = [between(*pair).forward.tobytes() for pair in pairs]
    with ThreadPoolExecutor(4) as pool:
        beside = list(pool.map(lambda pair: between(*pair).forward.tobytes(), reversed(pairs)))
    assert alone == beside[::-1]


# Sizes


@pytest.mark.parametrize(
    ("height", "width"), [(16, 16), (16, 400), (17, 45), (33, 47), (320, 180), (1080, 1920)]
)
def test_any_size_from_16_pixels_has_finite_motion(height: int, width: int) -> None:
    noise = np.random.default_rng(0).integers(0, 256, (2, height, width, 3)).astype(np.uint8)
    motion = between(*noise)
    assert motion.forward.shape == motion.backward.shape == (height, width, 2)
    assert motion.forward.dtype == np.float32
    assert np.isfinite(motion.forward).all()
    assert motion.visible.shape == (height, width)
    assert motion.warped.shape == (height, width, 3)
    assert motion.warped.dtype == np.uint8


@pytest.mark.parametrize(("height", "width"), [(1, 1), (8, 8), (15, 200), (200, 15), (30, 1000)])
def test_smaller_frames_are_refused(height: int, width: int) -> None:
    with pytest.raises(
        NotMeasurable, match=f"frames are {width} x {height} pixels, optical flow needs 16 x 16"
    ):
        _ = between(np.zeros((height, width, 3), np.uint8), np.ones((height, width, 3), np.uint8)).forward


# Occlusion and warping


def bilinear(image: NDArray[np.float64], x: float, y: float) -> NDArray[np.float64]:
    """One place, written out; beyond the edge, the edge."""
    height, width = image.shape[:2]
    x, y = min(max(x, 0), width - 1), min(max(y, 0), height - 1)
    left, top = min(int(x), width - 2), min(int(y), height - 2)
    a, b = x - left, y - top
    upper = (1 - a) * image[top, left] + a * image[top, left + 1]
    lower = (1 - a) * image[top + 1, left] + a * image[top + 1, left + 1]
    return np.asarray((1 - b) * upper + b * lower)


def seen(forward: Flow, backward: Flow, x: int, y: int) -> bool:
    """Lai et al.'s rule at one pixel, written out."""
    height, width = forward.shape[:2]
    f = forward[y, x].astype(np.float64)
    to = np.array([x, y]) + f
    if not (0 <= to[0] <= width - 1 and 0 <= to[1] <= height - 1):
        return False
    b = bilinear(backward.astype(np.float64), *to)
    if ((f + b) ** 2).sum() > 0.01 * ((f**2).sum() + (b**2).sum()) + 0.5:
        return False
    right = forward[y, min(x + 1, width - 1)].astype(np.float64) - f
    below = forward[min(y + 1, height - 1), x].astype(np.float64) - f
    return bool((right**2).sum() + (below**2).sum() <= 0.01 * (f**2).sum() + 0.002)


def random_flow(seed: int, height: int, width: int, size: float) -> Flow:
    """Smooth enough that every branch of the rule is taken somewhere."""
    coarse = np.random.default_rng(seed).normal(0, size, (5, 7, 2)).astype(np.float32)
    return np.asarray(cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC), np.float32)


@pytest.mark.parametrize(
    ("height", "width", "size"), [(70, 90, 2.0), (33, 47, 1.0), (64, 40, 3.0), (32, 32, 0.3)]
)
def test_visible_is_the_published_rule_at_every_pixel(height: int, width: int, size: float) -> None:
    forward = random_flow(0, height, width, size)
    backward = -forward + random_flow(1, height, width, 0.4)
    truth = [[seen(forward, backward, x, y) for x in range(width)] for y in range(height)]
    found = optical_flow.visible(forward, backward)
    assert 0.01 < found.mean() < 0.99
    assert (found != truth).mean() < 1e-3  # float32 tips a few at the threshold


def test_warping_is_bilinear() -> None:
    flow = random_flow(2, 40, 50, 4.0)
    image = photograph(40, 50).astype(np.float32)
    places = np.mgrid[:40, :50].transpose(1, 2, 0)[..., ::-1] + flow
    truth = [
        [bilinear(image.astype(np.float64), *place) for place in row] for row in places.astype(np.float64)
    ]
    assert np.abs(optical_flow.warped(image, flow) - truth).max() < 1.0  # 1/32 pixel of a slope of 25 levels
    assert np.abs(optical_flow.warped(image, flow) - truth).mean() < 0.1


def test_warped_is_the_frame_after_brought_back() -> None:
    frames = scenes.frames(enlarged("pan_left-gravel", 320, 192, 3.0))
    motion = between(frames[0], frames[1])
    left, was = (
        np.abs(after.astype(float) - frames[0])[8:-8, 8:-8].mean() for after in (motion.warped, frames[1])
    )
    assert left < 0.1 * was
