"""SSIM, MS-SSIM and PSNR: closed forms, properties, and the values of scikit-image and torchmetrics."""

import math
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st
from hypothesis.extra.numpy import arrays
from skimage.metrics import peak_signal_noise_ratio, structural_similarity  # 0.26.0

from bench.base import compiled
from bench.errors import NotMeasurable
from bench.evaluators.signals import similarity
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


# 7 x 7: one window; odd and even numbers of windows in a row; more rows than columns.
@pytest.mark.parametrize("size", [(48, 64), (87, 31), (7, 7), (7, 8), (46, 20), (126, 9)])
def test_ssim_is_that_of_scikit_image(size: tuple[int, int]) -> None:
    gray = texture(6, *size)
    for a, b in pairwise(gray):
        # Both are float64; windows of exact integers leave about 1e-14.
        assert similarity.ssim(a, b) == pytest.approx(structural_similarity(a, b), abs=1e-12)


def test_ssim_of_extremes_does_not_overflow() -> None:
    rng = np.random.default_rng(1)
    black_and_white = rng.integers(2, size=(3, 60, 40)).astype(np.uint8) * 255
    black_and_white[2] = 255
    for a, b in pairwise(black_and_white):
        assert similarity.ssim(a, b) == pytest.approx(structural_similarity(a, b), abs=1e-12)


@given(PLANES)
@settings(max_examples=30)
def test_a_plane_is_itself_exactly(plane: np.ndarray) -> None:
    assert similarity.ssim(plane, plane) == 1.0


@given(arrays(np.uint8, (2, 9, 10)))
@settings(max_examples=30)
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
    assert (np.diff([similarity.ssim(clean, each) for each in damaged]) < 0).all()


def test_ssim_of_views_that_are_read_only_or_strided() -> None:
    a, b = texture(2, 20, 31)
    value = similarity.ssim(a, b)
    a.flags.writeable = False
    assert similarity.ssim(a, b) == value
    wide = np.repeat(b, 2, axis=1)[:, ::2]
    assert not wide.flags.c_contiguous
    assert similarity.ssim(a, wide) == value


def test_ssim_in_several_threads_is_the_same() -> None:
    gray = texture(8, 96, 128)
    pairs = list(pairwise(gray))
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(lambda pair: similarity.ssim(*pair), pairs * 8))
    assert together == [similarity.ssim(*pair) for pair in pairs] * 8


@pytest.mark.parametrize(
    "error",
    [
        RuntimeError("cannot cache function: no locator available"),
        EOFError("Ran out of input"),  # what numba 0.68.1 raises of a file that a crash has left empty
    ],
)
def test_kernels_work_where_nothing_can_be_cached(error: Exception, monkeypatch: pytest.MonkeyPatch) -> None:
    import numba

    compile_ = numba.njit

    def njit(*args: Any, **options: Any) -> Any:
        if options.pop("cache", False):
            raise error
        return compile_(*args, **options)

    monkeypatch.setattr(numba, "njit", njit)
    kernel = compiled.compiled(lambda number: number + 1, [numba.int64(numba.int64)])
    assert kernel(2) == 3


def test_too_small_for_ssim() -> None:
    with pytest.raises(NotMeasurable, match="frames are 9 x 6 pixels, SSIM needs 7 x 7: use larger frames"):
        similarity.ssim(np.zeros((6, 9), np.uint8), np.zeros((6, 9), np.uint8))


def test_ms_ssim_of_flat_planes_is_the_luminance_of_the_last_scale() -> None:
    # No contrast and no structure anywhere: only (2 a b + C1) / (a² + b² + C1), to the power of 0.1333.
    a, b, c1 = 100, 150, 6.5025
    flat = np.full((176, 180), a, np.uint8)
    expected = ((2 * a * b + c1) / (a**2 + b**2 + c1)) ** 0.1333
    assert similarity.ms_ssim(flat, np.full_like(flat, b)) == pytest.approx(expected, abs=1e-4)  # float32


