"""Tracking of a point of the first frame through a clip, with the frames in which it is lost.

Pyramidal Lucas-Kanade on many places of a window around the point, each checked by tracking it back; the point moves
as most of them do. Nothing is learned and nothing is random: the same planes give the same track.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from bench.errors import NotMeasurable
from bench.evaluators.signals import texture
from bench.types import Plane

CANVAS_SIDE = 256
"""Pixels: larger planes are averaged down to this shorter side before they are tracked."""

MIN_SIDE = 48
"""Pixels: in smaller pictures the window below has no room for texture."""

WINDOW = 1 / 16
"""Half the side of the window around the point, as a share of the shorter side."""

PLACES = 9
"""Places of the window that are tracked, in each direction."""

LEAST_TEXTURED = 8
"""Places, of the window's 81, that must have texture in the first frame and be left in the others."""

MOST_RETURN = 1.0
"""Pixels of the canvas by which a place that is tracked back may miss its start."""

LEAST_KEPT = 0.25
"""Share of the places that must track back, or the point is lost."""

LEAST_LEFT = 0.5
"""Share of the first frame's places below which new ones are taken around the point: a long clip would lose all."""

LEAST_LIKENESS = 0.6
"""Correlation of the window with itself where it was last seen, or the point is lost."""

SURE = 0.8
"""Correlation above which the expected place is accepted; below it, the neighbourhood is searched. A place found by
search
must correlate as much: among thousands of places in another picture, one has 0.6 by chance."""

SEARCH = 1 / 4
"""How far to each side of the expected place is searched, as a share of the shorter side."""

_LEVELS = 2
"""Levels of the pyramid above the canvas, from the expected place. More would follow the background behind a small
thing; from a match that was found by search none is needed, and any leads to wrong places."""

Points: TypeAlias = NDArray[np.float64]
"""(N, 2) float64: x and y, pixels."""


@dataclass(frozen=True)
class Track:
    """Where the point was found.

    Attributes:
        points: (T, 2) float64, pixels of the planes; while it is lost, its last place.
        is_lost: (T,).
    """

    points: Points
    is_lost: NDArray[np.bool_]


def canvas(gray: Plane) -> Plane:
    """(h, w) uint8: a gray plane, averaged down (INTER_AREA) to a shorter side of 256 pixels where it is larger."""
    import cv2

    height, width = gray.shape
    scale = CANVAS_SIDE / min(height, width)
    if scale >= 1:
        return gray.copy()  # the frame's own plane is shared with other evaluators
    size = (max(CANVAS_SIDE, round(width * scale)), max(CANVAS_SIDE, round(height * scale)))
    return np.asarray(cv2.resize(gray, size, interpolation=cv2.INTER_AREA), dtype=np.uint8)


def track(planes: Sequence[Plane], start: tuple[float, float]) -> Track:
    """Tracks a point through planes.

    Of 9 x 9 places, in a square of an eighth of the shorter side around start, those with texture are each tracked from
    the frame where the point was last seen (pyramidal Lucas-Kanade, window a sixteenth of the shorter side) and back.
    Those that return to within a pixel are kept; the point moves by the similarity that most of them have followed
    since the first frame (least median of squares). When half of them are lost, new ones are taken around the point.

    The point is expected to move on as it last did. Where the window there looks unlike what was last seen
    (correlation below 0.8), the best match within a quarter of the shorter side is taken instead, if its correlation is
    0.8. The point is lost where a quarter of the places or fewer return, where the correlation is below 0.6, and beyond
    the picture; then it stays, and is searched for in the next frame from where it was last seen.

    Args:
        planes: T of one size, (h, w) uint8, each side at least 48.
        start: x and y in planes[0].

    Raises:
        NotMeasurable: start is not in the picture, or has no texture around it.

    >>> import cv2
    >>> noise = np.random.default_rng(0).integers(0, 256, (96, 96), dtype=np.uint8)
    >>> picture = cv2.GaussianBlur(noise, (0, 0), 3)
    >>> found = track([picture, np.roll(picture, 4, axis=1)], start=(40.0, 48.0))  # 4 pixels to the right
    >>> found.points.round(1).tolist(), found.is_lost.tolist()
    ([[40.0, 48.0], [44.0, 48.0]], [False, False])
    """
    first = np.array(start, dtype=np.float64)
    places = _textured_places(planes[0], first)
    if len(places) < LEAST_TEXTURED:
        raise NotMeasurable(
            f"{len(places)} of {PLACES**2} places around the start have texture, tracking needs {LEAST_TEXTURED}"
        )
    seen = _Seen(planes[0], first, places, places - first, way=np.zeros(2), likeness=1.0)
    points, is_lost = np.tile(first, (len(planes), 1)), np.zeros(len(planes), dtype=np.bool_)
    for t, plane in enumerate(planes[1:], start=1):
        found = _found(seen, plane)
        is_lost[t] = found is None
        seen = _replenished(found, LEAST_LEFT * len(places)) if found else seen
        points[t] = seen.point
    return Track(points, is_lost)


@dataclass(frozen=True)
class _Seen:
    """The last frame in which the point was seen.

    Attributes:
        plane: the frame.
        point: (2,), where the point is in it.
        places: (n, 2), where the places are in it.
        offsets: (n, 2), the places relative to the point, in the first frame.
        way: (2,), how far the point had moved since it was seen before.
        likeness: correlation of the window with what was seen before.
    """

    plane: Plane
    point: Points
    places: Points
    offsets: Points
    way: Points
    likeness: float


