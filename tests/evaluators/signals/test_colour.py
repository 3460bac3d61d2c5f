"""CIELAB means and spreads: closed forms, and scikit-image's values."""

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st
from hypothesis.extra.numpy import arrays
from skimage.color import rgb2lab  # 0.26.0

from bench.evaluators.signals import colour
from bench.types import Image
from tests.made import photograph

BYTES = st.integers(0, 255)


def test_gray_has_no_colour_and_the_cube_roots_lightness() -> None:
    # sRGB 119: linear light ((119 / 255 + 0.055) / 1.055)^2.4 = 0.18448; L* = 116 · 0.18448^(1/3) - 16 = 50.034.
    light = ((119 / 255 + 0.055) / 1.055) ** 2.4
    mean, spread = colour.lab_moments(np.full((5, 7, 3), 119, np.uint8))
    # the matrix' rows sum to white within 1e-6, which is up to 5e-4 in b* at scikit-image's constants
    assert mean == pytest.approx([116 * light ** (1 / 3) - 16, 0, 0], abs=1e-2)
    assert spread.tolist() == [0, 0, 0]


def test_black_and_white_halves() -> None:
    # L* 0 and 100 in equal parts: mean 50, standard deviation 50.
    frame = np.zeros((6, 8, 3), np.uint8)
    frame[:, 4:] = 255
    mean, spread = colour.lab_moments(frame)
    assert mean == pytest.approx([50, 0, 0], abs=1e-2)
    assert spread == pytest.approx([50, 0, 0], abs=1e-2)


@pytest.mark.parametrize(
    "frame",
    [
        photograph(),
        photograph() // 16,  # mostly where L* is linear in light
        np.random.default_rng(0).integers(0, 256, (33, 47, 3)).astype(np.uint8),
        np.zeros((1, 1, 3), np.uint8),
        np.full((9, 16, 3), 255, np.uint8),
        photograph()[:, ::-2],  # strides
    ],
    ids=["photograph", "dark", "noise", "one pixel", "white", "strided"],
)
def test_moments_are_scikit_images(frame: Image) -> None:
    peer = rgb2lab(frame).reshape(-1, 3)
    mean, spread = colour.lab_moments(frame)
    # float32 roots against float64 ones: 1e-6; below L* 8 both have constants of four digits
    np.testing.assert_allclose(mean, peer.mean(axis=0), rtol=0, atol=2e-4)
    np.testing.assert_allclose(spread, peer.std(axis=0), rtol=0, atol=2e-4)


@given(arrays(np.uint8, (3, 4, 3), elements=BYTES))
@settings(max_examples=30)
def test_moments_do_not_depend_on_where_pixels_are(frame: Image) -> None:
    mean, spread = colour.lab_moments(frame)
    other, others_spread = colour.lab_moments(np.ascontiguousarray(frame[::-1, ::-1]))
    assert other == pytest.approx(mean, abs=1e-9)
    assert others_spread == pytest.approx(spread, abs=1e-6)


@given(st.tuples(BYTES, BYTES, BYTES))
@settings(max_examples=30)
def test_one_colour_has_no_spread(rgb: tuple[int, int, int]) -> None:
    assert colour.lab_moments(np.full((4, 9, 3), rgb, np.uint8))[1].tolist() == [0, 0, 0]


def test_frames_are_left_as_they_are() -> None:
    frame = photograph()
    frame.flags.writeable = False
    before = frame.copy()
    colour.lab_moments(frame)
    assert (frame == before).all()


def test_difference_is_euclidean() -> None:
    assert colour.difference(np.array([50.0, 3, 0]), np.array([50.0, 0, 4])) == 5.0
