"""Whether the thing goes where the case says: trajectory error, with every choice that the literature leaves open."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from bench import evaluators
from bench.errors import NotMeasurable
from bench.evaluators.signals import tracking
from bench.evaluators.view import Sample, View
from bench.media import paths, pictures
from bench.types import Case, ClipRecord, MetricCard, Plane, Value

CANVAS_SIDE = 256
"""Pixels of the shorter side of the canvas on which errors are stated, whatever the clip's size."""

_TRUTH = (
    "The case's trajectory (pixels of its image) is brought to the clip's size as the image was (cover, contain, "
    "stretch) and to its frames in proportion: first point to first frame, last to last, linear between."
)
_TRACK = (
    "The point at the trajectory's start is followed by pyramidal Lucas-Kanade on 9 x 9 places in a square of an "
    "eighth of the shorter side, each of which must track back to within a pixel, by the similarity of least median of "
    "squares; where it is lost it stays where it was last seen."
)
_FRAMES = (
    "Mean over the frames after the first, whose error is 0 by definition, in which the trajectory lies within the "
    "picture."
)
_SOURCE = (
    "TrajError of Tora (arXiv 2407.21705), 'the average L1 distance between the generated and predefined "
    "trajectories', whose code and choices are not public: canvas, sum over the axes, tracker, and what counts where "
    "the track is lost are ours."
)
_ACCURACY = (
    "On the five rendered object scenes of the motion suite the tracker's own error is below 0.1 pixels."
)
_BLIND = (
    "What else moves; whether the thing keeps its shape. The start is taken from the case, not from where the thing is "
    "in the clip's first frame. A thing smaller than an eighth of the shorter side is followed with its surroundings. "
    "A lost track costs as much as a thing that stopped: read it beside trajectory_lost."
)
_SHOWS = ("jitter", "freeze", "slow_motion")


@evaluators.add
class Trajectory(evaluators.ClipEvaluator):
    """Distance from the trajectory that was asked for; that of a still clip is the distance from the start."""

    name = "trajectory"
    min_frames = 2
    min_side = tracking.MIN_SIDE
    cards = (
        MetricCard(
            name="trajectory_error", title="Trajectory error", group="Motion", is_lead=True,
            is_native_only=True, version=1, direction="lower", unit="px", low=0.0, high=None, is_main=True,
            definition="|dx| + |dy| between the tracked point and the trajectory's, in pixels of a canvas with a "
            f"shorter side of 256. {_FRAMES} {_TRUTH} {_TRACK}",
            source=f"{_SOURCE} {_ACCURACY}", blind_to=_BLIND,
            series="|dx| + |dy| of each frame after the first, also of those that do not count: T - 1 values",
            shows=_SHOWS, ignores=("colour_drift",),
        ),
        MetricCard(
            name="trajectory_error_l2", title="Trajectory error, Euclidean", group="Motion",
            is_native_only=True, version=1, direction="lower", unit="px", low=0.0, high=None,
            definition="As trajectory_error, with the Euclidean distance in place of |dx| + |dy|.",
            source=f"ObjMC of MotionCtrl (arXiv 2312.03641), with the choices of trajectory_error. {_ACCURACY}",
            blind_to=_BLIND,
            shows=_SHOWS, ignores=("colour_drift",),
        ),
        MetricCard(
            name="trajectory_error_share", title="Trajectory error, share", group="Motion",
            is_native_only=True, version=1, direction="lower", unit="", low=0.0, high=None,
            definition="trajectory_error over 256: a share of the picture's shorter side.",
            source=_SOURCE, blind_to=_BLIND, shows=_SHOWS, ignores=("colour_drift",),
        ),
        MetricCard(
            name="trajectory_lost", title="Trajectory lost", group="Motion",
            is_native_only=True, version=1, direction="lower", unit="", low=0.0, high=1.0,
            definition="Share of the same frames in which the track is lost: a quarter or fewer of the places return, "
            "the window looks unlike what was last seen (correlation below 0.6; below 0.8 after a search), or the "
            "point has left the picture. Tracked as in trajectory_error.",
            source="Own: a trajectory error says little without it.",
            blind_to="A track that moved on to something else that looks alike.",
            series="1 where the track is lost, else 0, for each frame after the first: T - 1 values",
            ignores=("brightness_flicker", "colour_drift", "exposure_drift"),
        ),
    )  # fmt: skip

    def applies(self, case: Case, record: ClipRecord) -> bool:
        return case.trajectory is not None

    def look(self, view: View) -> Plane | None:
        return None if view.sample.case.trajectory is None else tracking.canvas(view.gray)

    def conclude(self, canvases: Sequence[Plane], sample: Sample) -> evaluators.Values:
        asked = trajectory(sample)
        size = np.array([sample.width, sample.height])
        inside = np.all((asked >= 0) & (asked <= size - 1), axis=1)
        if not inside[1:].any() or not inside[0]:
            raise NotMeasurable(
                f"the trajectory starts at ({asked[0][0]:.1f}, {asked[0][1]:.1f}) of {sample.width} x {sample.height} "
                f"pixels and is inside in {inside[1:].sum()} later frames: it must be in the first and in another one"
            )
        zoom = np.array(canvases[0].shape[::-1]) / size
        track = tracking.track(canvases, start=tuple((asked[0] + 0.5) * zoom - 0.5))
        found = (track.points + 0.5) / zoom - 0.5
        misses = (found - asked)[1:] * CANVAS_SIDE / size.min()
        return values(misses, track.is_lost[1:], inside[1:])


