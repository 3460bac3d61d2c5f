"""Views of clips: the first seconds at one frame rate and one size, in which clips of different protocols compare.

A view is derived from a stored clip when it is measured, never generated, and nothing is invented for it: frames are
taken at whole steps and never blended, so a clip whose rate leads nowhere near the view's cannot be measured in it.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

from bench.errors import NotMeasurable, UsageError
from bench.media import pictures
from bench.types import NATIVE, Image

MOST_OFF = 0.15
"""How far the rate of a derived clip may lie from the view's, as a share of it: 25 frames per second give 8.33 (4 %
off), 30 give 7.5, 7 stay 7; 12 give 12 or 6, and are refused."""

SAME_SIZE = 0.05
"""A clip whose number of pixels lies this near to the view's keeps its size: resampling by so little changes more than
it brings into line."""

RULES = 1
"""Version of the rules by which frames are taken and resized; rows measured by other rules are stale."""

PATTERN = re.compile(r"([0-9.]+)s@([0-9.]+)fps@([0-9.]+)MP")


@dataclass(frozen=True)
class ClipView:
    """What part of a clip is measured, at which rate and size.

    Attributes:
        seconds: from the clip's start.
        fps: frames per second.
        megapixels: width times height, in millions; the sides keep the clip's proportions.

    Raises:
        UsageError: one of them is not above 0, or there is no whole frame.
    """

    seconds: float
    fps: float
    megapixels: float

    def __post_init__(self) -> None:
        numbers = (self.seconds, self.fps, self.megapixels)
        if not all(math.isfinite(each) and each > 0 for each in numbers) or self.frames < 1:
            raise UsageError(f"a view has seconds, fps and MP above 0 and at least one frame, not {self}")

    @classmethod
    def parse(cls, text: str) -> ClipView:
        """The inverse of str.

        Raises:
            UsageError: text is no view.

        >>> ClipView.parse("1.75s@8fps@0.13MP").frames
        14
        """
        found = PATTERN.fullmatch(text)
        try:
            return cls(*(float(number) for number in found.groups())) if found else _refused(text)
        except ValueError:  # 1.2.3
            return _refused(text)

    def __str__(self) -> str:
        return f"{self.seconds:g}s@{self.fps:g}fps@{self.megapixels:g}MP"

    @property
    def frames(self) -> int:
        """How many frames it has."""
        return round(self.seconds * self.fps)

    def of(self, fps: float, width: int, height: int) -> Derivation:
        """How the view is derived from a clip.

        Args:
            fps, width, height: the clip's.

        Raises:
            NotMeasurable: no whole step leads to the view's rate, or near it.
        """
        try:
            step = whole_step(fps, self.fps)
        except NotMeasurable as error:
            raise NotMeasurable(f"not comparable in view {self}: {error}") from None
        size = self._size(width, height)
        return Derivation(self, step, fps / step, *size, step == 1 and size == (width, height))

    def _size(self, width: int, height: int) -> tuple[int, int]:
        pixels = self.megapixels * 1e6
        if abs(width * height / pixels - 1) <= SAME_SIZE:
            return width, height
        scale = math.sqrt(pixels / (width * height))
        return pictures.even(width * scale), pictures.even(height * scale)


@dataclass(frozen=True)
class Derivation:
    """How a view is derived from one clip.

    Attributes:
        view: the view.
        step: every so many frames of the clip one is taken, the first among them.
        fps: frames per second of what is derived.
        width, height: its size, pixels.
        is_beginning: whether its frames are the clip's first ones, as they are.
    """

    view: ClipView
    step: int
    fps: float
    width: int
    height: int
    is_beginning: bool

    def takes(self, t: int) -> bool:
        """Whether frame t of the clip, counted from 0, is part of the view."""
        return t % self.step == 0 and t // self.step < self.view.frames

    def resized(self, frame: Image) -> Image:
        """(H, W, 3) uint8: a frame at the view's size; see pictures.fit. The frame itself where it has that size."""
        return pictures.fit(frame, self.width, self.height, "stretch")

    def refuse(self, num_frames: int) -> None:
        """Refuses a clip that ends too early.

        Args:
            num_frames: of the clip.

        Raises:
            NotMeasurable: the view needs more.
        """
        needed = (self.view.frames - 1) * self.step + 1
        if num_frames < needed:
            raise NotMeasurable(
                f"too short for view {self.view}: clip has {num_frames} frames at {self.fps * self.step:g} fps, the "
                f"view needs {needed}"
            )


DEFAULT = ClipView(1.75, 8.0, 0.13)
"""What ranks, totals and comparisons are about: 14 frames, which every model here can give."""


def whole_step(fps: float, wanted: float) -> int:
    """Every so many frames of a clip one is taken, the first among them, for a rate near the wanted one.

    Args:
        fps: frames per second of the clip.
        wanted: of what is taken.

    Raises:
        NotMeasurable: no whole step leads to the wanted rate, or near it.

    >>> whole_step(24.0, 8.0), whole_step(7.0, 8.0)
    (3, 1)
    """
    steps = math.floor(fps / wanted) or 1, math.ceil(fps / wanted)
    step = min(steps, key=lambda n: abs(fps / n / wanted - 1))
    if abs(fps / step / wanted - 1) > MOST_OFF:
        raise NotMeasurable(
            f"a clip of {fps:g} fps has no whole step to {wanted:g} fps, the nearest gives {fps / step:.3g}"
        )
    return step


def _refused(text: str) -> ClipView:
    raise UsageError(f"a view is '{NATIVE}', or written like {DEFAULT}, not '{text}'")
