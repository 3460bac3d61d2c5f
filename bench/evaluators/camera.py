"""What the camera does, and whether it is what the case asked for."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bench import evaluators
from bench.errors import NotMeasurable
from bench.evaluators.signals.camera_motion import CameraStep
from bench.evaluators.view import Sample, View
from bench.types import MetricCard, Value

STILL = 0.01
"""Share of the shorter side per second, RMS over the picture: a slower camera stands still."""

IN_LINE = math.cos(math.radians(45))
"""Least cosine between the move that was asked for and the one that was made: the former has half the energy then."""

_SPEEDS = ("camera_pan", "camera_tilt", "camera_zoom", "camera_roll")

_LABELS: Mapping[str, tuple[int, int]] = {
    "pan_left": (0, -1), "pan_right": (0, 1),
    "tilt_down": (1, -1), "tilt_up": (1, 1),
    "zoom_out": (2, -1), "zoom_in": (2, 1),
    "roll_left": (3, -1), "roll_right": (3, 1),
}  # fmt: skip
"""Case.camera -> which of a motion's four numbers is asked for, and its sign."""

_STEP = (
    "Each step from frame to frame is a homography by RANSAC, fitted to the optical flow (DIS) at the strongest corner "
    "of each of about 600 cells, where the place is visible and looks alike in both frames; its first-order motion at "
    "the picture's centre is the camera's. Where too few places follow, as on texture that boils, the same at half "
    "the size (after a Gaussian of 1.5 pixels), then at a quarter, where nine tenths of them must follow."
)
_SEEN = (
    "Mean over the steps in which the camera is seen: at least a quarter of the places follow, at full size; at least "
    "half of the steps must be."
)
_SOURCE = (
    "Own; homography by RANSAC as in Hartley & Zisserman 2004, section 4.8. VBench's camera motion uses four points of "
    "the first and the last frame."
)
_ACCURACY = (
    "On the 31 rendered scenes of the motion suite, within 0.04 pixels (pan, tilt), 0.04 % (zoom) and 0.08° (roll) "
    "per step."
)
_BLIND = (
    "Whether the camera travels or turns; depth: near things that pass faster count as things that move. A thing that "
    "moves and has most of the picture's texture is taken for the opposite motion of the camera. An orbit around "
    "a thing may read as roll. Under fresh noise that all but covers the texture, the camera is not seen, or half a "
    "pixel per frame off."
)
_LIGHT = ("brightness_flicker", "colour_drift", "exposure_drift")
"""Damages that change light and move nothing."""

_SERIES = "T - 1 values, 0 where a step's camera is not seen"


