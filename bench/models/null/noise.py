"""The ceiling of flicker: a clip in which nothing stays."""

from __future__ import annotations

import numpy as np

from bench import models
from bench.base import files
from bench.models.null.base import NullSettings, input_image
from bench.types import Case, Clip, ModelCard


@models.add
class Noise(models.Model):
    """Each frame is independent uniform noise of the input image's size: the end of every scale of consistency."""

    card = ModelCard(
        name="noise", title="Noise", version=1, reads_text=False, frames=None, fps=None, width=None, height=None,
        weights=None, role="null baseline", licence="Apache-2.0", paper="",
        note="null baseline: independent noise in every frame, of the input image's size up to max_side pixels",
    )  # fmt: skip
    Settings = NullSettings

    def generate(self, case: Case, seed: int, step: models.Step = models.ignore_steps) -> Clip:
        size = input_image(case, self.settings).shape
        random = np.random.default_rng(int(files.digest([seed, case.id]), 16))
        frames = random.integers(256, size=(self.settings.num_frames, *size), dtype=np.uint8)
        return Clip(frames, self.settings.fps)
