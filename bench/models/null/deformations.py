"""Smooth deformations of a picture: as under water, as reeds in the wind, as wax in the sun."""

from __future__ import annotations

import numpy as np

from bench import models
from bench.models.null.animation import Animation, At, Levels, direction, places, seen, side, smooth_field
from bench.models.null.base import null_card

TURN = 2 * np.pi


@models.add
class Wobble(Animation):
    """Waves of 1.5 % of the longer side run through the picture, a third of it long, once every 1.5 seconds."""

    card = null_card("wobble", "Wobble", "bends the input image by a wave that runs through it")

    def animated(self, picture: Levels, strength: float, draw: np.random.Generator) -> At:
        height = 0.015 * strength * side(picture)
        where = places(picture)
        phase = where[..., ::-1] * np.float32(TURN / (side(picture) / 3)) + draw.uniform(0, TURN, 2).astype(
            np.float32
        )
        forwards = direction(draw)
        rest = np.sin(phase)

        def at(seconds: float) -> Levels:
            wave = np.sin(phase - np.float32(forwards * TURN * seconds / 1.5)) - rest
            return seen(picture, where - np.float32(height) * wave)

        return at


@models.add
class Sway(Animation):
    """The picture slides by 4 % of its longer side per second and sways above its lower edge, once every two seconds.

    The sway grows with the square of the height above the edge, to 4 % of the longer side at the top.
    """

    card = null_card("sway", "Sway and slide", "slides the input image while its upper part sways to and fro")

    def animated(self, picture: Levels, strength: float, draw: np.random.Generator) -> At:
        size = 0.04 * strength * side(picture)
        slide, lean = direction(draw) * size, direction(draw) * size
        where = places(picture)
        above = np.square(1 - where[..., 1] / max(1, picture.shape[0] - 1))

        def at(seconds: float) -> Levels:
            across = slide * seconds + lean * np.sin(TURN * seconds / 2) * above
            return seen(picture, where - np.stack([across, np.zeros_like(across)], axis=2).astype(np.float32))

        return at


@models.add
class Melt(Animation):
    """The picture melts: it is bent by a smooth random field that grows by 2.5 % of the longer side per second.

    The field turns into another one within two seconds, so that no place moves straight on.
    """

    card = null_card(
        "melt", "Melting image", "bends the input image by a smooth random field that grows and changes"
    )

    def animated(self, picture: Levels, strength: float, draw: np.random.Generator) -> At:
        growth = 0.025 * strength * side(picture)
        one, other = smooth_field(picture, 2, draw), smooth_field(picture, 2, draw)
        where = places(picture)

        def at(seconds: float) -> Levels:
            angle = TURN * seconds / 8
            field = np.float32(np.cos(angle)) * one + np.float32(np.sin(angle)) * other
            return seen(picture, where - np.asarray(growth * seconds * field, np.float32))

        return at
