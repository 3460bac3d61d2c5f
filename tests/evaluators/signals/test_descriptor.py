"""The 77 numbers: clips whose answers are derived here, and what must not move them."""

import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from bench.evaluators.signals import descriptor
from bench.evaluators.signals.descriptor import FEATURES, SIZE, TABLE, canvas
from bench.types import Frames

HALF = 0.5
"""What is added to levels before a logarithm."""

FLOOR = np.log(HALF)
"""A logarithm of no levels at all."""


def numbers(canvases: Frames) -> dict[str, float]:
    return dict(zip(FEATURES, descriptor.descriptor(canvases), strict=True))


def level(value: object, frames: int = 14) -> Frames:
    return np.full((frames, SIZE, SIZE, 3), value, dtype=np.uint8)


def gray(planes: np.ndarray) -> Frames:
    return np.repeat(np.rint(planes).astype(np.uint8)[..., None], 3, axis=3)


def texture(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Waves of 32 to 64 pixels, in no single direction."""
    turn = 2 * np.pi / 128
    return (
        128
        + 40 * np.sin(turn * (3 * x + y))
        + 40 * np.sin(turn * (2 * y - 2 * x))
        + 20 * np.sin(turn * 4 * y)
    )


def sliding(pixels: float, frames: int = 14) -> Frames:
    y, x = np.mgrid[:SIZE, :SIZE].astype(float)
    return gray(np.stack([texture(x - pixels * t, y) for t in range(frames)]))


def noise(frames: int, seed: int = 0) -> Frames:
    return np.random.default_rng(seed).integers(0, 256, (frames, SIZE, SIZE, 3), dtype=np.uint8)


def test_there_are_77_and_each_is_explained() -> None:
    assert len(FEATURES) == len(set(FEATURES)) == 77
    assert tuple(TABLE) == FEATURES
    assert all(text.endswith(".") and "{" not in text for text in TABLE.values())


def test_a_clip_of_one_colour() -> None:
    found = numbers(level((255, 0, 0)))
    # BT.601: Y = 0.299 R; Cb = (B − Y) / 1.772; Cr = (R − Y) / 1.402.
    assert found["y_mean"] == pytest.approx(76.245, abs=1e-4)
    assert found["cb_mean"] == pytest.approx(-76.245 / 1.772, abs=1e-4)
    assert found["cr_mean"] == pytest.approx(127.5, abs=1e-4)
    for name in (
        "y_step",
        "cb_wander",
        "band0_energy",
        "chroma2_energy",
        "step32_lag4",
        "bend8",
        "flow_residual",
    ):
        assert found[name] == pytest.approx(FLOOR, abs=1e-3)
    assert [found[f"edge{angle}"] for angle in (0, 45, 90, 135)] == [0.25] * 4
    assert [found[f"step{size}_rest"] for size in (128, 32, 8)] == [1] * 3
    assert found["grain_stays"] == pytest.approx(np.log(0.01), abs=1e-3)
    assert found["grain_x"] == pytest.approx(0, abs=1e-6)


def test_bands_of_a_checkerboard() -> None:
    board = 100 + 50 * (-1.0) ** np.add.outer(np.arange(SIZE), np.arange(SIZE))
    found = numbers(gray(board[None].repeat(5, axis=0)))
    assert found["band0_energy"] == pytest.approx(np.log(50 + HALF), abs=1e-4)
    assert found["band0_sparse"] == pytest.approx(0, abs=1e-4)  # every pixel is 50 away from its 2 x 2 mean
    assert found["band1_energy"] == pytest.approx(FLOOR, abs=1e-3)
    assert found["y_spread"] == pytest.approx(np.log(50 + HALF), abs=1e-4)
    # Neighbours differ by 100 each, the next but one not at all.
    assert found["grain_x"] == pytest.approx(np.log((100**2 + HALF) / HALF), abs=1e-4)
    coarse = gray(np.kron(board[:32, :32], np.ones((4, 4)))[None].repeat(5, axis=0))
    assert numbers(coarse)["band2_energy"] == pytest.approx(np.log(50 + HALF), abs=1e-4)


def test_brightness_that_alternates() -> None:
    found = numbers(np.concatenate([level(100, 1), level(110, 1)] * 7))
    for size in (128, 32, 8):
        assert found[f"step{size}_lag1"] == pytest.approx(np.log(10 + HALF), abs=1e-4)
        assert found[f"step{size}_lag2"] == found[f"step{size}_lag4"] == pytest.approx(FLOOR, abs=1e-3)
        assert found[f"bend{size}"] == pytest.approx(np.log(20 + HALF), abs=1e-4)
        assert found[f"step{size}_burst"] == pytest.approx(0, abs=1e-4)
        assert found[f"step{size}_rest"] == pytest.approx(HALF / (10 + HALF), abs=1e-6)
    assert found["y_step"] == pytest.approx(np.log(10 + HALF), abs=1e-4)
    assert found["y_wander"] == pytest.approx(np.log(5 + HALF), abs=1e-4)
    assert found["rhythm3"] > np.log(0.95)
    assert found["block_flicker"] == pytest.approx(np.log(20 + HALF), abs=1e-4)


def test_fades_have_a_sign() -> None:
    frames = np.concatenate([level(50 + 10 * t, 1) for t in range(9)])
    # Thirds of three frames: 60 against 120 on average.
    assert numbers(frames)["y_trend"] == pytest.approx(np.log1p(60), abs=1e-4)
    assert numbers(frames[::-1])["y_trend"] == pytest.approx(-np.log1p(60), abs=1e-4)


@pytest.mark.parametrize("pixels", [1.0, 2.0, 4.0])
def test_the_flow_finds_how_fast_a_texture_slides(pixels: float) -> None:
    found = numbers(sliding(pixels))
    # Pixels of scale 32 are four of the canvas. One step of Lucas and Kanade, damped: within a tenth.
    assert np.exp(found["flow_global"]) - 0.02 == pytest.approx(pixels / 4, rel=0.1)
    assert np.exp(found["flow_speed"]) - 0.02 == pytest.approx(pixels / 4, rel=0.1)
    assert np.exp(found["flow_shake"]) < 0.05
    assert found["flow_unexplained"] < np.log(0.2)


def test_frozen_half_of_the_time() -> None:
    frames = sliding(2.0, 15)
    found = numbers(np.concatenate([frames[:8], frames[7:8].repeat(7, axis=0)]))
    moving = HALF / np.exp(numbers(frames)["step128_lag1"])
    assert found["step128_rest"] == pytest.approx((7 + 7 * moving) / 14, rel=0.02)
    assert found["step128_burst"] == pytest.approx(np.log(2), abs=0.1)


def test_played_backwards_only_trends_turn_round() -> None:
    frames = np.clip(sliding(3.0, 12) * np.linspace(0.5, 1, 12)[:, None, None, None], 0, 255).astype(np.uint8)
    forth, back = numbers(frames), numbers(frames[::-1])
    for name in FEATURES:
        if name in ("y_trend", "band0_trend"):
            assert back[name] == pytest.approx(-forth[name], abs=1e-6)
        elif name != "gets_away":  # measured against the first frame
            assert back[name] == pytest.approx(forth[name], abs=1e-4), name


@pytest.mark.filterwarnings("error")
@settings(max_examples=25, deadline=None)
@given(st.integers(5, 8), st.integers(0, 2**32 - 1), st.integers(0, 255), st.integers(0, 255))
def test_finite_whatever_comes(frames: int, seed: int, one: int, other: int) -> None:
    low, high = sorted((one, other))
    clip = (low + noise(frames, seed) * ((high - low) / 255)).astype(np.uint8)
    found = descriptor.descriptor(clip)
    assert found.shape == (77,)
    assert found.dtype == np.float64
    assert np.isfinite(found).all()
    assert np.abs(found).max() <= 255


@pytest.mark.parametrize(("height", "width"), [(1, 1), (8, 8), (33, 47), (128, 72), (2160, 3840), (480, 832)])
def test_canvas_of_any_size(height: int, width: int) -> None:
    frame = np.random.default_rng(0).integers(0, 256, (height, width, 3), dtype=np.uint8)
    small = canvas(frame)
    assert small.shape == (SIZE, SIZE, 3)
    assert small.dtype == np.uint8
    assert not np.shares_memory(small, frame)


def test_the_canvas_averages_the_centre_square() -> None:
    frame = np.random.default_rng(0).integers(0, 256, (256, 300, 3), dtype=np.uint8)
    means = frame[:, 22:278].reshape(128, 2, 128, 2, 3).mean(axis=(1, 3))
    assert np.abs(canvas(frame) - means).max() <= 0.5  # rounding to uint8
