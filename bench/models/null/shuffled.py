"""The floor of order: every frame is real, and none follows the one before."""

from __future__ import annotations

import numpy as np

from bench import models
from bench.base import files
from bench.models.null.base import reference_clip
from bench.types import Case, Clip, ModelCard


@models.add
class Shuffled(models.Model):
    """The frames of the case's reference clip in random order: what a metric that looks at single frames cannot tell.

    A metric of motion, flicker or order that gives this row the reference's value does not see time.
    """

    card = ModelCard(
        name="shuffled", title="Shuffled reference", version=1, reads_text=False, frames=None, fps=None, width=None,
        height=None, weights=None, role="null baseline", licence="Apache-2.0", paper="",
        note="null baseline: plays the frames of the suite's reference clips in random order",
    )  # fmt: skip

    def generate(self, case: Case, seed: int, step: models.Step = models.ignore_steps) -> Clip:
        clip = reference_clip(case, self.card.name)
        random = np.random.default_rng(int(files.digest([seed, case.id]), 16))
        return Clip(clip.frames[random.permutation(len(clip))], clip.fps)