def _found(seen: _Seen, plane: Plane) -> _Seen | None:
    """The point in another frame; None where it is lost."""
    expected = _refined(seen, plane, seen.way, _LEVELS)
    if expected and expected.likeness >= SURE:
        return expected
    searched = _refined(seen, plane, _best_match(seen, plane), levels=0)
    if searched and searched.likeness >= SURE:
        return searched
    return expected if expected and expected.likeness >= LEAST_LIKENESS else None


def _refined(seen: _Seen, plane: Plane, way: Points, levels: int) -> _Seen | None:
    """The point in another frame, near where way leads; None where too few places return, or beyond the picture."""
    there = _tracked(seen.plane, plane, seen.places, way, levels)
    back = _tracked(plane, seen.plane, there, -way, levels)
    returns = np.linalg.norm(back - seen.places, axis=1) <= MOST_RETURN
    if returns.mean() <= LEAST_KEPT:
        return None
    places, offsets = there[returns], seen.offsets[returns]
    point = _middle(places, offsets)
    if point is None or not _is_inside(point, plane):
        return None
    likeness = _likeness(seen.plane, seen.point, plane, point)
    return _Seen(plane, point, places, offsets, way=point - seen.point, likeness=likeness)


def _middle(places: Points, offsets: Points) -> Points | None:
    """(2,): the point that the places lie around; None where they do not determine it.

    By the similarity that maps offsets to places with the least median of squares. The median of places less offsets
    would do where nothing turns or grows, but is wrong where it does and places on one side are lost.
    """
    import cv2

    if len(places) < LEAST_TEXTURED:
        return None
    matrix, _ = cv2.estimateAffinePartial2D(offsets, places, method=cv2.LMEDS)
    return None if matrix is None else np.asarray(matrix[:, 2], dtype=np.float64)


def _tracked(before: Plane, after: Plane, places: Points, way: Points, levels: int) -> Points:
    """(n, 2): where places of before are in after, searched for near way; far off where they are not found."""
    import cv2

    side = max(7, round(min(before.shape) * WINDOW) | 1)
    there, status, _ = cv2.calcOpticalFlowPyrLK(
        before, after, places.astype(np.float32), (places + way).astype(np.float32),
        winSize=(side, side), maxLevel=levels, flags=cv2.OPTFLOW_USE_INITIAL_FLOW,
    )  # fmt: skip
    return np.asarray(np.where(status == 1, there, -1e6), dtype=np.float64)


def _best_match(seen: _Seen, plane: Plane) -> Points:
    """(2,): the way to the place in another frame that looks most like the window around the point; whole pixels."""
    import cv2

    reach = round(min(plane.shape) * SEARCH)
    template = _window(seen.plane, seen.point)
    side = len(template) + 2 * reach
    room = _window(plane, seen.point + seen.way, side)
    match = cv2.matchTemplate(room, template, cv2.TM_CCOEFF_NORMED)
    best = cv2.minMaxLoc(match)[3]
    return np.asarray(seen.way + np.array(best) - reach)


def _replenished(seen: _Seen, least: float) -> _Seen:
    """With new places around the point, where fewer than least are left and there are more to take."""
    if len(seen.places) >= least:
        return seen
    places = _textured_places(seen.plane, seen.point)
    if len(places) <= len(seen.places):
        return seen
    return replace(seen, places=places, offsets=places - seen.point)


def _textured_places(plane: Plane, point: Points) -> Points:
    """(n, 2): the places around point, (2,), that have texture.

    Raises:
        NotMeasurable: point is not in the picture.
    """
    if not _is_inside(point, plane):
        raise NotMeasurable(
            f"the point is at ({point[0]:.1f}, {point[1]:.1f}), outside of {plane.shape[1]} x {plane.shape[0]}"
        )
    offsets = np.linspace(-1, 1, PLACES) * min(plane.shape) * WINDOW
    places = np.stack(np.meshgrid(offsets, offsets), axis=2).reshape(-1, 2) + point
    places = places[[_is_inside(place, plane) for place in places]]
    x, y = np.rint(places).astype(np.intp).T
    return np.asarray(places[texture.corner_strength(plane)[y, x] >= texture.LEAST_STRENGTH])


def _is_inside(point: Points, plane: Plane) -> bool:
    return bool((point >= 0).all() and (point <= np.array(plane.shape[::-1]) - 1).all())


def _likeness(before: Plane, start: Points, after: Plane, there: Points) -> float:
    """Correlation of the windows around a point in two frames, in [-1, 1]; 0 where one is flat."""
    first, second = _window(before, start).astype(np.float64), _window(after, there).astype(np.float64)
    first, second = first - first.mean(), second - second.mean()
    spread = float(np.sqrt((first**2).sum() * (second**2).sum()))
    return float((first * second).sum()) / spread if spread else 0.0


def _window(plane: Plane, point: Points, side: int | None = None) -> Plane:
    """(side, side): the square around point; beyond the picture, its edge."""
    import cv2

    side = side or 2 * round(min(plane.shape) * WINDOW) + 1
    return np.asarray(
        cv2.getRectSubPix(plane, (side, side), (float(point[0]), float(point[1]))), dtype=np.uint8
    )
