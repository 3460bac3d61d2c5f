"""How much a clip moves, how evenly, from when on, and whether it comes back to where it began."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bench import evaluators
from bench.evaluators.signals import motion_statistics, optical_flow
from bench.evaluators.signals.beyond_camera import beyond_camera
from bench.evaluators.signals.motion_statistics import Size
from bench.evaluators.signals.optical_flow import Flow
from bench.types import MetricCard, Plane, Value

CANVAS = 160
"""Pixels: longer side of the gray plane that is kept of every frame, 14 kB at 16:9."""

_CELLS = 4
_POINTS = 32
"""Along each side, the cells whose mean flow gives jerk; along the longer one, the points at which motion is told from
the camera's."""

_FLOW = "Optical flow (DIS) from each frame to the next."
_BLIND = (
    "On noise, flicker and cuts flow is meaningless and often large, so that a broken clip seems to move; without "
    "texture no motion is found."
)


@dataclass(frozen=True)
class FrameMotion:
    """What is kept of a frame.

    Attributes:
        canvas: (h, w) uint8: the gray plane at the canvas's size.
        speed: mean length of the flow from the frame before, pixels; 0 for frame 0.
        cells: (4, 4, 2): that flow's mean in each cell of a grid over the frame, pixels.
        beyond: (n,) float32: how far points of the frame move beyond the camera, pixels.
    """

    canvas: Plane
    speed: float = 0.0
    cells: NDArray[np.float64] | None = None
    beyond: NDArray[np.float32] | None = None


