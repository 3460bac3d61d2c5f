"""How the camera moves, from points that a network follows: VBench's answer, and signed speeds of the same tracks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from bench import evaluators
from bench.base.weights import Weights
from bench.errors import NotMeasurable
from bench.evaluators import nets
from bench.evaluators.nets import cotracker
from bench.evaluators.nets.cotracker import CoTracker
from bench.evaluators.view import Sample, View
from bench.types import Image, MetricCard, Value

STILL = 0.005
"""Share of the shorter side: a point that moves no farther along an axis stands still along it."""

ROWS: Mapping[tuple[str, str], str] = {
    ("left", "left"): "pan_right", ("right", "right"): "pan_left",
    ("down", "down"): "tilt_up", ("up", "up"): "tilt_down",
    ("up", "down"): "zoom_in", ("down", "up"): "zoom_out",
    ("static", "static"): "static",
}  # fmt: skip
"""Where the points of the top and of the bottom row go -> the camera's move, VBench's table."""

COLUMNS: Mapping[tuple[str, str], str] = {
    **{ends: move for ends, move in ROWS.items() if not move.startswith("zoom")},
    ("left", "right"): "zoom_in", ("right", "left"): "zoom_out",
}  # fmt: skip
"""The same for the points of the left and of the right column."""

MOVES = frozenset(ROWS.values())

_TRACKS = (
    f"CoTracker2 follows a grid of {cotracker.GRID} x {cotracker.GRID} points from the first frame to the last, at the "
    "clip's own size. Not run with the real weights here"
)
_SOURCE = "CoTracker2 of Karaev et al. 2023 (arXiv 2307.07635), by its authors' package."
_SPEED = f"Between the first frame and the last, the median over the points. {_TRACKS}."
_BLIND = "Things that move and have most of the points; whether the camera came back: the way between is not looked at."


@evaluators.add
class TrackedCamera(evaluators.ClipEvaluator):
    """VBench's camera motion of a single clip, and signed speeds.

    >>> grid = np.stack(np.meshgrid(np.arange(-4.5, 5), np.arange(-4.5, 5)), axis=-1) * 20
    >>> sorted(moves(grid, grid + [6, 0], shorter_side=200))
    ['pan_left']
    >>> sorted(moves(grid, grid * 1.1, shorter_side=200))
    ['zoom_in']
    """

    name = "tracked_camera"
    packages = ("torch",)
    opt_in = True  # the weights have terms
    min_frames = 2
    cards = (
        MetricCard(
            name="vbench_camera_motion", title="Camera motion (VBench)", group="Motion",
            version=1, direction="higher", unit="%", low=0.0, high=100.0,
            definition="100 if the move that the case asks for is among those seen, else 0; the mean over clips is a "
            "share in per cent. Seen is what one point of each edge tells, in whole pixels: along an axis it stands "
            "still up to 0.005 of the shorter side; both rows to the left are a pan to the right, the upper up and "
            f"the lower down a zoom in, and so on; static only if all four stand still. {_TRACKS}.",
            source="VBench (Huang et al. 2024, arXiv 2411.13503), vbench2_beta_i2v/camera_motion.py as of March 2026. "
            f"{_SOURCE}",
            blind_to="How far and how evenly the camera moves; everything but four points. One of them on a thing that "
            "moves, or a depth that parts them, and nothing is seen.",
            is_native_only=True,
        ),
        MetricCard(
            name="tracked_pan", title="Camera pan, by tracks", group="Motion",
            version=1, direction="none", unit="% of width/s", low=None, high=None,
            definition=f"Speed of the camera to the right (the picture moves left), negative to the left. {_SPEED}",
            source=f"Own. {_SOURCE}", blind_to=_BLIND, is_native_only=True,
        ),
        MetricCard(
            name="tracked_tilt", title="Camera tilt, by tracks", group="Motion",
            version=1, direction="none", unit="% of height/s", low=None, high=None,
            definition=f"Speed of the camera upwards (the picture moves down), negative downwards. {_SPEED}",
            source=f"Own. {_SOURCE}", blind_to=_BLIND, is_native_only=True,
        ),
        MetricCard(
            name="tracked_zoom", title="Camera zoom, by tracks", group="Motion",
            version=1, direction="none", unit="%/s", low=None, high=None,
            definition="Growth of the picture, 100 times the natural logarithm of its scale per second; the scale is "
            f"that of the points' distances from their median. {_SPEED}",
            source=f"Own. {_SOURCE}", blind_to=_BLIND, is_native_only=True,
        ),
    )  # fmt: skip

    def weights(self) -> tuple[Weights, ...]:
        return (cotracker.WEIGHTS,)

    def check(self) -> None:
        cotracker.check()

    def load(self) -> None:
        self._net = nets.shared(CoTracker, cotracker.WEIGHTS, self.device)

    def look(self, view: View) -> Image:
        return view.frame

    def conclude(self, frames: Sequence[Image], sample: Sample) -> evaluators.Values:
        tracks = self._net.tracks(np.stack(frames))
        return {
            "vbench_camera_motion": evaluators.value_or_reason(lambda: _answer(tracks, sample)),
            **speeds(tracks[0], tracks[-1], sample),
        }


def moves(first: NDArray[np.float64], last: NDArray[np.float64], shorter_side: int) -> set[str]:
    """The camera's moves that VBench's rule sees; empty for none.

    Args:
        first, last: (10, 10, 2) where the points of the grid are in the first and the last frame, (x, y) pixels.
        shorter_side: of the frame, pixels.

    Source: camera_classify of vbench2_beta_i2v/camera_motion.py. Positions are truncated to whole pixels, as there.
    """
    moved = np.trunc(last) - np.trunc(first)
    middle = len(moved) // 2
    top, bottom, left, right = (
        _directions(moved[place], shorter_side * STILL)
        for place in ((0, middle), (-1, middle), (middle, 0), (middle, -1))
    )
    by_rows = {ROWS[ends] for ends in _pairs(top, bottom) if ends in ROWS}
    by_columns = {COLUMNS[ends] for ends in _pairs(left, right) if ends in COLUMNS}
    if by_rows == by_columns == {"static"}:
        return by_rows
    return (by_rows | by_columns) - {"static"}


def _directions(moved: NDArray[np.float64], still: float) -> list[str]:
    across, down = moved
    found = [name for name, is_so in (("right", across > still), ("left", across < -still)) if is_so]
    found += [name for name, is_so in (("down", down > still), ("up", down < -still)) if is_so]
    return found or ["static"]


def _pairs(one: Sequence[str], other: Sequence[str]) -> list[tuple[str, str]]:
    return [(first, second) for first in one for second in other]


def _answer(tracks: NDArray[np.float64], sample: Sample) -> float:
    asked = sample.case.camera
    if asked not in MOVES:
        raise NotMeasurable(f"case '{sample.case.id}' asks for no camera move of VBench's: {asked or 'none'}")
    return 100.0 * (asked in moves(tracks[0], tracks[-1], min(sample.width, sample.height)))


def speeds(first: NDArray[np.float64], last: NDArray[np.float64], sample: Sample) -> dict[str, Value]:
    """tracked_pan, tracked_tilt and tracked_zoom.

    Args:
        first, last: as for moves.
        sample: the clip.
    """
    seconds = (sample.num_frames - 1) / sample.fps
    before, after = first.reshape(-1, 2), last.reshape(-1, 2)
    across, down = np.median(after - before, axis=0)
    return {
        "tracked_pan": Value(float(-100 * across / sample.width / seconds)),
        "tracked_tilt": Value(float(100 * down / sample.height / seconds)),
        "tracked_zoom": Value(float(100 * np.log(_spread(after) / _spread(before)) / seconds)),
    }


def _spread(points: NDArray[np.float64]) -> float:
    """The median distance of points from their median; not 0, which has no logarithm."""
    return max(float(np.median(np.linalg.norm(points - np.median(points, axis=0), axis=1))), 1e-6)
