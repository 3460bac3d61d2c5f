"""MUSIQ, trained on the photographs of SPAQ: how good a picture is technically, from 0 to 100.

A transformer over patches of 32 x 32 pixels of a picture at three sizes: as it is, and with a longer side of 224 and
of 384 pixels. Each patch goes through a small convolutional stem; the transformer knows its cell in a 10 x 10 grid over
the picture, and from which of the three sizes it is.

The arithmetic is written here from the paper (Ke et al. 2021, arXiv 2108.05997) and from its authors' code, so that it
needs no package whose licence forbids commercial use. The weights are the authors' as converted for PyTorch, in that
file's names and with what its conversion implies: the two smaller sizes are made by bicubic interpolation without
antialias, where the authors used a Gaussian filter.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from bench.base import state_dicts, weights
from bench.base.weights import Weights
from bench.errors import Unavailable
from bench.evaluators import nets
from bench.evaluators.nets.layers import Layers, refuse_other
from bench.types import Image

if TYPE_CHECKING:
    from torch import Tensor

WEIGHTS = Weights(
    name="musiq_spaq_ckpt-358bb6af.pth",
    urls=(
        "https://github.com/chaofengc/IQA-PyTorch/releases/download/v0.1-weights/musiq_spaq_ckpt-358bb6af.pth",
        "https://huggingface.co/chaofengc/IQA-PyTorch-Weights/resolve/main/musiq_spaq_ckpt-358bb6af.pth",
    ),
    sha256="358bb6af275e28ea56821d44fb55c6cb83645db11f394d3ad65b2d149965ab50",
    size=108_610_983,
    licence="PolyForm-Noncommercial-1.0.0",
    terms="no commercial use: IQA-PyTorch's conversion; google-research's own files are Apache-2.0",
)

PATCH, GRID = 32, 10
"""Side of a patch, pixels; side of the grid of positions, cells."""

LONGER_SIDES = (224, 384)
"""Longer sides of the two smaller sizes, pixels; they are scales 0 and 1, and the picture as it is scale 2."""

HEADS = 6

BATCH = 8
"""Frames at a time; another number changes a score by about 1e-6 of it."""


class Musiq:
    """The network in memory.

    Args:
        source: a file with the published one's names; the transformer may have another width and depth.
        device: where it computes.

    Raises:
        Unavailable: the weights are not on this machine and cannot be fetched, or are of another kind.
    """

    def __init__(self, source: Weights = WEIGHTS, device: str = "cpu") -> None:
        import torch

        self.device, self._layers = device, _load(source).placed(device, torch.float32)

    def scores(self, frames: Sequence[Image]) -> NDArray[np.float64]:
        """(T,): the score of each of T (H, W, 3) uint8 sRGB frames of any size; with the published weights 0 to 100.

        Raises:
            BenchError: memory does not suffice, or the network gave NaN.
        """
        return nets.in_batches(
            lambda planes: scored(self._layers, planes.float() / 127.5 - 1), frames, self.device, BATCH
        )


def scored(layers: Layers, pictures: Tensor) -> Tensor:
    """(B,): the scores of (B, 3, H, W) in [-1, 1]; kernels of the stem are standardised."""
    import torch

    encoder = layers.under("transformer_encoder")
    scales = [*(_resized(pictures, side) for side in LONGER_SIDES), pictures]
    tokens = [_tokens(layers, encoder, scale, number) for number, scale in enumerate(scales)]
    vectors = torch.cat([encoder["cls"].expand(len(pictures), -1, -1), *tokens], 1)
    number = 0
    while f"transformer_encoder.transformer.encoderblock_{number}.norm1.weight" in layers.tensors:
        vectors = _block(encoder.under(f"transformer.encoderblock_{number}"), vectors)
        number += 1
    return layers.linear("head", encoder.layer_norm("encoder_norm", vectors[:, 0], 1e-6))[:, 0]


def _tokens(layers: Layers, encoder: Layers, pictures: Tensor, scale: int) -> Tensor:
    """(B, N, E): the patches of (B, 3, H, W), with where they lie and of which scale they are."""
    from torch.nn import functional

    rows, columns = (-(-side // PATCH) for side in pictures.shape[2:])
    padded = functional.pad(pictures, _same(pictures, PATCH, PATCH))
    patches = functional.unfold(padded, PATCH, stride=PATCH).transpose(1, 2)  # (B, N, 3 · 32 · 32)
    maps = _stem(layers, patches.reshape(-1, 3, PATCH, PATCH)).permute(0, 2, 3, 1)  # channels come last there
    tokens = layers.linear("embedding", maps.reshape(len(pictures), rows * columns, -1))
    cells = (_cells(rows)[:, None] * GRID + _cells(columns)).flatten().to(pictures.device)
    return (
        tokens
        + encoder["posembed_input.position_emb"][0, cells]
        + encoder["scaleembed_input.scale_emb"][scale]
    )


def _stem(layers: Layers, patches: Tensor) -> Tensor:
    """(N, 256, 8, 8) of (N, 3, 32, 32): a convolution and a bottleneck of a residual network."""
    from torch.nn import functional

    block = layers.under("block1")
    root = functional.relu(_group_norm(layers, "gn_root", _conv(layers, "conv_root", patches, 2), 1e-6))
    pooled = functional.max_pool2d(functional.pad(root, _same(root, 3, 2)), 3, 2)  # 0 is the least there
    found = functional.relu(_group_norm(block, "gn1", _conv(block, "conv1", pooled)))
    found = functional.relu(_group_norm(block, "gn2", _conv(block, "conv2", found)))
    found = _group_norm(block, "gn3", _conv(block, "conv3", found))
    return functional.relu(found + _group_norm(block, "gn_proj", _conv(block, "conv_proj", pooled)))


def _block(layers: Layers, vectors: Tensor) -> Tensor:
    """(B, N, E) after one layer of the transformer, which normalises before attention and before its two layers."""
    from torch.nn import functional

    seen = layers.layer_norm("norm1", vectors, 1e-6)
    query, key, value = (
        layers.linear(f"attention.{part}", seen).reshape(*seen.shape[:2], HEADS, -1).transpose(1, 2)
        for part in ("query", "key", "value")
    )
    attended = functional.scaled_dot_product_attention(query, key, value).transpose(1, 2).flatten(2)
    vectors = vectors + layers.linear("attention.out", attended)
    hidden = functional.gelu(layers.linear("mlp.fc1", layers.layer_norm("norm2", vectors, 1e-6)))
    return vectors + layers.linear("mlp.fc2", hidden)


def _conv(layers: Layers, name: str, maps: Tensor, stride: int = 1) -> Tensor:
    """A convolution of the stem: no bias, padded as TensorFlow does."""
    from torch.nn import functional

    kernel = layers[f"{name}.weight"]
    return functional.conv2d(
        functional.pad(maps, _same(maps, kernel.shape[-1], stride)), kernel, stride=stride
    )


def _group_norm(layers: Layers, name: str, maps: Tensor, eps: float = 1e-4) -> Tensor:
    from torch.nn import functional

    return functional.group_norm(maps, 32, layers[f"{name}.weight"], layers[f"{name}.bias"], eps)


def _load(source: Weights) -> Layers:
    """The file's tensors, with the kernels of the stem as they are used.

    Raises:
        Unavailable: it is no MUSIQ.
    """
    import torch

    file = weights.fetch(source)
    try:
        tensors = state_dicts.read(file)
        refuse_other(
            tensors, lambda layers, device: scored(layers, torch.zeros(1, 3, PATCH, PATCH, device=device))
        )
    except (ValueError, AttributeError) as error:  # not all that is in a file need be a tensor
        raise Unavailable(
            f"{file} is not a MUSIQ: {error}", f"remove it, and fetch {WEIGHTS.name} again"
        ) from error
    with torch.inference_mode():
        return Layers({name: _standardised(tensor.float()) for name, tensor in tensors.items()})


def _standardised(tensor: Tensor) -> Tensor:
    """A kernel with mean 0 and deviation 1 in each of its outputs; what is no kernel, as it is."""
    if tensor.ndim != 4:
        return tensor
    mean = tensor.mean((1, 2, 3), keepdim=True)
    return (tensor - mean) / (tensor.std((1, 2, 3), correction=0, keepdim=True) + 1e-5)


def _resized(pictures: Tensor, side: int) -> Tensor:
    """(B, 3, h, w) with a longer side of so many pixels."""
    from torch.nn import functional

    height, width = pictures.shape[2:]
    ratio = side / max(height, width)
    size = (round(height * ratio), round(width * ratio))
    return functional.interpolate(pictures, size=size, mode="bicubic", align_corners=False)


def _same(maps: Tensor, kernel: int, stride: int) -> list[int]:
    """Zeros on the left, right, top and bottom, so that ceil(side / stride) windows fit: TensorFlow's 'SAME'."""
    missing = [max((-(-side // stride) - 1) * stride + kernel - side, 0) for side in maps.shape[:1:-1]]
    return [part for each in missing for part in (each // 2, each - each // 2)]


def _cells(count: int) -> Tensor:
    """(count,): of each of so many patches along a side, the cell of the grid in which it lies."""
    import torch

    grid = torch.arange(GRID, dtype=torch.float32)[None, None]
    return torch.nn.functional.interpolate(grid, size=count, mode="nearest")[0, 0].long()
