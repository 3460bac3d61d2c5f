"""Frames that are arrays or tensors of a caller, brought to the one form that clips have here."""

from __future__ import annotations

from typing import Any, Literal, TypeAlias

import numpy as np

from bench.errors import UsageError
from bench.types import Frames, Image

Layout: TypeAlias = Literal["THWC", "TCHW"]
"""Order of a clip's axes: frames, height, width and channels, or channels before height and width."""


def frames_of(clip: Any, layout: Layout, what: str) -> Frames:
    """(T, H, W, 3) uint8; floats are rounded to the nearest of 255 levels.

    Args:
        clip: array or tensor of four axes, three channels, or a list of arrays, tensors or pictures of Pillow: uint8,
            or floats from 0 to 1. Pictures have channels last, whatever layout says.
        layout: order of the axes.
        what: for messages: "frames of 'duck'".

    Raises:
        UsageError: another shape, type or range.
    """
    if isinstance(clip, (list, tuple)) and clip:
        layout = "THWC" if hasattr(clip[0], "convert") else layout
        clip = np.stack([_array(_rgb(each)) for each in clip])
    array = _array(clip)
    channels = array.ndim - 3 if layout == "TCHW" else array.ndim - 1
    if array.ndim != 4 or array.shape[channels] != 3 or not array.size:
        raise UsageError(f"{what} have the shape {array.shape}, not {layout} with 3 channels: see layout=")
    array = np.ascontiguousarray(np.moveaxis(array, channels, -1))
    if array.dtype == np.uint8:
        return array.astype(np.uint8, copy=False)
    if not np.issubdtype(array.dtype, np.floating):
        raise UsageError(f"{what} are uint8, or floats from 0 to 1, not {array.dtype}")
    if not (array.min() >= 0 and array.max() <= 1):  # NaN is neither
        raise UsageError(
            f"{what} go from {array.min():.3g} to {array.max():.3g}; floats are from 0 to 1: x / 2 + 0.5 for -1 to 1"
        )
    levels: Frames = np.rint(array * 255).astype(np.uint8)
    return levels


def picture_of(image: Any, layout: Layout, what: str) -> Image:
    """(H, W, 3) uint8 of one frame.

    Args:
        image: array or tensor of three axes, or a picture of Pillow.
        layout, what: as frames_of takes them.

    Raises:
        UsageError: as frames_of.
    """
    (picture,) = frames_of(_array(_rgb(image))[None], "THWC" if hasattr(image, "convert") else layout, what)
    return np.asarray(picture, np.uint8)


def _rgb(picture: Any) -> Any:
    return picture.convert("RGB") if hasattr(picture, "convert") else picture


def _array(values: Any) -> np.ndarray[Any, Any]:
    """A NumPy array of an array, or of a tensor on any device, of any precision."""
    if hasattr(values, "detach"):
        values = values.detach().float() if values.is_floating_point() else values.detach()
        return np.asarray(values.cpu().numpy())
    return np.asarray(values)
