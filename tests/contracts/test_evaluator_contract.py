"""What every registered evaluator promises, whoever wrote it."""

from __future__ import annotations

import dataclasses
import subprocess
import sys

import numpy as np
import pytest

from bench import evaluators
from bench.errors import NotMeasurable
from bench.evaluators import ClipEvaluator, Evaluator, FeatureSet, SetEvaluator, Values
from bench.evaluators.catalogue import GROUPS
from bench.media import pictures
from bench.types import DEPENDENCES, Case, ClipRecord, Frames, MetricCard, Value
from tests import made
from tests.contracts.loaded import loaded
from tests.made import moving_clip, photograph

NAMES = list(evaluators.registry)
CARDS = [card for name in NAMES for card in evaluators.registry[name].cards]
HEAVY = [
    "torch", "torchvision", "diffusers", "transformers", "open_clip", "timm", "cv2", "av", "PIL", "scipy", "pandas",
    "pyarrow", "pydantic", "numba",
]  # fmt: skip
DAMAGES = (
    "noise", "blur", "alternate_blur", "compression", "brightness_flicker", "local_flicker", "jitter", "swap", "freeze",
    "late_start", "drop", "duplicate", "slow_motion", "colour_drift", "exposure_drift", "first_step", "seams", "cut",
    "squash", "fixed_warp", "redrawn_warp", "morph", "loop", "pan", "letterbox",
)  # fmt: skip


def noise(frames: int, height: int = 48, width: int = 64) -> Frames:
    return np.random.default_rng(0).integers(0, 256, (frames, height, width, 3)).astype(np.uint8)


CLIPS = {
    "still": photograph()[None].repeat(24, axis=0),
    "noise": noise(24),
    "drift": moving_clip(24).frames,
    "black": np.zeros((24, 48, 64, 3), np.uint8),
    "white": np.full((16, 48, 64, 3), 255, np.uint8),
    "one frame": photograph()[None],
    "two frames": moving_clip(2).frames,
    "three frames": moving_clip(3).frames,
    "odd sizes": noise(15, 33, 47),
    "8 x 8": noise(16, 8, 8),
    "4 x 5": noise(16, 4, 5),
    "1 x 1": noise(3, 1, 1),
}


@pytest.fixture(scope="session", params=NAMES)
def evaluator(request: pytest.FixtureRequest) -> Evaluator:
    """Each evaluator, loaded; skipped where its weights are not on this machine."""
    return loaded(request.param)


@pytest.fixture(scope="session")
def case(tmp_path_factory: pytest.TempPathFactory) -> Case:
    image = tmp_path_factory.mktemp("case") / "input.png"
    pictures.write(image, photograph())
    return Case("a", image, prompt="a picture that moves")


def test_there_are_evaluators() -> None:
    assert {"cost", "first_frame", "flicker", "ssim"} <= set(NAMES)
    assert not evaluators.registry.broken


def test_metric_names_are_unique() -> None:
    names = [card.name for card in CARDS]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("card", CARDS, ids=lambda card: card.name)
def test_the_card_is_complete(card: MetricCard) -> None:
    assert card.name.isidentifier()
    assert card.name == card.name.lower()
    assert card.version >= 1
    assert card.direction in ("higher", "lower", "none")
    assert card.low is None or card.high is None or card.low < card.high
    for name in (*card.shows, *card.ignores):
        assert name in DAMAGES, f"{card.name} speaks of '{name}', which is no damage"
    assert not set(card.shows) & set(card.ignores)
    assert card.depends == tuple(each for each in DEPENDENCES if each in card.depends), "in order, once each"
    for text in (card.definition, card.source, card.blind_to):
        assert text.strip(), card.name
        assert text.strip().endswith(".")


def test_titles_are_unique() -> None:
    titles = [card.title or card.name for card in CARDS]
    assert len(titles) == len(set(titles))


@pytest.mark.parametrize("name", NAMES)
def test_our_cards_have_a_title_and_one_of_our_groups(name: str) -> None:
    """A plug-in's metrics may have a group of their own, or none."""
    if not evaluators.registry[name].__module__.startswith("bench."):
        pytest.skip("a plug-in's")
    for card in evaluators.registry[name].cards:
        assert card.title.strip(), card.name
        assert card.group in GROUPS, card.name


@pytest.mark.parametrize("name", NAMES)
def test_the_class_is_complete(name: str) -> None:
    cls = evaluators.registry[name]
    assert cls.name == name
    assert cls.__doc__
    assert sys.modules[cls.__module__].__doc__
    assert min(cls.min_frames, cls.min_side) >= 1
    assert sum(card.is_main for card in cls.cards) <= 3  # a table is for looking, not for everything
    assert issubclass(cls, ClipEvaluator) or issubclass(cls, SetEvaluator)
    assert dataclasses.is_dataclass(cls.Settings)
    assert cls.Settings.__dataclass_params__.frozen  # type: ignore[attr-defined]
    assert cls.Settings() == cls.Settings()  # every field has a default


