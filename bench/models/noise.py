"""The ceiling of flicker: a clip in which nothing stays."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np
from annotated_types import Ge, Gt

from bench import files, models, pictures, render
from bench.types import Case, Clip, ModelCard


@dataclass(frozen=True)
class Settings:
    """How long and how large the clip is."""

    num_frames: Annotated[int, Ge(1)] = 16
    fps: Annotated[float, Gt(0)] = 8.0
    max_side: Annotated[int, Ge(16)] = 384


@models.add
class Noise(models.Model):
    """Each frame is independent uniform noise of the input image's size: the end of every scale of consistency."""

    card = ModelCard(
        name="noise", title="Noise", version=1, reads_text=False, frames=None, fps=None, width=None, height=None,
        weights=None, licence="Apache-2.0", paper="",
        note="null baseline: independent noise in every frame, of the input image's size up to max_side pixels",
    )  # fmt: skip
    Settings = Settings

    def generate(self, case: Case, seed: int, step: models.Step = models.ignore_steps) -> Clip:
        size = render.limited(pictures.read(case.image), self.settings.max_side).shape
        random = np.random.default_rng(int(files.digest([seed, case.id]), 16))
        frames = random.integers(256, size=(self.settings.num_frames, *size), dtype=np.uint8)
        return Clip(frames, self.settings.fps)
