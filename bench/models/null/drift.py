"""Known motion: a clip that slides at a known speed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np
from annotated_types import Ge, Le
from numpy.typing import NDArray

from bench import models
from bench.models.null.base import NullSettings, input_image, null_card
from bench.types import Case, Clip


@dataclass(frozen=True)
class Settings(NullSettings):
    """Those, and the speed of the content: dx to the right, dy down, pixels per frame."""

    dx: Annotated[int, Ge(-256), Le(256)] = 2
    dy: Annotated[int, Ge(-256), Le(256)] = 0


@models.add
class Drift(models.Model):
    """Slides the input image by whole pixels per frame: every metric of motion must find exactly that.

    Frame 0 is the input image. Its mirror image comes in at the edge and moves along: the motion is (dx, dy) at every
    pixel, and no pixel is interpolated.
    """

    card = null_card(
        "drift",
        "Drifting image",
        "slides the input image, scaled down to at most max_side pixels, by dx and dy per frame",
    )
    Settings = Settings

    def generate(self, case: Case, seed: int, step: models.Step = models.ignore_steps) -> Clip:
        image = input_image(case, self.settings)
        height, width = image.shape[:2]
        frames = [
            image[mirrored(height, self.settings.dy * t)][:, mirrored(width, self.settings.dx * t)]
            for t in range(self.settings.num_frames)
        ]
        return Clip(np.stack(frames), self.settings.fps)


def mirrored(length: int, shift: int) -> NDArray[np.intp]:
    """(length,) indices into a row of pixels: the one at each place after the endlessly mirrored row moved by shift.

    abcd moved by 1 is babc: the edge pixel is not repeated.
    """
    period = max(1, 2 * length - 2)
    place = (np.arange(length) - shift) % period
    return np.asarray(np.minimum(place, period - place) if length > 1 else place)
