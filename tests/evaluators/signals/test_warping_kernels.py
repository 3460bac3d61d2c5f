"""The kernels of warping give the same bits as the plain Python that they are compiled from, and the right numbers."""

import numpy as np
import pytest
from numpy.typing import NDArray

from bench.base.compiled import multiply_add
from bench.evaluators.signals import warping_kernels as kernels
from bench.media import pictures

Pictures = NDArray[np.uint8]


def noise(height: int, width: int) -> Pictures:
    """Two frames."""
    return np.random.default_rng(0).integers(0, 256, (2, height, width, 3), dtype=np.uint8)


def flows(height: int, width: int) -> NDArray[np.float32]:
    """(4, H, W): u and v there, u and v back; some lead out of the frame, some stay on whole pixels."""
    there = np.random.default_rng(1).normal(0, 2, (2, height, width)).astype(np.float32)
    there[:, : height // 2] = np.round(there[:, : height // 2])
    return np.concatenate([there, -there + np.float32(0.1)])


SIZES = [(1, 1), (1, 9), (9, 1), (16, 17), (33, 40)]


@pytest.mark.parametrize(("height", "width"), SIZES)
def test_warping_is_the_python_it_is_compiled_from(height: int, width: int) -> None:
    before, after = (kernels.packed(each) for each in noise(height, width))
    u, v, *_ = flows(height, width)
    results = []
    for kernel in (kernels.warping(), kernels._warping_kernel):
        warped, left = np.empty((height, width), np.uint32), np.empty((height, width), np.float32)
        kernel(before, after, u, v, warped, left)
        results.append((warped, left))
    assert np.array_equal(results[0][0], results[1][0])
    assert np.array_equal(results[0][1], results[1][1])


@pytest.mark.parametrize(("height", "width"), SIZES)
def test_visibility_is_the_python_it_is_compiled_from(height: int, width: int) -> None:
    results = np.empty((2, height, width), np.bool_)
    u, v, *back = flows(height, width)
    kernels.visible()(u, v, kernels.paired(*back), results[0])
    kernels._visible_kernel(u, v, kernels.paired(*back), results[1])
    assert np.array_equal(*results)


def bilinear(image: Pictures, x: float, y: float) -> NDArray[np.float64]:
    """One place in float64, written out; beyond the edge, the edge."""
    height, width = image.shape[:2]
    x, y = min(max(x, 0), width - 1), min(max(y, 0), height - 1)
    left, top = min(int(x), width - 2), min(int(y), height - 2)
    a, b = x - left, y - top
    part = image[top : top + 2, left : left + 2].astype(np.float64)
    return np.asarray(
        (1 - b) * ((1 - a) * part[0, 0] + a * part[0, 1]) + b * ((1 - a) * part[1, 0] + a * part[1, 1])
    )


def test_warping_is_bilinear_and_says_what_is_left() -> None:
    before, after = noise(20, 30)
    u, v, *_ = flows(20, 30)
    warped, left = np.empty((20, 30), np.uint32), np.empty((20, 30), np.float32)
    kernels.warping()(kernels.packed(before), kernels.packed(after), u, v, warped, left)
    truth = np.array(
        [[bilinear(after, x + float(u[y, x]), y + float(v[y, x])) for x in range(30)] for y in range(20)]
    )
    assert np.abs(kernels.unpacked(warped) - truth).max() <= 0.5 + 1e-3  # levels are rounded
    assert left == pytest.approx(((truth - before) ** 2).sum(axis=2), rel=1e-3, abs=0.1)


def test_a_picture_survives_being_packed() -> None:
    picture = noise(5, 7)[0]
    assert np.array_equal(kernels.unpacked(kernels.packed(picture)), picture)


def test_the_gray_of_packed_pixels_is_that_of_the_picture() -> None:
    picture = noise(50, 70)[0]
    assert np.array_equal(kernels.packed_gray(kernels.packed(picture)), pictures.gray(picture))


def test_the_sum_of_what_is_seen() -> None:
    plane, seen = np.arange(6, dtype=np.float32).reshape(2, 3), np.array([[True, False, True], [False] * 3])
    assert kernels.visible_sum()(plane, seen) == 2


def test_the_mean_length() -> None:
    u, v = np.array([[3, 0]], np.float32), np.array([[4, 2]], np.float32)
    assert kernels.mean_length()(u, v) == 3.5


def test_one_rounding() -> None:
    """(1 + e)(1 - e) - 1 is -e², which a product that is rounded first loses."""
    e = np.float32(2**-13)
    assert multiply_add(1 + e, 1 - e, np.float32(-1)) == -(2.0**-26)
    assert (1 + e) * (1 - e) - np.float32(1) == 0
