"""fvd_lite0 on its real weights: closed forms of its statistics, and what growing damage does to it."""

from collections.abc import Callable

import numpy as np
import pytest

from bench.errors import NotMeasurable
from bench.evaluators import FeatureSet, Values
from bench.evaluators.fvd_lite0 import FvdLite0, Settings, temporal_statistics
from bench.types import Frames, Value
from tests.made import features, photograph

FRAMES = 4  # enough for every statistic, and a third of the time


@pytest.fixture(scope="module")
def lite0() -> FvdLite0:
    made = FvdLite0(Settings(frames=FRAMES))
    made.load()
    return made


def sliding(seed: int, pixels: int) -> Frames:
    """A photograph that slides by so many of its 160 columns a frame."""
    image = photograph(120, 160, seed)
    return np.stack([np.roll(image, pixels * t, axis=1) for t in range(FRAMES)])


def feature_set(lite0: FvdLite0, clips: list[Frames]) -> FeatureSet:
    return FeatureSet(
        np.stack([features(lite0, frames) for frames in clips]), tuple(f"c{i}" for i in range(len(clips)))
    )


@pytest.fixture(scope="module")
def references(lite0: FvdLite0) -> FeatureSet:
    return feature_set(lite0, [sliding(seed, pixels=2) for seed in range(8)])


def number(values: Values, metric: str) -> Value:
    value = values[metric]
    assert isinstance(value, Value), value
    return value


def test_temporal_statistics_by_hand() -> None:
    # Two channels, three frames of 1 x 2. Channel 0: (0 2) (4 6) (2 4): spatial means 1, 5, 3; steps 4 and 2; every
    # spatial deviation 1. Channel 1 stands at (3 7): mean 5, deviation 2, no steps.
    maps = np.array([[[[0, 2]], [[3, 7]]], [[[4, 6]], [[3, 7]]], [[[2, 4]], [[3, 7]]]], dtype=np.float32)
    expected = [3, 5, np.sqrt(8 / 3), 0, 3, 0, 1, 2]
    assert temporal_statistics(maps) == pytest.approx(expected, abs=1e-12)


def test_features(lite0: FvdLite0) -> None:
    moving = features(lite0, sliding(0, 2))
    assert moving.shape == (704,)
    assert moving.dtype == np.float64
    still = features(lite0, sliding(0, 0))
    start = 0
    for channels in (24, 40, 112):  # a clip that never moves has no deviation over time and no steps
        assert still[start + channels : start + 3 * channels] == pytest.approx(0, abs=1e-4)
        assert (moving[start + 2 * channels : start + 3 * channels] > 1e-3).all()
        start += 4 * channels


def test_later_frames_and_other_clips_decide_nothing(lite0: FvdLite0) -> None:
    frames = sliding(1, 3)
    longer = np.concatenate([frames, 255 - frames])
    first = features(lite0, frames)
    features(lite0, sliding(2, 5))
    assert np.array_equal(features(lite0, longer), first)


def test_short_clips_are_refused_with_the_remedy() -> None:
    with pytest.raises(
        NotMeasurable, match=r"clip has 4 frames, fvd_lite0 looks at 14: --metric-set fvd_lite0\.frames=4 "
    ):
        features(FvdLite0(), sliding(0, 1))


def test_the_reference_itself_has_no_distance(lite0: FvdLite0, references: FeatureSet) -> None:
    values = lite0.distance(references, references)
    assert number(values, "fvd_lite0").value == pytest.approx(0, abs=1e-7)
    assert number(values, "fvd_lite0_debiased").value == pytest.approx(0, abs=1e-7)
    assert number(values, "fvd_lite0").n == 8
    assert number(values, "kvd_lite0").value == pytest.approx(0, abs=1e-9)


def test_other_pictures_that_move_alike_are_nearer_than_the_same_pictures_frozen_or_wild(
    lite0: FvdLite0, references: FeatureSet
) -> None:
    def debiased(frames: Callable[[int], Frames]) -> float:
        clips = feature_set(lite0, [frames(seed) for seed in range(8)])
        return number(lite0.distance(clips, references), "fvd_lite0_debiased").value

    alike = debiased(lambda seed: sliding(100 + seed, pixels=2))
    frozen = debiased(lambda seed: sliding(seed, pixels=0))
    noise = debiased(
        lambda seed: np.random.default_rng(seed).integers(0, 256, (FRAMES, 120, 160, 3), dtype=np.uint8)
    )
    assert alike < frozen < noise


def test_grows_with_damage(lite0: FvdLite0, references: FeatureSet) -> None:
    def noisy(seed: int, amount: float) -> Frames:
        grain = np.random.default_rng(seed).normal(0, amount, (FRAMES, 120, 160, 3))
        return np.clip(sliding(seed, 2) + grain, 0, 255).astype(np.uint8)

    plain = []
    for amount in (2, 8, 32):
        clips = feature_set(lite0, [noisy(seed, amount) for seed in range(8)])
        plain.append(number(lite0.distance(clips, references), "fvd_lite0").value)
    assert 0 < plain[0] < plain[1] < plain[2]


def test_the_interval_reaches_up_to_the_plain_value_where_clips_are_few(
    lite0: FvdLite0, references: FeatureSet
) -> None:
    clips = feature_set(lite0, [sliding(seed, pixels=4) for seed in range(8)])
    values = lite0.distance(clips, references)
    debiased = number(values, "fvd_lite0_debiased")
    assert debiased.low is not None
    assert debiased.high is not None
    assert debiased.low <= debiased.value <= debiased.high
    assert debiased.high >= number(values, "fvd_lite0").value - 1e-9


def test_the_protocol_tells_lengths_apart(lite0: FvdLite0) -> None:
    assert lite0.protocol() != FvdLite0().protocol()
    assert lite0.protocol() == FvdLite0(Settings(frames=FRAMES)).protocol()
