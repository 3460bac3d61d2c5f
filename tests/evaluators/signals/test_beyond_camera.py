"""Motion beyond the camera: similarities in closed form, and a thing that fills a quarter of the frame."""

import numpy as np

from bench.evaluators.signals.beyond_camera import beyond_camera
from bench.evaluators.signals.optical_flow import Flow


def pan_zoom_and_roll(height: int, width: int) -> Flow:
    y, x = np.mgrid[:height, :width]
    return np.stack([3 + 0.02 * x - 0.01 * y, -1 + 0.01 * x + 0.02 * y], axis=2).astype(np.float32)


def test_pan_zoom_and_roll_are_the_camera_s() -> None:
    assert beyond_camera(pan_zoom_and_roll(100, 150), 48).max() < 1e-4


def test_a_thing_that_moves_is_not_the_camera_s() -> None:
    flow = pan_zoom_and_roll(96, 144)
    flow[:48, :72] += (4, 3)  # a quarter of the frame, in its corner, 5 pixels
    beyond = beyond_camera(flow, 48).reshape(32, 48)
    np.testing.assert_allclose(beyond[:16, :24], 5, atol=1e-3)
    assert beyond[16:].max() < 1e-3