def test_importing_them_imports_nothing_heavy() -> None:
    program = (
        "import sys, bench.evaluators as e; list(e.registry); "
        f"print(*[name for name in {HEAVY} if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []


@pytest.mark.parametrize("clip", CLIPS)
def test_every_metric_is_answered_within_its_range(evaluator: Evaluator, case: Case, clip: str) -> None:
    if isinstance(evaluator, ClipEvaluator):
        check(evaluator, answers(evaluator, case, CLIPS[clip]), len(CLIPS[clip]))
    elif isinstance(evaluator, SetEvaluator):
        check_features(evaluator, CLIPS[clip])


def test_answers_do_not_depend_on_the_clips_before(evaluator: Evaluator, case: Case) -> None:
    if not isinstance(evaluator, ClipEvaluator):
        pytest.skip("a SetEvaluator")
    first = answers(evaluator, case, CLIPS["drift"])
    answers(evaluator, case, CLIPS["noise"])
    again = answers(evaluator, case, CLIPS["drift"])
    assert {name: str(found) for name, found in first.items()} == {
        name: str(found) for name, found in again.items()
    }


def test_frames_are_left_as_they_are(evaluator: Evaluator, case: Case) -> None:
    frames = CLIPS["drift"].copy()
    frames.flags.writeable = False
    if isinstance(evaluator, ClipEvaluator):
        answers(evaluator, case, frames)
    elif isinstance(evaluator, SetEvaluator):
        features(evaluator, frames)


def test_distances_are_within_their_range(evaluator: Evaluator) -> None:
    if not isinstance(evaluator, SetEvaluator):
        pytest.skip("a ClipEvaluator")
    found = features(evaluator, CLIPS["noise"])
    if found is None:
        pytest.skip("24 frames are too few for the protocol")
    rng = np.random.default_rng(0)
    near, far = (
        FeatureSet(found + rng.normal(size=(24, len(found))) + shift, cases(24)) for shift in (0.0, 5.0)
    )
    for clips, references in ((near, near), (near, far), (FeatureSet(near.features_ND[:3], cases(3)), near)):
        check(evaluator, distances(evaluator, clips, references), 1)


def answers(evaluator: ClipEvaluator, case: Case, frames: Frames) -> Values:
    """What the evaluator says; a NotMeasurable for the whole clip is one for each metric, as the rows have it."""
    record = ClipRecord("a", 0, "a-0.mkv", "c", seconds=1.5, peak_memory=2**20, device="cpu")
    try:
        return made.answers(evaluator, frames, case=case, record=record)
    except NotMeasurable as reason:
        return {card.name: reason for card in evaluator.cards}


def features(evaluator: SetEvaluator, frames: Frames) -> np.ndarray | None:
    try:
        return made.features(evaluator, frames)
    except NotMeasurable as reason:
        assert str(reason)
        return None


def distances(evaluator: SetEvaluator, clips: FeatureSet, references: FeatureSet) -> Values:
    try:
        return evaluator.distance(clips, references)
    except NotMeasurable as reason:
        return {card.name: reason for card in evaluator.cards}


def cases(count: int) -> tuple[str, ...]:
    return tuple(f"c{number}" for number in range(count))


def check(evaluator: Evaluator, found: Values, frames: int) -> None:
    """Every card has its answer, a value in its range or a reason, and a series where the card promises one."""
    cards = {card.name: card for card in evaluator.cards}
    assert set(found) == set(cards)
    for name, answer in found.items():
        if isinstance(answer, NotMeasurable):
            assert str(answer)
            continue
        check_value(cards[name], answer, frames)


def check_value(card: MetricCard, value: Value, frames: int) -> None:
    low = -np.inf if card.low is None else card.low
    high = np.inf if card.high is None else card.high
    assert low <= value.value <= high, f"{card.name} is {value.value}, its card says {low} to {high}"
    assert isinstance(value.value, float)
    is_of_a_set = value.n is not None  # whose series is made where the run's cases are known
    assert is_of_a_set or bool(card.series) == (value.series is not None), (
        f"{card.name}: the card and the value differ on a series"
    )
    if value.series is not None:
        assert len(value.series) in (frames, frames - 1, (frames - 1) // 2)  # per odd frame with neighbours


def check_features(evaluator: SetEvaluator, frames: Frames) -> None:
    found = features(evaluator, frames)
    if found is not None:
        assert found.ndim == 1
        assert found.dtype == np.float64
        assert np.isfinite(found).all()
