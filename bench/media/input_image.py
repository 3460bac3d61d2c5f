"""The input image at a clip's size, fitted as the model was given it, and its regions that should stay."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property, lru_cache, partial
from pathlib import Path

import numpy as np

from bench.errors import BadImage
from bench.media import pictures
from bench.types import Case, ClipRecord, Fit, Image, Plane


@dataclass(frozen=True)
class Regions:
    """A case's keep mask at a clip's size; padding is in neither part.

    Attributes:
        kept: (H, W) uint8, 255 where the clip should stay as the image is, else 0.
        free: (H, W) uint8, 255 where it may change, else 0.
    """

    kept: Plane
    free: Plane


@dataclass(frozen=True)
class InputImage:
    """A case's image at a clip's size, fitted as the model was given it; read on first use.

    Attributes:
        case: whose image.
        record: of the clip.
        width, height: the size at which evaluators see the clip.
        clip_size: width and height of the clip itself, to which the image is fitted before it is resized as the clip's
            frames are; None if evaluators see the clip as it is.
    """

    case: Case
    record: ClipRecord
    width: int
    height: int
    clip_size: tuple[int, int] | None = None

    @cached_property
    def pixels(self) -> Image:
        """(H, W, 3) uint8 sRGB.

        Raises:
            BadImage: it cannot be read.
        """
        return self.fitted(self.case.image)

    @cached_property
    def gray(self) -> Plane:
        """(H, W) uint8."""
        return pictures.gray(self.pixels)

    def fitted(self, path: Path) -> Image:
        """(H, W, 3) uint8 sRGB: another picture of the case, fitted alike; the two used last stay in memory.

        Raises:
            BadImage: it cannot be read.
        """
        return self._fitted(path)

    @cached_property
    def _fitted(self) -> Callable[[Path], Image]:
        """Two suffice, since a frame has a keyframe on either side; all of a long clip would fill the memory."""
        return lru_cache(maxsize=2)(partial(_read_and_fit, self._sizes, self.record.fit))

    @cached_property
    def regions(self) -> Regions:
        """What should stay and what may change; only of a case with a keep mask.

        The mask is fitted as the image is and cut at half white, so that it covers the same pixels.

        Raises:
            BadImage: the mask cannot be read, or has another size than the image.
        """
        assert self.case.keep is not None
        mask, image = pictures.read(self.case.keep), pictures.read(self.case.image)
        if mask.shape != image.shape:
            raise BadImage(
                f"keep mask {self.case.keep} has {mask.shape[1]} x {mask.shape[0]} pixels, the image "
                f"{image.shape[1]} x {image.shape[0]}: draw it over the image"
            )
        white, black = (self._gray_of(each) for each in (mask, 255 - mask))
        kept = white >= 128
        return Regions(kept.astype(np.uint8) * 255, ((black >= 128) & ~kept).astype(np.uint8) * 255)

    def _gray_of(self, image: Image) -> Plane:
        return pictures.gray(_fit(self._sizes, self.record.fit, image))

    @property
    def _sizes(self) -> tuple[tuple[int, int], tuple[int, int]]:
        size = (self.width, self.height)
        return self.clip_size or size, size


def _read_and_fit(sizes: tuple[tuple[int, int], tuple[int, int]], how: Fit, path: Path) -> Image:
    return _fit(sizes, how, pictures.read(path))


def _fit(sizes: tuple[tuple[int, int], tuple[int, int]], how: Fit, image: Image) -> Image:
    """In two steps where evaluators see resized frames: a clip that shows the image then shows it in any view."""
    clip_size, size = sizes
    return pictures.fit(pictures.fit(image, *clip_size, how), *size, "stretch")
