"""What holds for every adapter of a diffusers pipeline, on a tiny checkpoint in the real format, loaded from disk.

Clips are compared before they are rounded: with weights that nobody trained, what an image or a prompt changes may be
less than a level of eight bits.
"""

import hashlib
import json
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from bench import models
from bench.errors import Cancelled, UsageError
from bench.media import pictures
from bench.models import checkpoints
from bench.models.diffusers import DiffusersModel, calling
from bench.types import Case, Keyframe, Runtime
from tests import tiny_checkpoints

CLASSES = {
    name: cls
    for name in models.registry
    if issubclass(cls := models.registry[name], DiffusersModel) and name in tiny_checkpoints.builders()
}
NAMES = sorted(CLASSES)


def is_twin(name: str) -> bool:
    """Whether it differs from the model it inherits from in its card alone, and runs the same tiny checkpoint."""
    cls, builders = CLASSES[name], tiny_checkpoints.builders()
    parent = getattr(cls.__mro__[1], "card", None)
    own = {word for word, value in vars(cls).items() if callable(value) or not word.startswith("_")}
    return (
        own <= {"card", "teacache_coefficients"}
        and parent is not None
        and builders.get(parent.name) is builders[name]
    )


DISTINCT = [name for name in NAMES if not is_twin(name)]
"""What is said of these holds for their twins, which run the same code on the same weights."""

TAKING = {
    condition: [name for name in DISTINCT if condition in CLASSES[name].card.takes]
    for condition in ("last frame", "keyframes", "keep mask", "negative prompt")
}

SMALL: Mapping[str, Any] = {"num_frames": 5, "width": 64, "height": 64, "steps": 2}
SMALLER: Mapping[str, Mapping[str, Any]] = {
    "cogvideox-5b-i2v": {"width": 32, "height": 32},  # the tiny one's only size
    "framepack": {"width": 32, "height": 32},  # makes 37 frames whatever it is asked for
    "framepack-f1": {"width": 32, "height": 32},
}
NEEDS_LAST = ("wan2.1-flf2v-720p",)
SEEN = 1e-6
"""How much of white a clip must change to count: a hundred times what float32 leaves of a sum that was reordered."""

Floats = NDArray[np.floating[Any]]


@dataclass
class Maker:
    """A model that stays loaded, and what it made, as the pipeline gave it."""

    model: DiffusersModel
    raw: list[Floats] = field(default_factory=list)
    base: Floats | None = None

    def make(self, case: Case, seed: int = 0, step: models.Step = models.ignore_steps) -> Floats:
        """Frames in [0, 1], before rounding."""
        self.model.generate(case, seed, step)
        return self.raw[-1]


@pytest.fixture(scope="session")
def folders(tmp_path_factory: pytest.TempPathFactory, one_thread: None) -> Callable[[str], Path]:
    """The tiny checkpoint of a model, written once."""
    root, written = tmp_path_factory.mktemp("tiny"), {}

    def folder(name: str) -> Path:
        if name not in written:
            written[name] = tiny_checkpoints.write(name, root / name)
        return Path(written[name])

    return folder


@pytest.fixture(scope="session")
def makers(folders: Callable[[str], Path]) -> Callable[[str], Maker]:
    """A model with small settings, loaded once."""
    made: dict[str, Maker] = {}

    def maker(name: str) -> Maker:
        if name not in made:
            made[name] = Maker(small_model(name, folders(name)))
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
    """With a last frame for a model that does not run without."""
    last = Keyframe(photo.image.with_name("2.png"), SMALL["num_frames"] - 1)
    return replace(photo, keyframes=(last,)) if name in NEEDS_LAST else photo


@pytest.fixture
def maker(name: str, makers: Callable[[str], Maker], monkeypatch: pytest.MonkeyPatch) -> Maker:
    """The model of this test; what its pipeline gives is kept before it is rounded."""
    found, rounded = makers(name), calling.to_uint8

    def keep(frames: Floats) -> NDArray[np.uint8]:
        found.raw[:] = [frames]
        return rounded(frames)

    monkeypatch.setattr(calling, "to_uint8", keep)
    return found


@pytest.fixture
def base(maker: Maker, case: Case) -> Floats:
    """The clip of the case and seed 0, made once."""
    if maker.base is None:
        maker.base = maker.make(case)
    return maker.base


def small_model(name: str, folder: Path, **changes: Any) -> DiffusersModel:
    chosen = {**SMALL, **SMALLER.get(name, {}), **changes}
    return CLASSES[name](CLASSES[name].Settings(**chosen), Runtime(), checkpoints.resolve(str(folder)))


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
    """Whether it loads a pipeline that is always the same, and nobody built a tiny checkpoint of it."""
    cls = models.registry[name]
    return issubclass(cls, DiffusersModel) and hasattr(cls, "pipeline") and name not in NAMES


@pytest.mark.parametrize("name", NAMES)
def test_a_clip_has_the_shape_that_was_asked_for(name: str, maker: Maker, base: Floats, case: Case) -> None:
    settings, plan = maker.model.settings, maker.model.plan(case)
    clip = maker.model.generate(case, 0)
    assert clip.frames.shape == (settings.num_frames, settings.height, settings.width, 3)
    assert clip.fps == plan.fps == (settings.fps or maker.model.card.fps)
    assert len(base) == plan.made_frames
    assert np.isfinite(base).all()
    assert base.std() > 0.01


