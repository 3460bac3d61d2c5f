"""Where a picture lies in another one that shows it: stretched, cropped, or between bars.

An affine map from the pixels of one to those of the other, as the correlation of the two is largest (Evangelidis and
Psarakis 2008, ECC, as in OpenCV), from several starts: the three usual ways of fitting a picture, and the map that most
SIFT features agree on (Lowe 2004, RANSAC), which finds any crop of a picture with texture; where none of them finds it,
from the picture drawn out.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from bench.errors import NotMeasurable
from bench.types import Plane

SIDE = 384
"""Pixels: the longer side of the planes that are compared."""

LEAST_CORRELATION, SURE = 0.8, 0.95
"""Correlation over what both show. Clips of a model that redraws its image had 0.86 and more where frame 0 shows the
same scene, 0.62 to 0.73 where it shows another one, and unrelated photographs 0.65 at most; above the second number no
other start is tried."""

MOST_TURNED = 0.1
"""Share of its scale by which an axis may lean: beyond it, a picture is turned rather than stretched."""

LEAST_OVERLAP = 0.2
"""Share of either picture that must lie in the other: a small part correlates with something by chance."""

FLAT = 2.0
"""Gray levels of standard deviation: a flatter picture lies everywhere."""

_SMOOTH = 1.5
"""Pixels: standard deviation of the Gaussian before planes are compared: places to a few pixels are enough to start."""

_STEPS, _ENOUGH = 100, 1e-5
"""Most steps of ECC, and the gain of correlation at which it stops."""

DRAWN_OUT = tuple((wide, 1.0) for wide in (1.25, 1.5, 2.0)) + tuple((1.0, high) for high in (1.25, 1.5, 2.0))
"""By how much the picture is drawn out across and down, and then cut off, in the last starts: for pictures with too few
features, since ECC itself goes from one proportion to another by a tenth or so."""

_RATIO = 0.75
"""A feature's best match must be at this share of the distance of the second best: Lowe's."""

_LEAST_MATCHES = 12

Affine: TypeAlias = NDArray[np.float32]
"""(2, 3): from a pixel (x, y, 1) of the whole picture to the part's."""


@dataclass(frozen=True)
class Placement:
    """How a picture lies in a frame.

    Attributes:
        across, down: by how much it is scaled, pixels of the frame per pixel of the picture.
        cropped: share of the picture that lies outside the frame, in [0, 1].
        bare: share of the frame that the picture does not cover, in [0, 1].
        correlation: of the two, over what both show.
    """

    across: float
    down: float
    cropped: float
    bare: float
    correlation: float


def placement(picture: Plane, frame: Plane) -> Placement:
    """How a picture lies in a frame that shows it.

    Args:
        picture: (H, W) uint8.
        frame: (h, w) uint8.

    Raises:
        NotMeasurable: a picture is flat, or the frame does not show the picture.

    >>> import cv2
    >>> noise = np.random.default_rng(0).integers(0, 256, (12, 16)).astype(np.uint8)
    >>> picture = cv2.resize(noise, (160, 120), interpolation=cv2.INTER_CUBIC)
    >>> found = placement(picture, cv2.resize(picture, (120, 120), interpolation=cv2.INTER_AREA))
    >>> round(found.across, 2), round(found.down, 2), round(found.cropped, 2)
    (0.75, 1.0, 0.0)
    """
    whole, part = _limited(picture), _limited(frame)
    for plane, name in ((whole, "the input image"), (part, "frame 0")):
        if plane.std() < FLAT:
            raise NotMeasurable(
                f"{name} is flat: its gray levels differ by {plane.std():.2f} (standard deviation)"
            )
    found = _best(whole, part)
    if found.correlation < LEAST_CORRELATION:
        raise NotMeasurable(
            "frame 0 does not show the input image, however it is stretched and cropped: they correlate by less than "
            f"{LEAST_CORRELATION:g}"
        )
    (height, width), (tall, wide) = picture.shape, frame.shape
    return Placement(
        found.across * wide / part.shape[1] * whole.shape[1] / width,
        found.down * tall / part.shape[0] * whole.shape[0] / height,
        found.cropped,
        found.bare,
        found.correlation,
    )


def _best(whole: Plane, part: Plane) -> Placement:
    """The placement of the largest correlation, from the first starts that give one that is enough."""
    found: list[Placement] = []
    for starts, enough in ((_starts, SURE), (_drawn_out, LEAST_CORRELATION)):
        left = starts(whole, part)
        while all(each.correlation < enough for each in found) and (start := next(left, None)) is not None:
            found.append(_placed(whole, part, _refined(whole, part, start)))
    return max(found, key=lambda each: each.correlation)


