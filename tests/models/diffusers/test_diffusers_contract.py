"""What holds for every adapter of a diffusers pipeline, on a tiny checkpoint in the real format, loaded from disk.

Clips are compared before they are rounded: with weights that were never trained, an image or a prompt may change less
than a level of eight bits.
"""

import hashlib
import json
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from bench import models
from bench.errors import Cancelled, UsageError
from bench.media import pictures
from bench.models.diffusers import DiffusersModel, calling
from bench.types import Case, Clip, Keyframe
from tests import tiny_checkpoints
from tests.tiny_checkpoints import Of, Tiny, borrow

CLASSES = {
    name: cls
    for name in models.registry
    if issubclass(cls := models.registry[name], DiffusersModel) and name in tiny_checkpoints.builders()
}
NAMES = sorted(CLASSES)


def twin(name: str) -> str:
    """The model that runs the same code on the same tiny checkpoint and differs in its card alone; else itself."""
    cls, builders = CLASSES[name], tiny_checkpoints.builders()
    parent = getattr(cls.__mro__[1], "card", None)
    own = {word for word, value in vars(cls).items() if callable(value) or not word.startswith("_")}
    if own <= {"card", "teacache_coefficients"} and parent and builders.get(parent.name) is builders[name]:
        return twin(parent.name)
    return name


DISTINCT = [name for name in NAMES if twin(name) == name]
"""Assertions about these hold for their twins, too."""

TAKING = {
    condition: [name for name in DISTINCT if condition in CLASSES[name].card.takes]
    for condition in ("last frame", "keyframes", "keep mask", "negative prompt")
}

SMALL: Mapping[str, Any] = {"num_frames": 5, "width": 32, "height": 32, "steps": 2}
LARGER: Mapping[str, Mapping[str, Any]] = {
    "wan2.1-vace-1.3b": {"width": 64, "height": 64},  # with fewer tokens, a keyframe has no effect
}
NEEDS_LAST = ("wan2.1-flf2v-720p",)
SEEN = 1e-6
"""The least change of a clip that counts, as a share of white: a hundred times float32's error of a reordered sum."""

Floats = NDArray[np.floating[Any]]


@dataclass
class Base:
    """The first clip of a model, and what was recorded with it."""

    raw: Floats
    clip: Clip
    steps: list[tuple[int, int]]
    used: dict[str, Any]


class Maker:
    """A model that stays loaded, and what its pipeline gave last."""

    def __init__(self, model: DiffusersModel) -> None:
        self.model = model
        self.raw: Floats = np.zeros(0)
        self._base: Base | None = None

    def make(self, case: Case, seed: int = 0, step: models.Step = models.ignore_steps) -> Floats:
        """Frames in [0, 1], before rounding."""
        self.model.generate(case, seed, step)
        return self.raw

    def base(self, case: Case) -> Base:
        """The clip of the case and seed 0, made once."""
        if self._base is None:
            steps: list[tuple[int, int]] = []
            clip = self.model.generate(case, 0, lambda done, total: steps.append((done, total)))
            self._base = Base(self.raw, clip, steps, self.model.effective_settings())
        return self._base


@pytest.fixture(scope="session")
def makers(of: Of) -> Callable[[str], Maker]:
    """A model with small settings, loaded once; a twin borrows the pipeline of its twin."""
    made: dict[str, Maker] = {}

    def maker(name: str) -> Maker:
        if name not in made:
            model = of(name, **small(name))
            if twin(name) != name:
                borrow(model, maker(twin(name)).model)
            made[name] = Maker(model)
        return made[name]

    return maker


@pytest.fixture(scope="session")
def photo(tmp_path_factory: pytest.TempPathFactory) -> Case:
    folder = tmp_path_factory.mktemp("case")
    for seed in (0, 1, 2):
        coarse = np.random.default_rng(seed).integers(0, 256, (4, 5, 3), dtype=np.uint8)
        pictures.write(folder / f"{seed}.png", pictures.fit(coarse, 96, 64, "stretch"))
    return Case(id="photo", image=folder / "0.png", prompt="a cat walks over the grass")