@pytest.mark.parametrize("name", DISTINCT)
def test_the_same_seed_gives_the_same_clip_whatever_came_before(
    name: str, maker: Maker, base: Floats, case: Case, folders: Callable[[str], Path]
) -> None:
    import torch

    assert change(maker.make(case, seed=1), base) > SEEN
    torch.manual_seed(99)
    np.random.seed(99)
    fresh = small_model(name, folders(name))
    fresh.generate(case, 0)
    assert np.array_equal(maker.raw[-1], base)
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
    last = replace(case, keyframes=(Keyframe(other_image(case), 4),))
    shown = change(maker.make(last), base)
    assert shown > SEEN if {"last frame", "keyframes"} & set(takes) else shown == 0
    middle = replace(case, keyframes=(Keyframe(other_image(case), 2), Keyframe(other_image(case), 4)))
    if "keyframes" in takes:
        assert change(maker.make(middle), maker.make(last)) > SEEN


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
    name: str, maker: Maker, base: Floats, case: Case, folders: Callable[[str], Path]
) -> None:
    fields = CLASSES[name].Settings.__dataclass_fields__
    guided = {"true_cfg": 3.0} if "true_cfg" in fields else {"guidance": 3.0}
    clips = []
    for words in ("still, blurred", "zebras"):
        small_model(name, folders(name), negative_prompt=words, **guided).generate(case, 0)
        clips.append(maker.raw[-1])
    assert change(*clips) > SEEN


@pytest.mark.parametrize("name", DISTINCT)
def test_steps_are_counted_and_cancelling_leaves_a_usable_model(
    name: str, maker: Maker, base: Floats, case: Case
) -> None:
    seen: list[tuple[int, int]] = []
    maker.make(case, step=lambda done, total: seen.append((done, total)))
    total = seen[-1][1]
    assert seen == [(done, total) for done in range(1, total + 1)]
    assert total >= maker.model.settings.steps

    def stop(done: int, total: int) -> None:
        raise Cancelled("enough")

    with pytest.raises(Cancelled):
        maker.make(case, 1, stop)
    assert np.array_equal(maker.make(case), base)


@pytest.mark.parametrize("name", DISTINCT)
def test_half_precision_gives_a_clip(name: str, case: Case, folders: Callable[[str], Path]) -> None:
    model = CLASSES[name](
        CLASSES[name].Settings(**{**SMALL, **SMALLER.get(name, {})}),
        Runtime(dtype="bfloat16"),
        checkpoints.resolve(str(folders(name))),
    )
    assert model.generate(case, 0).frames.std() > 1
    parts = {name: getattr(model._pipeline, name, None) for name in model.full_precision}
    assert {str(part.dtype) for part in parts.values() if part} <= {"torch.float32"}


@pytest.mark.parametrize("name", DISTINCT)
def test_a_prompt_that_is_cut_off_is_on_record(name: str, maker: Maker, base: Floats, case: Case) -> None:
    if not maker.model.card.reads_text:
        assert "prompt_tokens" not in maker.model.effective_settings()
        return
    maker.make(case)
    short = maker.model.effective_settings()
    assert 0 < short["prompt_tokens"] < 100
    assert short["prompt_truncated"] is False
    long = replace(case, prompt=" ".join(["walk", "jump"] * 800))
    maker.make(long)
    used = maker.model.effective_settings()
    assert used["prompt_tokens"] > short["prompt_tokens"]
    assert used["prompt_truncated"] is True
    assert np.array_equal(maker.raw[-1], maker.make(replace(long, prompt=long.prompt + " fly")))


FRESH = """
import hashlib, json, sys
from pathlib import Path
import torch
from bench import models
from bench.types import Case
from tests.models.diffusers.test_diffusers_contract import small_model
torch.set_num_threads(1)
name, folder, image, prompt = sys.argv[1:]
clip = small_model(name, Path(folder)).generate(Case("photo", Path(image), prompt), 0)
print(hashlib.sha256(clip.frames.tobytes()).hexdigest())
"""


@pytest.mark.parametrize("name", ["animatediff-sparsectrl"])
def test_a_fresh_process_makes_the_same_clip(
    name: str, maker: Maker, case: Case, folders: Callable[[str], Path]
) -> None:
    """Of a pipeline that draws from the global generators too."""
    words = [sys.executable, "-c", FRESH, name, str(folders(name)), str(case.image), case.prompt]
    done = subprocess.run(words, capture_output=True, text=True, check=True, cwd=Path(__file__).parents[3])
    expected = hashlib.sha256(maker.model.generate(case, 0).frames.tobytes()).hexdigest()
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
"""Model -> frames that are asked for -> frames that its pipeline makes of the next number that it can, as measured."""

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


def test_frames_that_are_asked_for_come_out_of_sections(folders: Callable[[str], Path], photo: Case) -> None:
    """Two sections of FramePack: 73 frames, of which 40 are kept, and steps that count on from one to the other."""
    seen: list[tuple[int, int]] = []
    model = small_model("framepack", folders("framepack"), num_frames=40, steps=1)
    clip = model.generate(photo, 0, lambda done, total: seen.append((done, total)))
    assert len(clip) == 40
    assert seen == [(1, 2), (2, 2)]


def test_the_index_of_a_tiny_checkpoint_is_the_real_one(folders: Callable[[str], Path]) -> None:
    for name in NAMES:
        index = json.loads((folders(name) / "model_index.json").read_text())
        assert index["_class_name"] in (CLASSES[name].pipeline, *CLASSES[name].bases)
