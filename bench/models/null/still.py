"""The floor of motion: a clip in which nothing moves."""

from __future__ import annotations

import numpy as np

from bench import models
from bench.models.null.base import NullSettings, input_image
from bench.types import Case, Clip, ModelCard


@models.add
class Still(models.Model):
    """Repeats the input image: the floor that every motion metric must put last, and every consistency metric first."""

    card = ModelCard(
        name="still", title="Still image", version=1, reads_text=False, frames=None, fps=None, width=None, height=None,
        weights=None, role="null baseline", licence="Apache-2.0", paper="",
        note="null baseline: repeats the input image, scaled down to at most max_side pixels",
    )  # fmt: skip
    Settings = NullSettings

    def generate(self, case: Case, seed: int, step: models.Step = models.ignore_steps) -> Clip:
        image = input_image(case, self.settings)
        return Clip(np.repeat(image[None], self.settings.num_frames, axis=0), self.settings.fps)
