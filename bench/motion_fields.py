"""Dense motion between two frames: optical flow both ways, what is occluded, and one frame warped onto the other."""

from __future__ import annotations

from functools import cached_property
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from bench.types import Image, Plane

Flow: TypeAlias = NDArray[np.float32]
"""(H, W, 2) float32: how far each pixel's content moves; pixels, x first."""


class MotionField:
    """How the content of one frame moves to the next; every part is computed when first asked for.

    Args:
        before, after: (H, W, 3) uint8 sRGB.
        before_gray, after_gray: (H, W) uint8.
    """

    def __init__(self, before: Image, after: Image, before_gray: Plane, after_gray: Plane) -> None:
        self.before, self.after, self.before_gray, self.after_gray = before, after, before_gray, after_gray

    @cached_property
    def forward(self) -> Flow:
        """(H, W, 2): where each pixel of `before` is in `after`, minus where it was.

        Raises:
            NotMeasurable: the frames are too small.
        """
        raise NotImplementedError

    @cached_property
    def backward(self) -> Flow:
        """(H, W, 2): where each pixel of `after` was in `before`, minus where it is."""
        raise NotImplementedError

    @cached_property
    def visible(self) -> NDArray[np.bool_]:
        """(H, W): the pixels of `before` that are still seen in `after`: neither occluded nor on a motion boundary."""
        raise NotImplementedError

    @cached_property
    def warped(self) -> Image:
        """(H, W, 3) uint8: `after` brought back onto `before` by the forward flow."""
        raise NotImplementedError