def values(
    misses: NDArray[np.float64], is_lost: NDArray[np.bool_], counts: NDArray[np.bool_]
) -> Mapping[str, Value]:
    """All metrics.

    Args:
        misses: (T - 1, 2), from the asked to the found point, pixels of the canvas.
        is_lost: (T - 1,): whether the track is lost.
        counts: (T - 1,): whether the frame counts; at least one does.

    >>> misses = np.array([[3.0, -4.0], [0.0, 0.0], [60.0, 80.0]])
    >>> found = values(misses, np.array([False, True, True]), counts=np.array([True, True, False]))
    >>> [each.value for each in found.values()]  # 7 and 0 pixels; 5 and 0; 3.5 of 256; one of two lost
    [3.5, 2.5, 0.013671875, 0.5]
    """
    l1, l2 = np.abs(misses).sum(axis=1), np.linalg.norm(misses, axis=1)
    error, lost = float(l1[counts].mean()), is_lost.astype(np.float64)
    return {
        "trajectory_error": Value(error, series=tuple(l1.tolist())),
        "trajectory_error_l2": Value(float(l2[counts].mean())),
        "trajectory_error_share": Value(error / CANVAS_SIDE),
        "trajectory_lost": Value(float(lost[counts].mean()), series=tuple(lost.tolist())),
    }


def trajectory(sample: Sample) -> NDArray[np.float64]:
    """(T, 2): where the point should be in each frame, pixels of the clip.

    Raises:
        NotMeasurable: the case has no trajectory.
        BadImage: the case's image cannot be read.
    """
    case = sample.case
    if case.trajectory is None:
        raise NotMeasurable("the case has no trajectory")
    points = np.array(case.trajectory, dtype=np.float64)
    there = paths.fitted(points, image_size(case), (sample.width, sample.height), sample.record.fit)
    return paths.resampled(there, sample.num_frames)


def image_size(case: Case) -> tuple[int, int]:
    """(width, height) of the picture that the trajectory's pixels belong to: the scene's, or the image's.

    Raises:
        BadImage: the image cannot be read.
    """
    if case.scene:
        return case.scene["width"], case.scene["height"]
    height, width = pictures.read(case.image).shape[:2]
    return width, height
