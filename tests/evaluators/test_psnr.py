"""PSNR along a clip: a closed form, scikit-image's values, growing damage, and the null clips."""

import math
from itertools import pairwise

import numpy as np
import pytest
from skimage.metrics import peak_signal_noise_ratio  # 0.26.0

from bench.errors import NotMeasurable
from bench.evaluators.psnr import Psnr
from tests.made import answers, moving_clip, photograph


def test_levels_that_rise_by_steps() -> None:
    # Every byte 2 more than in the frame before: 10 log10(255² / 4) for neighbours, / (2 t)² for frame 0 and frame t,
    # and together / the mean of 4, 16 and 36.
    clip = np.stack([photograph() // 2 + 2 * t for t in range(4)]).astype(np.uint8)
    found = answers(Psnr(), clip)
    neighbours, first = (
        [10 * math.log10(255**2 / 4)] * 3,
        [10 * math.log10(255**2 / (4 * t**2)) for t in (1, 2, 3)],
    )
    assert found["psnr_mean"].series == pytest.approx(neighbours)
    assert found["psnr_mean"].value == pytest.approx(neighbours[0])
    assert found["psnr_to_first_mean"].series == pytest.approx(first)
    assert found["psnr_to_first_mean"].value == pytest.approx(10 * math.log10(255**2 / (56 / 3)))


def test_repeats_are_worth_what_they_spare_whether_a_codec_touched_them_or_not() -> None:
    # 3:1: two of three steps change nothing, so a third of the squares is left: 10 log10(3) more. A codec that leaves
    # 50 dB in a repeat moves the value by less than a decibel; as a mean of decibels it was 77 dB for 43.
    frames = moving_clip(9).frames
    shown = np.repeat(frames, 3, axis=0)[2:]
    plain, repeated = (answers(Psnr(), clip)["psnr_mean"] for clip in (frames, shown))
    assert plain.value + 10 * math.log10(3) == pytest.approx(repeated.value)
    noise = np.random.default_rng(0).choice([0, 1], p=[0.8, 0.2], size=shown.shape).astype(np.uint8)
    coded = answers(Psnr(), np.minimum(shown, 254) + noise)["psnr_mean"]
    assert repeated.series is not None
    assert coded.series is not None
    assert max(repeated.series) == 100
    assert max(coded.series) < 55
    assert coded.value == pytest.approx(repeated.value, abs=0.1)


def test_series_are_scikit_images() -> None:
    clip = moving_clip(5).frames
    found = answers(Psnr(), clip)
    neighbours = [peak_signal_noise_ratio(a, b) for a, b in pairwise(clip)]
    first = [peak_signal_noise_ratio(clip[0], b) for b in clip[1:]]
    assert found["psnr_mean"].series == pytest.approx(neighbours, abs=1e-9)
    assert found["psnr_to_first_mean"].series == pytest.approx(first, abs=1e-9)


def test_growing_noise_lowers_both() -> None:
    noise = np.random.default_rng(0).normal(size=(4, 48, 64, 3))
    clips = [np.clip(photograph() + size * noise, 0, 255).astype(np.uint8) for size in (0, 3, 10, 40)]
    for name in ("psnr_mean", "psnr_to_first_mean"):
        values = [answers(Psnr(), clip)[name].value for clip in clips]
        assert values == sorted(values, reverse=True)
        assert len(set(values)) == 4


def test_still_and_drift() -> None:
    still = answers(Psnr(), photograph()[None].repeat(5, axis=0))
    assert still["psnr_mean"].value == still["psnr_to_first_mean"].value == 100.0
    drift = answers(Psnr(), moving_clip(8).frames)
    assert drift["psnr_to_first_mean"].value < drift["psnr_mean"].value < 40


def test_one_pixel_is_enough_and_one_frame_is_not() -> None:
    black_and_white = np.array([0, 255], np.uint8)[:, None, None, None].repeat(3, axis=3)
    assert answers(Psnr(), black_and_white)["psnr_mean"].value == 0.0
    with pytest.raises(NotMeasurable, match="clip has 1 frame, psnr needs 2"):
        answers(Psnr(), photograph()[None])
