"""Resizing of frames for networks, as torchvision does it with tensors: in float32, then rounded to bytes, or not.

Published scores depend on it: torchvision's default for tensors became antialiased, and Pillow always is. A frame
resized with and without antialias differs by up to 44 levels. So each metric states all of it, once.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from bench.types import Image

Levels: TypeAlias = NDArray[np.uint8 | np.float32]
"""(H, W, 3), 0 to 255."""


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
        is_rounded: whether the result is bytes, as of uint8 tensors; else it is float32, which bicubic carries beyond 0
            and 255, as of the float tensors that VBench makes of frames.
    """

    short: int | None = None
    size: tuple[int, int] | None = None
    crop: int | None = None
    mode: Literal["bilinear", "bicubic"] = "bicubic"
    antialias: bool = True
    is_rounded: bool = True

    @classmethod
    def as_vbench_for_clip(cls, side: int) -> Resizing:
        """VBench's resizing for CLIP, on float tensors: the centre square, bicubic, without antialias."""
        return cls(short=side, crop=side, mode="bicubic", antialias=False, is_rounded=False)

    def of(self, frame: Image) -> Levels:
        """(h, w, 3) of an (H, W, 3) uint8 frame: torchvision.transforms.Resize, then CenterCrop, of a tensor."""
        height, width = frame.shape[:2]
        wanted = self.size or self.proportional(height, width)
        levels: Levels = frame if self.is_rounded else frame.astype(np.float32)
        resized = levels if wanted == (height, width) else self._interpolated(frame, wanted)
        return resized if self.crop is None else _centre(resized, self.crop)

    def proportional(self, height: int, width: int) -> tuple[int, int]:
        """Height and width of the result, before its crop, for a frame of these."""
        if self.short is None:
            return height, width
        if width <= height:
            return int(self.short * height / width), self.short
        return self.short, int(self.short * width / height)

    def _interpolated(self, frame: Image, size: tuple[int, int]) -> Levels:
        import torch

        planes = torch.from_numpy(frame.astype(np.float32)).permute(2, 0, 1)[None]
        found = torch.nn.functional.interpolate(
            planes, size=size, mode=self.mode, align_corners=False, antialias=self.antialias
        )
        if self.is_rounded:
            found = found.round_().clamp_(0, 255).to(torch.uint8)
        return np.ascontiguousarray(found[0].permute(1, 2, 0).numpy())


def _centre(image: Levels, side: int) -> Levels:
    top, left = round((image.shape[0] - side) / 2), round((image.shape[1] - side) / 2)
    return image[top : top + side, left : left + side].copy()
