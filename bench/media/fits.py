"""How an input image was brought to a clip's size, told from the clip's first frame."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias, get_args

import numpy as np
from numpy.typing import NDArray

from bench.media import pictures
from bench.types import Fit, Image

Detail: TypeAlias = NDArray[np.float64]

SIDE = 160
"""Longer side at which pictures are compared, pixels: codecs, dither and small motion leave it as it is."""

SIGMA = 4.0
"""Pixels of the Gaussian whose result is taken away: coarse light and dark look alike under every fit."""

LEAST = 0.4
"""Least correlation that is a match. Another picture has up to 0.05, another fit of the same one up to 0.3, the right
fit behind blur (sigma 1.2), noise (sd 6) and a codec 0.99; what a model changes in frame 0 lowers it."""

AHEAD = 0.1
"""By how much a fit must be ahead of the one that was declared."""


def matches(image: Image, frame: Image) -> Mapping[Fit, float]:
    """How well frame agrees with image under each fit: correlation of their gray details, at most 1.

    'contain' is letterboxing: black bars are part of what is compared.

    Args:
        image: (H, W, 3) uint8 sRGB, of any size.
        frame: (h, w, 3) uint8 sRGB.
    """
    scale = min(1.0, SIDE / max(frame.shape))
    width, height = (max(1, round(length * scale)) for length in (frame.shape[1], frame.shape[0]))
    seen = _detail(pictures.fit(frame, width, height, "stretch"))
    return {
        fit: _correlation(_detail(pictures.fit(image, width, height, fit)), seen) for fit in get_args(Fit)
    }


def shown(image: Image, frame: Image, declared: Fit) -> Fit | None:
    """The fit that frame shows, `declared` where no other is clearly better.

    Args:
        image, frame: as matches takes them.
        declared: the fit that is expected.

    Returns:
        None where nothing shows it: another picture, or one of the image's own shape, which every fit gives.
    """
    if abs(image.shape[0] * frame.shape[1] - image.shape[1] * frame.shape[0]) < max(image.shape):
        return None  # less than a row or column apart
    found = matches(image, frame)
    best = max(found, key=lambda fit: found[fit])
    if found[best] < LEAST:
        return None
    return best if found[best] > found[declared] + AHEAD else declared


def _detail(image: Image) -> Detail:
    """(H, W): fine structure of the gray picture; zero mean, nearly."""
    import cv2

    gray = pictures.gray(image).astype(np.float64)
    return np.asarray(gray - cv2.GaussianBlur(gray, (0, 0), SIGMA))


def _correlation(a: Detail, b: Detail) -> float:
    power = float(np.sqrt((a * a).sum() * (b * b).sum()))
    return float((a * b).sum()) / power if power > 0 else 0.0