@pytest.fixture
def case(name: str, photo: Case) -> Case:
    """With a last frame for a model that needs one."""
    last = Keyframe(photo.image.with_name("2.png"), SMALL["num_frames"] - 1)
    return replace(photo, keyframes=(last,)) if name in NEEDS_LAST else photo


@pytest.fixture
def maker(name: str, makers: Callable[[str], Maker], monkeypatch: pytest.MonkeyPatch) -> Maker:
    """The model of this test; what its pipeline gives is kept before it is rounded."""
    found, rounded = makers(name), calling.to_uint8

    def keep(frames: Floats) -> NDArray[np.uint8]:
        found.raw = frames
        return rounded(frames)

    monkeypatch.setattr(calling, "to_uint8", keep)
    return found


@pytest.fixture
def base(maker: Maker, case: Case) -> Floats:
    """The clip of the case and seed 0."""
    return maker.base(case).raw


def small(name: str) -> dict[str, Any]:
    return {**SMALL, **LARGER.get(twin(name), {})}


def other_image(case: Case) -> Path:
    return case.image.with_name("1.png")


def change(one: Floats, other: Floats) -> float:
    return float(np.abs(one.astype(np.float64) - other).max())


def test_every_family_is_here() -> None:
    assert {CLASSES[name].card.family for name in NAMES} >= {
        "svd", "cogvideox", "wan", "wan-vace", "skyreels", "ltx",
        "hunyuanvideo", "framepack", "easyanimate", "animatediff", "pia", "i2vgen-xl",
    }  # fmt: skip
    assert not [name for name in models.registry if is_untried(name)]


def is_untried(name: str) -> bool:
    """Whether it loads a fixed pipeline class, and there is no tiny checkpoint of it."""
    cls = models.registry[name]
    return issubclass(cls, DiffusersModel) and hasattr(cls, "pipeline") and name not in NAMES


@pytest.mark.parametrize("name", NAMES)
def test_a_clip_has_the_shape_that_was_asked_for(name: str, maker: Maker, case: Case) -> None:
    settings, made, plan = maker.model.settings, maker.base(case), maker.model.plan(case)
    assert made.clip.frames.shape == (settings.num_frames, settings.height, settings.width, 3)
    assert made.clip.fps == plan.fps == (settings.fps or maker.model.card.fps)
    assert len(made.raw) == plan.made_frames
    assert np.isfinite(made.raw).all()
    assert made.raw.std() > 0.01


@pytest.mark.parametrize("name", DISTINCT)
def test_the_same_seed_gives_the_same_clip_whatever_came_before(
    name: str, maker: Maker, base: Floats, case: Case, of: Of
) -> None:
    import torch

    assert change(maker.make(case, seed=1), base) > SEEN
    torch.manual_seed(99)
    np.random.seed(99)
    of(name, **small(name)).generate(case, 0)
    assert np.array_equal(maker.raw, base)
    assert np.array_equal(maker.make(case), base)


@pytest.mark.parametrize("name", DISTINCT)
def test_image_and_prompt_reach_the_clip(name: str, maker: Maker, base: Floats, case: Case) -> None:
    assert change(maker.make(replace(case, image=other_image(case))), base) > SEEN
    prompted = maker.make(replace(case, prompt="zebras, dancing!"))
    if maker.model.card.reads_text:
        assert change(prompted, base) > SEEN
    else:
        assert np.array_equal(prompted, base)


@pytest.mark.parametrize("name", DISTINCT)
def test_what_the_case_brings_reaches_those_that_take_it(
    name: str, maker: Maker, base: Floats, case: Case
) -> None:
    takes = maker.model.card.takes
    last = maker.make(replace(case, keyframes=(Keyframe(other_image(case), 4),)))
    shown = change(last, base)
    assert shown > SEEN if {"last frame", "keyframes"} & set(takes) else shown == 0
    middle = replace(case, keyframes=(Keyframe(other_image(case), 2), Keyframe(other_image(case), 4)))
    if "keyframes" in takes:
        assert change(maker.make(middle), last) > SEEN


@pytest.mark.parametrize("name", TAKING["keep mask"])
def test_a_keep_mask_reaches_the_clip(
    name: str, maker: Maker, base: Floats, case: Case, tmp_path: Path
) -> None:
    mask = np.zeros((64, 96, 3), np.uint8)
    mask[:, :48] = 255
    pictures.write(tmp_path / "keep.png", mask)
    assert change(maker.make(replace(case, keep=tmp_path / "keep.png")), base) > SEEN


