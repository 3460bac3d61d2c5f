"""The ceiling of flicker: no frame resembles another."""

from __future__ import annotations

import numpy as np

from bench import models
from bench.models.null.base import NullSettings, generator, input_image, null_card
from bench.types import Case, Clip


@models.add
class Noise(models.Model):
    """Each frame is independent uniform noise of the input image's size: the bottom of every scale of consistency."""

    card = null_card(
        "noise", "Noise", "independent noise in every frame, of the input image's size up to max_side pixels"
    )
    Settings = NullSettings

    def generate(self, case: Case, seed: int, step: models.Step = models.ignore_steps) -> Clip:
        size = input_image(case, self.settings).shape
        random = generator(case, seed)
        frames = random.integers(256, size=(self.settings.num_frames, *size), dtype=np.uint8)
        return Clip(frames, self.settings.fps)
