"""New content on pictures made by hand: what is a warp of frame 0 has none, what turns up has."""

from __future__ import annotations

import numpy as np
import pytest

from bench.errors import NotMeasurable
from bench.evaluators.content import ENOUGH, Content
from bench.types import Frames, Value
from tests.made import answers

HEIGHT, WIDTH, FRAMES = 108, 192, 9
SIDE = 40
"""Side of the square that moves, in pixels: 7.7 % of the frame's area."""


def texture(seed: int, height: int = HEIGHT, width: int = WIDTH) -> Frames:
    """(H, W, 3) uint8: blobs of some 6 pixels, with strong corners everywhere."""
    import cv2

    noise = (
        np.random.default_rng(seed).integers(0, 256, (height // 4 + 1, width // 4 + 1, 3)).astype(np.uint8)
    )
    picture = cv2.resize(noise, (4 * noise.shape[1], 4 * noise.shape[0]), interpolation=cv2.INTER_CUBIC)
    return np.asarray(picture[:height, :width], np.uint8)


def pasted(background: Frames, thing: Frames, left: int, top: int = 30) -> Frames:
    picture = background.copy()
    picture[top : top + SIDE, left : left + SIDE] = thing
    return picture


def numbers(frames: Frames) -> dict[str, float]:
    found = answers(Content(), frames)
    return {name: value.value for name, value in found.items() if isinstance(value, Value)}


def walker(changes: bool) -> Frames:
    """A square that goes 4 pixels per frame to the right over a texture; as it goes, it may turn into another one."""
    background, thing, other = texture(0), texture(1, SIDE, SIDE), texture(2, SIDE, SIDE)
    mixed = [
        (thing + (other.astype(np.float32) - thing) * (t / (FRAMES - 1) if changes else 0)).astype(np.uint8)
        for t in range(FRAMES)
    ]
    return np.stack([pasted(background, mixed[t], 20 + 4 * t) for t in range(FRAMES)])


def test_a_still_and_a_slide_have_none() -> None:
    picture = texture(0)
    still, slide = (
        np.stack([picture] * FRAMES),
        np.stack([np.roll(picture, 2 * t, axis=1) for t in range(FRAMES)]),
    )
    for frames in (still, slide):
        found = numbers(frames)
        assert found["content_motion"] < 0.01
        assert found["content"] < 1e-4


def test_a_thing_that_moves_is_motion_and_what_it_turns_into_is_new() -> None:
    """A square of 7.7 % moves by itself in both; in frames 4 and 8 half and all of it has turned into another one.

    Behind the square that stays the same, a strip of 16, then 32 pixels turns up: 640 and 1280 of 20,736 pixels, 4.6 %
    on average. The one that changes adds itself to it, wholly in frame 8: (4.6 + 7.7 / 2) %.
    """
    same, changed = numbers(walker(changes=False)), numbers(walker(changes=True))
    for found in (same, changed):
        assert 0.03 < found["content_motion"] < 0.12
        assert found["content"] == pytest.approx(found["content_new"])  # more than ENOUGH moves
    assert 0.01 < same["content_new"] < 0.06
    assert changed["content_new"] > same["content_new"] + 0.01


def test_a_patch_that_is_pushed_over_its_own_picture_is_not_new() -> None:
    """As before, but what lies behind it is the picture, which frame 0 shows: only its border is not explained."""
    picture = texture(0)
    patch = picture[30 : 30 + SIDE, 20 : 20 + SIDE]
    pushed = np.stack([pasted(picture, patch, 20 + 4 * t) for t in range(FRAMES)])
    found = numbers(pushed)
    assert found["content_motion"] > ENOUGH
    assert found["content"] < 0.3 * numbers(walker(changes=False))["content"]


def test_noise_and_light_are_no_content() -> None:
    """Neither moves and looks alike along its motion: noise of sd 8, and light that goes up and down by 20 levels."""
    picture = texture(0).astype(np.float32)
    draw = np.random.default_rng(0)
    noisy = np.stack([picture + draw.normal(0, 8, picture.shape) for _ in range(FRAMES)])
    blinks = np.stack([picture * 0.8 + 20 * (t % 2) for t in range(FRAMES)])
    for frames in (noisy, blinks):
        found = numbers(np.clip(np.rint(frames), 0, 255).astype(np.uint8))
        assert found["content"] < 5e-4


def test_a_cut_is_no_motion() -> None:
    """In frames 5 to 8 all is new, and some places look alike by chance in the one step between."""
    found = numbers(np.stack([texture(0)] * 5 + [texture(3)] * 4))
    assert found["content_motion"] == found["content"] == 0


def test_pure_noise_and_flat_clips_have_none() -> None:
    noise = np.random.default_rng(0).integers(0, 256, (FRAMES, 48, 64, 3)).astype(np.uint8)
    flat = np.full((FRAMES, 48, 64, 3), 100, np.uint8)
    for frames in (noise, flat):
        assert numbers(frames)["content"] < 5e-4


def test_a_clip_below_half_a_second_has_motion_only() -> None:
    found = answers(Content(), walker(changes=True)[:4])
    assert isinstance(found["content_motion"], Value)
    for name in ("content", "content_new"):
        assert isinstance(found[name], NotMeasurable)
        assert "after 0.5 s" in str(found[name])
