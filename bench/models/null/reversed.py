"""Time backwards: shows which metrics depend on its direction."""

from __future__ import annotations

import numpy as np

from bench import models
from bench.models.null.base import null_card, reference_clip
from bench.types import Case, Clip


@models.add
class Reversed(models.Model):
    """Plays the case's reference clip backwards: every step is as smooth as before, every direction is wrong.

    Metrics of consistency cannot tell it from the reference; those of camera and trajectory must.
    """

    card = null_card("reversed", "Reversed reference", "plays the suite's reference clips backwards")

    def generate(self, case: Case, seed: int, step: models.Step = models.ignore_steps) -> Clip:
        clip = reference_clip(case, self.card.name)
        return Clip(np.ascontiguousarray(clip.frames[::-1]), clip.fps)
