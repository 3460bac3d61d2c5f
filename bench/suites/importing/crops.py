"""VBench-I2V's crops: from two boxes per picture, drawn by hand at 1:1 and 16:9, to the box of any ratio in between.

The rule is that of VBench's crop_to_diff_ratio.py (45e79ec), boxes and random numbers included: of the wider of the two
boxes as much is kept as the ratio allows, where the narrower one lies within it, and what is free to move is placed at
random, by a generator that begins anew for each picture.
"""

from __future__ import annotations

import random
import re
from collections.abc import Mapping
from typing import Any

from bench.base import files
from bench.errors import UsageError
from bench.suites.importing.drafts import Box

SEED = 123
"""The seed of the generator, for each picture."""

WIDEST = 1.7778
"""Ratios are below it: the second of the two boxes is 16:9."""


def sides(ratio: str) -> tuple[int, int]:
    """Width and height of '16:9', '16-9' or '16x9'.

    Raises:
        UsageError: it is no ratio, or none from 1:1 to 16:9.
    """
    found = re.fullmatch(r"(\d{1,5})[:x/-](\d{1,5})", ratio.strip())
    if not found or not int(found[2]) or not 1.0 <= int(found[1]) / int(found[2]) < WIDEST:
        raise UsageError(f"VBench-I2V has crops from 1:1 to 16:9, as 16:9, 7:4, 8:5 or 5:4, not '{ratio}'")
    return int(found[1]), int(found[2])


def box_of(entry: Mapping[str, Any], ratio: tuple[int, int], where: str) -> Box:
    """The box of a ratio, in pixels of the original picture.

    Args:
        entry: of i2v-bench-info.json.
        ratio: width and height, as sides gives them.
        where: for the message: file and picture.

    Raises:
        UsageError: the entry has not the boxes, or they hold none of this ratio.
    """
    first = _box(entry.get("first_crop"), "first_bbox", where)
    second = entry.get("second_crop")
    inner = _box(second, "second_bbox", where)
    assert isinstance(second, Mapping)
    width, height = second.get("width"), second.get("height")
    if not all(type(side) is int and side > 0 for side in (width, height)):
        raise UsageError(f"{where}: second_crop has no width and height")
    x, y, *size = _within(int(width or 0), int(height or 0), inner, ratio, where)
    return (first[0] + x, first[1] + y, size[0], size[1])


def _within(width: int, height: int, inner: Box, ratio: tuple[int, int], where: str) -> Box:
    """The box of a ratio in a picture of that size, around as much of the inner box as there is room for."""
    along, across = ratio
    unit = width // along if width == height else height // across
    size = (unit * along, unit * across)
    axis = 1 if width == height else 0  # a square is cut at top and bottom, a wide picture at its sides
    place = [0, 0]
    place[axis] = _drawn(inner[axis], inner[2 + axis], size[axis], (width, height)[axis], where)
    return (place[0], place[1], size[0], size[1])


def _drawn(begin: int, length: int, wanted: int, whole: int, where: str) -> int:
    """Where a span of the wanted length begins, so that it holds the inner one and does not leave the whole."""
    lowest = max(begin - (wanted - length), 0)
    highest = min(begin + wanted, whole) - wanted
    if wanted < length or highest < lowest:
        raise UsageError(f"{where}: its boxes hold no crop of this ratio: other boxes, or another picture")
    return random.Random(SEED).randint(lowest, highest)


def _box(found: object, key: str, where: str) -> Box:
    box = found.get(key) if isinstance(found, Mapping) else None
    if not isinstance(box, list) or len(box) != 4 or not all(type(each) is int for each in box):
        raise UsageError(f"{where}: {key} is [x, y, width, height], not {files.short(repr(box))}")
    return (box[0], box[1], box[2], box[3])
