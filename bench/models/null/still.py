"""The floor of motion: a clip in which nothing moves."""

from __future__ import annotations

import numpy as np

from bench import models
from bench.models.null.base import NullSettings, input_image, null_card
from bench.types import Case, Clip


@models.add
class Still(models.Model):
    """Repeats the input image: every motion metric must rank it last, and every consistency metric first."""

    card = null_card(
        "still", "Still image", "repeats the input image, scaled down to at most max_side pixels"
    )
    Settings = NullSettings

    def generate(self, case: Case, seed: int, step: models.Step = models.ignore_steps) -> Clip:
        image = input_image(case, self.settings)
        return Clip(np.repeat(image[None], self.settings.num_frames, axis=0), self.settings.fps)
