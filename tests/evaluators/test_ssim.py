"""SSIM along a clip: means by hand, verdicts on decay and on noise, and the null clips."""

from itertools import pairwise

import numpy as np
import pytest
from skimage.metrics import structural_similarity  # 0.26.0

from bench.errors import NotMeasurable
from bench.evaluators import Values
from bench.evaluators.ssim import Ssim, series_values
from bench.media import pictures
from bench.types import Frames, Value
from tests.made import answers, moving_clip, photograph


def measured(frames: Frames, fps: float = 8.0) -> Values:
    return answers(Ssim(), frames, fps)


def number(values: Values, name: str) -> float:
    found = values[name]
    assert isinstance(found, Value), found
    return found.value


def decaying(frames: int) -> Frames:
    """A photograph in ever more noise, which is new in each frame."""
    rng = np.random.default_rng(0)
    sizes = np.linspace(1, 20, frames)[:, None, None, None]
    return np.clip(photograph() + sizes * rng.normal(size=(frames, 48, 64, 3)), 0, 255).astype(np.uint8)


def test_series_is_scikit_images() -> None:
    clip = moving_clip(6).frames
    gray = pictures.gray(clip)
    found, to_first = measured(clip)["ssim_mean"], measured(clip)["ssim_to_first_mean"]
    assert isinstance(found, Value)
    assert isinstance(to_first, Value)
    assert found.series == pytest.approx([structural_similarity(a, b) for a, b in pairwise(gray)], abs=1e-12)
    assert to_first.series == pytest.approx([structural_similarity(gray[0], b) for b in gray[1:]], abs=1e-12)


def test_numbers_by_hand() -> None:
    # Seven values falling by 0.1 a frame at 5 frames a second: halves of three and four, slope -0.5 a second.
    values = series_values("ssim", 1 - 0.1 * np.arange(7), 5.0)
    assert number(values, "ssim_mean") == pytest.approx(0.7)
    assert number(values, "ssim_first_half") == pytest.approx(0.9)
    assert number(values, "ssim_second_half") == pytest.approx(0.55)
    assert number(values, "ssim_slope") == pytest.approx(-0.5)
    assert str(values["ssim_slope_p"]) == "a trend needs 10 values, the series has 7: use a longer clip"


def test_decay_degrades_and_backwards_improves() -> None:
    worse, better = measured(decaying(24)), measured(decaying(24)[::-1])
    assert number(worse, "ssim_verdict") == -1
    assert number(better, "ssim_verdict") == 1
    assert number(worse, "ssim_slope") == pytest.approx(-number(better, "ssim_slope"))
    assert number(worse, "ssim_first_half") > number(worse, "ssim_second_half")
    assert number(worse, "ssim_to_first_verdict") == -1


def test_half_life_is_in_seconds() -> None:
    # A picture that dissolves into another: its share halves every three frames, and SSIM follows it down.
    shares = 2.0 ** (-np.arange(24) / 3)[:, None, None, None]
    clip = np.rint(photograph() * shares + photograph(seed=5) * (1 - shares)).astype(np.uint8)
    slow, fast = (number(measured(clip, fps), "ssim_to_first_half_life") for fps in (8.0, 24.0))
    assert slow == pytest.approx(3 * fast)
    series = measured(clip)["ssim_to_first_mean"].series
    assert series is not None
    middle = (series[0] + series[-1]) / 2  # where the series passes halfway, found by eye, as it were
    assert slow * 8 == pytest.approx(np.argmax(np.array(series) < middle), abs=1)
    assert "no half-life" in str(measured(photograph()[None].repeat(16, axis=0))["ssim_to_first_half_life"])


def test_steady_noise_is_steady() -> None:
    rng = np.random.default_rng(0)
    noisy = np.clip(photograph() + 10 * rng.normal(size=(24, 48, 64, 3)), 0, 255).astype(np.uint8)
    assert number(measured(noisy), "ssim_verdict") == 0
    assert number(measured(noisy), "ssim_to_first_verdict") == 0


def test_growing_noise_lowers_the_mean() -> None:
    rng = np.random.default_rng(0)
    noise = rng.normal(size=(4, 48, 64, 3))
    means = [
        number(measured(np.clip(photograph() + size * noise, 0, 255).astype(np.uint8)), "ssim_mean")
        for size in (0, 3, 10, 40)
    ]
    assert means == sorted(means, reverse=True)
    assert len(set(means)) == 4


def test_slope_is_per_second() -> None:
    slow, fast = measured(decaying(16), 8.0), measured(decaying(16), 24.0)
    assert number(fast, "ssim_slope") == pytest.approx(3 * number(slow, "ssim_slope"))
    assert number(fast, "ssim_slope_p") == number(slow, "ssim_slope_p")
    assert number(fast, "ssim_verdict") == number(slow, "ssim_verdict")


def test_a_still_clip_is_one_and_steady() -> None:
    values = measured(photograph()[None].repeat(16, axis=0))
    for name in ("ssim_mean", "ssim_first_half", "ssim_second_half", "ssim_to_first_mean"):
        assert number(values, name) == 1.0
    for name in ("ssim_slope", "ssim_verdict", "ssim_to_first_slope", "ssim_to_first_verdict"):
        assert number(values, name) == 0.0
    assert number(values, "ssim_slope_p") == 1.0


def test_a_drifting_clip_keeps_its_neighbours_and_leaves_its_first_frame() -> None:
    # Each frame is the one before, moved and wrapped round: all neighbours are equally alike.
    values = measured(moving_clip(16).frames)
    assert number(values, "ssim_verdict") == 0
    assert number(values, "ssim_slope") == pytest.approx(0, abs=0.01)
    assert number(values, "ssim_to_first_mean") < number(values, "ssim_mean") < 1
    noise = np.random.default_rng(0).integers(0, 256, (16, 48, 64, 3)).astype(np.uint8)
    assert number(measured(noise), "ssim_mean") < 0.1


def test_two_frames_have_a_mean_and_small_frames_nothing() -> None:
    values = measured(moving_clip(2).frames)
    assert number(values, "ssim_mean") < 1
    assert str(values["ssim_first_half"]) == "1 pair of frames, halves need 2: use a longer clip"
    assert isinstance(values["ssim_slope"], NotMeasurable)
    with pytest.raises(NotMeasurable, match="64 x 6 pixels, ssim needs 7 x 7"):
        measured(moving_clip(3).frames[:, :6])
