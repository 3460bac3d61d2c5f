"""Changes of light alone: nothing moves, and yet every pixel changes."""

from __future__ import annotations

import numpy as np

from bench import models
from bench.models.null.animation import Animation, At, Levels
from bench.models.null.base import null_card


@models.add
class Pulse(Animation):
    """Brightness swings by a fifth, once every 0.8 seconds."""

    card = null_card(
        "pulse", "Pulsing light", "makes the input image brighter and darker by a fifth, in turn"
    )

    def animated(self, picture: Levels, strength: float, draw: np.random.Generator) -> At:
        return lambda seconds: picture * np.float32(1 + 0.2 * strength * np.sin(2 * np.pi * seconds / 0.8))


@models.add
class Fade(Animation):
    """Contrast and colour fade into the picture's mean level: a third is left after two seconds."""

    card = null_card("fade", "Fading image", "washes contrast and colour out of the input image")

    def animated(self, picture: Levels, strength: float, draw: np.random.Generator) -> At:
        gray = np.float32(picture.mean())
        return lambda seconds: gray + (picture - gray) * np.float32(3 ** (-strength * seconds / 2))
