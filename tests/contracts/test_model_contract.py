"""What holds for every registered model, whoever wrote it."""

import os
import pickle
import re
import subprocess
import sys
from dataclasses import fields, is_dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any, get_args

import numpy as np
import pytest

from bench import models
from bench.base import settings
from bench.errors import BenchError
from bench.media import pictures, video
from bench.types import Case, Clip, Condition

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
DOCS = Path(__file__).parents[2] / "docs"
CONDITIONS = get_args(Condition)
WEIGHTLESS = [
    name for name in NAMES if models.registry[name].card.role in ("null baseline", "reference clips")
]
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


@pytest.mark.parametrize("name", NAMES)
def test_a_model_can_be_sent_to_another_process(name: str) -> None:
    model = models.registry[name]()
    sent = pickle.loads(pickle.dumps(model))  # noqa: S301
    assert type(sent) is type(model)
    assert (sent.card, sent.label, sent.settings) == (model.card, model.label, model.settings)


@pytest.mark.parametrize("name", NAMES)
def test_the_card_says_where_its_model_stands(name: str) -> None:
    cls = models.registry[name]
    card = cls.card
    if card.weights is not None or cls.is_remote:
        date.fromisoformat(card.as_of)  # somebody looked, and when
    if card.as_of:
        assert date.fromisoformat(card.as_of) <= date.today()
    assert card.takes, "a model is shown an image"
    order = [CONDITIONS.index(condition) for condition in card.takes]
    assert order == sorted(set(order)), "conditions once each, in the order of their type"
    assert ("first frame" in card.takes) != ("image prompt" in card.takes)
    for part, place in card.parts.items():
        assert re.fullmatch(r"[\w.-]+(/[\w.-]+)+", place), f"{part} comes from a hub id"


@pytest.mark.parametrize("family", sorted({models.registry[name].card.family for name in NAMES} - {""}))
def test_each_family_has_a_page_that_names_its_models(family: str) -> None:
    places = [DOCS / "models" / f"{family}.md", DOCS / f"{family}.md"]
    pages = [place.read_text(encoding="utf-8") for place in places if place.is_file()]
    assert pages, f"expected {places[0].relative_to(DOCS.parent)}"
    for name in NAMES:
        if models.registry[name].card.family == family:
            word = rf"(?<![\w.-]){re.escape(name)}(?![\w-])"
            assert re.search(word, pages[0]), f"the page of {family} says nothing of {name}"


def test_the_index_names_every_model_and_leads_to_every_page() -> None:
    text = (DOCS / "models" / "README.md").read_text(encoding="utf-8")
    for name in NAMES:
        assert f"`{name}`" in text, f"{name} is not in the index"
    for page in (DOCS / "models").glob("*.md"):
        for target in re.findall(r"\]\(([^)#]+)", page.read_text(encoding="utf-8")):
            assert target.startswith("http") or (page.parent / target).exists(), f"{page.name}: {target}"


@pytest.mark.parametrize("name", NAMES)
def test_a_plan_needs_no_weights(name: str, case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is made or refused in a sentence; nothing is asked of the hub, and a retired model is always refused."""
    for variable in [each for each in os.environ if each.endswith(("_KEY", "_SECRET", "_TOKEN"))]:
        monkeypatch.delenv(variable)
    model = models.registry[name]()
    larger = case.image.with_name("larger.png")
    pictures.write(larger, np.full((360, 480, 3), 128, np.uint8))  # some services refuse small pictures
    try:
        plan = model.plan(replace(case, image=larger))
    except BenchError as error:
        assert len(str(error)) > 20
        assert "\n" not in str(error)
        return
    assert model.card.lifecycle != "retired", "nobody can make this clip"
    assert (plan.frames or 0) <= (plan.made_frames or plan.frames or 0)
    if model.card.frames and model.card.weights:
        assert plan.frames == model.card.frames
        assert (plan.width or 0) > 0
        assert plan.fps == model.card.fps


@pytest.mark.parametrize("name", NAMES)
def test_what_is_needed_is_said_with_its_remedy(name: str) -> None:
    card = models.registry[name].card
    needs = list(models.registry[name]().needs())
    for need in needs:
        assert need.is_met or need.remedy, f"{name} lacks {need.name}, and nobody says what to do"
    kinds = {need.kind for need in needs}
    assert ("weights" in kinds) == bool(card.weights)
    if models.registry[name].is_remote:
        assert kinds & {"key", "server", "maker"}


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
