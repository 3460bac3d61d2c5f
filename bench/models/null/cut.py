"""One hard cut, which a metric of outliers must find, and other metrics at most once."""

from __future__ import annotations

import numpy as np

from bench import models
from bench.models.null.base import null_card, reference_clip
from bench.types import Case, Clip


@models.add
class Cut(models.Model):
    """Plays the case's reference clip, rotated by 180 degrees from its middle on: one cut, without another picture.

    The rotation leaves light, colours and sharpness as they are, so that only the cut itself can be found. Mirroring
    would not suffice: a face or a street looks much like its mirror image.
    """

    card = null_card(
        "cut", "Hard cut", "plays the suite's reference clips, their second half turned by 180 degrees"
    )

    def generate(self, case: Case, seed: int, step: models.Step = models.ignore_steps) -> Clip:
        clip = reference_clip(case, self.card.name)
        middle = (len(clip) + 1) // 2  # a clip of one frame stays as it is
        return Clip(np.concatenate([clip.frames[:middle], clip.frames[middle:, ::-1, ::-1]]), clip.fps)
