"""What people give as a checkpoint that is no pipeline's folder: read as what is meant, or told what to do."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save_file

from bench.errors import Unavailable, UsageError
from bench.models import checkpoints
from bench.models.diffusers.svd import SVD
from bench.types import Checkpoint, ModelCard

UNET, ENCODER = "UNetSpatioTemporalConditionModel", "CLIPVisionModelWithProjection"
INDEX = {
    "_class_name": "StableVideoDiffusionPipeline",
    "unet": ["diffusers", UNET],
    "image_encoder": ["transformers", ENCODER],
    "vae": ["diffusers", "AutoencoderKLTemporalDecoder"],
    "vae_2": ["diffusers", "AutoencoderKLTemporalDecoder"],
    "feature_extractor": [None, None],
}


@pytest.fixture
def card(tmp_path: Path) -> ModelCard:
    """A card whose own weights are a folder."""
    made(tmp_path / "base", {"model_index.json": INDEX, "vae/config.json": {}})
    return replace(SVD.card, weights=str(tmp_path / "base"))


def made(folder: Path, content: Mapping[str, object]) -> Path:
    """A folder of files: JSON, or '' for an empty one."""
    for name, text in content.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(json.dumps(text) if text else "")
    return folder


def network(name: str) -> dict[str, object]:
    return {"_class_name": name} if name != ENCODER else {"architectures": [name]}


@pytest.mark.parametrize(
    ("content", "within", "parts", "name"),
    [
        ({"unet/config.json": network(UNET)}, "unet", {"unet": "unet"}, "unet-checkpoint-500"),
        (
            {"unet/config.json": network(UNET), "optimizer.bin": ""},
            "",
            {"unet": "unet"},
            "unet-checkpoint-500",
        ),
        ({"config.json": network(UNET)}, "", {"unet": ""}, "unet-checkpoint-500"),
        ({"config.json": network(ENCODER)}, "", {"image_encoder": ""}, "image_encoder-checkpoint-500"),
        (
            {
                "unet/config.json": network(UNET),
                "encoder/config.json": network(ENCODER),
                "logs/config.json": {},
            },
            "",
            {"unet": "unet", "image_encoder": "encoder"},
            "image_encoder-encoder+unet-checkpoint-500",
        ),
        ({"vae_2/config.json": network("AutoencoderKLTemporalDecoder")}, "vae_2", {"vae_2": "vae_2"}, None),
    ],
)
def test_parts_of_a_training_are_components(
    card: ModelCard,
    tmp_path: Path,
    content: Mapping[str, object],
    within: str,
    parts: Mapping[str, str],
    name: str,
) -> None:
    """The same checkpoint, label and digest as by --component; also '--checkpoint …/unet'."""
    folder = made(tmp_path / "checkpoint-500", content)
    found = checkpoints.of_card(card, str(folder / within))
    named = sorted((part, folder / place) for part, place in parts.items())
    assert found == checkpoints.of_card(card, components=[f"{part}={place}" for part, place in named])
    assert {part: Path(each.source) for part, each in found.parts} == dict(named)
    assert name is None or found.name == name


def test_a_component_beside_it_has_the_last_word(card: ModelCard, tmp_path: Path) -> None:
    folder = made(tmp_path / "checkpoint-500", {"unet/config.json": network(UNET)})
    other = made(tmp_path / "ema" / "unet", {"config.json": network(UNET)})
    found = checkpoints.of_card(card, str(folder), components=[f"unet={other}"])
    assert [Path(each.source) for _, each in found.parts] == [other]


def test_parts_of_a_cards_own_stay_below_a_trained_one(card: ModelCard, tmp_path: Path) -> None:
    """FramePack's transformer comes from elsewhere; a whole checkpoint brings its own, a part does not."""
    own = made(tmp_path / "own" / "image_encoder", {"config.json": network(ENCODER)})
    folder = made(tmp_path / "checkpoint-500", {"unet/config.json": network(UNET)})
    found = checkpoints.of_card(replace(card, parts={"image_encoder": str(own)}), str(folder))
    assert [part for part, _ in found.parts] == ["image_encoder", "unet"]


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (
            {"unet/config.json": network(UNET), "unet_ema/config.json": network(UNET)},
            "holds two UNet.*: choose --component unet=.*/unet or --component unet=.*/unet_ema",
        ),
        (
            {"config.json": network("AutoencoderKLTemporalDecoder")},
            "which may be vae or vae_2: say which, as --component vae=",
        ),
        (
            {"config.json": network("WanModel")},
            r"is a WanModel, and the pipeline has none; its parts are unet \(a UNet",
        ),
        (
            {"pytorch_lora_weights.safetensors": "", "optimizer.bin": ""},
            "holds a LoRA, which is given as --lora .*checkpoint-500$",
        ),
        (
            {"latest": "", "zero_to_fp32.py": "", "pytorch_model/mp_rank_00_model_states.pt": ""},
            "DeepSpeed's shards; join them by `python .*/zero_to_fp32.py .* OUT --safe_serialization`; load OUT into",
        ),
        ({"global_step500/mp_rank_00_model_states.pt": ""}, "DeepSpeed's shards"),
        (
            {"pytorch_model_fsdp_0/__0_0.distcp": "", "optimizer_0/__0_0.distcp": ""},
            "FSDP's shards; join them by `accelerate merge-weights .*/pytorch_model_fsdp_0 OUT`",
        ),
        ({"__0_0.distcp": "", ".metadata": ""}, "accelerate merge-weights .*/checkpoint-500 OUT"),
        (
            {"model.safetensors": "", "optimizer.bin": "", "random_states_0.pkl": ""},
            "holds the state of a training; load its model.safetensors into the network that was trained",
        ),
        (
            {"wan_i2v_fp8.safetensors": ""},
            r"but wan_i2v_fp8.safetensors: diffusers turns it into a folder: from_single",
        ),
        ({"snapshots/0123/model_index.json": ""}, "did you mean its folder snapshots/0123"),
        (
            {"model.safetensors.index.json": {"weight_map": {"a": "model-1-of-2.safetensors"}}},
            r"holds model.safetensors.index.json and not model-1-of-2.safetensors, which that names",
        ),
        ({"readme.md": ""}, r"holds no model_index\.json, which save_pretrained writes$"),
    ],
)
def test_what_is_no_part_is_told_what_to_do(
    card: ModelCard, tmp_path: Path, content: Mapping[str, object], message: str
) -> None:
    folder = made(tmp_path / "checkpoint-500", content)
    with pytest.raises(UsageError) as error:
        checkpoints.of_card(card, str(folder))
    assert re.search(message, str(error.value)), str(error.value)
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("wan.safetensors", r"from_single_file of its network's class .*--component PART=FOLDER"),
        ("wan.Q4_K_M.gguf", "quantised as GGUF are not read: take those that they were made from"),
        ("wan.ckpt", "may run code when it is opened"),
        ("wan.txt", "give the folder that save_pretrained wrote"),
    ],
)
def test_a_single_file_is_told_what_to_do(card: ModelCard, tmp_path: Path, name: str, message: str) -> None:
    (tmp_path / name).write_bytes(b"weights")
    for words in ({"words": str(tmp_path / name)}, {"components": [f"unet={tmp_path / name}"]}):
        with pytest.raises(UsageError, match=message):
            checkpoints.of_card(card, **words)  # type: ignore[arg-type]


