"""The adapter of any checkpoint, compared with the models' own adapters on their tiny checkpoints."""

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bench.engine import resolve_models
from bench.engine.requests import ModelRequest
from bench.errors import UsageError
from bench.models import checkpoints
from bench.models.diffusers.diffusers_any import Diffusers
from bench.types import Case, Runtime, Suite
from tests.tiny_checkpoints import Of, Tiny

SMALL = {"num_frames": 9, "width": 32, "height": 32, "steps": 2}


def renamed(folder: Path, copy: Path, name: str) -> Path:
    shutil.copytree(folder, copy)
    index = json.loads((copy / "model_index.json").read_text())
    (copy / "model_index.json").write_text(json.dumps(index | {"_class_name": name}))
    return copy


@pytest.mark.parametrize(
    ("name", "same_as_by_hand"),
    [
        ("wan2.1-i2v-480p", {"guidance": 5.0}),
        ("cogvideox-5b-i2v", {"guidance": 6.0, "sampler": "checkpoint"}),
        ("skyreels-v2-i2v-1.3b-540p", {"guidance": 5.0, "flow_shift": None}),
    ],
)
def test_it_makes_the_clip_of_the_models_own_adapter(
    name: str, same_as_by_hand: dict[str, Any], of: Of, case: Case
) -> None:
    own = of(name, **SMALL, **same_as_by_hand).generate(case, 0)
    clip = of("diffusers", on=name, **SMALL).generate(case, 0)
    assert np.array_equal(clip.frames, own.frames)


def test_what_is_not_set_is_the_pipelines_own(of: Of, case: Case) -> None:
    model = of("diffusers", on="svd", steps=1, width=32)
    model.load()
    plan, used = model.plan(case), model.effective_settings()
    assert (plan.frames, plan.made_frames, plan.width, plan.height, plan.fps) == (14, 14, 32, 576, 7)
    assert used["guidance"] is None  # it has a first and a last one instead


def test_frames_and_sizes_are_rounded_as_the_parts_say(of: Of, case: Case) -> None:
    model = of("diffusers", on="wan2.2-ti2v-5b", num_frames=6, width=70, height=60, steps=1)
    clip = model.generate(case, 0)
    assert clip.frames.shape == (6, 64, 64, 3)
    assert model.plan(case).made_frames == 9


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("CogVideoXPipeline", "is not image-to-video: takes no image"),
        ("TextToVideoZeroPipeline", "is not image-to-video: takes no image"),
        ("TuneAVideoPipeline", "is not image-to-video: takes no image"),
        ("StableDiffusionImg2ImgPipeline", "is not image-to-video: gives no frames"),
        ("HunyuanVideo15ImageToVideoPipeline", "takes no size; choose the model for it"),
        ("SomebodysPipeline", "is a SomebodysPipeline, which this diffusers does not have"),
        ("logging", "is a logging, which this diffusers does not have"),
    ],
)
def test_what_is_not_image_to_video_is_refused(name: str, why: str, tiny: Tiny, tmp_path: Path) -> None:
    other = renamed(tiny("cogvideox-5b-i2v"), tmp_path / "other", name)
    model = Diffusers(None, Runtime(), checkpoints.resolve(str(other)))
    with pytest.raises(UsageError, match=why):
        model.load()


def test_settings_that_a_pipeline_does_not_take_are_refused(of: Of) -> None:
    with pytest.raises(
        UsageError, match="negative_prompt is set, and a StableVideoDiffusionPipeline takes none"
    ):
        of("diffusers", on="svd", negative_prompt="ugly").load()


def test_teacache_observes_what_the_adapters_of_the_same_denoiser_know(
    of: Of,
) -> None:
    of("diffusers", on="wan2.1-i2v-480p", accel="teacache:0.5:1,0").load()
    with pytest.raises(UsageError, match="coefficients are not known for model 'diffusers'; give them"):
        of("diffusers", on="wan2.1-i2v-480p", accel="teacache").load()


def test_precision_tells_its_runs_apart(tiny: Tiny, case: Case) -> None:
    entrant = ModelRequest(("diffusers",), checkpoints=(str(tiny("wan2.1-i2v-480p")),))
    suite = Suite("own", "0", "", (case,))
    found = [
        resolve_models.resolve(entrant, suite, Runtime(dtype=dtype))[0][1]
        for dtype in ("float32", "bfloat16")
    ]
    assert [run.dtype for run in found] == ["float32", "bfloat16"]
    assert found[0].id != found[1].id
    assert found[0].label == "diffusers@wan2.1-i2v-480p"


def test_it_needs_a_checkpoint() -> None:
    with pytest.raises(
        UsageError, match="model 'diffusers' has no weights of its own: give it a --checkpoint"
    ):
        Diffusers().load()
