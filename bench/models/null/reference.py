"""The row of what does happen: plays each case's reference clip."""

from __future__ import annotations

from bench import models
from bench.models.null.base import reference_clip
from bench.types import Case, Clip, ModelCard


@models.add
class Reference(models.Model):
    """Gives back the case's reference clip as it is: where metrics put the suite's own answer.

    On a suite of real footage this is the real-data row, against which a model's numbers are read; on a rendered suite
    it is known motion.
    """

    card = ModelCard(
        name="reference", title="Reference clip", version=1, reads_text=False, frames=None, fps=None, width=None,
        height=None, weights=None, role="reference clips", licence="Apache-2.0", paper="",
        note="plays the suite's reference clips; what those are, the suite's reference note says",
    )  # fmt: skip

    def generate(self, case: Case, seed: int, step: models.Step = models.ignore_steps) -> Clip:
        return reference_clip(case, self.card.name)