@evaluators.add
class Motion(evaluators.ClipEvaluator):
    """Amount, evenness, onset and extent of motion, by dense flow; a still clip has speed 0 and no evenness."""

    name = "motion"
    min_frames = 2
    min_side = optical_flow.MIN_SIDE
    cards = (
        MetricCard(
            name="motion_speed", title="Speed", group="Motion",
            version=1, direction="none", unit="px/s", low=0.0, high=None,
            depends=("fps", "pixels", "letterbox"),
            definition=f"{_FLOW} Mean length over pixels and pairs, times the frame rate.",
            source="Own; the flow magnitude that many papers report per frame, here per second. Rates still do not "
            "quite compare: at half the rate a fast move goes farther than the flow follows, and a swing is cut short.",
            blind_to=f"Whether camera or things move. {_BLIND}",
            series="speed of each pair, px/s: T - 1 values",
            shows=("pan", "slow_motion", "freeze"),
        ),
        MetricCard(
            name="motion_share", title="Motion", group="Motion", is_lead=True,
            version=1, direction="none", unit="diagonals/s", low=0.0, high=None, is_main=True,
            depends=("fps", "letterbox"),
            definition="motion_speed over the frame's diagonal, so that sizes compare: 0.05 is a twentieth of the "
            "diagonal per second.",
            source="Own; see motion_speed.", blind_to=f"Whether camera or things move. {_BLIND}",
            shows=("pan", "slow_motion", "freeze"),
        ),
        MetricCard(
            name="motion_smoothness", title="Smoothness", group="Motion", is_lead=True,
            version=1, direction="higher", unit="", low=None, high=1.0, is_main=True,
            depends=("fps", "seconds", "codec"),
            definition="1 - standard deviation over mean of the pairs' speeds (motion_speed's series): 1 where every "
            "step is as fast. Needs 3 frames, and motion above 0.0001 of the diagonal per frame.",
            source="Own. VBench's motion smoothness compares frames with interpolated ones instead.",
            blind_to=f"The direction of motion; speed that is meant to change. {_BLIND}",
            shows=("duplicate", "swap", "cut"), ignores=("exposure_drift", "blur"),
        ),
        MetricCard(
            name="motion_jerk", title="Jerk", group="Motion",
            version=1, direction="lower", unit="diagonals/s³", low=0.0, high=None,
            depends=("fps", "pixels", "codec"),
            definition="The frame is cut into 4 x 4 cells; the mean flow of each is its velocity. Mean length of the "
            "second difference of velocity over cells and steps, over the diagonal, times the frame rate cubed. Needs "
            "4 frames.",
            source="Own; jerk is the third derivative of place, whose square Flash & Hogan 1985 minimise for smooth "
            "movement.",
            blind_to=f"Grows with speed and with the cube of the frame rate: compare like with like. {_BLIND}",
            shows=("jitter", "swap", "duplicate", "redrawn_warp", "cut"), ignores=("freeze",),
        ),
        MetricCard(
            name="motion_roughness", title="Roughness of motion", group="Motion",
            version=1, direction="lower", unit="", low=0.0, high=None,
            definition="How much motion changes from frame to frame, over how much there is: motion_jerk over "
            "motion_share times the squared frame rate. Mean length of the second difference of the 4 x 4 cells' "
            "velocities over the mean length of the flow: 0 where everything goes on as it does, also where it speeds "
            "up evenly; 2.4 for cells that jump at random. Needs 4 frames, and motion above 0.0001 of the diagonal per "
            "frame.",
            source="Own; a jerk without dimension, as Hogan & Sternad 2009 ask of measures of smoothness. Real footage "
            "at 8 frames per second has 0.3 to 2, since limbs turn round.",
            blind_to=f"Motion that is meant to turn round often. {_BLIND}",
            shows=("jitter",),
        ),
        MetricCard(
            name="motion_dynamic", title="Dynamic degree", group="Motion",
            version=1, direction="none", unit="", low=0.0, high=1.0,
            depends=("fps", "seconds", "pixels", "letterbox"),
            definition="1 where the clip is dynamic, else 0. Every max(1, round(fps / 8))-th frame counts, N in all: "
            "in at least round(N / 4) pairs of them (and at least one) the fastest 5 % of pixels move on average more "
            "than 6 min(H, W) / 256 pixels. Flow (DIS) between those frames, on gray planes at most 160 pixels long.",
            source="The rule of VBench's dynamic degree, whose flow is RAFT's at full size: values near the threshold "
            "differ.",
            blind_to=f"How much it moves beyond the threshold; a pan alone makes it 1. {_BLIND}",
            shows=("pan",),
        ),
        MetricCard(
            name="motion_onset", title="Start of motion", group="Motion",
            version=1, direction="lower", unit="s", low=0.0, high=None,
            definition="Seconds before the clip starts to move: the first step whose speed (median with both "
            "neighbours) is a quarter of the clip's later speed, the 75th percentile of those medians. Needs 4 frames, "
            "and a later speed above 0.0001 of the diagonal per frame.",
            source="Own; users of FramePack report that the first frames stand still.",
            blind_to=f"A clip that rests for more than three quarters of its length. Punishes a slow start that was "
            f"asked for. {_BLIND}",
        ),
        MetricCard(
            name="motion_area", title="Subject motion", group="Motion",
            version=1, direction="none", unit="", low=0.0, high=1.0,
            depends=("pixels", "codec", "letterbox"),
            definition="Share of the frame, on a grid of 32 points along the longer side, that moves beyond the "
            "camera: by more than 1 % of the diagonal per second, and 0.05 % per frame, from the similarity (pan, "
            "tilt, zoom, roll) with the least median residual. Mean over pairs.",
            source="Own; least median of squares, Rousseeuw 1984.",
            blind_to=f"Which motion is the camera's where most of the frame moves; parallax counts as things that "
            f"move. {_BLIND}",
            series="share of each pair: T - 1 values", shows=("redrawn_warp",),
        ),
        MetricCard(
            name="motion_loop", title="Return to the first frame", group="Motion",
            version=1, direction="none", unit="", low=0.0, high=1.0,
            depends=("seconds", "codec"),
            definition="How far the clip comes back to its first frame: 1 - d_last / max d_t, with d_t the mean "
            "absolute difference of gray between frame t and frame 0, at most 160 pixels long. 1 for a closed loop. "
            "Needs 3 frames, and one that differs by more than a gray level.",
            source="Own.",
            blind_to="Whether it should. Light that returns counts like things that return.",
            shows=("loop",),
        ),
    )  # fmt: skip

    def look(self, view: evaluators.View) -> FrameMotion:
        canvas = optical_flow.working_plane(view.gray, CANVAS)
        return frame_motion(canvas, view.motion.forward) if view.before else FrameMotion(canvas)

    def conclude(self, frames: Sequence[FrameMotion], sample: evaluators.Sample) -> evaluators.Values:
        size = Size(sample.width, sample.height, sample.fps)
        canvases = [frame.canvas for frame in frames]
        speeds = np.array([frame.speed for frame in frames[1:]])
        speed = float(speeds.mean() * size.fps)
        velocities = np.array([frame.cells for frame in frames[1:]])
        beyond = [frame.beyond for frame in frames if frame.beyond is not None]
        numbers: Mapping[str, Callable[[], float]] = {
            "motion_smoothness": lambda: motion_statistics.smoothness(speeds, size),
            "motion_jerk": lambda: motion_statistics.jerk(velocities, size),
            "motion_roughness": lambda: motion_statistics.roughness(velocities, speeds, size),
            "motion_dynamic": lambda: motion_statistics.dynamic(canvases, size),
            "motion_onset": lambda: motion_statistics.onset(speeds, size),
            "motion_loop": lambda: motion_statistics.loop(canvases),
        }
        return {
            "motion_speed": Value(speed, series=tuple((speeds * size.fps).tolist())),
            "motion_share": Value(speed / size.diagonal),
            "motion_area": evaluators.mean_value(motion_statistics.moving_shares(beyond, size)),
            **{name: evaluators.value_or_reason(number) for name, number in numbers.items()},
        }


def frame_motion(canvas: Plane, flow: Flow) -> FrameMotion:
    """What to keep of a frame, given its canvas and the (H, W, 2) flow from the frame before.

    >>> canvas, flow = np.zeros((16, 16), np.uint8), np.zeros((16, 16, 2), np.float32)
    >>> flow[...] = 3, 4  # pixels to the right, and down
    >>> motion = frame_motion(canvas, flow)
    >>> motion.speed, motion.cells[0, 0].tolist(), bool(motion.beyond.max() < 1e-6)  # the camera alone moves
    (5.0, [3.0, 4.0], True)
    """
    import cv2

    u, v = (np.ascontiguousarray(flow[..., axis]) for axis in (0, 1))
    cells = [cv2.resize(part, (_CELLS, _CELLS), interpolation=cv2.INTER_AREA) for part in (u, v)]
    return FrameMotion(
        canvas,
        # cv2.mean of cv2.magnitude gave other last bits from call to call
        speed=float(np.mean(np.sqrt(u * u + v * v), dtype=np.float64)),
        cells=np.stack(cells, axis=2).astype(np.float64),
        beyond=beyond_camera(flow, _POINTS).astype(np.float32),
    )