@evaluators.add
class Camera(evaluators.ClipEvaluator):
    """Signed speeds of the camera, and whether they are what the case asks for; a still clip has a static camera."""

    name = "camera"
    min_frames = 2
    min_side = 32  # below, fewer than camera_motion.LEAST_PLACES cells of 5 pixels
    cards = (
        MetricCard(
            name="camera_pan", title="Camera pan", group="Motion",
            version=2, direction="none", unit="% of width/s", low=None, high=None,
            depends=(),
            definition=f"Speed of the camera to the right (the picture moves left); negative to the left. Per cent of "
            f"the width per second: times width / 100 it is pixels per second. {_SEEN} {_STEP}",
            source=f"{_SOURCE} {_ACCURACY}", blind_to=_BLIND,
            series=f"the speed of each step: {_SERIES}",
            shows=("pan",), ignores=_LIGHT,
        ),
        MetricCard(
            name="camera_tilt", title="Camera tilt", group="Motion",
            version=2, direction="none", unit="% of height/s", low=None, high=None,
            depends=(),
            definition=f"Speed of the camera upwards (the picture moves down); negative downwards. Per cent of the "
            f"height per second. {_SEEN} Steps as in camera_pan.",
            source=f"{_SOURCE} {_ACCURACY}", blind_to=_BLIND, series=f"the speed of each step: {_SERIES}",
            ignores=_LIGHT,
        ),
        MetricCard(
            name="camera_zoom", title="Camera zoom", group="Motion",
            version=2, direction="none", unit="%/s", low=None, high=None,
            depends=("seconds", "pixels", "codec", "letterbox"),
            definition=f"Growth of the picture, 100 times the natural logarithm of its scale per second: positive when "
            f"the camera zooms or travels in; played backwards, as large and negative. {_SEEN} Steps as in "
            f"camera_pan.",
            source=f"{_SOURCE} {_ACCURACY}", blind_to=_BLIND, series=f"the speed of each step: {_SERIES}",
            ignores=_LIGHT,
        ),
        MetricCard(
            name="camera_roll", title="Camera roll", group="Motion",
            version=2, direction="none", unit="°/s", low=None, high=None,
            depends=("fps", "codec"),
            definition=f"Speed at which the camera turns clockwise about its axis (the picture turns the other way), "
            f"degrees per second. {_SEEN} Steps as in camera_pan.",
            source=f"{_SOURCE} {_ACCURACY}", blind_to=_BLIND, series=f"the speed of each step: {_SERIES}",
            ignores=_LIGHT,
        ),
        MetricCard(
            name="camera_static", title="Camera stands still", group="Motion",
            version=2, direction="none", unit="", low=0.0, high=1.0,
            depends=(),
            definition="Share of all steps in which the camera is seen to stand still: its motion, as the RMS over the "
            "picture's pixels of how far they move, is below 1 % of the shorter side per second. Steps as in "
            "camera_pan.",
            source=f"{_SOURCE} The threshold is ours: 5 pixels per second at 832 x 480.",
            blind_to=f"Repeated frames stand still, so a pan with every other frame repeated scores one half. {_BLIND}",
            shows=("jitter", "freeze"), ignores=_LIGHT,
        ),
        MetricCard(
            name="camera_adherence", title="Camera follows the request", group="Motion", is_lead=True,
            version=2, direction="higher", unit="", low=0.0, high=1.0, is_main=True,
            depends=(),
            definition="Share of all steps in which the camera does what the case asks. A step's motion is the vector "
            "of pan, tilt, zoom and roll, each as the RMS over the picture's pixels of how far it moves them; it does "
            "what is asked if its part along the asked axis and sign is at least 1 % of the shorter side per second "
            "and at least 0.71 of its length (within 45°); for 'static', if its length is below 1 %. Steps as in "
            "camera_pan.",
            source="Own. VBench's camera motion gives 1 or 0 to a clip, by the signs of the displacements of four "
            "points from the first frame to the last.",
            blind_to=f"How fast: any visible speed counts. Repeated frames stand still. {_BLIND}",
            series="1 for a step that does what is asked, else 0: T - 1 values",
            shows=("jitter", "redrawn_warp"), ignores=(*_LIGHT, "local_flicker"),
        ),
        MetricCard(
            name="camera_move_adherence", title="Camera moves as asked", group="Motion",
            version=2, direction="higher", unit="", low=0.0, high=1.0,
            definition="camera_adherence of cases that ask the camera to move; none for those that ask it to stand "
            "still, which a frozen clip does.",
            source="Own; see camera_adherence.", blind_to=f"How fast: any visible speed counts. {_BLIND}",
        ),
        MetricCard(
            name="camera_followers", title="Scene moves with the camera", group="Motion",
            version=1, direction="none", unit="", low=0.0, high=1.0,
            depends=("fps", "pixels", "codec"),
            definition="Share of the textured places still in view that look alike in both frames and lie "
            "within a pixel (of 416 on the longer side) of where the homography takes them, at full size always; mean "
            "over the steps that have texture. 1 for a still clip and for a camera over a flat or far scene. Steps as "
            "in camera_pan.",
            source="Own: the inliers of the homography.",
            blind_to="Why a place does not follow: things that move, depth, flicker of detail and noise all lower it.",
            series="the share of each step: T - 1 values, 0 where there is no texture",
            shows=("redrawn_warp",), ignores=(*_LIGHT, "jitter", "pan"),
        ),
    )  # fmt: skip

    def look(self, view: View) -> CameraStep | None:
        return view.camera if view.before else None

    def conclude(self, steps: Sequence[CameraStep | None], sample: Sample) -> evaluators.Values:
        steps = steps[1:]  # frame 0 has no step
        if not any(steps):
            raise NotMeasurable(
                "the camera's motion is found from texture, and no two frames have enough of it"
            )
        motions, asked = motions_of(steps, sample), sample.case.camera
        adherence = evaluators.or_reason(("camera_adherence",), lambda: adherence_value(motions, asked))
        return {
            **evaluators.or_reason(_SPEEDS, lambda: speed_values(steps, sample)),
            "camera_static": Value(float(is_still(motions).mean())),
            **adherence,
            "camera_move_adherence": of_moves(adherence["camera_adherence"], asked),
            "camera_followers": followers_value(steps),
        }


def speed_values(steps: Sequence[CameraStep | None], sample: Sample) -> dict[str, Value | NotMeasurable]:
    """Pan, tilt, zoom and roll, with their series.

    Args:
        steps: T - 1; None where there is too little texture.
        sample: the clip.

    Raises:
        NotMeasurable: the camera is seen in fewer than half of the steps.
    """
    seen = [step for step in steps if step and step.is_seen]
    if 2 * len(seen) < len(steps):
        raise NotMeasurable(
            f"the camera's motion is seen in {len(seen)} of {len(steps)} steps, its speed needs half of them: the "
            f"others are cuts, noise, or have no common motion"
        )
    share = len(steps) / len(seen)  # steps without a camera are zeros
    return {
        name: Value(float(series.mean()) * share, series=tuple(series.tolist()))
        for name, series in zip(_SPEEDS, speeds(steps, sample).T, strict=True)
    }


