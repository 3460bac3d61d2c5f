"""A model and a metric of somebody else's package."""

import numpy as np

from bench import evaluators, models
from bench.types import Clip, MetricCard, ModelCard, Value


@models.add
class Swing(models.Model):
    """Swings the image to and fro."""

    card = ModelCard(
        name="swing",
        title="Swing",
        version=3,
        reads_text=False,
        frames=16,
        fps=8.0,
        width=None,
        height=None,
        weights=None,
        licence="Apache-2.0",
        paper="",
    )

    def generate(self, case, seed, step=models.ignore_steps):
        from PIL import Image

        image = np.asarray(Image.open(case.image).convert("RGB"))
        return Clip(
            np.stack([np.roll(image, round(3 * np.sin(t / 2 + seed)), axis=1) for t in range(16)]), 8.0
        )


@evaluators.add
class Redness(evaluators.ClipEvaluator):
    """How red a clip is."""

    name = "redness"
    cards = (
        MetricCard(
            name="redness",
            version=2,
            direction="higher",
            unit="levels",
            low=0.0,
            high=40.0,
            definition="mean of red",
            source="here",
            blind_to="everything else",
            is_main=True,
        ),
    )

    def look(self, view):
        return float(view.frame[..., 0].mean()) / 7

    def conclude(self, looks, sample):
        return {"redness": Value(float(np.mean(looks)), series=tuple(looks))}
