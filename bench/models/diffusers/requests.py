"""What a diffusers model is asked for: the settings that all of them share, and one clip as a pipeline receives it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

from annotated_types import Ge, Gt, Le

from bench.models.diffusers.memory import SpeedSettings
from bench.types import Case, Plane

if TYPE_CHECKING:
    from PIL import Image as pillow


@dataclass(frozen=True)
class ClipSettings:
    """Length, size and sampling of a clip; None: the model's own.

    Attributes:
        num_frames: of the clip; frames that a pipeline makes beyond them are cut off.
        fps: of the clip; also an input of models that are conditioned on it.
        width, height: of the clip, pixels; rounded to what the pipeline makes.
        steps: of denoising.
        guidance: scale of classifier-free guidance; 1 for none.
        negative_prompt: what should not be seen.
    """

    num_frames: Annotated[int, Ge(1)] | None = None
    fps: Annotated[float, Gt(0), Le(240)] | None = None
    width: Annotated[int, Ge(16)] | None = None
    height: Annotated[int, Ge(16)] | None = None
    steps: Annotated[int, Ge(1), Le(1000)] | None = None
    guidance: Annotated[float, Ge(0)] | None = None
    negative_prompt: str = ""


@dataclass(frozen=True)
class VideoSettings(SpeedSettings, ClipSettings):
    """Those, and the settings of SpeedSettings; a model adds its own."""


@dataclass(frozen=True)
class ClipRequest:
    """One clip to be made, as a pipeline receives it.

    Attributes:
        case: for its prompt, and whatever else a pipeline may read.
        settings: the model's, with every default filled in.
        image: the case's image at the clip's size.
        num_frames: to ask the pipeline for; may be more than the clip will have.
        width, height: pixels.
        keyframes: frame of the clip -> its picture at the clip's size; empty for a model that takes none.
        kept: (H, W) uint8, 255 where every frame should stay as the image is; None if the case has no keep mask, or
            the model takes none.
    """

    case: Case
    settings: Any
    image: pillow.Image
    num_frames: int
    width: int
    height: int
    keyframes: Mapping[int, pillow.Image]
    kept: Plane | None = None

    @property
    def last(self) -> pillow.Image | None:
        """The picture to end with: the last keyframe; None if there is none after frame 0."""
        last = max(self.keyframes, default=0)
        return self.keyframes[last] if last else None
