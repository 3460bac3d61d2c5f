"""What a model will make of a request, before any weight is loaded: rounded frames and size, crop, and cost.

Pipelines silently change the number of frames: asked for 8, one makes 9, another 16, a third 1. A FrameRule states
which numbers a pipeline makes; it is asked for the next such number, and surplus frames are cut off at the end.
"""

from __future__ import annotations

from dataclasses import dataclass

from bench.errors import UsageError
from bench.types import Fit

__all__ = ["FrameRule", "Plan", "SectionRule", "SizeRule", "aspect_size", "crop"]


@dataclass(frozen=True)
class FrameRule:
    """The numbers of frames that a pipeline makes: first + k * every.

    Attributes:
        every: 4 if a latent frame is four frames.
        first: 1 if the first latent frame is one.
        most: the largest number; None for no limit.
        extra: frames that the pipeline drops at the start, and is therefore asked for in addition.
    """

    every: int = 1
    first: int = 1
    most: int | None = None
    extra: int = 0

    def made(self, asked: int) -> int:
        """The smallest number of this rule that is at least asked.

        Raises:
            UsageError: it is above most.
        """
        steps = max(0, -(-(asked - self.first) // self.every))
        made = self.first + steps * self.every
        if self.most is not None and made > self.most:
            raise UsageError(f"num_frames is {asked}, and this model makes {self.most} at most")
        return made

    def asked(self, made: int) -> int:
        """The number to ask the pipeline for, so that it makes so many."""
        return made + self.extra

    def __str__(self) -> str:
        rule = "any number" if self.every == 1 else f"{self.every}k + {self.first}"
        return rule + (f", {self.most} at most" if self.most else "")


@dataclass(frozen=True)
class SectionRule(FrameRule):
    """The numbers of frames of a pipeline that makes a clip in sections, which overlap.

    Attributes:
        window: latent frames in a section; a section adds window * every frames, and the image is one more.
    """

    window: int = 1

    def made(self, asked: int) -> int:
        """As FrameRule.made: as many sections as the pipeline computes that it needs."""
        return self.first + self.sections(asked) * self.window * self.every

    def asked(self, made: int) -> int:
        """As FrameRule.asked: the pipeline counts fewer frames per section than a section adds."""
        return (made - self.first) // (self.window * self.every) * self._section

    def sections(self, asked: int) -> int:
        """The number of sections that the pipeline makes if it is asked for so many frames."""
        return max(1, -(-asked // self._section))

    @property
    def _section(self) -> int:
        return (self.window - 1) * self.every + 1

    def __str__(self) -> str:
        return f"{self.window * self.every}k + {self.first}"


@dataclass(frozen=True)
class SizeRule:
    """The sizes that a pipeline makes.

    Attributes:
        multiple: width and height are multiples of it.
        only: the single size (width, height) that works; None for any.
    """

    multiple: int = 8
    only: tuple[int, int] | None = None

    def made(self, width: int, height: int) -> tuple[int, int]:
        """The nearest size (width, height) of this rule, the smaller one at a tie.

        Raises:
            UsageError: there is a single size, and it is another.
        """
        if self.only is not None and (width, height) != self.only:
            raise UsageError(
                f"size is {width} x {height}, and this model makes {self.only[0]} x {self.only[1]} only"
            )
        return self._nearest(width), self._nearest(height)

    def _nearest(self, side: int) -> int:
        return max(self.multiple, -(-(2 * side - self.multiple) // (2 * self.multiple)) * self.multiple)

    def __str__(self) -> str:
        return f"{self.only[0]} x {self.only[1]}" if self.only else f"multiples of {self.multiple}"


@dataclass(frozen=True)
class Plan:
    """What a model will be asked for, and what will come out, for one case.

    Attributes:
        frames: of the clip; None if only the clip will tell.
        made_frames: frames that the model makes, before surplus ones are cut off; None as above.
        width, height: of the clip, pixels; None as above.
        fps: of the clip; None as above.
        fit: how the input image is brought to that size.
        crop: (left, top, width, height) of the input image, pixels, that the model sees; None for all of it.
        steps: of denoising; None if there are none.
        cost: US dollars, estimated; None if it is free or the price is unknown.
        notes: changes to the request, and what a user should know beforehand; a sentence each.
    """

    frames: int | None = None
    made_frames: int | None = None
    width: int | None = None
    height: int | None = None
    fps: float | None = None
    fit: Fit = "cover"
    crop: tuple[int, int, int, int] | None = None
    steps: int | None = None
    cost: float | None = None
    notes: tuple[str, ...] = ()


def crop(image: tuple[int, int], clip: tuple[int, int], fit: Fit) -> tuple[int, int, int, int] | None:
    """(left, top, width, height) of the part of an image that a clip shows, pixels; None for all of it.

    Args:
        image, clip: width and height, pixels.
        fit: only 'cover' crops.
    """
    (width, height), (to_width, to_height) = image, clip
    if fit != "cover" or width * to_height == height * to_width:
        return None
    scale = max(to_width / width, to_height / height)
    seen_width, seen_height = min(width, round(to_width / scale)), min(height, round(to_height / scale))
    return (width - seen_width) // 2, (height - seen_height) // 2, seen_width, seen_height


def aspect_size(short_side: int, aspect_ratio: str) -> tuple[int, int]:
    """(width, height) of a shorter side in pixels and a ratio such as '16:9', rounded to even numbers."""
    across, _, down = aspect_ratio.partition(":")
    ratio = int(across) / int(down)
    width, height = (short_side * ratio, short_side) if ratio >= 1 else (short_side, short_side / ratio)
    return round(width / 2) * 2, round(height / 2) * 2
