"""The floor of motion: a clip in which nothing moves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import numpy as np
from annotated_types import Ge, Gt

from bench import models, pictures, render
from bench.types import Case, Clip, ModelCard


@dataclass(frozen=True)
class Settings:
    """How long and how large the clip is."""

    num_frames: Annotated[int, Ge(1)] = 16
    fps: Annotated[float, Gt(0)] = 8.0
    max_side: Annotated[int, Ge(16)] = 384


@models.add
class Still(models.Model):
    """Repeats the input image: the floor that every motion metric must put last, and every consistency metric first."""

    card = ModelCard(
        name="still", title="Still image", version=1, reads_text=False, frames=None, fps=None, width=None, height=None,
        weights=None, licence="Apache-2.0", paper="",
        note="null baseline: repeats the input image, scaled down to at most max_side pixels",
    )  # fmt: skip
    Settings = Settings

    def generate(self, case: Case, seed: int, step: models.Step = models.ignore_steps) -> Clip:
        image = render.limited(pictures.read(case.image), self.settings.max_side)
        return Clip(np.repeat(image[None], self.settings.num_frames, axis=0), self.settings.fps)
