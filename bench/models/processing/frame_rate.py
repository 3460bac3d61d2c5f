"""What treatments of the frame rate share: how many frames come out, and exact rates."""

from __future__ import annotations

import math
from dataclasses import replace
from fractions import Fraction
from typing import Any, ClassVar

from bench.errors import UsageError
from bench.models.plans import Plan
from bench.models.processing import Treatment

MAX_FPS = 240.0


class FrameRate(Treatment):
    """A treatment that brings a clip to another frame rate: the first frame stays the first, at its time."""

    form: ClassVar[str] = "FPS, as in @16"

    def __init__(self, argument: str, chosen: Any = None, device: str = "cpu") -> None:
        super().__init__(argument, chosen, device)
        try:
            self.fps = float(argument)
        except ValueError:
            raise self._refused() from None
        if not 0 < self.fps <= MAX_FPS:
            raise UsageError(f"{self}: a frame rate is above 0 and at most {MAX_FPS:g}")

    def plan(self, plan: Plan) -> Plan:
        if plan.fps is not None:
            self.check(plan.fps)
        if plan.fps is None or plan.frames is None:
            return replace(plan, frames=None, made_frames=None, fps=self.fps)
        frames = frames_at(plan.frames, plan.fps, self.fps)
        note = f"{self}: {plan.frames} frames at {plan.fps:g} become {frames} at {self.fps:g}"
        return replace(plan, frames=frames, made_frames=frames, fps=self.fps, notes=(*plan.notes, note))

    def check(self, fps: float) -> None:
        """Refuses a frame rate that cannot be brought to this one.

        Raises:
            UsageError: fps is such a rate.
        """


def frames_at(frames: int, fps: float, to_fps: float) -> int:
    """The number of frames between the first and the last, both included, at another rate.

    Args:
        frames: of the clip, at least 1.
        fps: of the clip.
        to_fps: the other rate.
    """
    return math.floor((frames - 1) * exact(to_fps) / exact(fps)) + 1


def exact(fps: float) -> Fraction:
    """A frame rate without rounding, for whole numbers and for those of television, 30000/1001."""
    return Fraction(fps).limit_denominator(1001)
