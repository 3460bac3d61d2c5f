"""Clips that are arrays in memory, as files that everything else reads: lossless, in a folder that may be temporary."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bench.errors import UsageError
from bench.media import arrays, pictures, video
from bench.media.arrays import Layout
from bench.types import Clip

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
        video.write_clip(made, Clip(arrays.frames_of(clip, layout, f"frames of '{case}'"), fps))
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
    pictures.write(path, arrays.picture_of(image, layout, f"image of '{case}'"))
    return path