def test_single_files_that_are_something_else_are_told_apart(card: ModelCard, tmp_path: Path) -> None:
    pointer, lora = tmp_path / "a.safetensors", tmp_path / "b.safetensors"
    pointer.write_text("version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 9\n")
    save_file({"transformer.to_q.lora_A.weight": np.zeros(1, np.float32)}, lora)
    with pytest.raises(
        UsageError, match=f"is a pointer of Git LFS: git -C {re.escape(str(tmp_path))} lfs pull"
    ):
        checkpoints.of_card(card, str(pointer))
    with pytest.raises(UsageError, match=r"it is a LoRA, which is given as --lora .*b\.safetensors"):
        checkpoints.of_card(card, str(lora))
    with pytest.raises(
        Unavailable, match=r"LoRA .*a\.safetensors is a pointer of Git LFS, not the file; git -C"
    ):
        checkpoints.resolve_lora(str(pointer))


def test_a_model_without_weights_of_its_own_needs_a_whole_pipeline(card: ModelCard, tmp_path: Path) -> None:
    folder = made(tmp_path / "unet", {"config.json": network(UNET)})
    with pytest.raises(UsageError, match=f"it is a {UNET}, one part of a pipeline: --component PART="):
        checkpoints.of_card(replace(card, weights=""), str(folder))


def test_a_whole_pipeline_is_what_it_was(card: ModelCard, tmp_path: Path) -> None:
    """Also one whose folder has a config.json of its own."""
    folder = made(tmp_path / "whole", {"model_index.json": INDEX, "config.json": network(UNET)})
    assert checkpoints.of_card(card, str(folder)) == checkpoints.resolve(str(folder))
    assert isinstance(checkpoints.of_card(card), Checkpoint)
