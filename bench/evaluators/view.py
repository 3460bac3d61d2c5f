"""What evaluators see of a clip: one frame at a time, and what several of them derive from it, computed once.

A clip is never in memory as a whole: 900 frames of 1280 x 720 would be 2.5 GB. The frame before and frame 0 are at
hand.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, TypeVar, cast

from bench.evaluators.signals import camera_motion, colour, first_frame_trace, noise_floor, sharpness
from bench.evaluators.signals.camera_motion import CameraStep
from bench.evaluators.signals.colour import Lab
from bench.evaluators.signals.noise_floor import Drift, Grays
from bench.evaluators.signals.optical_flow import Flow, MotionField
from bench.evaluators.signals.resizing import Levels, Resizing
from bench.media import pictures
from bench.media.input_image import InputImage
from bench.types import Case, ClipRecord, Image, Plane

T = TypeVar("T")

AT_CLIP_SIZE = "brought to the clip's size as the model was given it"
"""What cards say about the input image."""


@dataclass(frozen=True)
class Sample:
    """A clip without its frames: what it was made from, and what is known about it.

    Attributes:
        input: the picture that the clip starts from.
        fps: frames per second; until the clip's end has been read, what its file states.
        num_frames: 0 until the clip's end has been read.
        decoded: see Clip.decoded; may be incomplete until the clip's end has been read.
    """

    input: InputImage
    fps: float
    num_frames: int = 0
    decoded: Mapping[str, str] = field(default_factory=dict)

    @property
    def case(self) -> Case:
        """What was to be animated."""
        return self.input.case

    @property
    def record(self) -> ClipRecord:
        """How the clip was made."""
        return self.input.record

    @property
    def width(self) -> int:
        """Pixels from left to right."""
        return self.input.width

    @property
    def height(self) -> int:
        """Pixels from top to bottom."""
        return self.input.height

    @property
    def diagonal(self) -> float:
        """Length of the diagonal, pixels."""
        return math.hypot(self.width, self.height)


@dataclass(frozen=True)
class FrameSimilarity:
    """How alike a frame is to two others, by one measure.

    Attributes:
        to_before: to the frame before.
        to_first: to frame 0.
    """

    to_before: float
    to_first: float


class View:
    """One frame, and what evaluators derive from it: computed when first used, then kept for the others.

    Args:
        t: the frame's number, from 0.
        frame: (H, W, 3) uint8 sRGB; never to be changed.
        sample: the clip that it belongs to.
        before: the view of frame t - 1, whose own `before` is gone; None for frame 0.
        first: the view of frame 0; None for frame 0 itself.
    """

    def __init__(
        self, t: int, frame: Image, sample: Sample, before: View | None = None, first: View | None = None
    ) -> None:
        self.t, self.frame, self.sample, self.before, self.first = t, frame, sample, before, first or self
        self._resized: dict[Resizing, Levels] = {}
        self._derived: dict[Callable[[View], Any], Any] = {}
        self.frame_before: Image | None = None

    def keep_before(self) -> None:
        """Keeps the frame before as `frame_before`, for evaluators that compare three; to be called for every frame."""
        self.frame_before = self.before.frame if self.before else None

    @cached_property
    def gray(self) -> Plane:
        """(H, W) uint8: see pictures.gray."""
        return pictures.gray(self.frame)

    @cached_property
    def lab(self) -> tuple[Lab, Lab]:
        """Mean and standard deviation of L*, a* and b*: see colour.lab_moments."""
        return colour.lab_moments(self.frame)

    @cached_property
    def sharpness(self) -> float:
        """Variance of the Laplacian of gray: see sharpness.laplacian_variance."""
        return sharpness.laplacian_variance(self.gray)

    def resized(self, how: Resizing) -> Levels:
        """(h, w, 3): the frame as networks of this resizing see it, resized once for all of them."""
        if how not in self._resized:
            self._resized[how] = how.of(self.frame)
        return self._resized[how]

    def derived(self, make: Callable[[View], T]) -> T:
        """What a function makes of this frame, made once and kept while the view is at hand.

        For what a network sees of a frame, if the frame after it is compared with this one; nothing of the kind has to
        be stored in an evaluator, nor returned from look for every frame.

        Args:
            make: a function, or a method of the evaluator that asks; what each makes is kept apart.
        """
        if make not in self._derived:
            self._derived[make] = make(self)
        return cast("T", self._derived[make])

    def similarity(self, measure: Callable[[View, View], float]) -> FrameSimilarity | None:
        """How alike this frame is to the one before and to frame 0; None for frame 0.

        Args:
            measure: how alike an earlier frame and this one are.
        """
        if self.before is None:
            return None
        to_before = measure(self.before, self)
        return FrameSimilarity(to_before, to_before if self.t == 1 else measure(self.first, self))

    @cached_property
    def drift(self) -> Drift:
        """How far this frame has come from frame 0, and what noise alone makes of it; not for frame 0.

        Raises:
            NotMeasurable: the frames are too small for optical flow.
        """
        return noise_floor.drift(self.first.cell_grays, self.cell_grays, self.motion)

    @cached_property
    def cell_grays(self) -> Grays:
        """(16, 16): mean gray of the cells of a grid."""
        return noise_floor.cell_grays(self.gray)

    @cached_property
    def camera(self) -> CameraStep | None:
        """How the camera moves from the frame before; None where there is too little texture; not for frame 0.

        Raises:
            NotMeasurable: the frames are too small for optical flow.
        """
        return camera_motion.step(self.motion)

    @cached_property
    def motion(self) -> MotionField:
        """Optical flow between the frame before and this one, both ways, with occlusion; not for frame 0.

        Raises:
            NotMeasurable: the frames are too small for optical flow.
        """
        assert self.before is not None
        return MotionField(self.before.frame, self.frame, self.before.gray, self.gray)

    @cached_property
    def small(self) -> Plane:
        """(h, w) uint8: see first_frame_trace.plane.

        Raises:
            NotMeasurable: the frame is too small for optical flow.
        """
        return first_frame_trace.plane(self.gray)

    @cached_property
    def trace(self) -> Flow:
        """(h, w, 2): where the content of each pixel of `small` was in frame 0; to be read of every frame, in order.

        Raises:
            NotMeasurable: the frames are too small for optical flow.
        """
        if self.before is None:
            assert self.t == 0, "the trace of the frame before was not read while it was there"
            return first_frame_trace.standing(self.small.shape)
        return first_frame_trace.traced(self.before.trace, self.motion.backward)
