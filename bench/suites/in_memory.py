"""Clips that are arrays in memory, as files that everything else reads: uncompressed, in a temporary folder.

Where the system keeps files in memory and has room for these, the folder is there, and no disk is written to.
"""

from __future__ import annotations

import csv
import math
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from bench.errors import UsageError
from bench.media import arrays, encoding, pictures
from bench.media.arrays import Layout
from bench.types import Clip

COLUMNS = ("case", "image", "clip", "prompt")

MEMORY = Path("/dev/shm")
"""The folder whose files are in memory, on Linux."""

SPARE = 256 << 20
"""Bytes that stay free there for other processes, and for what else a folder of clips holds."""


@contextmanager
def folder(frames: Mapping[str, Any]) -> Iterator[Path]:
    """A folder for these frames, deleted afterwards: in memory where there is room, else where temporary files are.

    Args:
        frames: as write takes them.
    """
    place = MEMORY if _room() > sum(map(_bytes, frames.values())) + SPARE else None
    with tempfile.TemporaryDirectory(prefix="bench-frames-", dir=place) as made:
        yield Path(made)


def _room() -> int:
    return shutil.disk_usage(MEMORY).free if os.access(MEMORY, os.W_OK) else 0


def _bytes(clip: Any) -> int:
    """What a clip takes as uint8."""
    is_list = isinstance(clip, (list, tuple)) and len(clip) > 0
    return len(clip) * math.prod(np.shape(clip[0])) if is_list else math.prod(np.shape(clip))


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
        made = folder / f"{number}.avi"
        found = Clip(arrays.frames_of(clip, layout, f"frames of '{case}'"), fps)
        encoding.encode(made, found, encoding.PLAIN)
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
