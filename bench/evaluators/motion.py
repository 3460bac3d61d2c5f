"""How much moves, how evenly, from when on, and whether the clip comes back to where it began."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence, Sized
from dataclasses import dataclass
from itertools import pairwise
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from bench import evaluators
from bench.errors import NotMeasurable
from bench.evaluators.signals import optical_flow
from bench.evaluators.signals.optical_flow import Flow
from bench.types import MetricCard, Plane, Value

Series: TypeAlias = NDArray[np.float64]

STILL = 1e-4
"""Share of the diagonal a frame: a clip whose pixels move less stands still. 0.1 pixels at 832 x 480."""

ONSET = 0.25
"""Share of the clip's later speed from which on it moves."""

AREA = 0.01, 5e-4
"""Shares of the diagonal, a second and at least a frame: content that moves less is taken for still."""

LEAST_CHANGE = 1.0
"""Gray levels: where no frame differs more from the first one, there is nothing to come back from."""

DYNAMIC_RATE, DYNAMIC_SHARE, DYNAMIC_PIXELS = 8, 0.05, 6.0 / 256
"""VBench's: frames a second that it looks at, share of the fastest pixels, and how far they move for a smaller side."""

CANVAS = 160
"""Pixels: longer side of the gray planes that are kept of every frame: 14 kB each at 16:9."""

_CELLS = 4
_POINTS = 32
"""Along each side: cells whose mean flow gives jerk, and points of the longer one at which camera and things part."""

_FLOW = "Optical flow (DIS) from each frame to the next."
_BLIND = (
    "On noise, flicker and cuts flow is meaningless and often large, so that a broken clip seems to move; where "
    "there is no texture it sees nothing move."
)


@dataclass(frozen=True)
class Step:
    """What is kept of a frame.

    Attributes:
        canvas: (h, w) uint8: the gray plane at the canvas's size.
        speed: mean length of the flow from the frame before, pixels; 0 for frame 0.
        cells: (4, 4, 2): that flow's mean in each cell of a grid over the frame, pixels.
        beyond: (n,) float32: at points of the frame, how far it moves beyond the camera, pixels.
    """

    canvas: Plane
    speed: float = 0.0
    cells: NDArray[np.float64] | None = None
    beyond: NDArray[np.float32] | None = None


@dataclass(frozen=True)
class Size:
    """A clip's pixels across and down, and frames a second."""

    width: int
    height: int
    fps: float

    @property
    def diagonal(self) -> float:
        """Pixels."""
        return math.hypot(self.width, self.height)


