"""Whether something happens in the picture: things that move by themselves, and show what the first frame did not.

Cheap motion is a warp of one picture: whatever moves in it looks like a place in frame 0. In real footage, what moves
turns, changes and uncovers. Both are asked for at once, so that neither layers of a still nor flicker count.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from bench import evaluators
from bench.errors import NotMeasurable
from bench.evaluators.signals import camera_motion, first_frame_trace, optical_flow
from bench.evaluators.signals.optical_flow import MotionField
from bench.evaluators.view import Sample, View
from bench.types import MetricCard, Value

ENOUGH = 0.02
"""content_motion that counts in full; slides, zooms, pulses and fades have less than 0.001, walkers seen from far off
0.04."""

LESS_ALIKE = 0.1
"""By how much less alike a place must look along the camera's motion than along its own: flicker and noise look as much
alike, or as little, along both."""

APART_PER_SECOND = 0.01
"""Share of the diagonal per second by which a thing moves beyond the camera."""

LOOKS_PER_SECOND = 2
"""How often frames are compared with frame 0: they change little in between, and it takes 50 ms."""

_REAL = "Real footage of 1.75 s: 0.02 in the median; a pushed patch and a wobble of a still: 0.0015."


@dataclass(frozen=True)
class FrameContent:
    """What is kept of a frame.

    Attributes:
        moving: share of the textured places that move beyond the camera, from the frame before.
        new: share of the frame that is new; None where it was not looked at.
    """

    moving: float
    new: float | None


@evaluators.add
class Content(evaluators.ClipEvaluator):
    """Motion of things beyond the camera's, and what it shows that frame 0 does not; 0 for a warped still."""

    name = "content"
    min_frames = 2
    min_side = optical_flow.MIN_SIDE
    cards = (
        MetricCard(
            name="content", title="New content in motion", group="Motion",
            version=1, direction="none", unit="", low=0.0, high=1.0,
            definition=f"content_new, in so far as things move: times content_motion over {ENOUGH:g}, at most 1. "
            f"{_REAL}",
            source="Own.",
            blind_to="Whether what happens is what was asked for, or plausible: morphs and wrong limbs are new "
            "content. Rigid things that move without turning or uncovering anything; things without texture.",
        ),
        MetricCard(
            name="content_motion", title="Motion of things", group="Motion",
            version=1, direction="none", unit="", low=0.0, high=1.0,
            definition="Share of the textured places (the strongest corner of each of about 600 cells) whose flow "
            f"leaves the camera's homography by more than a pixel (of {optical_flow.WORKING_SIDE} on the longer side) "
            f"and {APART_PER_SECOND:.0%} of the diagonal per second, that look alike along the flow (correlation "
            f"{camera_motion.LEAST_LIKENESS} over 7 x 7) and less alike, by {LESS_ALIKE:g}, along the homography. Mean "
            "over steps, but for the tenth of them (at least one) that has most: a cut is no motion.",
            source="Own; the homography of RANSAC (Fischler & Bolles 1981), as for the camera's motion.",
            blind_to="Whether a thing moves or a layer of a still does: see content_new. Parallax of a camera that "
            "travels counts. Things that fill most of the frame pass for the camera.",
            series="the share of each step: T - 1 values",
        ),
        MetricCard(
            name="content_new", title="New content", group="Motion",
            version=1, direction="none", unit="", low=0.0, high=1.0,
            definition="Share of the frame that moves beyond the camera since frame 0 (by 2.5 pixels of 256), or lies "
            "within 3 pixels of what does, has texture, and looks like nothing in frame 0 to which the flow there "
            "leads: followed from frame to frame, directly, without any, along the camera, or as pixels around it "
            "were. Unlike: by more than 8 gray levels and half a pixel of gradient, after a common gain and offset. "
            f"Mean over frames, {LOOKS_PER_SECOND} per second.",
            source="Own.",
            blind_to="Why it is new: what turns, changes or comes out from behind another, and what boils or melts, "
            "look alike. On noise and cuts, where flow is meaningless, it is large: read content.",
        ),
    )  # fmt: skip

    def look(self, view: View) -> FrameContent | None:
        trace = view.trace  # of every frame: each stands on the one before
        if view.before is None:
            return None
        every = max(1, round(view.sample.fps / LOOKS_PER_SECOND))
        new = None
        if view.t % every == 0:
            new = float(first_frame_trace.new_content(view.first.small, view.small, trace).mean())
        return FrameContent(moving_share(view.motion, view.sample.fps), new)

    def conclude(self, frames: Sequence[FrameContent | None], sample: Sample) -> evaluators.Values:
        seen = [frame for frame in frames if frame]
        shares = [frame.moving for frame in seen]
        motion = Value(usual_mean(shares), series=tuple(shares))
        news = [frame.new for frame in seen if frame.new is not None]
        if not news:
            short = NotMeasurable(
                f"clip has {len(frames)} frames at {sample.fps:g} fps, new content is looked for after "
                f"{1 / LOOKS_PER_SECOND:g} s: use a longer clip"
            )
            return {"content": short, "content_motion": motion, "content_new": short}
        new = float(np.mean(news))
        return {
            "content": Value(content(new, motion.value)),
            "content_motion": motion,
            "content_new": Value(new),
        }


def content(new: float, moving: float) -> float:
    """New content, in so far as things move; both are shares in [0, 1].

    >>> content(0.01, moving=0.3), content(0.01, moving=0.005)
    (0.01, 0.0025)
    """
    return new * min(1.0, moving / ENOUGH)


def usual_mean(shares: Sequence[float]) -> float:
    """The mean but for the largest tenth of the values, rounded up; 0 of a single one.

    >>> usual_mean([0.0, 0.5, 0.0, 0.0])
    0.0
    """
    kept = sorted(shares)[: len(shares) - math.ceil(len(shares) / 10)]
    return float(np.mean(kept)) if kept else 0.0


def moving_share(field: MotionField, fps: float) -> float:
    """The share of textured places that move beyond the camera and look alike along their own motion only.

    0 where there is too little texture, or no motion that most places have in common.

    Args:
        field: of two neighbouring frames.
        fps: frames per second.
    """
    places = camera_motion.textured_places(field.before_gray)
    if len(places) < camera_motion.LEAST_PLACES:
        return 0.0
    start = places.astype(np.float32)
    there = start + field.forward[places[:, 1], places[:, 0]]
    alike = camera_motion.likeness(field.before_gray, field.after_gray, start, there)
    is_alike = alike >= camera_motion.LEAST_LIKENESS
    pixel = camera_motion.TOLERANCE * camera_motion.coarseness(field.before_gray)
    matrix = np.zeros((3, 3))
    if is_alike.sum() >= camera_motion.LEAST_PLACES:
        matrix, _ = camera_motion.homography(start[is_alike], there[is_alike], pixel)
    if not matrix.any():
        return 0.0
    camera = camera_motion.mapped(matrix, start)
    along_camera = camera_motion.likeness(field.before_gray, field.after_gray, start, camera)
    least = max(pixel, APART_PER_SECOND * float(np.hypot(*field.before_gray.shape)) / fps)
    is_apart = np.linalg.norm(there - camera, axis=1) > least
    return float(np.mean(is_apart & is_alike & (along_camera < alike - LESS_ALIKE)))