def speeds(steps: Sequence[CameraStep | None], sample: Sample) -> NDArray[np.float64]:
    """(T - 1, 4): pan, tilt, zoom and roll of each step in the cards' units; zeros where the camera is not seen."""
    units = sample.fps * np.array([100 / sample.width, 100 / sample.height, 100.0, math.degrees(1)])
    numbers = [_numbers(step) * units if step and step.is_seen else np.zeros(4) for step in steps]
    return np.array(numbers) + 0.0  # which makes -0.0 of a still clip 0.0


@dataclass(frozen=True)
class Motions:
    """The camera's motion, all of it in one unit.

    Attributes:
        moves: (T - 1, 4) float64, pan, tilt, zoom and roll: the RMS over the picture's pixels of how far each moves
            them, as a share of the shorter side per second, signed.
        is_seen: (T - 1,); where not, moves is 0.
    """

    moves: NDArray[np.float64]
    is_seen: NDArray[np.bool_]


def motions_of(steps: Sequence[CameraStep | None], sample: Sample) -> Motions:
    """Each step's motion in shares of the shorter side per second.

    About the centre, a small zoom and a small roll move a pixel at distance r by r times their number, at right angles
    to one another, and cancel out over the picture, which a shift does not: so the squares of the four add up.
    """
    # the RMS distance of the pixels from the centre
    radius = sample.diagonal / math.sqrt(12)
    units = np.array([1.0, 1.0, radius, radius]) * sample.fps / min(sample.width, sample.height)
    is_seen = np.array([step is not None and step.is_seen for step in steps])
    moves = np.array([_numbers(step) * units if step and step.is_seen else np.zeros(4) for step in steps])
    return Motions(moves, is_seen)


def is_still(motions: Motions) -> NDArray[np.bool_]:
    """(T - 1,): the steps in which the camera is seen to stand still.

    >>> moves = np.array([[0.005, 0, 0, 0], [0.02, 0, 0, 0], [0, 0, 0, 0]])
    >>> is_still(Motions(moves, is_seen=np.array([True, True, False]))).tolist()
    [True, False, False]
    """
    return np.asarray(motions.is_seen & (np.linalg.norm(motions.moves, axis=1) < STILL))


def adherence_value(motions: Motions, label: str | None) -> dict[str, Value | NotMeasurable]:
    """Whether each step does what the case asks, and the share of steps that do.

    Args:
        motions: T - 1 steps.
        label: the case's camera move: 'static', 'pan_left', …; None where it asks for none.

    Raises:
        NotMeasurable: the case asks for no move, or for an unknown one.

    >>> moves = np.array([[0.02, 0, 0, 0], [0.02, 0.03, 0, 0]])  # to the right; up, and less so to the right
    >>> adherence_value(Motions(moves, is_seen=np.array([True, True])), "pan_right")["camera_adherence"]
    Value(value=0.5, series=(1.0, 0.0), low=None, high=None, n=None)
    """
    if label is None:
        raise NotMeasurable("the case asks for no camera move")
    if label == "static":
        adheres = is_still(motions)
    elif label in _LABELS:
        axis, sign = _LABELS[label]
        along = sign * motions.moves[:, axis]
        adheres = (along >= STILL) & (along >= IN_LINE * np.linalg.norm(motions.moves, axis=1))
    else:
        raise NotMeasurable(f"the case asks for '{label}', there are static, {', '.join(_LABELS)}")
    return {"camera_adherence": evaluators.mean_value(adheres.astype(np.float64))}


def of_moves(adherence: Value | NotMeasurable, label: str | None) -> Value | NotMeasurable:
    """The adherence of a case that asks the camera to move, without its series; a reason for 'static'."""
    if label == "static":
        return NotMeasurable("the case asks the camera to stand still")
    return Value(adherence.value) if isinstance(adherence, Value) else adherence


def followers_value(steps: Sequence[CameraStep | None]) -> Value:
    """The share of the picture that moves with the camera, over the steps with texture; at least one has."""
    series = [step.followers if step else 0.0 for step in steps]
    return Value(sum(series) / sum(step is not None for step in steps), series=tuple(series))


def _numbers(step: CameraStep) -> NDArray[np.float64]:
    return np.array([step.right, step.up, step.inward, step.clockwise])