def torchmetrics_ms_ssim(a: np.ndarray, b: np.ndarray) -> float:
    """From torchmetrics' parts, at each scale over windows that lie inside."""
    import torch  # here, since every worker reads this file, and one runs it
    from torchmetrics.functional.image import structural_similarity_index_measure  # 1.9.0

    p, q = (torch.from_numpy(plane.astype(np.float64))[None, None] for plane in (a, b))
    product = 1.0
    for scale, exponent in enumerate([0.0448, 0.2856, 0.3001, 0.2363, 0.1333]):
        if scale < 4:
            found = structural_similarity_index_measure(
                p, q, data_range=255.0, return_contrast_sensitivity=True
            )
            value = float(found[1])
        else:
            found = structural_similarity_index_measure(p, q, data_range=255.0, return_full_image=True)
            value = float(found[1][..., 5:-5, 5:-5].mean())
        product *= max(value, 0.0) ** exponent
        p, q = torch.nn.functional.avg_pool2d(p, 2), torch.nn.functional.avg_pool2d(q, 2)
    return product


@pytest.mark.parametrize("size", [(176, 176), (181, 203)])
def test_ms_ssim_is_that_of_torchmetrics(size: tuple[int, int]) -> None:
    a, _, _, b = texture(4, *size)
    found = similarity.ms_ssim(a, b)
    assert found == pytest.approx(torchmetrics_ms_ssim(a, b), abs=1e-6)  # float32 against float64
    # as its users call it: the last scale's windows reach over the edge, at 11 x 11 pixels a large part of them
    assert found == pytest.approx(torchmetrics_as_it_is(a, b), abs=2e-3)


def torchmetrics_as_it_is(a: np.ndarray, b: np.ndarray) -> float:
    import torch
    from torchmetrics.functional.image import multiscale_structural_similarity_index_measure

    p, q = (torch.from_numpy(plane.astype(np.float64))[None, None] for plane in (a, b))
    return float(multiscale_structural_similarity_index_measure(p, q, data_range=255.0))


def test_torchmetrics_edges_are_what_the_card_says() -> None:
    """Two pictures that differ at their edges: 0.005 here, 0.04 on some real clips, where 1e-4 was claimed."""
    a = photograph(256, 256)[..., 0]
    b = a.copy()
    b[:40], b[-40:] = b[:40][::-1], b[-40:][::-1]
    found = similarity.ms_ssim(a, b)
    assert found == pytest.approx(torchmetrics_ms_ssim(a, b), abs=1e-6)
    assert 0.004 < abs(found - torchmetrics_as_it_is(a, b)) < 0.1


def test_ms_ssim_is_exact_for_equal_planes_symmetric_and_falls() -> None:
    rng = np.random.default_rng(0)
    clean = photograph(176, 190)[..., 1]
    noise = rng.normal(size=clean.shape)
    damaged = [np.clip(clean + sd * noise, 0, 255).astype(np.uint8) for sd in (0, 2, 8, 20, 60)]
    values = [similarity.ms_ssim(clean, each) for each in damaged]
    assert values[0] == similarity.ms_ssim(damaged[4], damaged[4]) == 1.0
    assert values == sorted(values, reverse=True)
    assert similarity.ms_ssim(damaged[3], clean) == pytest.approx(values[3], abs=1e-12)
    assert similarity.ms_ssim(clean, 255 - clean) == 0.0  # structure of the other sign counts as none


@pytest.mark.parametrize("level", range(150, 255, 7))
def test_ms_ssim_is_at_most_1_where_rounding_is_all_there_is(level: int) -> None:
    flat = np.full((176, 180), level, np.uint8)
    assert similarity.ms_ssim(flat, flat + 1) <= 1.0


def test_too_small_for_ms_ssim() -> None:
    with pytest.raises(NotMeasurable, match="frames are 320 x 175 pixels, MS-SSIM needs 176 x 176"):
        similarity.ms_ssim(np.zeros((175, 320), np.uint8), np.zeros((175, 320), np.uint8))


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