@pytest.mark.parametrize("name", TAKING["negative prompt"])
def test_a_negative_prompt_reaches_the_clip(
    name: str, maker: Maker, base: Floats, case: Case, of: Of
) -> None:
    fields = CLASSES[name].Settings.__dataclass_fields__
    guided = {"true_cfg": 3.0} if "true_cfg" in fields else {"guidance": 3.0}
    clips = []
    for words in ("still, blurred", "zebras"):
        model = of(name, **small(name), negative_prompt=words, **guided)
        borrow(model, maker.model)
        model.generate(case, 0)
        clips.append(maker.raw)
    assert change(*clips) > SEEN


@pytest.mark.parametrize("name", DISTINCT)
def test_steps_are_counted_and_cancelling_leaves_a_usable_model(
    name: str, maker: Maker, base: Floats, case: Case
) -> None:
    seen = maker.base(case).steps
    total = seen[-1][1]
    assert seen == [(done, total) for done in range(1, total + 1)]
    assert total >= maker.model.settings.steps

    def stop(done: int, total: int) -> None:
        raise Cancelled("enough")

    with pytest.raises(Cancelled):
        maker.make(case, 1, stop)
    assert np.array_equal(maker.make(case), base)


@pytest.mark.parametrize("name", DISTINCT)
def test_half_precision_gives_a_clip(name: str, case: Case, of: Of) -> None:
    model = of(name, dtype="bfloat16", **small(name))
    assert model.generate(case, 0).frames.std() > 1
    parts = {name: getattr(model._pipeline, name, None) for name in model.full_precision}
    assert {str(part.dtype) for part in parts.values() if part} <= {"torch.float32"}


@pytest.mark.parametrize("name", DISTINCT)
def test_a_prompt_that_is_cut_off_is_on_record(name: str, maker: Maker, base: Floats, case: Case) -> None:
    short = maker.base(case).used
    if not maker.model.card.reads_text:
        assert "prompt_tokens" not in short
        return
    assert 0 < short["prompt_tokens"] < 100
    assert short["prompt_truncated"] is False
    long = replace(case, prompt=" ".join(["walk", "jump"] * 800))
    made = maker.make(long)
    used = maker.model.effective_settings()
    assert used["prompt_tokens"] > short["prompt_tokens"]
    assert used["prompt_truncated"] is True
    assert np.array_equal(made, maker.make(replace(long, prompt=long.prompt + " fly")))


FRESH = """
import hashlib, json, sys
from pathlib import Path
import torch
from bench.models import checkpoints
from bench.models.diffusers.animatediff import SparseCtrl
from bench.types import Case
torch.set_num_threads(1)
folder, small, image, prompt = sys.argv[1:]
model = SparseCtrl(SparseCtrl.Settings(**json.loads(small)), None, checkpoints.resolve(folder))
clip = model.generate(Case("photo", Path(image), prompt), 0)
print(hashlib.sha256(clip.frames.tobytes()).hexdigest())
"""


@pytest.mark.parametrize("name", ["animatediff-sparsectrl"])
def test_a_fresh_process_makes_the_same_clip(name: str, maker: Maker, case: Case, tiny: Tiny) -> None:
    """With a pipeline that draws from the global generators, too."""
    words = [sys.executable, "-c", FRESH, str(tiny(name)), json.dumps(SMALL), str(case.image), case.prompt]
    done = subprocess.run(words, capture_output=True, text=True, check=True, cwd=Path(__file__).parents[3])
    expected = hashlib.sha256(maker.base(case).clip.frames.tobytes()).hexdigest()
    assert done.stdout.split()[-1] == expected


