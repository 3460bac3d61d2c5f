"""One hard cut: what a metric of outliers must find, and everything else should name at most once."""

from __future__ import annotations

import numpy as np

from bench import models
from bench.models.null.base import reference_clip
from bench.types import Case, Clip, ModelCard


@models.add
class Cut(models.Model):
    """Plays the case's reference clip, from its middle on turned upside down: one cut, needing no other picture.

    Half a turn leaves light, colours and sharpness as they are, so that only the cut itself can be found. A mirror
    image would not do: a face or a street is nearly its own.
    """

    card = ModelCard(
        name="cut", title="Hard cut", version=1, reads_text=False, frames=None, fps=None, width=None, height=None,
        weights=None, role="null baseline", licence="Apache-2.0", paper="",
        note="null baseline: plays the suite's reference clips, their second half turned by 180 degrees",
    )  # fmt: skip

    def generate(self, case: Case, seed: int, step: models.Step = models.ignore_steps) -> Clip:
        clip = reference_clip(case, self.card.name)
        middle = (len(clip) + 1) // 2  # a clip of one frame stays as it is
        return Clip(np.concatenate([clip.frames[:middle], clip.frames[middle:, ::-1, ::-1]]), clip.fps)
