"""Resizing of frames for networks, as torchvision does it with uint8 tensors: computed in float32, rounded, clamped.

Published scores depend on it: torchvision's default for tensors became antialiased, and Pillow always is. A frame
resized with and without antialias differs by up to 44 levels. So each metric states all of it, once.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from bench.types import Image


@dataclass(frozen=True)
class Resizing:
    """How a frame is brought to a network's size.

    Attributes:
        short: of the result's sides, the shorter one, pixels; the other keeps the proportions, rounded down. None for
            `size`.
        size: (height, width) of the result, which may distort; None for `short`, or to stay as it is.
        crop: side of the centre square that is cut out afterwards, pixels; None for all of it.
        mode: of the interpolation.
        antialias: whether detail that the result cannot hold is averaged away first, rather than aliased.
    """

    short: int | None = None
    size: tuple[int, int] | None = None
    crop: int | None = None
    mode: Literal["bilinear", "bicubic"] = "bicubic"
    antialias: bool = True

    def of(self, frame: Image) -> Image:
        """(h, w, 3) uint8 of an (H, W, 3) uint8 frame: torchvision.transforms.Resize, then CenterCrop, of a tensor."""
        height, width = frame.shape[:2]
        wanted = self.size or self._proportional(height, width)
        resized = frame if wanted == (height, width) else self._interpolated(frame, wanted)
        return resized if self.crop is None else _centre(resized, self.crop)

    def _proportional(self, height: int, width: int) -> tuple[int, int]:
        if self.short is None:
            return height, width
        if width <= height:
            return int(self.short * height / width), self.short
        return self.short, int(self.short * width / height)

    def _interpolated(self, frame: Image, size: tuple[int, int]) -> Image:
        import torch

        planes = torch.from_numpy(np.ascontiguousarray(frame)).permute(2, 0, 1)[None].float()
        found = torch.nn.functional.interpolate(
            planes, size=size, mode=self.mode, align_corners=False, antialias=self.antialias
        )
        rounded = found.round_().clamp_(0, 255).to(torch.uint8)[0].permute(1, 2, 0)
        return np.ascontiguousarray(rounded.numpy())


def _centre(image: Image, side: int) -> Image:
    top, left = round((image.shape[0] - side) / 2), round((image.shape[1] - side) / 2)
    return image[top : top + side, left : left + side].copy()
