"""The floor of temporal order: every frame is real, and their order is random."""

from __future__ import annotations

from bench import models
from bench.models.null.base import generator, null_card, reference_clip
from bench.types import Case, Clip


@models.add
class Shuffled(models.Model):
    """The frames of the case's reference clip in random order: the same clip to a metric of single frames.

    A metric of motion, flicker or order that gives this row the reference's value does not see time.
    """

    card = null_card(
        "shuffled", "Shuffled reference", "plays the frames of the suite's reference clips in random order"
    )

    def generate(self, case: Case, seed: int, step: models.Step = models.ignore_steps) -> Clip:
        clip = reference_clip(case, self.card.name)
        random = generator(case, seed)
        return Clip(clip.frames[random.permutation(len(clip))], clip.fps)
