"""A piece of the picture that is pushed over the rest: motion of a part, which nothing made."""

from __future__ import annotations

import numpy as np

from bench import models
from bench.models.null.animation import Animation, At, Levels, places, seen, side
from bench.models.null.base import null_card


@models.add
class PastedPatch(Animation):
    """An ellipse of two fifths of each side is cut out and pushed over the picture, which stays as it was below it.

    It travels 12 % of the longer side per second.
    """

    card = null_card(
        "pasted-patch", "Pushed patch", "cuts a patch out of the input image and pushes it across"
    )

    def animated(self, picture: Levels, strength: float, draw: np.random.Generator) -> At:
        where = places(picture)
        extent = np.array(picture.shape[1::-1], np.float32)
        centre = extent * draw.uniform(0.3, 0.7, 2).astype(np.float32)
        angle = draw.uniform(0, 2 * np.pi)
        heading = np.array([np.cos(angle), np.sin(angle)], np.float32)
        speed = 0.12 * strength * side(picture)

        def at(seconds: float) -> Levels:
            there = where - np.float32(speed * seconds) * heading
            radius = np.linalg.norm((there - centre) / (0.2 * extent), axis=2)
            cover = np.clip((1 - radius) * 0.2 * extent.min() + 0.5, 0, 1)[..., None]
            return np.asarray(picture + cover * (seen(picture, there) - picture), np.float32)

        return at
