"""Arithmetic that several damages share: scales, draws, rounding, flow and warps."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from bench.types import Frames, Image

if TYPE_CHECKING:
    from cv2.typing import MatLike

REFERENCE_SIDE = 320
"""Pixels of the longer side at which severities in pixels hold."""

MIN_FLOW_SIDE = 24
"""Pixels: smaller pictures have no coarse level for the flow to start from; they are blended without it."""

Levels: TypeAlias = NDArray[np.float32]
Field: TypeAlias = NDArray[np.float32]
"""(H, W, 2): how far each pixel's content moves; pixels, x first."""


def scale(frames: Frames) -> float:
    """Pixels of these frames per pixel of severity."""
    return float(max(frames.shape[1:3]) / REFERENCE_SIDE)


def normal(rng: np.random.Generator, shape: tuple[int, ...]) -> Levels:
    """Independent normal draws."""
    return rng.standard_normal(shape, dtype=np.float32)


def to_uint8(levels: NDArray[Any]) -> NDArray[np.uint8]:
    """Levels rounded to the nearest (halves to even) and clipped."""
    return np.asarray(np.clip(np.rint(levels), 0, 255), np.uint8)


def image(picture: MatLike) -> Image:
    """OpenCV's array as ours."""
    return np.asarray(picture, np.uint8)


def in_order(frames: Frames, shown: NDArray[Any]) -> Frames:
    """The frames of these numbers."""
    return np.asarray(frames[shown], np.uint8)


def each_frame(frames: Frames, change: Callable[[Image], MatLike]) -> Frames:
    """Every frame, changed alike."""
    return np.stack([image(change(frame)) for frame in frames])


def along(frames: Frames) -> Iterable[tuple[Image, float]]:
    """Each frame and how far into the clip it is: 0 the first, 1 the last."""
    return zip(frames, np.linspace(0.0, 1.0, len(frames)), strict=True)


def flow(before: Image, after: Image) -> Field:
    """(H, W, 2): DIS flow of gray planes; 0 of pictures too small for it."""
    import cv2

    if min(before.shape[:2]) < MIN_FLOW_SIDE:
        return np.zeros((*before.shape[:2], 2), np.float32)
    dis = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)
    first, second = (np.asarray(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)) for picture in (before, after))
    flow: Any = None  # to be allocated
    return np.asarray(dis.calc(first, second, flow), np.float32)


def moved(frame: Image, field: Field, share: float) -> Image:
    """The frame with its content moved by a share of the field, which is read where the content arrives.

    Args:
        frame: (H, W, 3) uint8.
        field: (H, W, 2) pixels, x first.
        share: 1 moves by the whole field, 0 not at all.

    Returns:
        (H, W, 3) uint8; what comes from outside the frame repeats its edge.
    """
    import cv2

    y, x = np.mgrid[: frame.shape[0], : frame.shape[1]].astype(np.float32)
    there_x, there_y = x - np.float32(share) * field[..., 0], y - np.float32(share) * field[..., 1]
    return image(cv2.remap(frame, there_x, there_y, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE))
