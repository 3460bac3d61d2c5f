"""Stored levels to 8-bit sRGB: the right way up, of any depth, colours and transparency; strip by strip.

A photograph of 48 megapixels takes 190 MB as Pillow decodes it and 140 MB as an array: whatever is done to it on the
way is done to a few rows at a time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
from numpy.typing import NDArray

from bench.media import profiles
from bench.types import Image

if TYPE_CHECKING:
    from PIL import Image as pillow

Levels: TypeAlias = NDArray[np.number]

Pixels: TypeAlias = NDArray[np.void]
"""(H, W): three bytes each."""

ORIENTATION = 0x0112
"""Tag of EXIF (2.32, 4.6.5)."""

STORED: dict[object, Callable[[Pixels], Pixels]] = {
    2: np.fliplr, 3: lambda upright: upright[::-1, ::-1], 4: np.flipud, 5: np.transpose, 6: np.rot90,
    7: lambda upright: upright[::-1, ::-1].T, 8: lambda upright: np.rot90(upright, -1),
}  # fmt: skip
"""Orientation -> the upright picture as it is stored: a view of it, which may be filled."""

SIDEWAYS = (5, 6, 7, 8)

STRIP = 1 << 21
"""Pixels that are converted at a time."""

BRIGHTEST_UNIT = 2.0
"""Floats up to this one are from 0 to 1, a little overshoot included: of 255 levels it would be black."""

OVERSHOOT = 0.1
"""How far levels may lie beyond black and white, as a share of white: those of resampled pictures do."""

BRIGHTEST = 65535 * (1 + OVERSHOOT)
"""Levels of 32 bits would be white from here on."""


def decoded(picture: pillow.Image) -> Image:
    """(H, W, 3) uint8 sRGB of an opened picture: see pictures.read.

    Raises:
        ValueError: levels are no finite numbers, or of no usual range. Pillow raises more, which picture_files.opened
            turns into BadImage.
    """
    orientation = _orientation(picture)
    size = picture.size if orientation in SIDEWAYS else picture.size[::-1]
    image = np.empty((*size, 3), np.uint8)
    turned = STORED.get(orientation)
    stored = turned(_pixels(image)) if turned else _pixels(image)
    top = 0
    for strip in _strips(picture):
        stored[top : top + len(strip)] = _pixels(strip)
        top += len(strip)
    return image


def is_of_unit(picture: pillow.Image) -> bool:
    """Whether the levels are floats from 0 to 1; the picture is decoded if they are floats."""
    return picture.mode == "F" and float(np.asarray(picture).max(initial=0)) <= BRIGHTEST_UNIT


def over_white(picture: pillow.Image) -> pillow.Image:
    """RGB: RGBA of straight alpha laid over white."""
    from PIL import Image as pillow

    white = pillow.new("RGBA", picture.size, "white")
    return pillow.alpha_composite(white, picture).convert("RGB")


def _pixels(image: Image) -> Pixels:
    return np.ascontiguousarray(image).view("V3")[..., 0]


def _orientation(picture: pillow.Image) -> object:
    """The orientation by EXIF or XMP; 1 where they hold none that can be read. The picture is decoded then.

    Nothing else in EXIF is looked at: Pillow's exif_transpose writes all of it anew, and stumbles over negative ratios,
    text where a number belongs, and the like. A TIFF it turns by itself while that is decoded.
    """
    if is_tiff := picture.format == "TIFF":
        _forget_others(picture)
    picture.load()
    if is_tiff:
        return 1
    with suppress(Exception):  # metadata of any shape
        return picture.getexif().get(ORIENTATION, 1)
    return 1


def _forget_others(picture: pillow.Image) -> None:
    with suppress(Exception):
        picture.getexif()
    exif = picture.getexif()  # as far as it was read
    for tag in [tag for tag in exif if tag != ORIENTATION]:
        del exif[tag]
    picture.info.pop("xmp", None)


def _strips(picture: pillow.Image) -> Iterator[Image]:
    """(h, W, 3) uint8 sRGB, from the top downwards."""
    rows = max(1, STRIP // picture.width)
    tops = range(0, picture.height, rows)
    if picture.mode.startswith("I;16") or picture.mode in ("I", "F"):
        levels = np.asarray(picture)
        scale = _scale(picture, levels)
        yield from (_gray(levels[top : top + rows], scale) for top in tops)
    elif len(tops) == 1:
        yield np.asarray(_to_rgb(profiles.to_srgb(picture)))
    else:
        boxes = ((0, top, picture.width, min(top + rows, picture.height)) for top in tops)
        yield from (np.asarray(_to_rgb(profiles.to_srgb(picture.crop(box)))) for box in boxes)


def _scale(picture: pillow.Image, levels: Levels) -> float:
    """What a level of 8 bits is in a picture's own: modes I and F do not say, but their brightest pixel does."""
    if picture.mode.startswith("I;16"):
        return 257.0
    if not np.isfinite(levels).all():
        raise ValueError("some of its levels are no finite numbers")
    darkest, brightest = float(levels.min(initial=0)), float(levels.max(initial=0))
    if brightest > BRIGHTEST or darkest < -OVERSHOOT * brightest:
        raise ValueError(
            f"its levels go from {darkest:g} to {brightest:g}: save it with levels of 8 or 16 bits"
        )
    if picture.mode == "F" and brightest <= BRIGHTEST_UNIT:
        return 1 / 255
    return 1.0 if brightest <= 255 else 257.0


def _gray(levels: Levels, scale: float) -> Image:
    gray = np.clip(np.round(levels.astype(np.float64) / scale), 0, 255).astype(np.uint8)
    return np.repeat(gray[..., None], 3, axis=2)


def _to_rgb(picture: pillow.Image) -> pillow.Image:
    return over_white(picture.convert("RGBA")) if picture.has_transparency_data else picture.convert("RGB")
