"""What evaluators see of a clip: one frame at a time, with what several of them need of it computed once.

A clip is never in memory whole: 900 frames of 1280 x 720 would be 2.5 GB. The frame before is at hand, and frame 0.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from bench.evaluators.signals.optical_flow import MotionField
from bench.media import pictures
from bench.media.input_image import InputImage
from bench.types import Case, ClipRecord, Image, Plane


@dataclass(frozen=True)
class Sample:
    """A clip without its frames: what it was made from, and what is known of it.

    Attributes:
        input: the picture that the clip starts from.
        fps: frames a second; before the end of the clip as its file states it.
        num_frames: 0 before the end of the clip.
        decoded: see Clip.decoded; may lack facts before the end of the clip.
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


class View:
    """One frame, and what evaluators share of it: computed when the first one asks, kept for the others.

    Args:
        t: the frame's number, from 0.
        frame: (H, W, 3) uint8 sRGB; to be left as it is.
        sample: the clip that it belongs to.
        before: the view of frame t - 1, whose own `before` is gone; None for frame 0.
        first: the view of frame 0; None for frame 0 itself.
    """

    def __init__(
        self, t: int, frame: Image, sample: Sample, before: View | None = None, first: View | None = None
    ) -> None:
        self.t, self.frame, self.sample, self.before, self.first = t, frame, sample, before, first or self

    @cached_property
    def gray(self) -> Plane:
        """(H, W) uint8: see pictures.gray."""
        return pictures.gray(self.frame)

    @cached_property
    def motion(self) -> MotionField:
        """From the frame before to this one, both ways, with occlusion; only where there is a frame before.

        Raises:
            NotMeasurable: the frames are too small for optical flow.
        """
        assert self.before is not None
        return MotionField(self.before.frame, self.frame, self.before.gray, self.gray)
