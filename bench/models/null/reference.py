"""The suite's own answer: plays each case's reference clip."""

from __future__ import annotations

from bench import models
from bench.models.null.base import null_card, reference_clip
from bench.types import Case, Clip


@models.add
class Reference(models.Model):
    """Plays the case's reference clip unchanged.

    On a suite of real footage this is the real-data row, with which a model's numbers are compared; on a rendered suite
    it is known motion.
    """

    card = null_card(
        "reference",
        "Reference clip",
        "plays the suite's reference clips; what those are, the suite's reference note says",
        "reference clips",
    )

    def generate(self, case: Case, seed: int, step: models.Step = models.ignore_steps) -> Clip:
        return reference_clip(case, self.card.name)
