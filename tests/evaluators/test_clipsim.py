"""CLIP similarities on a tiny random checkpoint in OpenAI's format: the arithmetic, not the meaning."""

import logging
from pathlib import Path

import numpy as np
import pytest

from bench import evaluators
from bench.errors import BadImage, NotMeasurable, Unavailable
from bench.evaluators.clipsim import Clipsim
from bench.evaluators.nets.clip import Settings
from bench.media import pictures
from bench.types import Case, Frames, Value
from tests import tiny_nets
from tests.made import answers, moving_clip, photograph

TEXT_METRICS = ("clipsim", "clipsim_input", "clipsim_delta")
IMAGE_METRICS = ("clipsim_input", "clipsim_delta", "clip_to_input")


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("clip") / "tiny.pt"
    tiny_nets.write_clip(path)
    return path


@pytest.fixture(scope="module")
def clipsim(checkpoint: Path) -> Clipsim:
    made = Clipsim(Settings(checkpoint=checkpoint))
    made.load()
    return made


@pytest.fixture
def image(tmp_path: Path) -> Path:
    path = tmp_path / "input.png"
    pictures.write(path, photograph())
    return path


def measured(clipsim: Clipsim, image: Path, frames: Frames, prompt: str = "a cat runs") -> evaluators.Values:
    return answers(clipsim, frames, case=Case("duck-3", image, prompt))


def number(values: evaluators.Values, metric: str) -> float:
    value = values[metric]
    assert isinstance(value, Value), value
    return value.value


def test_is_the_mean_of_cosines(clipsim: Clipsim, image: Path) -> None:
    frames = moving_clip(5).frames
    values = measured(clipsim, image, frames)
    seen, text = clipsim._encoder.images(frames), clipsim._encoder.text("a cat runs")
    given = clipsim._encoder.images(photograph()[None])[0]
    cosines = [float(vector @ text) for vector in seen]
    assert number(values, "clipsim") == pytest.approx(sum(cosines) / 5, abs=1e-9)
    assert number(values, "clipsim_input") == pytest.approx(given @ text, abs=1e-9)
    assert number(values, "clipsim_delta") == pytest.approx(sum(cosines) / 5 - given @ text, abs=1e-9)
    assert number(values, "clip_to_input") == pytest.approx(np.mean(seen @ given), abs=1e-9)
    neighbours = [float(seen[t] @ seen[t + 1]) for t in range(4)]
    assert number(values, "clip_consistency") == pytest.approx(sum(neighbours) / 4, abs=1e-9)
    assert isinstance(values["clipsim"], Value)
    assert values["clipsim"].series == pytest.approx(cosines, abs=1e-9)
    assert isinstance(values["clip_consistency"], Value)
    assert values["clip_consistency"].series == pytest.approx(neighbours, abs=1e-9)


def test_every_metric_of_the_cards_is_there_and_in_range(clipsim: Clipsim, image: Path) -> None:
    values = measured(clipsim, image, moving_clip(3).frames)
    assert set(values) == {card.name for card in Clipsim.cards}
    for card in Clipsim.cards:
        assert card.low is not None
        assert card.high is not None
        assert card.low <= number(values, card.name) <= card.high
        assert bool(card.series) == (getattr(values[card.name], "series", None) is not None)


def test_a_still_clip_adds_nothing_and_is_perfectly_consistent(clipsim: Clipsim, image: Path) -> None:
    still = measured(clipsim, image, photograph()[None].repeat(4, axis=0))
    drift = measured(clipsim, image, moving_clip(4).frames)
    # Float32 sums of a batch of four and of one picture may differ in the last digits.
    assert number(still, "clipsim_delta") == pytest.approx(0, abs=1e-6)
    assert number(still, "clip_consistency") == pytest.approx(1, abs=1e-9)
    assert number(still, "clip_to_input") == pytest.approx(1, abs=1e-6)
    assert number(drift, "clip_consistency") < number(still, "clip_consistency")
    assert number(drift, "clip_to_input") < number(still, "clip_to_input")


def test_the_input_image_is_seen_at_the_clips_size(clipsim: Clipsim, image: Path) -> None:
    # A model that made a square clip was given the image's centre; a clip that repeats that centre adds nothing.
    square = pictures.fit(photograph(), 40, 40, "cover")
    values = measured(clipsim, image, square[None].repeat(2, axis=0))
    assert number(values, "clipsim_delta") == pytest.approx(0, abs=1e-6)


def test_without_a_prompt_only_text_metrics_are_missing(clipsim: Clipsim, image: Path) -> None:
    values = measured(clipsim, image, moving_clip(3).frames, prompt=" ")
    for metric in TEXT_METRICS:
        assert isinstance(values[metric], NotMeasurable)
        assert str(values[metric]) == "case 'duck-3' has no prompt"
    assert number(values, "clip_consistency") > 0
    assert number(values, "clip_to_input") > 0


def test_without_an_image_only_image_metrics_are_missing(clipsim: Clipsim, tmp_path: Path) -> None:
    values = measured(clipsim, tmp_path / "none.png", moving_clip(3).frames)
    for metric in IMAGE_METRICS:
        assert isinstance(values[metric], BadImage)  # something broke
        assert "none.png does not exist" in str(values[metric])
    assert number(values, "clip_consistency") > 0
    assert -1 <= number(values, "clipsim") <= 1


def test_one_frame_has_no_neighbour(clipsim: Clipsim, image: Path) -> None:
    values = measured(clipsim, image, photograph()[None])
    assert str(values["clip_consistency"]) == "clip of case 'duck-3' has 1 frame, clip_consistency needs 2"
    assert number(values, "clipsim") == pytest.approx(number(values, "clipsim_input"), abs=1e-9)


def test_a_prompt_that_is_cut_is_said(
    clipsim: Clipsim, image: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        measured(clipsim, image, photograph()[None], prompt="cat " * 75)
        assert not caplog.messages
        measured(clipsim, image, photograph()[None], prompt="cat " * 76)
    assert caplog.messages == [
        "the prompt of case 'duck-3' has more than the 77 tokens that CLIP reads; clipsim ignores its end"
    ]


def test_weights_of_a_checkpoint_are_known_by_content(checkpoint: Path) -> None:
    own = Clipsim(Settings(checkpoint=checkpoint)).weights()
    assert len(own) == 1
    assert own[0].sha256 != Clipsim().weights()[0].sha256


def test_missing_weights_are_unavailable() -> None:
    with pytest.raises(Unavailable, match=r"ViT-B-32\.pt is not in .* by hand"):
        Clipsim().load()
