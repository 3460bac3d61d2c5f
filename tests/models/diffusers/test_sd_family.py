"""What is particular to I2VGen-XL, EasyAnimate, PIA and AnimateDiff."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bench import models
from bench.media import pictures
from bench.types import Case, Keyframe
from tests.tiny_checkpoints import Of, Tiny

FAST = {"num_frames": 5, "width": 64, "height": 64, "steps": 2}


def test_i2vgenxl_reads_the_prompt_as_it_did_before_transformers_5(of: Of, case: Case) -> None:
    """The peer is the same encoding done by hand: the last but one layer, through the encoder's last norm."""
    import torch

    model = of("i2vgen-xl", **FAST)
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


def test_easyanimate_runs_on_checkpoints_without_the_vaes_switch(of: Of, tiny: Tiny) -> None:
    assert "cache_mag_vae" not in (tiny("easyanimate-5.1") / "vae" / "config.json").read_text()
    model = of("easyanimate-5.1", **FAST)
    model.load()
    assert model._pipeline.vae.config.cache_mag_vae is True


def test_what_easyanimate_keeps_is_not_made(of: Of, case: Case, tmp_path: Path) -> None:
    mask = np.zeros((32, 32, 3), np.uint8)
    mask[:, :16] = 255
    pictures.write(tmp_path / "keep.png", mask)
    last = Keyframe(case.image, 4)
    model = of("easyanimate-5.1", **FAST)
    kept = replace(case, keep=tmp_path / "keep.png", keyframes=(last,))
    told = model.arguments(model._request(kept, model.plan(kept)))
    made_mask = told["mask_video"][0, 0]
    assert told["video"].shape == (1, 3, 5, 64, 64)
    assert (made_mask[[0, 4]] == 0).all(), "first and last frame are given"
    assert (made_mask[1:4, :, :30] == 0).all()
    assert (made_mask[1:4, :, 34:] == 255).all()


def test_sparsectrl_is_shown_pictures_at_their_frames(of: Of, case: Case) -> None:
    model = of("animatediff-sparsectrl", **FAST)
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
    of: Of,
    case: Case,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from bench.models.diffusers import calling

    raw: list[Any] = []
    rounded = calling.to_uint8
    monkeypatch.setattr(calling, "to_uint8", lambda frames: rounded(raw.append(frames) or frames))
    for chosen in ({}, setting):
        of(name, **(FAST | chosen)).generate(case, 0)
    assert not np.array_equal(*raw)


def test_an_image_prompt_is_no_first_frame() -> None:
    card = models.registry["animatediff-ip-adapter"].card
    assert "image prompt" in card.takes
    assert "first frame" not in card.takes
    assert "no frame need be it" in card.note
