"""Cheap clips: what can be made of one picture without knowing what is in it.

Each is a function of the picture and of time. A real clip must stand above every one of them; a total in which one of
them wins rewards movement as such. Lengths are shares of the longer side and speeds are per second, so that neither the
size nor the rate of a clip changes what it shows.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, ClassVar, TypeAlias

import numpy as np
from annotated_types import Ge, Le
from numpy.typing import NDArray

from bench import models
from bench.models.null.base import NullSettings, generator, input_image
from bench.types import Case, Clip, Image

Levels: TypeAlias = NDArray[np.float32]
Places: TypeAlias = NDArray[np.float32]
"""(H, W, 2): pixels, x first."""

At: TypeAlias = Callable[[float], Levels | Image]
"""Seconds from the start, above 0 -> the picture then: (H, W, 3), rounded and clipped afterwards."""


@dataclass(frozen=True)
class Settings(NullSettings):
    """Those, and strength, a factor on all amplitudes and speeds."""

    strength: Annotated[float, Ge(0.01), Le(4)] = 1.0


class Animation(models.Model):
    """A model whose clip begins with the input image and is a function of it from then on."""

    Settings: ClassVar[type[Settings]] = Settings

    @abstractmethod
    def animated(self, picture: Levels, strength: float, draw: np.random.Generator) -> At:
        """What the picture does.

        Args:
            picture: (H, W, 3) float32, 0 to 255.
            strength: 1 is the effect as designed.
            draw: of directions and fields: one set of draws per clip.
        """

    def generate(self, case: Case, seed: int, step: models.Step = models.ignore_steps) -> Clip:
        image, asked = input_image(case, self.settings), self.settings
        at = self.animated(image.astype(np.float32), asked.strength, generator(case, seed))
        later = [at(t / asked.fps) for t in range(1, asked.num_frames)]
        return Clip(
            np.stack([image, *(np.clip(np.rint(each), 0, 255).astype(np.uint8) for each in later)]), asked.fps
        )


def places(picture: Levels) -> Places:
    """(H, W, 2): where each pixel is."""
    return np.stack(np.meshgrid(*(np.arange(n) for n in picture.shape[1::-1])), axis=2).astype(np.float32)


def side(picture: Levels) -> int:
    """Pixels of the longer side."""
    return int(max(picture.shape[:2]))


def seen(picture: Levels, where: Places) -> Levels:
    """The picture at these places: Lanczos over 8 x 8 pixels, at 1/32 pixel; beyond its edge its mirror image."""
    import cv2

    x, y = (_mirrored(where[..., axis], picture.shape[1 - axis]) for axis in (0, 1))
    return np.asarray(
        cv2.remap(picture, x, y, cv2.INTER_LANCZOS4, borderMode=cv2.BORDER_REPLICATE), np.float32
    )


def _mirrored(place: Levels, length: int) -> Levels:
    """Places in a row that goes on for ever, in the row itself; OpenCV 5's own mirror hangs on a row of one pixel."""
    period = max(1, 2 * length - 2)
    place = place % period
    return np.minimum(np.minimum(place, period - place), length - 1).astype(np.float32)


def smooth_field(picture: Levels, channels: int, draw: np.random.Generator) -> Levels:
    """A random field: normal draws on a grid of 5 x 5, cubic in between.

    Args:
        picture: (H, W, 3), of which only the size counts.
        channels: C, each of them independent.
        draw: of the grid.

    Returns:
        (H, W, C) float32, each channel of root mean square 1.
    """
    import cv2

    height, width = picture.shape[:2]
    drawn = draw.standard_normal((5, 5, channels), dtype=np.float32)
    field = np.asarray(cv2.resize(drawn, (width, height), interpolation=cv2.INTER_CUBIC)).reshape(
        height, width, -1
    )
    rms = np.sqrt(np.mean(np.square(field), axis=(0, 1)))
    return np.asarray(field / np.maximum(rms, 1e-6), np.float32)


def direction(draw: np.random.Generator) -> float:
    """-1 or 1."""
    return float(draw.choice((-1.0, 1.0)))
