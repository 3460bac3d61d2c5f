"""Folders of frames: one unbroken series of one name, or else refused by the name of what does not belong."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import TypeAlias

from bench.base import wording
from bench.base.files import short
from bench.errors import BadClip
from bench.media import pictures

Parts: TypeAlias = tuple[str, ...]
"""A file's name, cut at its numbers: text at even places, digits at odd ones."""

MOST_NAMED = 3
"""How many files a message names."""


def series(folder: Path) -> list[Path]:
    """The frames of a folder in the order in which they play: frame2.png before frame10.png.

    All have one name but for one number, which grows by 1 from each to the next, and one suffix, in capitals or not; a
    picture alone needs no number. Hidden files are passed over, and so is what is no picture.

    Raises:
        BadClip: there is no picture, one that belongs to no series, one that is there twice, or one is missing.
    """
    found = pictures.inside(folder)
    if not found:
        raise BadClip(f"clip {folder} is a folder without pictures ({', '.join(pictures.SUFFIXES)})")
    parts = {path: tuple(re.split(r"([0-9]+)", path.stem, flags=re.A)) for path in found}
    _refuse_strays(folder, parts)
    place = _place_of_number(folder, list(parts.values()))
    numbers = [int(parts[path][place]) for path in found] if place else [0]
    _refuse_gaps(folder, found, numbers)
    return found


def _refuse_strays(folder: Path, parts: Mapping[Path, Parts]) -> None:
    """Refuses what has another name than most, as a depth map beside each frame has, or another suffix."""
    names: dict[str, list[Path]] = defaultdict(list)
    for path, each in parts.items():
        text = "#".join(each[::2])
        names[f"{text}{path.suffix.lower()}"].append(path)
    if len(names) > 1:
        most, *others = sorted(names, key=lambda name: -len(names[name]))
        strays = _named([path for name in others for path in names[name]])
        raise BadClip(
            f"clip {folder} is one series of frames, {short(most)} by number, or none: {strays} belongs elsewhere"
        )


def _place_of_number(folder: Path, parts: Sequence[Parts]) -> int:
    """Which part counts the frames; 0 for a picture alone."""
    varying = [place for place in range(1, len(parts[0]), 2) if len({int(each[place]) for each in parts}) > 1]
    if len(varying) > 1:
        names = ", ".join("".join(each) for each in (parts[0], parts[-1]))
        raise BadClip(f"clip {folder} counts its frames by {len(varying)} numbers ({names}), not by one")
    return varying[0] if varying else 0


def _refuse_gaps(folder: Path, found: Sequence[Path], numbers: Sequence[int]) -> None:
    if len(numbers) < len(found):
        raise BadClip(f"clip {folder} has one frame several times: {_named(found)}")
    for (before, one), (after, other) in pairwise(zip(found, numbers, strict=True)):
        names = f"{before.name} and {after.name}"
        if other == one:
            raise BadClip(f"clip {folder} has frame {one} twice: {names}")
        if other > one + 1:
            missing = f"frame {one + 1}" if other == one + 2 else f"frames {one + 1} to {other - 1}"
            raise BadClip(f"clip {folder} lacks {missing}, between {names}")


def _named(paths: Sequence[Path]) -> str:
    return wording.some([path.name for path in paths], MOST_NAMED)
