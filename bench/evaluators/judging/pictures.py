"""Frames as a judge sees them: small, as JPEG, known by the digest of their pixels."""

from __future__ import annotations

import hashlib
import io
from base64 import b64encode
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from bench.media import pictures
from bench.types import Image

QUALITY = 95
"""Quality of JPEG files, without subsampling of colours: a photo of 512 x 320 takes about 75 KB, as PNG about 220."""


@dataclass(frozen=True)
class Picture:
    """One picture.

    Attributes:
        digest: sha256 of its size and pixels.
        jpeg: its file.
    """

    digest: str
    jpeg: bytes

    @property
    def address(self) -> str:
        """An address that holds the whole file."""
        return f"data:image/jpeg;base64,{b64encode(self.jpeg).decode()}"


def picture(image: Image, side: int) -> Picture:
    """A frame as it is sent.

    Args:
        image: (H, W, 3) uint8.
        side: pixels that the longer side has at most; larger frames are scaled down (Lanczos, antialias, even sides).
    """
    from PIL import Image as pillow

    small = pictures.limited(image, side)
    file = io.BytesIO()
    pillow.fromarray(small).save(file, format="jpeg", quality=QUALITY, subsampling=0)
    pixels = hashlib.sha256(f"{small.shape}".encode() + np.ascontiguousarray(small).tobytes())
    return Picture(pixels.hexdigest(), file.getvalue())


def evenly(found: Sequence[Picture], count: int) -> list[Picture]:
    """So many of them, evenly spaced, the first and the last among them; all if there are fewer."""
    return [found[number] for number in np.unique(np.linspace(0, len(found) - 1, count).round().astype(int))]
