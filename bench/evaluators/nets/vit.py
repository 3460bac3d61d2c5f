"""The vision transformer, with the names and the arithmetic of DINO's; CLIP's too, once it is brought to these names.

Source: Dosovitskiy et al. 2021 (arXiv 2010.11929); positions on other than square input as DINO has them (Caron et al.
2021, arXiv 2104.14294): bicubic, by a scale with 0.1 added to each side, without antialias. timm resamples otherwise.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bench.evaluators.nets.layers import Layers

if TYPE_CHECKING:
    from torch import Tensor

HEAD = 64
"""Channels of a head in every published size."""


@dataclass(frozen=True)
class VisionTransformer:
    """A vision transformer; depth, width and patch follow from its tensors.

    Attributes:
        layers: `patch_embed.proj`, `cls_token`, `pos_embed`, `blocks.0.norm1` and so on, `norm`, and CLIP's norm before
            the first block as `pos_drop`.
        eps: of its norms: 1e-6 in DINO, 1e-5 in CLIP.
        is_quick: whether its GELU is OpenAI's x · sigmoid(1.702 x).
        head: channels per head.
    """

    layers: Layers
    eps: float = 1e-6
    is_quick: bool = False
    head: int = HEAD

    def tokens(self, images: Tensor) -> Tensor:
        """(B, 1 + n, E): the class token and n patches after the last block, not yet normed.

        Args:
            images: (B, 3, H, W), normalised as this network wants it; what is left of a whole patch on the right and
                at the bottom is not seen.
        """
        import torch

        layers = self.layers
        kernel = layers["patch_embed.proj.weight"]
        planes = torch.nn.functional.conv2d(
            images, kernel, layers["patch_embed.proj.bias"], stride=kernel.shape[-1]
        )
        patches = planes.flatten(2).transpose(1, 2)
        first = layers["cls_token"].expand(len(images), -1, -1)
        x = torch.cat([first, patches], dim=1)
        x = x + self._positions(*planes.shape[-2:], is_square=images.shape[-2] == images.shape[-1])
        if "pos_drop.weight" in layers.tensors:
            x = layers.layer_norm("pos_drop", x, self.eps)
        for number in range(layers.count("blocks")):
            x = self._block(layers.under(f"blocks.{number}"), x)
        return x

    def summary(self, images: Tensor) -> Tensor:
        """(B, E): the class token after the last norm."""
        return self.layers.layer_norm("norm", self.tokens(images)[:, 0], self.eps)

    def _positions(self, rows: int, columns: int, *, is_square: bool) -> Tensor:
        """(1, 1 + rows · columns, E), of a square grid; DINO resamples them for 224 x 226 pixels, too."""
        import torch

        known = self.layers["pos_embed"]
        side = math.isqrt(known.shape[1] - 1)
        if is_square and (rows, columns) == (side, side):
            return known
        grid = known[:, 1:].reshape(1, side, side, -1).permute(0, 3, 1, 2)
        scale = ((rows + 0.1) / side, (columns + 0.1) / side)
        resampled = torch.nn.functional.interpolate(grid, scale_factor=scale, mode="bicubic")
        return torch.cat([known[:, :1], resampled.flatten(2).transpose(1, 2)], dim=1)

    def _block(self, layers: Layers, x: Tensor) -> Tensor:
        x = x + self._attended(layers, layers.layer_norm("norm1", x, self.eps))
        hidden = layers.linear("mlp.fc1", layers.layer_norm("norm2", x, self.eps))
        return x + layers.linear("mlp.fc2", self._activated(hidden))

    def _attended(self, layers: Layers, x: Tensor) -> Tensor:
        import torch

        shape = (*x.shape[:2], 3, x.shape[-1] // self.head, self.head)
        query, key, value = layers.linear("attn.qkv", x).reshape(shape).permute(2, 0, 3, 1, 4)
        mixed = torch.nn.functional.scaled_dot_product_attention(query, key, value)
        return layers.linear("attn.proj", mixed.transpose(1, 2).flatten(2))

    def _activated(self, x: Tensor) -> Tensor:
        import torch

        return x * torch.sigmoid(1.702 * x) if self.is_quick else torch.nn.functional.gelu(x)


def normalised(planes: Tensor, mean: Sequence[float], std: Sequence[float]) -> Tensor:
    """(B, 3, H, W) float32: levels in [0, 1], less a mean and over a deviation per channel.

    Args:
        planes: (B, 3, H, W) levels in 0 to 255, uint8 or float32.
        mean: of the network's training, of levels in [0, 1].
        std: the deviation, likewise.
    """
    import torch

    centre, spread = (torch.tensor(each, device=planes.device).view(3, 1, 1) for each in (mean, std))
    return (planes.float().contiguous() / 255 - centre) / spread
