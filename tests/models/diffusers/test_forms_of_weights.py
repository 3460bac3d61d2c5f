"""Weights in the forms that people have them: half precision of some parts or all, and pointers of Git LFS."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from safetensors.torch import load_file, save_file

from bench.base import files
from bench.errors import Unavailable
from bench.models import checkpoints, stored_weights
from bench.models.diffusers.svd import SVD
from bench.types import Case, Frames, Runtime
from tests.tiny_checkpoints import Tiny

SETTINGS = SVD.Settings(num_frames=3, steps=1, width=64, height=64)
POINTER = "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 9\n"


@pytest.fixture
def folder(tiny: Tiny, tmp_path: Path) -> Path:
    return shutil.copytree(tiny("svd"), tmp_path / "svd")


def halve(part: Path, dtype: str, variant: str) -> None:
    """Leaves the weights of a part in half precision, under the variant's name."""
    import torch

    (file,) = part.glob("*.safetensors")
    tensors = {name: tensor.to(getattr(torch, dtype)) for name, tensor in load_file(file).items()}
    file.unlink()
    save_file(tensors, file.with_name(f"{file.stem}.{variant}.safetensors"), metadata={"format": "pt"})


def clip(folder: Path, case: Case, *components: str) -> Frames:
    found = checkpoints.of_card(SVD.card, str(folder), components)
    return SVD(SETTINGS, Runtime(), found).generate(case, 0).frames


@pytest.mark.parametrize(
    ("parts", "dtype", "variant"),
    [
        (("unet", "vae", "image_encoder"), "bfloat16", "bf16"),
        (("vae", "image_encoder"), "float16", "fp16"),
        (("vae",), "bfloat16", "bf16"),
    ],
)
def test_parts_in_half_precision_are_read_in_full(
    folder: Path, case: Case, parts: tuple[str, ...], dtype: str, variant: str
) -> None:
    """A folder of bfloat16 alone, and a training's full unet among parts in float16."""
    for part in parts:
        halve(folder / part, dtype, variant)
    found = clip(folder, case)
    for part in parts:
        (file,) = (folder / part).glob("*.safetensors")
        file.rename(file.with_name(file.name.replace(f".{variant}.", ".")))
    assert (found == clip(folder, case)).all()


def test_a_component_in_half_precision_is_read(folder: Path, case: Case, tmp_path: Path) -> None:
    part = shutil.copytree(folder / "unet", tmp_path / "tuned" / "unet")
    halve(part, "bfloat16", "bf16")
    found = clip(folder, case, f"unet={part}")
    (file,) = part.glob("*.safetensors")
    file.rename(file.with_name(file.name.replace(".bf16.", ".")))
    assert (found == clip(folder, case, f"unet={part}")).all()


def test_pointers_of_git_lfs_are_told_apart(folder: Path, case: Case, tmp_path: Path) -> None:
    part = shutil.copytree(folder / "unet", tmp_path / "tuned" / "unet")
    for place in (part, folder / "unet"):
        (file,) = place.glob("*.safetensors")
        files.write_text(file, POINTER)
        words = [f"unet={part}"] if place == part else []
        with pytest.raises(
            Unavailable, match=f"are a pointer of Git LFS, not the file; git -C {place} lfs pull"
        ):
            clip(folder, case, *words)
    (need,) = stored_weights.needs(SVD.card, checkpoints.resolve(str(folder)))
    assert not need.is_met
    assert (need.found.endswith("is a pointer of Git LFS, not the file"), need.remedy) == (
        True,
        f"git -C {folder / 'unet'} lfs pull",
    )