def _limited(plane: Plane) -> Plane:
    import cv2

    height, width = plane.shape
    scale = min(1.0, SIDE / max(height, width))
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    return np.asarray(
        cv2.GaussianBlur(cv2.resize(plane, size, interpolation=cv2.INTER_AREA), (0, 0), _SMOOTH)
    )


def _starts(whole: Plane, part: Plane) -> Iterator[Affine]:
    """Maps to start from: stretched, covering, contained, and by features, which take the longest."""
    ratios = np.array(part.shape[::-1]) / np.array(whole.shape[::-1])
    for scales in (ratios, np.full(2, ratios.max()), np.full(2, ratios.min())):
        yield _centred(whole, part, scales)
    by_features = _by_features(whole, part)
    if by_features is not None:
        yield by_features


def _drawn_out(whole: Plane, part: Plane) -> Iterator[Affine]:
    """Maps to start from where those fail."""
    ratios = np.array(part.shape[::-1]) / np.array(whole.shape[::-1])
    return (_centred(whole, part, ratios * each) for each in DRAWN_OUT)


def _centred(whole: Plane, part: Plane, scales: NDArray[np.float64]) -> Affine:
    """The map of these scales, across and down, from middle to middle; in coordinates of pixels' centres."""
    offset = (np.array(part.shape[::-1]) - scales * whole.shape[::-1] + scales - 1) / 2
    return np.array([[scales[0], 0, offset[0]], [0, scales[1], offset[1]]], np.float32)


def _by_features(whole: Plane, part: Plane) -> Affine | None:
    """The affine map that most SIFT matches follow; None where there are too few."""
    import cv2

    sift = cv2.SIFT.create(nfeatures=1000)
    (places, words), (others, other_words) = (sift.detectAndCompute(each, None) for each in (whole, part))
    if min(len(places), len(others)) < _LEAST_MATCHES:
        return None
    pairs = cv2.BFMatcher().knnMatch(words, other_words, k=2)
    good = [best for best, second in pairs if best.distance < _RATIO * second.distance]
    if len(good) < _LEAST_MATCHES:
        return None
    start = np.array([places[match.queryIdx].pt for match in good], np.float32)
    there = np.array([others[match.trainIdx].pt for match in good], np.float32)
    found, _ = cv2.estimateAffine2D(start, there, ransacReprojThreshold=3.0)
    return None if found is None else found.astype(np.float32)


def _refined(whole: Plane, part: Plane, start: Affine) -> Affine:
    """The map of the largest correlation near a start; the start itself where there is none."""
    import cv2

    if abs(np.linalg.det(start[:, :2])) < 1e-3:
        return start
    back = cv2.invertAffineTransform(start).astype(np.float32)
    criteria = (cv2.TERM_CRITERIA_EPS | cv2.TERM_CRITERIA_COUNT, _STEPS, _ENOUGH)
    try:
        _, found = cv2.findTransformECC(part, whole, back, cv2.MOTION_AFFINE, criteria)
    except cv2.error:  # it does not converge
        return start
    return np.asarray(cv2.invertAffineTransform(found), np.float32)


def _placed(whole: Plane, part: Plane, way: Affine) -> Placement:
    """How the picture lies under a map; with correlation -1 where it is turned, or little of either is in the other."""
    import cv2

    size = part.shape[::-1]
    shown = cv2.warpAffine(whole, way, size, flags=cv2.INTER_LINEAR)
    inside = cv2.warpAffine(np.full_like(whole, 255), way, size, flags=cv2.INTER_LINEAR) > 127
    across, down = (float(np.linalg.norm(way[:, axis])) for axis in (0, 1))
    common = float(inside.sum())
    cropped = 1 - common / max(1.0, across * down * whole.size)
    bare = 1 - common / part.size
    is_out = max(cropped, bare) > 1 - LEAST_OVERLAP or _is_turned(way)
    correlation = -1.0 if is_out else _correlation(shown[inside], part[inside])
    return Placement(across, down, min(1.0, max(0.0, cropped)), bare, correlation)


def _is_turned(way: Affine) -> bool:
    """Whether a map turns, leans or mirrors the picture."""
    scales = np.diag(way[:, :2])
    return bool(scales.min() <= 0 or (np.abs([way[1, 0], way[0, 1]]) > MOST_TURNED * scales).any())


def _correlation(a: Plane, b: Plane) -> float:
    first, second = (each.astype(np.float64) - each.mean() for each in (a, b))
    scale = np.linalg.norm(first) * np.linalg.norm(second)
    return float(first @ second / scale) if scale > 0 else -1.0