@evaluators.add
class Motion(evaluators.ClipEvaluator):
    """Amount, evenness, onset and extent of motion by dense flow; a still clip has speed 0 and no evenness."""

    name = "motion"
    min_frames = 2
    min_side = optical_flow.MIN_SIDE
    cards = (
        MetricCard(
            name="motion_speed", title="Speed", group="Motion",
            version=1, direction="none", unit="px/s", low=0.0, high=None,
            definition=f"{_FLOW} Mean length over pixels and pairs, times the frame rate.",
            source="Own; the flow magnitude that many papers report a frame, here a second: frame rates compare.",
            blind_to=f"Whether camera or things move. {_BLIND}",
            series="speed of each pair, px/s: T - 1 values",
            shows=("pan", "slow_motion", "freeze"),
        ),
        MetricCard(
            name="motion_share", title="Motion", group="Motion", is_lead=True,
            version=1, direction="none", unit="diagonals/s", low=0.0, high=None, is_main=True,
            definition="motion_speed over the frame's diagonal, so that sizes compare: 0.05 crosses a twentieth of the "
            "diagonal in a second.",
            source="Own; see motion_speed.", blind_to=f"Whether camera or things move. {_BLIND}",
            shows=("pan", "slow_motion", "freeze"),
        ),
        MetricCard(
            name="motion_smoothness", title="Smoothness", group="Motion", is_lead=True,
            version=1, direction="higher", unit="", low=None, high=1.0, is_main=True,
            definition="1 - standard deviation over mean of the pairs' speeds (motion_speed's series): 1 where every "
            "step is as fast. Needs 3 frames, and motion above 0.0001 of the diagonal a frame.",
            source="Own. VBench's motion smoothness compares frames with interpolated ones instead.",
            blind_to=f"The direction of motion; speed that is meant to change. {_BLIND}",
            shows=("duplicate", "swap", "cut"), ignores=("exposure_drift", "blur"),
        ),
        MetricCard(
            name="motion_jerk", title="Jerk", group="Motion",
            version=1, direction="lower", unit="diagonals/s³", low=0.0, high=None,
            definition="The frame is cut into 4 x 4 cells; the mean flow of each is its velocity. Mean length of the "
            "second difference of velocity over cells and steps, over the diagonal, times the frame rate cubed. Needs "
            "4 frames.",
            source="Own; jerk is the third derivative of place, whose square Flash & Hogan 1985 minimise for smooth "
            "movement.",
            blind_to=f"Grows with speed and with the cube of the frame rate: compare like with like. {_BLIND}",
            shows=("jitter", "swap", "duplicate", "redrawn_warp", "cut"), ignores=("freeze",),
        ),
        MetricCard(
            name="motion_dynamic", title="Dynamic", group="Motion",
            version=1, direction="none", unit="", low=0.0, high=1.0,
            definition="1 where the clip is dynamic, else 0. Of every max(1, round(fps / 8))-th frame, N in all: in at "
            "least round(N / 4) pairs (and at least one) the fastest 5 % of pixels move on average more than "
            "6 min(H, W) / 256 pixels. Flow (DIS) between those frames, on gray at most 160 pixels long.",
            source="The rule of VBench's dynamic degree; there the flow is RAFT's at full size: values near the "
            "threshold differ.",
            blind_to=f"How much it moves beyond the threshold; a pan alone makes it 1. {_BLIND}",
            shows=("pan",),
        ),
        MetricCard(
            name="motion_onset", title="Start of motion", group="Motion",
            version=1, direction="lower", unit="s", low=0.0, high=None,
            definition="Seconds before the clip starts to move: the first step whose speed (median with both "
            "neighbours) is a quarter of the clip's later speed, the 75th percentile of those medians. Needs 4 frames, "
            "and a later speed above 0.0001 of the diagonal a frame.",
            source="Own; FramePack's users find that the first frames stand still.",
            blind_to=f"A clip that rests for more than three quarters of its length. Punishes a start that was asked "
            f"to be slow. {_BLIND}",
        ),
        MetricCard(
            name="motion_area", title="Subject motion", group="Motion",
            version=1, direction="none", unit="", low=0.0, high=1.0,
            definition="Share of the frame, on a grid of 32 points along the longer side, that moves beyond the "
            "camera: by more than 1 % of the diagonal a second, and 0.05 % a frame, from the similarity (pan, tilt, "
            "zoom, roll) with the least median residue. Mean over pairs.",
            source="Own; least median of squares, Rousseeuw 1984.",
            blind_to=f"Which motion is the camera's where most of the frame moves; parallax counts as things "
            f"that move. {_BLIND}",
            series="share of each pair: T - 1 values", shows=("redrawn_warp",),
        ),
        MetricCard(
            name="motion_loop", title="Return to the first frame", group="Motion",
            version=1, direction="none", unit="", low=0.0, high=1.0,
            definition="How far the clip comes back to its first frame: 1 - d_last / max d_t, with d_t the mean "
            "absolute difference of gray between frame t and frame 0, at most 160 pixels long. 1 for a closed loop. "
            "Needs 3 frames, and one that differs by more than a gray level.",
            source="Own.",
            blind_to="Whether it should. Light that comes back counts like things that do.",
            shows=("loop",),
        ),
    )  # fmt: skip

    def look(self, view: evaluators.View) -> Step:
        canvas = optical_flow.working_plane(view.gray, CANVAS)
        return step(canvas, view.motion.forward) if view.before else Step(canvas)

    def conclude(self, looks: Sequence[Step], sample: evaluators.Sample) -> evaluators.Values:
        steps, size = looks[1:], Size(sample.width, sample.height, sample.fps)
        speeds = np.array([each.speed for each in steps])
        canvases = [each.canvas for each in looks]
        metrics: Mapping[str, Callable[[], Value]] = {
            "motion_speed": lambda: speed(speeds, size),
            "motion_share": lambda: Value(speed(speeds, size).value / size.diagonal),
            "motion_smoothness": lambda: smoothness(speeds, size),
            "motion_jerk": lambda: jerk(np.array([each.cells for each in steps]), size),
            "motion_dynamic": lambda: dynamic(canvases, size),
            "motion_onset": lambda: onset(speeds, size),
            "motion_area": lambda: area([each.beyond for each in steps], size),
            "motion_loop": lambda: loop(canvases),
        }
        return {name: value_or_reason(value) for name, value in metrics.items()}


def value_or_reason(value: Callable[[], Value]) -> Value | NotMeasurable:
    """What a metric says, or why it says nothing."""
    try:
        return value()
    except NotMeasurable as reason:
        return reason


def step(canvas: Plane, flow: Flow) -> Step:
    """What to keep of a frame, given its canvas and the (H, W, 2) flow from the frame before."""
    import cv2

    u, v = (np.ascontiguousarray(flow[..., axis]) for axis in (0, 1))
    cells = [cv2.resize(part, (_CELLS, _CELLS), interpolation=cv2.INTER_AREA) for part in (u, v)]
    return Step(
        canvas,
        # cv2.mean of cv2.magnitude gave other last bits from call to call
        speed=float(np.mean(np.sqrt(u * u + v * v), dtype=np.float64)),
        cells=np.stack(cells, axis=2).astype(np.float64),
        beyond=optical_flow.beyond_camera(flow, _POINTS).astype(np.float32),
    )


