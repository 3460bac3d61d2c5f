"""SSIM and PSNR: closed forms, properties, and scikit-image's values."""

import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st
from hypothesis.extra.numpy import arrays
from skimage.metrics import peak_signal_noise_ratio, structural_similarity  # 0.26.0

from bench import similarity
from bench.errors import NotMeasurable
from tests.made import moving_clip, photograph

PLANES = arrays(np.uint8, st.tuples(st.integers(7, 12), st.integers(7, 12)))


def texture(frames: int, height: int, width: int, seed: int = 0) -> np.ndarray:
    """(T, H, W): blobs that slide, dim and get noisier, so that every term of SSIM changes."""
    rng = np.random.default_rng(seed)
    picture = photograph(height, width, seed)[..., 0].astype(float)
    slides = np.stack([np.roll(picture, t, axis=1) * (1 - 0.05 * t) for t in range(frames)])
    return np.clip(slides + rng.normal(size=slides.shape) * np.arange(frames)[:, None, None], 0, 255).astype(
        np.uint8
    )


def test_ssim_of_two_flat_planes_is_its_luminance_term() -> None:
    # No variance and no covariance: (2 a b + C1) C2 / ((a² + b² + C1) C2), with C1 = (0.01 · 255)².
    a, b, c1 = 100, 150, 6.5025
    flat = np.full((9, 11), a, np.uint8)
    assert similarity.ssim(flat, np.full_like(flat, b)) == pytest.approx(
        (2 * a * b + c1) / (a**2 + b**2 + c1), abs=1e-12
    )


def test_ssim_of_one_window_by_hand() -> None:
    # One 7 x 7 window, one pixel of b is 49 above a's 0: means 0 and 1, sample variance of b (49² - 49 · 1²) / 48 = 49,
    # covariance 0.
    a = np.zeros((7, 7), np.uint8)
    b = a.copy()
    b[3, 3] = 49
    c1, c2 = 6.5025, 58.5225
    assert similarity.ssim(a, b) == pytest.approx(c1 * c2 / ((1 + c1) * (49 + c2)), abs=1e-12)


def test_ssim_of_a_negative_is_negative() -> None:
    checks = (np.indices((16, 16)).sum(axis=0) % 2 * 255).astype(np.uint8)
    assert similarity.ssim(checks, 255 - checks) < -0.9


# 48 x 64: less than two strips; 87 x 31: strips that do not divide; 7 x 7: one window; 46 and 47 rows: strip's edge.
@pytest.mark.parametrize("size", [(48, 64), (87, 31), (7, 7), (46, 20), (47, 20), (126, 9)])
def test_ssim_is_that_of_scikit_image(size: tuple[int, int]) -> None:
    gray = texture(6, *size)
    neighbours = [structural_similarity(a, b) for a, b in pairwise(gray)]
    first = [structural_similarity(gray[0], frame) for frame in gray]
    # Both are float64; windows of exact integers leave about 1e-14.
    np.testing.assert_allclose(similarity.ssim_series(gray), neighbours, rtol=0, atol=1e-12)
    np.testing.assert_allclose(similarity.ssim_against(gray[0], gray), first, rtol=0, atol=1e-12)


def test_ssim_of_extremes_does_not_overflow() -> None:
    rng = np.random.default_rng(1)
    black_and_white = rng.integers(2, size=(3, 60, 40)).astype(np.uint8) * 255
    black_and_white[2] = 255
    peer = [structural_similarity(a, b) for a, b in pairwise(black_and_white)]
    np.testing.assert_allclose(similarity.ssim_series(black_and_white), peer, rtol=0, atol=1e-12)


@given(PLANES)
@settings(max_examples=30, deadline=None)
def test_a_plane_is_itself_exactly(plane: np.ndarray) -> None:
    assert similarity.ssim(plane, plane) == 1.0


@given(arrays(np.uint8, (2, 9, 10)))
@settings(max_examples=30, deadline=None)
def test_ssim_is_symmetric_bounded_and_turns_with_the_picture(pair: np.ndarray) -> None:
    value = similarity.ssim(pair[0], pair[1])
    assert -1 <= value <= 1
    assert similarity.ssim(pair[1], pair[0]) == pytest.approx(value, abs=1e-12)
    turned = np.ascontiguousarray(np.rot90(pair, axes=(1, 2)))
    assert similarity.ssim(turned[0], turned[1]) == pytest.approx(value, abs=1e-12)


def test_ssim_falls_as_noise_grows() -> None:
    clean = photograph()[..., 1]
    noise = np.random.default_rng(0).normal(size=clean.shape)
    damaged = np.stack([np.clip(clean + sd * noise, 0, 255) for sd in (0, 2, 8, 20, 60)]).astype(np.uint8)
    assert (np.diff(similarity.ssim_against(clean, damaged)) < 0).all()


def test_ssim_series_does_not_depend_on_the_frames_around() -> None:
    gray = moving_clip(6).frames[..., 0]
    whole = similarity.ssim_series(gray)
    assert similarity.ssim_series(gray[2:4]).tolist() == whole[2:3].tolist()
    assert similarity.ssim(gray[2], gray[3]) == whole[2]
    assert similarity.ssim_series(gray[:1]).shape == (0,)


def test_too_small_for_ssim() -> None:
    with pytest.raises(NotMeasurable, match="frames are 9 x 6 pixels, SSIM needs 7 x 7: use larger frames"):
        similarity.ssim(np.zeros((6, 9), np.uint8), np.zeros((6, 9), np.uint8))


def test_psnr_closed_form() -> None:
    # Every byte off by 5: mean square 25, 10 log10(255² / 25).
    a = photograph() // 2
    assert similarity.psnr(a, a + 5) == pytest.approx(10 * math.log10(255**2 / 25), abs=1e-9)
    assert similarity.psnr(np.zeros((4, 4), np.uint8), np.full((4, 4), 255, np.uint8)) == 0.0


def test_psnr_is_capped() -> None:
    a = np.zeros((700, 400), np.uint8)
    b = a.copy()
    assert similarity.psnr(a, b) == 100.0
    b[0, 0] = 1  # 10 log10(255² · 280 000) = 102.6 dB
    assert similarity.psnr(a, b) == 100.0


def test_psnr_is_that_of_scikit_image() -> None:
    clip = moving_clip(3).frames
    peer = peak_signal_noise_ratio(clip[0], clip[2])
    assert similarity.psnr(clip[0], clip[2]) == pytest.approx(peer, abs=1e-9)
