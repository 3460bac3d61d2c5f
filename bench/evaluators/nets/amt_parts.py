"""What AMT-S is built of: the features by which frames are matched, those that are decoded, and a decoder."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bench.evaluators.nets.layers import Layers

if TYPE_CHECKING:
    from torch import Tensor

SKIPPED = 20
"""Channels, the last, that a decoder's side path sees."""


def decoder(layers: Layers, x: Tensor) -> Tensor:
    """(1, out, 2h, 2w) of (1, in, h, w)."""
    from torch.nn import functional

    found = _residual(layers.under("1"), _convolution(layers.under("0"), x))
    return functional.conv_transpose2d(found, layers["2.weight"], layers["2.bias"], stride=2, padding=1)


def _residual(layers: Layers, x: Tensor) -> Tensor:
    """(1, C, h, w) of the same; the last channels take a second way between the convolutions."""
    found = x
    for number in (1, 3):
        found = _beside(layers, number + 1, _convolution(layers.under(f"conv{number}"), found))
    return layers.prelu("prelu", x + layers.conv("conv5", found))


def _beside(layers: Layers, number: int, x: Tensor) -> Tensor:
    import torch

    side = _convolution(layers.under(f"conv{number}"), x[:, -SKIPPED:])
    return torch.cat([x[:, :-SKIPPED], side], 1)


def _convolution(layers: Layers, x: Tensor, stride: int = 1) -> Tensor:
    return layers.prelu("1", layers.conv("0", x, stride))


def pyramid(layers: Layers, pair: Tensor) -> list[Tensor]:
    """(2, C, H / 2, W / 2) to (2, C, H / 16, W / 16): what decoders see of the frames."""
    found = [pair]
    for number in range(1, 5):
        level = layers.under(f"pyramid{number}")
        found.append(_convolution(level.under("1"), _convolution(level.under("0"), found[-1], 2)))
    return found[1:]


def features(layers: Layers, pair: Tensor) -> Tensor:
    """(2, E, H / 8, W / 8): what frames are matched by."""
    x = _normed(layers.conv("conv1", pair, 2)).relu()
    for number, stride in ((1, 1), (2, 2), (3, 2)):
        x = _bottleneck(layers.under(f"layer{number}.0"), x, stride)
        x = _bottleneck(layers.under(f"layer{number}.1"), x, 1)
    return layers.conv("conv2", x)


def _bottleneck(layers: Layers, x: Tensor, stride: int) -> Tensor:
    found = _normed(layers.conv("conv1", x)).relu()
    found = _normed(layers.conv("conv2", found, stride)).relu()
    found = _normed(layers.conv("conv3", found)).relu()
    if stride > 1:
        x = _normed(layers.conv("downsample.0", x, stride))
    return (x + found).relu()


def _normed(x: Tensor) -> Tensor:
    from torch.nn import functional

    return functional.instance_norm(x)
