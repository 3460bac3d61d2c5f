"""A picture of two frames side by side and of their difference, amplified until it can be seen."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from bench.base import files
from bench.errors import BadClip
from bench.fidelity.lockstep import lockstep
from bench.fidelity.pairs import Pair
from bench.media import pictures
from bench.types import Image

FACTORS = (64, 32, 16, 8, 4, 2, 1)
"""How many times a difference may be amplified: the largest that leaves FITS of it within the range."""

FITS = 0.999
"""Share of the levels of a difference that amplifying must not cut off."""

GAP = 4
"""White pixels between the parts."""


@dataclass(frozen=True)
class DifferencePicture:
    """A picture on disk.

    Attributes:
        path: of the PNG: the frame of BASE, of OTHER, and their amplified absolute difference.
        factor: how many times it is amplified.
    """

    path: Path
    factor: int


def difference_picture(pair: Pair, frame: int, folder: Path) -> DifferencePicture:
    """The picture of one frame of a pair; not drawn again while both clips are the same.

    Args:
        pair: the clips.
        frame: its number, from 0, among those that are compared.
        folder: where it is kept.

    Raises:
        BadClip: a clip cannot be decoded, or ends before the frame.
        NotMeasurable: their frames show other moments.
    """
    name = f"{pair.case.id}-{pair.records[0].seed}-{frame}-{files.digest(pair.digests)[:8]}"
    kept = next((path for path in folder.glob("*x.png") if path.name.rpartition("-")[0] == name), None)
    if kept:
        return DifferencePicture(kept, int(kept.stem.rpartition("-")[2].rstrip("x")))
    a, b = _frames(pair, frame)
    factor = amplification(a, b)
    path = folder / f"{name}-{factor}x.png"
    pictures.write(path, side_by_side(a, b, factor))
    return DifferencePicture(path, factor)


def amplification(a: Image, b: Image) -> int:
    """The largest of FACTORS that shows all but the strongest differences as they are.

    >>> gray = np.full((4, 4, 3), 100, np.uint8)
    >>> amplification(gray, gray + np.uint8(3)), amplification(gray, gray * 0)
    (64, 2)
    """
    strong = float(np.quantile(_apart(a, b), FITS))
    return next((factor for factor in FACTORS if factor * strong <= 255), 1)


def side_by_side(a: Image, b: Image, factor: int) -> Image:
    """(H, 3 W + 2 GAP, 3) uint8: two frames, and their absolute difference so many times as strong.

    Args:
        a, b: (H, W, 3) uint8.
        factor: at least 1.
    """
    gap = np.full((a.shape[0], GAP, 3), 255, np.uint8)
    apart = np.minimum(_apart(a, b).astype(np.int32) * factor, 255).astype(np.uint8)
    return np.concatenate([a, gap, b, gap, apart], axis=1)


def _apart(a: Image, b: Image) -> Image:
    return np.where(a > b, a - b, b - a)


def _frames(pair: Pair, number: int) -> tuple[Image, Image]:
    a, b = pair.records
    with lockstep(*pair.places, a.fps, b.fps) as frames:
        for t, both in enumerate(frames):
            if t == number:
                return both
    raise BadClip(f"clip {pair.places[0]} or {pair.places[1]} ends before frame {number}")