def speed(speeds: Series, size: Size) -> Value:
    """Pixels a second, of (T - 1,) pixels a frame."""
    return Value(float(speeds.mean() * size.fps), series=tuple((speeds * size.fps).tolist()))


def smoothness(speeds: Series, size: Size) -> Value:
    """1 less the coefficient of variation of (T - 1,) speeds.

    Raises:
        NotMeasurable: one step only, or the clip stands still.
    """
    need_steps(speeds, 2, "evenness of motion")
    need_motion(float(speeds.mean()), size)
    return Value(float(1 - speeds.std() / speeds.mean()))


def jerk(velocities: NDArray[np.float64], size: Size) -> Value:
    """Mean length of the second difference of (T - 1, 4, 4, 2) velocities, diagonals a second cubed.

    Raises:
        NotMeasurable: fewer than 3 steps.
    """
    need_steps(velocities, 3, "jerk")
    lengths = np.linalg.norm(np.diff(velocities, n=2, axis=0), axis=-1)
    return Value(float(lengths.mean() / size.diagonal * size.fps**3))


def dynamic(canvases: Sequence[Plane], size: Size) -> Value:
    """Whether the clip is dynamic by VBench's rule, of its (h, w) uint8 canvases: 1 or 0.

    Raises:
        NotMeasurable: it looks at one frame only.
    """
    seen = canvases[:: max(1, round(size.fps / DYNAMIC_RATE))]
    if len(seen) < 2:
        raise NotMeasurable(
            f"clip has {len(canvases)} frames at {size.fps:g} a second, dynamic degree looks at {DYNAMIC_RATE} "
            f"a second and needs 2: use a longer clip"
        )
    threshold = DYNAMIC_PIXELS * min(size.width, size.height)
    moves = sum(fastest(*pair, size) > threshold for pair in pairwise(seen))
    return Value(float(moves >= max(1, round(len(seen) / 4))))


def fastest(before: Plane, after: Plane, size: Size) -> float:
    """Mean length of the flow of the fastest 5 % of pixels, in pixels of the clip, of two of its canvases."""
    height, width = before.shape
    flow = optical_flow.optical_flow(before, after) * (size.width / width, size.height / height)
    lengths = np.linalg.norm(flow, axis=2).ravel()
    return float(np.sort(lengths)[-max(1, int(len(lengths) * DYNAMIC_SHARE)) :].mean())


def onset(speeds: Series, size: Size) -> Value:
    """Seconds until (T - 1,) speeds reach a quarter of their later level.

    Raises:
        NotMeasurable: fewer than 3 steps, or the clip stands still.
    """
    need_steps(speeds, 3, "onset of motion")
    padded = np.pad(speeds, 1, mode="edge")
    smooth = np.median([padded[:-2], padded[1:-1], padded[2:]], axis=0)
    later = float(np.percentile(smooth, 75))
    need_motion(later, size)
    return Value(float(np.argmax(smooth >= ONSET * later) / size.fps))


def area(beyond: Sequence[NDArray[np.float32] | None], size: Size) -> Value:
    """Mean share of points that move beyond the camera, of (n,) pixels for each of T - 1 steps."""
    a_second, least = AREA
    threshold = size.diagonal * max(a_second / size.fps, least)
    shares = [float(np.mean(np.asarray(lengths) > threshold)) for lengths in beyond]
    return Value(float(np.mean(shares)), series=tuple(shares))


def loop(canvases: Sequence[Plane]) -> Value:
    """How far the last of (h, w) uint8 canvases comes back to the first: in [0, 1].

    Raises:
        NotMeasurable: fewer than 3 frames, or none differs from the first.
    """
    import cv2

    need_steps(canvases[1:], 2, "closing a loop")
    away = [cv2.norm(canvas, canvases[0], cv2.NORM_L1) / canvas.size for canvas in canvases]
    if max(away) < LEAST_CHANGE:
        raise NotMeasurable(
            f"no frame differs from the first by more than {max(away):.2f} gray levels on average, closing a loop "
            f"needs {LEAST_CHANGE:g}"
        )
    return Value(1 - away[-1] / max(away))


def need_steps(steps: Sized, least: int, what: str) -> None:
    """Refuses a clip that is too short."""
    if len(steps) < least:
        raise NotMeasurable(f"clip has {len(steps) + 1} frames, {what} needs {least + 1}: use a longer clip")


def need_motion(pixels: float, size: Size) -> None:
    """Refuses a clip that moves by so few pixels a frame that it stands still."""
    if pixels < STILL * size.diagonal:
        raise NotMeasurable(
            f"clip stands still: it moves {pixels:.3f} pixels a frame, less than {STILL * size.diagonal:.3f}, "
            f"{STILL:g} of the diagonal"
        )
