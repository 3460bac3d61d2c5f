"""Zooms into the picture: the camera move of slide shows, and one that hides what it lacks in blur."""

from __future__ import annotations

import numpy as np

from bench import models
from bench.models.null.animation import Animation, At, Levels, places, seen, side
from bench.models.null.base import null_card


@models.add
class KenBurns(Animation):
    """A slow zoom by 8 % per second onto a point off the centre, which is a pan at the same time."""

    card = null_card(
        "kenburns", "Ken Burns", "zooms slowly onto a point of the input image, by 8 % per second"
    )

    def animated(self, picture: Levels, strength: float, draw: np.random.Generator) -> At:
        return _zoom(picture, 0.08 * strength, draw)


@models.add
class ZoomBlur(Animation):
    """A zoom by 15 % per second, whose Gaussian blur grows by 1 % of the longer side per second."""

    card = null_card(
        "zoom-blur", "Blurring zoom", "zooms onto a point of the input image while it blurs away"
    )

    def animated(self, picture: Levels, strength: float, draw: np.random.Generator) -> At:
        import cv2

        zoomed = _zoom(picture, 0.15 * strength, draw)
        growth = 0.01 * strength * side(picture)

        def at(seconds: float) -> Levels:
            blurred = cv2.GaussianBlur(
                zoomed(seconds), (0, 0), growth * seconds, borderType=cv2.BORDER_REPLICATE
            )
            return np.asarray(blurred, np.float32)

        return at


def _zoom(picture: Levels, rate: float, draw: np.random.Generator) -> At:
    """Larger by this share per second, about a point that stays where it is, in the inner two thirds of the picture."""
    where = places(picture)
    width_height = np.array(picture.shape[1::-1], np.float32)
    focus = ((width_height - 1) * draw.uniform(1 / 6, 5 / 6, 2)).astype(np.float32)
    return lambda seconds: seen(picture, focus + (where - focus) / np.float32((1 + rate) ** seconds))