MADE = {
    "hunyuanvideo-i2v": {10: 13, 9: 9, 129: 129},
    "hunyuanvideo-i2v-33ch": {9: 9, 10: 13, 125: 125, 129: 129},
    "hunyuanvideo-1.5-i2v": {5: 5, 6: 9, 8: 9},
    "framepack": {9: 37, 33: 37, 34: 73, 91: 109},
    "framepack-f1": {9: 37, 33: 37, 91: 109},
    "easyanimate-5.1": {5: 5, 6: 9, 49: 49},
    "animatediff-sparsectrl": {16: 16, 32: 32},
    "animatediff-ip-adapter": {7: 7, 32: 32},
    "pia": {16: 16, 32: 32},
    "i2vgen-xl": {16: 16, 37: 37},
    "svd": {1: 1, 14: 14, 26: 26},
    "cogvideox-5b-i2v": {5: 9, 8: 9, 9: 9, 10: 17, 13: 17, 49: 49},
    "cogvideox1.5-5b-i2v": {5: 17, 13: 17, 81: 81},
    "wan2.1-i2v-480p": {6: 9, 8: 9, 9: 9, 10: 13, 81: 81},
    "wan2.1-vace-1.3b": {6: 9, 10: 13, 81: 81},
    "skyreels-v2-i2v-1.3b-540p": {6: 9, 10: 13, 97: 97},
    "ltx-video": {1: 1, 8: 9, 12: 17, 16: 17, 161: 161},
    "ltx-video-0.9.5": {8: 9, 12: 17},
}
"""Model -> frames that are asked for -> frames that its pipeline makes for the next possible number, as measured."""

TOO_MANY = {"easyanimate-5.1": 50, "animatediff-sparsectrl": 33, "animatediff-ip-adapter": 33, "pia": 33}

MULTIPLE = {
    "hunyuanvideo-i2v": 16, "hunyuanvideo-i2v-33ch": 16, "hunyuanvideo-1.5-i2v": 16, "framepack": 16,
    "framepack-f1": 16, "easyanimate-5.1": 16, "animatediff-sparsectrl": 8, "animatediff-ip-adapter": 8, "pia": 8,
    "i2vgen-xl": 8, "cogvideox1.5-5b-i2v": 16, "wan2.1-i2v-480p": 16, "wan2.2-ti2v-5b": 32, "wan2.1-vace-1.3b": 16,
    "skyreels-v2-i2v-1.3b-540p": 16, "ltx-video": 32, "ltx-video-0.9.5": 32,
}  # fmt: skip


@pytest.mark.parametrize(
    ("name", "asked", "made"), [(name, *pair) for name, pairs in MADE.items() for pair in pairs.items()]
)
def test_plans_know_what_pipelines_make(name: str, asked: int, made: int, case: Case) -> None:
    plan = CLASSES[name](CLASSES[name].Settings(num_frames=asked)).plan(case)
    assert (plan.frames, plan.made_frames) == (asked, made)
    assert any("frames" in note for note in plan.notes) == (asked != made)


@pytest.mark.parametrize(("name", "asked"), TOO_MANY.items())
def test_plans_refuse_more_frames_than_a_model_has_positions(name: str, asked: int, case: Case) -> None:
    with pytest.raises(UsageError, match=f"num_frames is {asked}, and this model makes {asked - 1} at most"):
        CLASSES[name](CLASSES[name].Settings(num_frames=asked)).plan(case)


@pytest.mark.parametrize(("name", "multiple"), MULTIPLE.items())
def test_plans_round_sizes_to_what_pipelines_make(name: str, multiple: int, case: Case) -> None:
    plan = CLASSES[name](CLASSES[name].Settings(width=8 * multiple + 3, height=6 * multiple - 3)).plan(case)
    assert (plan.width, plan.height) == (8 * multiple, 6 * multiple)


def test_frames_that_are_asked_for_come_out_of_sections(of: Of, photo: Case) -> None:
    """Two sections of FramePack: 73 frames, of which 40 are kept, and steps that are counted through both."""
    seen: list[tuple[int, int]] = []
    model = of("framepack", **(SMALL | {"num_frames": 40, "steps": 1}))
    clip = model.generate(photo, 0, lambda done, total: seen.append((done, total)))
    assert len(clip) == 40
    assert seen == [(1, 2), (2, 2)]


def test_the_index_of_a_tiny_checkpoint_is_the_real_one(tiny: Tiny) -> None:
    for name in NAMES:
        index = json.loads((tiny(name) / "model_index.json").read_text())
        assert index["_class_name"] in (CLASSES[name].pipeline, *CLASSES[name].bases)
