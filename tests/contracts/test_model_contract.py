"""What holds for every registered model, whoever wrote it."""

import re
import subprocess
import sys
from dataclasses import fields, is_dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bench import models, pictures, settings, video
from bench.entrants import NULL_MODELS
from bench.types import Case, Clip

HEAVY = (
    "torch",
    "pandas",
    "diffusers",
    "transformers",
    "huggingface_hub",
    "pydantic",
    "cv2",
    "av",
    "PIL",
    "scipy",
)
NAMES = list(models.registry)
WEIGHTLESS = list(NULL_MODELS)
"""What runs here; adapters of weights, programs and services are proven in tests/models, on what stands in for them."""


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Case:
    """A case with all that any model may ask for."""
    folder = tmp_path_factory.mktemp("case")
    frames = np.random.default_rng(0).integers(0, 256, (16, 48, 64, 3), dtype=np.uint8)
    pictures.write(folder / "image.png", frames[0])
    video.write_clip(folder / "reference.mkv", Clip(frames, 8.0))
    return Case(id="case", image=folder / "image.png", prompt="it moves", reference=folder / "reference.mkv")


def test_there_are_models_and_none_is_broken() -> None:
    assert {"still", "svd", "svd-xt"} <= set(NAMES)
    assert models.registry.broken == {}


@pytest.mark.parametrize("name", NAMES)
def test_the_card_is_complete(name: str) -> None:
    cls = models.registry[name]
    card = cls.card
    assert card.name == name
    assert re.fullmatch(r"[a-z0-9][a-z0-9.-]*", name), "a name is typed and becomes part of a file name"
    assert card.title
    assert card.licence
    assert card.version >= 1
    assert cls.__doc__
    assert card.fit in ("cover", "contain", "stretch")
    assert all(native is None or native > 0 for native in (card.frames, card.fps, card.width, card.height))
    if card.weights:
        assert re.fullmatch(r"[\w.-]+/[\w.-]+", card.weights), "weights are a hub id"
        assert card.paper, "a model with weights comes from somewhere"
    if not card.reads_text:
        assert card.note, "that the prompt means nothing must be said"


@pytest.mark.parametrize("name", NAMES)
def test_settings_are_frozen_and_keep_their_own_bounds(name: str) -> None:
    cls = models.registry[name].Settings
    assert is_dataclass(cls)
    defaults: Any = cls()
    settings.check(defaults, name)
    assert settings.changed(defaults) == {}
    assert [setting.name for setting in settings.describe(cls)] == [field.name for field in fields(cls)]
    for field in fields(cls):
        with pytest.raises(AttributeError):  # FrozenInstanceError is one
            setattr(defaults, field.name, None)


@pytest.mark.parametrize("name", NAMES)
def test_a_model_is_made_without_its_weights(name: str) -> None:
    model = models.registry[name]()
    assert model.settings == model.Settings()
    assert {field.name for field in fields(model.Settings)} <= set(model.effective_settings())
    model.unload()


def test_listing_models_imports_nothing_heavy() -> None:
    program = (
        "import sys; from bench import models\n"
        "assert [models.registry[name].card for name in models.registry]\n"
        f"print(*sorted(set({HEAVY!r}) & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []


@pytest.mark.parametrize("name", WEIGHTLESS)
def test_same_seed_same_clip_whatever_came_before(name: str, case: Case, tmp_path: Path) -> None:
    cls = models.registry[name]
    model = cls()
    model.load()
    first = model.generate(case, 0)
    model.generate(case, 1)
    other = tmp_path / "other.png"
    pictures.write(other, 255 - pictures.read(case.image))
    model.generate(replace(case, image=other), 0)
    np.random.seed(1)
    again, fresh = model.generate(case, 0), cls().generate(case, 0)
    for clip in (again, fresh):
        assert np.array_equal(clip.frames, first.frames)
        assert clip.fps == first.fps


@pytest.mark.parametrize("name", WEIGHTLESS)
def test_a_clip_is_as_the_card_and_the_settings_say(name: str, case: Case) -> None:
    model = models.registry[name]()
    clip = model.generate(case, 0)
    used = model.effective_settings()
    assert len(clip) == used.get("num_frames", len(clip))
    assert clip.fps == used.get("fps", clip.fps)
