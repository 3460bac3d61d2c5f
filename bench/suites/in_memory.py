"""Clips that are arrays in memory, as files that everything else reads: lossless, in a folder that may be temporary."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, TypeAlias

import numpy as np

from bench.errors import UsageError
from bench.media import pictures, video
from bench.types import Clip, Frames, Image

Layout: TypeAlias = Literal["THWC", "TCHW"]
"""Order of a clip's axes: frames, height, width and channels, or channels before height and width."""

COLUMNS = ("case", "image", "clip", "prompt")


def write(
    folder: Path,
    frames: Mapping[str, Any],
    images: Mapping[str, Any],
    prompts: Mapping[str, str],
    fps: float,
    layout: Layout = "THWC",
) -> Path:
    """Writes clips and input images.

    Args:
        folder: where to; it exists.
        frames: case -> array or tensor of four axes, three channels; uint8, or floats from 0 to 1.
        images: case -> path, or array or tensor of one frame; of every case.
        prompts: case -> text, of those that have one.
        fps: frames per second.
        layout: order of the axes of frames and images.

    Returns:
        The CSV that lists them: frames.csv.

    Raises:
        UsageError: a case without an image, an array of another shape, or floats beyond 0 to 1.
    """
    lines = []
    for number, (case, clip) in enumerate(frames.items()):
        if case not in images:
            raise UsageError(f"case '{case}' has frames and no input image: images={{'{case}': …}}")
        made = folder / f"{number}.mkv"
        video.write_clip(made, Clip(_frames(clip, layout, f"frames of '{case}'"), fps))
        lines.append(
            (case, str(_image(folder, number, case, images[case], layout)), made.name, prompts.get(case, ""))
        )
    path = folder / "frames.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([COLUMNS, *lines])
    return path


def _image(folder: Path, number: int, case: str, image: Any, layout: Layout) -> Path:
    if isinstance(image, (str, Path)):
        return Path(image).absolute()
    path = folder / f"{number}.png"
    pictures.write(path, _picture(image, layout, case))
    return path


def _picture(image: Any, layout: Layout, case: str) -> Image:
    (picture,) = _frames(_array(image)[None], layout, f"image of '{case}'")
    return np.asarray(picture, np.uint8)


def _frames(clip: Any, layout: Layout, what: str) -> Frames:
    """(T, H, W, 3) uint8; floats are rounded to the nearest of 255 levels."""
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


def _array(values: Any) -> np.ndarray[Any, Any]:
    """A NumPy array of an array, or of a tensor on any device, of any precision."""
    if hasattr(values, "detach"):
        values = values.detach().float() if values.is_floating_point() else values.detach()
        return np.asarray(values.cpu().numpy())
    return np.asarray(values)
