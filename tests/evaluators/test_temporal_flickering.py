"""Temporal flickering: VBench's own arithmetic on the same frames, values by hand, the null clips."""

import itertools

import cv2
import numpy as np
import pytest
from hypothesis import given, settings, strategies as st

from bench.errors import NotMeasurable
from bench.evaluators.temporal_flickering import TemporalFlickering
from bench.types import Frames, Value
from tests.made import answers, moving_clip, photograph


def measured(frames: Frames) -> Value:
    found = answers(TemporalFlickering(), frames)["temporal_flickering"]
    assert isinstance(found, Value), found
    return found


def noise(frames: int, seed: int = 0) -> Frames:
    return np.random.default_rng(seed).integers(0, 256, (frames, 33, 47, 3)).astype(np.uint8)


def as_vbench_does(frames: Frames) -> float:
    """vbench/temporal_flickering.py at 45e79ec, after its decoding: get_mae per pair, their mean, out of 255."""
    pairs = [
        np.mean(cv2.absdiff(np.array(before), np.array(after)))
        for before, after in itertools.pairwise(frames)
    ]
    return (255.0 - float(np.mean(np.array(pairs)))) / 255.0


@pytest.mark.parametrize("frames", [noise(9), moving_clip(20).frames, noise(2, seed=1)], ids=len)
def test_it_is_vbenchs_value(frames: Frames) -> None:
    # Both sum bytes exactly: what remains is the order of one division.
    assert measured(frames).value == pytest.approx(as_vbench_does(frames), rel=0, abs=1e-15)


def test_steps_by_hand() -> None:
    # Levels 10, 61, 61: differences 51 and 0, so 204 / 255 and 1; their mean is 0.9.
    frames = np.broadcast_to(np.array([10, 61, 61], np.uint8)[:, None, None, None], (3, 5, 7, 3))
    found = measured(frames)
    assert found.series == (0.8, 1.0)
    assert found.value == pytest.approx(0.9, abs=1e-15)


@given(st.integers(0, 2**32 - 1))
@settings(max_examples=20)
def test_order_and_negative_do_not_matter(seed: int) -> None:
    frames = noise(4, seed)
    value = measured(frames).value
    assert 0 <= value <= 1
    assert measured(frames[::-1].copy()).value == pytest.approx(value, abs=1e-15)
    assert measured(255 - frames).value == pytest.approx(value, abs=1e-15)


def test_the_ends_of_the_range() -> None:
    black_and_white = np.zeros((4, 6, 6, 3), np.uint8)
    black_and_white[1::2] = 255
    assert measured(black_and_white).value == 0.0
    assert measured(photograph()[None].repeat(5, axis=0)).value == 1.0
    assert measured(moving_clip(5).frames).value < 1.0


def test_one_frame_has_no_pair() -> None:
    with pytest.raises(NotMeasurable, match="1 frame, temporal_flickering needs 2"):
        answers(TemporalFlickering(), photograph()[None])
