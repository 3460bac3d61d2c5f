"""What is particular to I2VGen-XL, EasyAnimate, PIA and AnimateDiff."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bench import models
from bench.media import pictures
from bench.models import checkpoints
from bench.types import Case, Keyframe, Runtime
from tests import tiny_checkpoints

FAST = {"num_frames": 5, "width": 64, "height": 64, "steps": 2}


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory, one_thread: None) -> Callable[[str], Path]:
    root = tmp_path_factory.mktemp("tiny")

    def folder(name: str) -> Path:
        path = root / name
        return path if path.is_dir() else tiny_checkpoints.write(name, path)

    return folder


@pytest.fixture(scope="module")
def case(tmp_path_factory: pytest.TempPathFactory) -> Case:
    path = tmp_path_factory.mktemp("image") / "photo.png"
    pictures.write(path, np.random.default_rng(0).integers(0, 256, (64, 64, 3), dtype=np.uint8))
    return Case(id="photo", image=path, prompt="it moves")


def made(name: str, folder: Path, **settings: object) -> Any:
    cls = models.registry[name]
    return cls(cls.Settings(**(FAST | settings)), Runtime(), checkpoints.resolve(str(folder)))


def test_i2vgenxl_reads_the_prompt_as_it_did_before_transformers_5(
    folders: Callable[[str], Path], case: Case
) -> None:
    """The peer is the same encoding done by hand: the last but one layer, through the encoder's last norm."""
    import torch

    model = made("i2vgen-xl", folders("i2vgen-xl"))
    model.load()
    pipeline = model._pipeline
    pipeline._guidance_scale = 1.0  # the call sets it before it encodes
    encoder, tokenizer = pipeline.text_encoder, pipeline.tokenizer
    ids = tokenizer(case.prompt, padding="max_length", max_length=77, return_tensors="pt").input_ids
    with torch.no_grad():
        layers = encoder(ids, output_hidden_states=True).hidden_states
        expected = encoder.final_layer_norm(layers[-2])
        found, _ = pipeline.encode_prompt(case.prompt, "cpu", 1, clip_skip=1)
    assert torch.equal(found, expected)
    assert sum(1 for _ in encoder.named_modules()) < 200, "the encoder is no part of itself"


def test_easyanimate_runs_on_checkpoints_without_the_vaes_switch(
    folders: Callable[[str], Path], case: Case
) -> None:
    folder = folders("easyanimate-5.1")
    assert "cache_mag_vae" not in (folder / "vae" / "config.json").read_text()
    model = made("easyanimate-5.1", folder)
    model.load()
    assert model._pipeline.vae.config.cache_mag_vae is True


def test_what_easyanimate_keeps_is_not_made(
    folders: Callable[[str], Path], case: Case, tmp_path: Path
) -> None:
    mask = np.zeros((64, 64, 3), np.uint8)
    mask[:, :32] = 255
    pictures.write(tmp_path / "keep.png", mask)
    last = Keyframe(case.image, 4)
    model = made("easyanimate-5.1", folders("easyanimate-5.1"))
    kept = replace(case, keep=tmp_path / "keep.png", keyframes=(last,))
    told = model.arguments(model._request(kept, model.plan(kept)))
    made_mask = told["mask_video"][0, 0]
    assert told["video"].shape == (1, 3, 5, 64, 64)
    assert (made_mask[[0, 4]] == 0).all(), "first and last frame are given"
    assert (made_mask[1:4, :, :30] == 0).all()
    assert (made_mask[1:4, :, 34:] == 255).all()


def test_sparsectrl_is_shown_pictures_at_their_frames(folders: Callable[[str], Path], case: Case) -> None:
    model = made("animatediff-sparsectrl", folders("animatediff-sparsectrl"))
    shown = replace(case, keyframes=(Keyframe(case.image, 2), Keyframe(case.image, 4)))
    told = model.arguments(model._request(shown, model.plan(shown)))
    assert told["controlnet_frame_indices"] == [0, 2, 4]
    assert len(told["conditioning_frames"]) == 3


@pytest.mark.parametrize(
    ("name", "setting"),
    [
        ("animatediff-sparsectrl", {"control": 0.0}),
        ("animatediff-ip-adapter", {"image_scale": 0.2}),
        ("pia", {"motion_scale": 8}),
        ("i2vgen-xl", {"fps": 4}),
    ],
)
def test_settings_reach_the_clip(
    name: str,
    setting: dict[str, Any],
    folders: Callable[[str], Path],
    case: Case,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from bench.models.diffusers import calling

    raw: list[Any] = []
    rounded = calling.to_uint8
    monkeypatch.setattr(calling, "to_uint8", lambda frames: rounded(raw.append(frames) or frames))
    for chosen in ({}, setting):
        made(name, folders(name), **chosen).generate(case, 0)
    assert not np.array_equal(*raw)


def test_an_image_prompt_is_no_first_frame() -> None:
    card = models.registry["animatediff-ip-adapter"].card
    assert "image prompt" in card.takes
    assert "first frame" not in card.takes
    assert "no frame need be it" in card.note
