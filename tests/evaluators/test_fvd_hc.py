"""fvd_hc: what growing damage does to it on scenes of known motion, and what leaves it alone."""

from pathlib import Path

import numpy as np
import pytest

from bench.calibration import damages
from bench.errors import NotMeasurable
from bench.evaluators import FeatureSet, Values
from bench.evaluators.fvd_hc import FvdHc, Settings
from bench.suites.scenes import Scene, frames
from bench.types import Frames, Value
from tests.made import features, moving_clip

IMAGES = sorted((Path(__file__).parents[2] / "suites" / "demo" / "images").glob("*.[pj]*g"))
MOVES = ("pan_left", "tilt_up", "zoom_in", "roll_right")
CLIPS = 24


def scenes(first_image: int) -> list[Frames]:
    """24 small clips of four camera moves at six speeds over the demo suite's photographs."""
    made = []
    for number in range(CLIPS):
        image = IMAGES[(first_image + number) % len(IMAGES)]
        speed = 0.4 + 0.3 * (number // len(MOVES))
        scene = Scene(image, MOVES[number % len(MOVES)], speed, width=96, height=80, num_frames=14)
        made.append(frames(scene))
    return made


def feature_set(clips: list[Frames], first_case: int = 0) -> FeatureSet:
    found = np.stack([features(FvdHc(), frames) for frames in clips])
    return FeatureSet(found, tuple(f"c{first_case + number}" for number in range(len(clips))))


@pytest.fixture(scope="module")
def clips() -> list[Frames]:
    return scenes(first_image=4)


@pytest.fixture(scope="module")
def references() -> FeatureSet:
    return feature_set(scenes(first_image=0), first_case=CLIPS)


def number(values: Values, metric: str) -> Value:
    value = values[metric]
    assert isinstance(value, Value), value
    return value


def test_the_reference_itself_has_no_distance(references: FeatureSet) -> None:
    values = FvdHc().distance(references, references)
    for metric in ("fvd_hc", "fvd_hc_debiased", "kvd_hc"):
        assert number(values, metric).value == pytest.approx(0, abs=1e-7)
        assert number(values, metric).n == CLIPS


def test_other_pictures_that_move_alike_are_near(clips: list[Frames], references: FeatureSet) -> None:
    alike = FvdHc().distance(feature_set(clips), references)
    standing = FvdHc().distance(feature_set([frames[:1].repeat(14, axis=0) for frames in clips]), references)
    noise = np.random.default_rng(0)
    wild = [noise.integers(0, 256, frames.shape, dtype=np.uint8) for frames in clips]
    for metric in ("fvd_hc", "fvd_hc_debiased", "kvd_hc"):
        near, far = number(alike, metric), number(standing, metric)
        farther = number(FvdHc().distance(feature_set(wild), references), metric)
        assert near.value < min(far.value, farther.value)
    assert number(alike, "kvd_hc").low is not None
    assert number(standing, "kvd_hc").low > number(alike, "kvd_hc").high  # type: ignore[operator]


@pytest.mark.parametrize("name", ["noise", "jitter", "freeze", "redrawn_warp"])
def test_grows_with_damage(name: str, clips: list[Frames], references: FeatureSet) -> None:
    damage = damages.TABLE[name]
    plain, kernel = [], []
    for severity in (0, *damage.severities[1::2]):
        worse = [
            damage.of(frames, severity, np.random.default_rng(seed)) for seed, frames in enumerate(clips)
        ]
        values = FvdHc().distance(feature_set(worse), references)
        plain.append(number(values, "fvd_hc").value)
        kernel.append(number(values, "kvd_hc").value)
    assert plain == sorted(plain)
    assert kernel == sorted(kernel)
    assert plain[-1] > 1.5 * plain[0]


def test_a_model_that_always_makes_the_same_clips_is_far(clips: list[Frames], references: FeatureSet) -> None:
    found = feature_set(clips)
    distances = []
    for different in (CLIPS, 8, 3):
        collapsed = FeatureSet(found.features_ND[np.arange(CLIPS) % different], found.cases)
        distances.append(number(FvdHc().distance(collapsed, references), "fvd_hc").value)
    assert distances == sorted(distances)
    assert distances[-1] > 1.5 * distances[0]


def test_later_frames_and_other_clips_decide_nothing() -> None:
    evaluator = FvdHc()
    frames = moving_clip(14).frames
    first = features(evaluator, frames)
    features(evaluator, moving_clip(14, seed=3).frames)
    assert np.array_equal(features(evaluator, np.concatenate([frames, 255 - frames])), first)


def test_short_clips_are_refused_with_the_remedy() -> None:
    with pytest.raises(
        NotMeasurable, match=r"clip has 9 frames, fvd_hc looks at 14: --metric-set fvd_hc\.frames=9 "
    ):
        features(FvdHc(), moving_clip(9).frames)
    with pytest.raises(NotMeasurable, match="clip has 1 frame, fvd_hc looks at 14, and its features need 5"):
        features(FvdHc(), moving_clip(1).frames)
    assert features(FvdHc(Settings(frames=9)), moving_clip(9).frames).shape == (77,)


def test_few_clips_have_a_plain_and_a_kernel_value(references: FeatureSet) -> None:
    three = FeatureSet(references.features_ND[:3], references.cases[:3])
    values = FvdHc().distance(three, references)
    assert number(values, "fvd_hc").n == 3
    assert number(values, "kvd_hc").low is None
    assert "3 cases have clips, the debiased distance needs 4" in str(values["fvd_hc_debiased"])
    with pytest.raises(NotMeasurable, match="spread of 2 reference clips at least, not 1"):
        FvdHc().distance(references, FeatureSet(references.features_ND[:1], references.cases[:1]))


def test_the_protocol_tells_lengths_apart() -> None:
    assert FvdHc().protocol() == FvdHc(Settings(frames=14)).protocol()
    assert FvdHc().protocol() != FvdHc(Settings(frames=16)).protocol()
