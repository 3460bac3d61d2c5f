"""Warping error against the published formula written out, and on clips where it must be small or large."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from bench.errors import NotMeasurable
from bench.evaluators.signals.optical_flow import MotionField
from bench.evaluators.warping import Warping, warping_error
from bench.media import pictures
from bench.suites import scenes
from bench.types import Frames
from tests.evaluators.signals.test_optical_flow import scene
from tests.made import answers, moving_clip, photograph


def error(frames: Frames) -> float:
    return answers(Warping(), frames)["warping_error"].value


def noisy(frames: Frames, sigma: float) -> Frames:
    noise = np.random.default_rng(0).normal(0, sigma, frames.shape)
    return np.clip(np.rint(frames + noise), 0, 255).astype(np.uint8)


# Lai et al.'s code, in NumPy and float64: RGB in [0, 1], mask with three channels, N = 0 rule


def warp(image: NDArray[np.float64], flow: NDArray[np.float64]) -> NDArray[np.float64]:
    height, width = flow.shape[:2]
    y, x = np.mgrid[:height, :width].astype(np.float64)
    x, y = np.clip(x + flow[..., 0], 0, width - 1), np.clip(y + flow[..., 1], 0, height - 1)
    left, top = np.minimum(x.astype(int), width - 2), np.minimum(y.astype(int), height - 2)
    a, b = (x - left)[..., None], (y - top)[..., None]
    upper = (1 - a) * image[top, left] + a * image[top, left + 1]
    lower = (1 - a) * image[top + 1, left] + a * image[top + 1, left + 1]
    return np.asarray((1 - b) * upper + b * lower)


def published(motion: MotionField) -> float:
    before, after = motion.before / 255.0, motion.after / 255.0
    mask = np.repeat(motion.visible[..., None], 3, axis=2).astype(np.float64)
    difference = (warp(after, motion.forward.astype(np.float64)) - before) * mask
    number = mask.sum() or difference.size
    return float(np.square(difference).sum() / number)


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_the_error_is_the_published_one(seed: int) -> None:
    before = noisy(photograph(60, 80, seed), 6.0)
    after = noisy(np.roll(photograph(60, 80, seed), (1, 3), (0, 1)), 6.0)
    motion = MotionField(before, after, pictures.gray(before), pictures.gray(after))
    assert 0.1 < motion.visible.mean() < 1
    assert warping_error(motion).visible == motion.visible.mean()
    assert warping_error(motion).error == pytest.approx(published(motion), rel=1e-5)


def test_the_clip_s_error_is_the_mean_over_pairs() -> None:
    frames = np.stack([noisy(photograph(), 2.0 * t) for t in range(4)])
    value = answers(Warping(), frames)["warping_error"]
    gray = pictures.gray(frames)
    pairs = [published(MotionField(frames[t], frames[t + 1], gray[t], gray[t + 1])) for t in range(3)]
    assert value.series == pytest.approx(pairs, rel=1e-5)
    assert value.value == pytest.approx(np.mean(pairs), rel=1e-5)


def test_brightness_that_jumps_is_the_error_in_closed_form() -> None:
    frames = np.stack(
        [np.full((48, 64, 3), level, np.uint8) for level in (100, 110, 100)]
    )  # flow is 0 everywhere
    found = answers(Warping(), frames)
    assert found["warping_error"].value == pytest.approx((10 / 255) ** 2)
    assert found["warping_visible"].value == 1


def test_a_still_clip_has_none() -> None:
    found = answers(Warping(), photograph()[None].repeat(5, axis=0))
    assert found["warping_error"].value == 0
    assert found["warping_visible"].value == 1


def test_motion_is_undone() -> None:
    frames = scenes.frames(scene("pan_left-gravel"))
    plain = np.square(frames[1] / 255.0 - frames[0] / 255.0).mean()
    assert error(frames) < 0.02 * plain


def test_it_grows_with_noise() -> None:
    frames = moving_clip(4).frames
    errors = [error(noisy(frames, sigma)) for sigma in (0.0, 2.0, 4.0, 8.0, 16.0)]
    assert errors == sorted(errors)
    assert errors[-1] > 2 * errors[1]


def test_where_nothing_is_visible_it_is_0_and_the_share_says_so() -> None:
    motion = MotionField(*np.zeros((2, 32, 32, 3), np.uint8), *np.zeros((2, 32, 32), np.uint8))  # type: ignore[call-arg,arg-type]
    motion.__dict__["visible"] = np.zeros((32, 32), np.bool_)
    assert warping_error(motion).error == 0
    assert warping_error(motion).visible == 0


def test_a_cut_leaves_little_that_is_visible() -> None:
    shots = np.stack([photograph(seed=0), photograph(seed=0), photograph(seed=9), photograph(seed=9)])
    shares = answers(Warping(), shots)["warping_visible"].series
    assert shares is not None
    assert shares[1] < 0.5 < min(shares[0], shares[2])


def test_small_frames_have_no_value() -> None:
    with pytest.raises(NotMeasurable, match="16 x 16"):
        answers(Warping(), np.zeros((3, 8, 8, 3), np.uint8))
