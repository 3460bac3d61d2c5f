"""How much a clip moves, how evenly, from when on, and whether it comes back to where it began."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from bench import evaluators
from bench.evaluators.signals import motion_statistics, noise_floor, optical_flow
from bench.evaluators.signals.beyond_camera import beyond_camera
from bench.evaluators.signals.motion_statistics import Size
from bench.evaluators.signals.noise_floor import Drift
from bench.evaluators.signals.optical_flow import Flow
from bench.types import MetricCard, Plane, Value

CANVAS = 160
"""Pixels: longer side of the gray plane that is kept of every frame, 14 kB at 16:9."""

_CELLS = 4
_POINTS = 32
"""Along each side, the cells whose mean flow gives jerk; along the longer one, the points at which motion is told from
the camera's."""

_FLOW = "Optical flow (DIS) from each frame to the next."
_STILL = f"0 for a still, in H.264 up to crf 40 and under fresh noise, too; not for {noise_floor.MOVES}."
_BLIND = (
    "On noise, flicker and cuts flow is meaningless and often large, so that a broken clip seems to move; without "
    "texture no motion is found."
)


@dataclass(frozen=True)
class FrameMotion:
    """What is kept of a frame.

    Attributes:
        canvas: (h, w) uint8: the gray plane at the canvas's size.
        drift: how far the frame has come, and the mean length of the flow from the frame before; None for frame 0.
        cells: (4, 4, 2): that flow's mean in each cell of a grid over the frame, pixels.
        beyond: (n,) float32: how far points of the frame move beyond the camera, pixels.
    """

    canvas: Plane
    drift: Drift | None = None
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
            version=2, direction="none", unit="px/s", low=0.0, high=None,
            depends=("fps", "pixels", "letterbox"),
            definition=f"{_FLOW} Mean length over pixels and pairs, times the frame rate. {_STILL}",
            source="Own; the flow magnitude that many papers report per frame, here per second. Rates still do not "
            "quite compare: at half the rate a fast move goes farther than the flow follows, and a swing is cut short.",
            blind_to=f"Whether camera or things move. {_BLIND}",
            series="speed of each pair, px/s: T - 1 values",
            shows=("pan", "slow_motion", "freeze"),
        ),
        MetricCard(
            name="motion_share", title="Motion", group="Motion", is_lead=True,
            version=2, direction="none", unit="diagonals/s", low=0.0, high=None, is_main=True,
            depends=("fps", "letterbox"),
            definition="motion_speed over the frame's diagonal, so that sizes compare: 0.05 is a twentieth of the "
            "diagonal per second.",
            source="Own; see motion_speed.", blind_to=f"Whether camera or things move. {_BLIND}",
            shows=("pan", "slow_motion", "freeze"),
        ),
        MetricCard(
            name="motion_smoothness", title="Smoothness", group="Motion", is_lead=True,
            version=2, direction="higher", unit="", low=-1.0, high=1.0, is_main=True,
            definition="The frame is cut into 4 x 4 cells; the mean flow of each is its velocity. 1 - how much "
            "velocities change from each step to the next (length of the difference), over how large they are (mean "
            "length of the two), both summed over cells and steps: 1 for a motion that goes on as it is, 0 where a "
            "velocity says nothing about the next, -1 where each step undoes the last. Needs 3 frames, and a clip that "
            "moves: see motion_speed, and by 0.0001 of the diagonal per frame.",
            source="Own. VBench's motion smoothness compares frames with interpolated ones instead. A full shuffle "
            "lowers it in all of 10 real clips and 5 rendered scenes, to -0.4 to -0.9; 1 - the variation of speeds, "
            "which this was, fell in 10 of them.",
            blind_to=f"How fast it moves; motion within a cell. Motion that is meant to turn, such as dancing, scores "
            f"as badly as shaking. {_BLIND}",
            shows=("duplicate", "swap", "cut"), ignores=("exposure_drift", "blur"),
        ),
        MetricCard(
            name="motion_jerk", title="Jerk", group="Motion",
            version=2, direction="lower", unit="diagonals/s³", low=0.0, high=None,
            depends=("fps", "pixels", "codec"),
            definition="The frame is cut into 4 x 4 cells; the mean flow of each is its velocity. Mean length of the "
            "second difference of velocity over cells and steps, over the diagonal, times the frame rate cubed. Needs "
            "4 frames. A still has 0: see motion_speed.",
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
            "up evenly; 2.4 for cells that jump at random. Needs 4 frames of a clip that moves "
            "(motion_speed), and motion above 0.0001 of the diagonal per "
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
            version=2, direction="lower", unit="s", low=0.0, high=None,
            definition="Seconds before the clip starts to move: the first step whose speed (median with both "
            "neighbours) is a quarter of the clip's later speed, the 75th percentile of those medians. Needs 4 frames, "
            "a clip that moves (motion_speed), and a later speed above 0.0001 of the diagonal per frame.",
            source="Own; users of FramePack report that the first frames stand still.",
            blind_to=f"A clip that rests for more than three quarters of its length. Punishes a slow start that was "
            f"asked for. {_BLIND}",
        ),
        MetricCard(
            name="motion_area", title="Subject motion", group="Motion",
            version=2, direction="none", unit="", low=0.0, high=1.0,
            depends=("pixels", "codec", "letterbox"),
            definition="Share of the frame, on a grid of 32 points along the longer side, that moves beyond the "
            "camera: by more than 1 % of the diagonal per second, and 0.05 % per frame, from the similarity (pan, "
            "tilt, zoom, roll) with the least median residual. Mean over pairs; a still has 0: see motion_speed.",
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
        return frame_motion(canvas, view.drift, view.motion.forward) if view.before else FrameMotion(canvas)

    def conclude(self, frames: Sequence[FrameMotion], sample: evaluators.Sample) -> evaluators.Values:
        size = Size(sample.width, sample.height, sample.fps)
        canvases = [frame.canvas for frame in frames]
        drifts = [frame.drift for frame in frames if frame.drift]
        # what flow finds in the noise of a still is no motion
        moves = 0.0 if noise_floor.stands_still(drifts, size.diagonal) else 1.0
        speeds = moves * np.array([drift.speed for drift in drifts])
        speed = float(speeds.mean() * size.fps)
        velocities = moves * np.array([frame.cells for frame in frames[1:]])
        beyond = [moves * frame.beyond for frame in frames if frame.beyond is not None]
        numbers: Mapping[str, Callable[[], float]] = {
            "motion_jerk": lambda: motion_statistics.jerk(velocities, size),
            "motion_dynamic": lambda: motion_statistics.dynamic(canvases, size),
            "motion_loop": lambda: motion_statistics.loop(canvases),
        }
        moving_numbers: Mapping[str, Callable[[], float]] = {
            "motion_smoothness": lambda: motion_statistics.smoothness(velocities, size),
            "motion_roughness": lambda: motion_statistics.roughness(velocities, speeds, size),
            "motion_onset": lambda: motion_statistics.onset(speeds, size),
        }
        return {
            "motion_speed": Value(speed, series=tuple((speeds * size.fps).tolist())),
            "motion_share": Value(speed / size.diagonal),
            "motion_area": evaluators.mean_value(motion_statistics.moving_shares(beyond, size)),
            **{name: evaluators.value_or_reason(number) for name, number in numbers.items()},
            **{
                name: evaluators.value_or_reason(partial(_of_moving, number, drifts, size))
                for name, number in moving_numbers.items()
            },
        }


def _of_moving(number: Callable[[], float], drifts: Sequence[Drift], size: Size) -> float:
    """A number of a clip that moves.

    Raises:
        NotMeasurable: it stands still.
    """
    noise_floor.refuse_still(drifts, size.diagonal)
    return number()


def frame_motion(canvas: Plane, drift: Drift, flow: Flow) -> FrameMotion:
    """What to keep of a frame.

    Args:
        canvas: (h, w) uint8: the gray plane at the canvas's size.
        drift: of the frame.
        flow: (H, W, 2), from the frame before, pixels.

    >>> canvas, flow = np.zeros((16, 16), np.uint8), np.zeros((16, 16, 2), np.float32)
    >>> flow[...] = 3, 4  # pixels to the right, and down
    >>> motion = frame_motion(canvas, Drift(levels=9.0, noise=0.1, speed=5.0), flow)
    >>> motion.cells[0, 0].tolist(), bool(motion.beyond.max() < 1e-6)  # the camera alone moves
    ([3.0, 4.0], True)
    """
    import cv2

    u, v = (np.ascontiguousarray(flow[..., axis]) for axis in (0, 1))
    cells = [cv2.resize(part, (_CELLS, _CELLS), interpolation=cv2.INTER_AREA) for part in (u, v)]
    return FrameMotion(
        canvas,
        drift=drift,
        cells=np.stack(cells, axis=2).astype(np.float64),
        beyond=beyond_camera(flow, _POINTS).astype(np.float32),
    )
