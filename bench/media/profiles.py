"""Colour profiles of pictures (ICC): colours of other spaces, as phones and cameras store them, become sRGB."""

from __future__ import annotations

from functools import lru_cache
from io import BytesIO
from itertools import product
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from PIL import Image as pillow, ImageCms

USUAL = b"sRGB IEC61966-2.1"
"""The name in the profile of nearly all pictures that have one: they are in sRGB."""

SAME = 4
"""Levels by which colours may differ under a profile that is taken for sRGB: profiles of sRGB round in several ways.
Display P3 and Adobe RGB are 21 and 36 away."""


def to_srgb(picture: pillow.Image) -> pillow.Image:
    """The picture in sRGB by its profile, relative colorimetric (LittleCMS): what sRGB cannot show is clipped.

    A picture without a profile, with sRGB's own, or with one that cannot be read stays as it is, and so does gray.
    """
    transform = _transform(picture)
    if transform is None:
        return picture
    from PIL import ImageCms

    return ImageCms.applyTransform(_direct(picture), transform) or picture


def is_converted(picture: pillow.Image) -> bool:
    """Whether to_srgb changes the picture, told from its header."""
    return _transform(picture) is not None


def _direct(picture: pillow.Image) -> pillow.Image:
    """The picture without a palette."""
    if picture.mode == "P":
        return picture.convert("RGBA" if picture.has_transparency_data else "RGB")
    return picture


def _transform(picture: pillow.Image) -> ImageCms.ImageCmsTransform | None:
    profile = picture.info.get("icc_profile")
    mode = {"P": "RGBA" if picture.has_transparency_data else "RGB"}.get(picture.mode, picture.mode)
    return _by_profile(profile, mode) if profile and mode in ("RGB", "RGBA", "CMYK") else None


@lru_cache(maxsize=16)
def _by_profile(profile: bytes, mode: str) -> ImageCms.ImageCmsTransform | None:
    if USUAL in profile:
        return None
    from PIL import ImageCms

    try:
        source = ImageCms.ImageCmsProfile(BytesIO(profile))
        transform = ImageCms.buildTransform(
            source,
            ImageCms.createProfile("sRGB"),
            mode,
            "RGB" if mode == "CMYK" else mode,
            ImageCms.Intent.RELATIVE_COLORIMETRIC,
        )
    except (ImageCms.PyCMSError, OSError):
        return None  # a broken profile, or one of another kind of colours
    return None if mode != "CMYK" and _is_srgb(transform, mode) else transform


def _is_srgb(transform: ImageCms.ImageCmsTransform, mode: str) -> bool:
    from PIL import Image as pillow, ImageCms

    colours = np.array([list(product(range(0, 256, 51), repeat=3))], np.uint8)
    before = pillow.fromarray(colours).convert(mode)
    after = ImageCms.applyTransform(before, transform) or before
    return int(np.abs(np.asarray(after).astype(int) - np.asarray(before)).max()) <= SAME
