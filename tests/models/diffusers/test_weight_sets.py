"""Two sets of weights for one part: what is said to be read is what the libraries read."""

from __future__ import annotations

import json
import logging
import os
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.torch import load_file, save_file

from bench.models import checkpoints
from bench.models.diffusers import weight_sets
from bench.models.diffusers.svd import SVD
from bench.types import Case, Frames, Runtime
from tests.tiny_checkpoints import Tiny

SETTINGS = SVD.Settings(num_frames=3, steps=1, width=64, height=64)


@pytest.fixture
def folder(tiny: Tiny, tmp_path: Path) -> Path:
    return shutil.copytree(tiny("svd"), tmp_path / "svd")


def _single(part: Path) -> Path:
    (file,) = part.glob("*.safetensors")
    return file


def _other_weights(file: Path, target: Path, age: int) -> None:
    """The same tensors, all of them halved, written so many seconds later than the file."""
    save_file(
        {name: tensor / 2 for name, tensor in load_file(file).items()}, target, metadata={"format": "pt"}
    )
    changed = file.stat().st_mtime_ns + age * 10**9
    os.utime(target, ns=(changed, changed))


def _as_shard(file: Path, age: int) -> None:
    """Old shards with their index, beside the file."""
    shard = file.with_name(f"{file.stem}-00001-of-00001.safetensors")
    _other_weights(file, shard, age)
    index: dict[str, Any] = {
        "metadata": {"total_size": 1},
        "weight_map": dict.fromkeys(load_file(file), shard.name),
    }
    file.with_name(f"{file.name}.index.json").write_text(json.dumps(index))


def _clip(folder: Path, case: Case) -> Frames:
    model = SVD(SETTINGS, Runtime(), checkpoints.resolve(str(folder)))
    return model.generate(case, 0).frames


@pytest.mark.parametrize(("part", "reads_shards"), [("unet", True), ("image_encoder", False)])
def test_old_shards_beside_a_newer_file(
    folder: Path, case: Case, part: str, reads_shards: bool, caplog: pytest.LogCaptureFixture
) -> None:
    """diffusers takes the shards, transformers the file."""
    plain, before = _clip(folder, case), checkpoints.resolve(str(folder)).digest
    file = _single(folder / part)
    _as_shard(file, age=-3600)
    with caplog.at_level(logging.WARNING, "bench"):
        changed = _clip(folder, case)
    assert np.array_equal(changed, plain) is not reads_shards
    read, beside = (f"{file.name}.index.json", f"{file.name}, which is newer") if reads_shards else (
        file.name, f"{file.name}.index.json"
    )  # fmt: skip
    assert caplog.messages == [
        f"{folder / part} has several sets of weights: {read} is read; not read: {beside}"
    ]
    assert checkpoints.resolve(str(folder)).digest != before


@pytest.mark.parametrize("dtype", ["float16", "float32"])
def test_a_stale_variant_beside_a_new_file(folder: Path, dtype: str) -> None:
    unet = folder / "unet"
    full = unet / "diffusion_pytorch_model.safetensors"
    half = unet / "diffusion_pytorch_model.fp16.safetensors"
    _other_weights(full, half, age=-60)
    index = {"unet": ["diffusers", "UNet"], "image_encoder": ["transformers", "CLIP"], "_class_name": "SVD"}
    said = list(weight_sets.notices(folder, index, "fp16" if dtype == "float16" else None))
    expected = {
        "float16": f"{half.name} is read; not read: {full.name}, which is newer",
        "float32": f"{full.name} is read; not read: {half.name}",
    }
    assert said == [f"{unet} has several sets of weights: {expected[dtype]}"]


def test_a_pickle_beside_safetensors(folder: Path) -> None:
    encoder = folder / "image_encoder"
    (encoder / "pytorch_model.bin").write_bytes(b"")
    (said,) = weight_sets.notice(encoder, "transformers")
    assert said.endswith("model.safetensors is read; not read: pytorch_model.bin, which is newer")


def test_one_set_is_nothing_to_say(folder: Path) -> None:
    assert not list(weight_sets.notice(folder / "unet", "diffusers", "fp16"))
    assert not list(weight_sets.notice(folder / "scheduler", "diffusers"))
