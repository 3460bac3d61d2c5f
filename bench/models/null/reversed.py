"""Time backwards: which metrics know the difference."""

from __future__ import annotations

import numpy as np

from bench import models
from bench.models.null.base import reference_clip
from bench.types import Case, Clip, ModelCard


@models.add
class Reversed(models.Model):
    """Plays the case's reference clip backwards: every step is as smooth as it was, every direction is wrong.

    Metrics of consistency cannot tell it from the reference; those of camera and trajectory must.
    """

    card = ModelCard(
        name="reversed", title="Reversed reference", version=1, reads_text=False, frames=None, fps=None, width=None,
        height=None, weights=None, role="null baseline", licence="Apache-2.0", paper="",
        note="null baseline: plays the suite's reference clips backwards",
    )  # fmt: skip

    def generate(self, case: Case, seed: int, step: models.Step = models.ignore_steps) -> Clip:
        clip = reference_clip(case, self.card.name)
        return Clip(np.ascontiguousarray(clip.frames[::-1]), clip.fps)
