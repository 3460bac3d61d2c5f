"""Parallax of a single picture: what is taken to be near moves faster than what is taken to be far."""

from __future__ import annotations

import numpy as np

from bench import models
from bench.models.null.animation import Animation, At, Levels, direction, places, seen, side, smooth_field
from bench.models.null.base import null_card

SPEED = 0.06
"""Longer sides per second, of what is nearest."""


@models.add
class Parallax(Animation):
    """A camera that travels sideways past a smooth depth: the lower part of the picture is near, with random hills.

    Pixels move by 0 to 6 % of the longer side per second. Nothing is uncovered: the picture stretches instead.
    """

    card = null_card(
        "parallax", "Parallax", "moves the pixels of the input image sideways by an invented, smooth depth"
    )

    def animated(self, picture: Levels, strength: float, draw: np.random.Generator) -> At:
        speed = direction(draw) * SPEED * strength * side(picture)
        near = _ramp(picture) + 0.4 * smooth_field(picture, 1, draw)[..., 0]
        near = (near - near.min()) / max(1e-6, float(np.ptp(near)))
        moves = np.stack([speed * near, np.zeros_like(near)], axis=2)
        where = places(picture)
        return lambda seconds: seen(picture, where - np.asarray(seconds * moves, np.float32))


@models.add
class Layers(Animation):
    """Four layers of one picture, cut out along its light and dark, each of which slides at a speed of its own.

    What a layer uncovers shows the layers behind it, each of which is the whole picture: a puppet theatre.
    """

    card = null_card(
        "layers", "Layered parallax", "cuts the input image into four layers, which slide at different speeds"
    )

    def animated(self, picture: Levels, strength: float, draw: np.random.Generator) -> At:
        speed = direction(draw) * SPEED * strength * side(picture)
        near = _nearness(picture)
        masks = [_soft(near >= np.quantile(near, share)) for share in (0.25, 0.5, 0.75)]
        where = places(picture)

        def at(seconds: float) -> Levels:
            frame = seen(picture, where - _right(0.1 * speed * seconds))
            for mask, share in zip(masks, (0.4, 0.7, 1.0), strict=True):
                there = where - _right(share * speed * seconds)
                cover = np.clip(seen(mask, there), 0, 1)[..., None]
                frame = frame + cover * (seen(picture, there) - frame)
            return frame

        return at


def _ramp(picture: Levels) -> Levels:
    """(H, W): 0 at the top edge, 1 at the bottom."""
    height, width = picture.shape[:2]
    return np.repeat(np.linspace(0, 1, height, dtype=np.float32)[:, None], width, axis=1)


def _nearness(picture: Levels) -> Levels:
    """(H, W): larger where the picture is low and where it is dark over a fiftieth of its longer side."""
    import cv2

    luma = picture.mean(axis=2) / 255
    smooth = cv2.GaussianBlur(luma, (0, 0), max(0.5, side(picture) / 50), borderType=cv2.BORDER_REPLICATE)
    return np.asarray(_ramp(picture) - smooth, np.float32)


def _soft(mask: np.ndarray) -> Levels:
    """(H, W): 0 to 1, its edge a pixel wide."""
    import cv2

    cut = cv2.GaussianBlur(mask.astype(np.float32), (0, 0), 0.8, borderType=cv2.BORDER_REPLICATE)
    return np.asarray(cut, np.float32)


def _right(pixels: float) -> Levels:
    return np.array([pixels, 0], np.float32)
