"""The variance of the Laplacian is OpenCV's, to the bit."""

import cv2
import numpy as np
import pytest

from bench.evaluators.signals import sharpness


@pytest.mark.parametrize("size", [(1, 1), (1, 5), (5, 1), (2, 2), (2, 7), (48, 83), (64, 64)])
def test_it_is_that_of_opencv(size: tuple[int, int]) -> None:
    gray = np.random.default_rng(0).integers(0, 256, size, dtype=np.uint8)
    deviation = cv2.meanStdDev(cv2.Laplacian(gray, cv2.CV_16S))[1]
    assert sharpness.laplacian_variance(gray) == float(deviation[0, 0]) ** 2


def test_a_flat_picture_has_none() -> None:
    assert sharpness.laplacian_variance(np.full((20, 30), 200, np.uint8)) == 0


def test_the_kernel_is_the_python_it_is_compiled_from() -> None:
    gray = np.random.default_rng(1).integers(0, 256, (7, 9), dtype=np.uint8)
    assert sharpness._kernel(gray) == sharpness._sums()(gray)
