"""Flow-compensated flicker: light that steps by a known amount over known motion, and pans that are no flicker."""

from functools import cache
from pathlib import Path

import numpy as np
import pytest

from bench.errors import NotMeasurable
from bench.evaluators.compensated_flicker import CompensatedFlicker, cell_steps
from bench.evaluators.signals.optical_flow import MotionField
from bench.media import pictures
from bench.suites import scenes
from bench.types import Frames, Value
from tests.made import answers, moving_clip, photograph

IMAGES = Path(__file__).parents[2] / "suites" / "demo" / "images"


@cache
def scene(kind: str, speed: float, num_frames: int = 4) -> Frames:
    made = scenes.Scene(
        texture=IMAGES / "coffee.jpg", kind=kind, speed=speed, width=208, height=128, num_frames=num_frames
    )  # type: ignore[arg-type]
    return scenes.frames(made)


def measured(frames: Frames) -> tuple[float, float]:
    """Over the frame, and local."""
    found = answers(CompensatedFlicker(), frames)
    for value in found.values():
        assert isinstance(value, Value), value
        assert value.series is not None
        assert value.value == pytest.approx(np.mean(value.series))
        assert len(value.series) == len(frames) - 1
    return found["flicker_compensated"].value, found["flicker_local"].value


def brighter(frames: Frames, levels: float, mask: np.ndarray | None = None) -> Frames:
    """Every second frame is brighter, where the mask says by how much; the picture is squeezed to leave room."""
    where = np.ones(frames.shape[1:3]) if mask is None else mask
    lift = levels * where[..., None] * (np.arange(len(frames)) % 2)[:, None, None, None]
    return np.rint(40 + frames * 0.6 + lift).astype(np.uint8)


def two_patches(height: int, width: int) -> np.ndarray:
    """A quarter of the frame up, another down: the mean of the frame never moves."""
    mask = np.zeros((height, width))
    mask[: height // 2, : width // 2] = 1
    mask[height // 2 :, width // 2 :] = -1
    return mask


@pytest.mark.parametrize(
    ("kind", "speed"),
    [
        ("pan_left", 0.5),
        ("pan_left", 1),
        ("pan_right", 3.3),
        ("tilt_up", 8),
        ("zoom_in", 1.5),
        ("roll_left", 1),
    ],
)
def test_moving_cameras_do_not_flicker(kind: str, speed: float) -> None:
    frames = scene(kind, speed)
    gray = pictures.gray(frames).astype(np.float64)
    without_undoing = np.abs(np.diff(gray, axis=0)).mean()
    overall, local = measured(frames)
    assert without_undoing > 2
    # Cells are 13 x 8 pixels here; where they are four times as large, pans leave the 0.15 that the card states.
    assert overall < 0.3
    assert local < 0.6


@pytest.mark.parametrize(("kind", "speed"), [("static", 0), ("pan_left", 2.5)])
def test_a_step_of_light_is_measured_in_gray_levels(kind: str, speed: float) -> None:
    # All cells step by the same amount: mean and percentile are that amount, less what the flow makes of it.
    for levels in (1, 4, 12):
        overall, local = measured(brighter(scene(kind, speed), levels))
        assert overall == pytest.approx(levels, abs=0.25 + 0.1 * levels)
        assert local == pytest.approx(levels, abs=0.35 + 0.1 * levels)


def test_a_patch_that_the_mean_hides_is_local() -> None:
    frames = scene("static", 0)
    patches = two_patches(*frames.shape[1:3])
    found = [measured(brighter(frames, levels, patches)) for levels in (0, 2, 6, 12)]
    flickering = brighter(frames, 12, patches)
    assert np.ptp(pictures.gray(flickering).mean(axis=(1, 2))) < 0.05
    assert [overall for overall, _ in found] == sorted(overall for overall, _ in found)
    assert [local for _, local in found] == sorted(local for _, local in found)
    # Half of the cells step by 12 and half by 0, but for those that the flow takes for occluded.
    assert found[-1][1] == pytest.approx(12, rel=0.1)
    assert found[-1][0] == pytest.approx(6, rel=0.25)
    assert found[0] == (0, 0)


def test_colour_counts_at_equal_luma() -> None:
    """Red and blue by 32 either way, green making up for the luma, was 1.2 where brightness noise of 8 was 8.3."""
    green = 32 * (0.114 - 0.299) / 0.587
    still = scene("static", 0).astype(np.float64) / 2 + 60
    signs = np.array([1, -1, -1, 1])[:, None, None, None]
    coloured = np.rint(still + signs * [32, green, -32]).astype(np.uint8)
    assert np.ptp(pictures.gray(coloured).mean(axis=(1, 2))) < 0.5
    overall, local = measured(coloured)
    # of three steps, two of 64, 20 and 64 levels
    assert overall == pytest.approx(2 / 3 * (2 * 64 + 2 * abs(green)) / 3, rel=0.02)
    assert local == pytest.approx(overall, rel=0.02)


def test_cells_are_numpys_means_of_the_pixels_that_are_seen() -> None:
    frames = scene("pan_left", 2.5)
    gray = [pictures.gray(frame) for frame in frames[:2]]
    motion = MotionField(frames[0], frames[1], *gray)
    height, width = 128 // 16, 208 // 16  # whole pixels a cell, so that plain blocks are the cells
    difference = motion.warped.astype(np.float64) - frames[0]
    blocks = [
        (difference[y : y + height, x : x + width], motion.visible[y : y + height, x : x + width])
        for y in range(0, 128, height)
        for x in range(0, 208, width)
    ]
    expected = [block[seen].mean(axis=0) for block, seen in blocks if seen.mean() >= 0.25]
    np.testing.assert_allclose(cell_steps(motion), expected, atol=1e-4)  # float32


def test_null_clips() -> None:
    assert measured(photograph()[None].repeat(3, axis=0)) == (0, 0)
    overall, _ = measured(moving_clip(4).frames)
    gray = pictures.gray(moving_clip(4).frames).astype(np.float64)
    assert overall < 0.25 * np.abs(np.diff(gray, axis=0)).mean()


def test_where_nothing_can_be_followed_frames_are_compared_as_they_are() -> None:
    black_and_white = np.zeros((3, 48, 64, 3), np.uint8)
    black_and_white[1] = 255
    assert measured(black_and_white) == (255, 255)


def test_small_and_short_clips_are_refused() -> None:
    with pytest.raises(NotMeasurable, match="compensated_flicker needs 16 x 16"):
        answers(CompensatedFlicker(), np.zeros((3, 8, 8, 3), np.uint8))
    with pytest.raises(NotMeasurable, match="compensated_flicker needs 2"):
        answers(CompensatedFlicker(), photograph()[None])
