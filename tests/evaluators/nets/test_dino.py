"""DINO's forward pass against facebookresearch/dino's, whose answers for a tiny random network are stored here."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from bench.base import weights
from bench.errors import Unavailable
from bench.evaluators.nets import dino
from bench.evaluators.nets.dino import Dino, Settings
from bench.types import Image
from tests import tiny_nets

ORIGINAL = {
    (224, 224): (-0.090099, 0.103880, -0.275472, -0.021974),
    (224, 398): (-0.033509, 0.052779, -0.249311, -0.069915),  # 16:9, with a remainder of 14 pixels
    (398, 224): (-0.073028, 0.095873, -0.265724, -0.060056),
    (224, 238): (-0.110594, 0.089710, -0.276739, -0.017275),  # 14 x 14 patches, and resampled nevertheless
    (226, 230): (-0.062151, 0.116409, -0.314803, -0.035874),
}
"""(height, width) -> the first four numbers of the class token, of length 1.

facebookresearch/dino at 7c446df, VisionTransformer(patch_size=16, embed_dim=64, depth=2, num_heads=1, qkv_bias=True,
norm_layer=partial(LayerNorm, eps=1e-6)) with tiny_nets.write_dino's tensors; torch 2.15.
"""


def blocks(height: int, width: int) -> Image:
    """Squares of 8 x 8 pixels, each of one random colour."""
    coarse = np.random.default_rng(0).integers(
        0, 256, (1, -(-height // 8), -(-width // 8), 3), dtype=np.uint8
    )
    return np.asarray(coarse.repeat(8, axis=1).repeat(8, axis=2)[0, :height, :width])


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("dino") / "tiny.pth"
    tiny_nets.write_dino(path)
    return path


@pytest.fixture(scope="module")
def net(file: Path) -> Dino:
    return Dino(weights.local(file))


@pytest.mark.parametrize("size", ORIGINAL)
def test_is_the_original_s(net: Dino, size: tuple[int, int]) -> None:
    found = net.vectors([blocks(*size)])
    assert found.shape == (1, 64)
    assert np.abs(found[0, :4] - ORIGINAL[size]).max() < 2e-6  # six digits are stored, of float32


def test_bytes_and_floats_of_the_same_levels_are_one_frame(net: Dino) -> None:
    frame = blocks(224, 240)
    assert np.array_equal(net.vectors([frame]), net.vectors([frame.astype(np.float32)]))


def test_batch_order_and_other_sizes_decide_nothing(net: Dino) -> None:
    frames = [blocks(224, 224), blocks(224, 240), 255 - blocks(224, 224)]
    together = net.vectors(frames)
    alone = np.concatenate([net.vectors([frame]) for frame in frames])
    assert np.abs(together - alone).max() < 1e-6
    assert np.abs(net.vectors(frames[::-1])[::-1] - together).max() < 1e-6
    assert np.linalg.norm(together, axis=1) == pytest.approx(1, abs=1e-12)


def test_bfloat16_is_near_and_not_the_same(file: Path, net: Dino) -> None:
    frame = blocks(224, 224)
    exact, rough = net.vectors([frame]), Dino(weights.local(file), dtype="bfloat16").vectors([frame])
    assert 1e-5 < np.abs(exact - rough).max() < 0.05  # 8 bits


def test_evaluators_share_one_network(file: Path) -> None:
    first = Settings(file).net("cpu")
    assert Settings(file).net("cpu") is first
    assert Settings(file, "bfloat16").net("cpu") is not first


def test_another_file_is_refused(file: Path, tmp_path: Path) -> None:
    import torch

    tensors = torch.load(file, weights_only=True)
    torch.save({**tensors, "head.mlp.0.weight": torch.zeros(1)}, tmp_path / "trained.pth")
    with pytest.raises(
        Unavailable, match=r"trained\.pth is not a checkpoint of a DINO ViT: it has head\.mlp"
    ):
        Dino(weights.local(tmp_path / "trained.pth"))
    (tmp_path / "page.pth").write_text("<html>")
    with pytest.raises(Unavailable, match=r"page\.pth is not a checkpoint of a DINO ViT"):
        Dino(weights.local(tmp_path / "page.pth"))


def test_the_published_file_is_pinned_by_what_its_owner_states() -> None:
    assert dino.VIT_B_16.pin == ("md5", "552daf80332dbde16bba2a52c6508b77")
    assert dino.VIT_B_16.size == 343_242_485


@pytest.mark.weights
def test_the_published_network_tells_pictures_apart() -> None:
    if weights.path(dino.VIT_B_16) is None:
        pytest.skip(f"{dino.VIT_B_16.name} is not here")
    frame = blocks(224, 398)
    vectors = Dino().vectors([frame, frame, np.roll(frame, 8, axis=1), 255 - frame])
    assert vectors.shape == (4, 768)
    same, shifted, inverted = vectors[1:] @ vectors[0]
    assert same == pytest.approx(1, abs=1e-6)
    assert inverted < shifted < same
